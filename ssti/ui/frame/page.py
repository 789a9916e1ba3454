"""Builds the page and launches it. Knows settings and assets; the tabs know the work."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

import gradio as gr
from starlette.middleware import Middleware

from ssti.platform.language import LANGUAGE, OF_LANGUAGE, read_catalogue
from ssti.platform.server import shared_server
from ssti.ui.access import lock
from ssti.ui.access.caps import LARGEST_UPLOAD
from ssti.ui.access.expiry import keep_expiring
from ssti.ui.api import health
from ssti.ui.api.calls import Calls
from ssti.ui.api.offer import has_tools, offer_endpoints
from ssti.ui.api.waiting import Waiting
from ssti.ui.frame.guard import Bounded, guard
from ssti.ui.frame.lean import keep_statuses_at, lean_queue, lean_visits
from ssti.ui.frame.shell import TABS, build_shell
from ssti.ui.frame.theme import make_theme
from ssti.ui.kit import parts, words
from ssti.ui.kit.charts import plotly_route

ASSETS = Path(__file__).resolve().parents[3] / "assets"
DOWNLOAD_LIFETIME = 6 * 3600  # seconds
SCRIPTS = ("language.js", "connection.js", "key.js", "order.js", "charts.js", "words.js", "address.js", "coach.js")


def build() -> gr.Blocks:
    """The whole page, not launched."""
    with gr.Blocks(title="SSTI Lab", analytics_enabled=False, delete_cache=(3600, DOWNLOAD_LIFETIME), fill_width=True) as page:
        status = parts.Html(visible=False)
        offer_endpoints()  # first: their names are theirs
        build_shell(page)
    keep_statuses_at(status, page)
    guard(page)
    lean_queue(page)
    return page


def launch_settings() -> dict[str, Any]:
    """The arguments of `launch`: look, port, and nothing of Gradio's own chrome."""
    port = os.environ.get("GRADIO_SERVER_PORT")
    return {
        "server_name": os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"),
        "server_port": int(port) if port else None,
        "theme": make_theme(),
        "js": (ASSETS / "page.js").read_text(encoding="utf-8"),
        # Not as `css`: Gradio rewrites the selectors of that, and gets lists and media rules wrong.
        "head": "\n".join([f"<style>\n{style()}</style>", language(), words.script(), *map(script, SCRIPTS)]),
        "max_file_size": LARGEST_UPLOAD if shared_server() else None,
        "app_kwargs": {
            "routes": [plotly_route(), health.ROUTE, *(route for tab in TABS.values() for route in tab.routes)],
            "middleware": _middleware(),
        },
        "favicon_path": ASSETS / "icon.png",
        "footer_links": [],
        "mcp_server": has_tools(),
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "share": False,
    }


def _middleware() -> list[Middleware]:
    """What stands before the page: a lock, where there are secrets for it, bounds where strangers come, whole calls, a word for who waits."""
    known = lock.secrets()
    locked = [Middleware(lock.Locked, secrets=known)] if known else []
    return [*locked, *([Middleware(Bounded)] if shared_server() else []), Middleware(Calls), Middleware(Waiting)]


def serve() -> None:
    """Launch the page, warm up behind it, and stay until the process is ended. Ctrl-C ends it: exit code 130."""
    page = build()
    signal.signal(signal.SIGTERM, lambda *_: leave(page, 128 + signal.SIGTERM))  # as a service or a container ends it
    try:
        page.launch(prevent_thread_lock=True, **launch_settings())
        lean_visits(page)
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        keep_expiring()
        while page.is_running:
            time.sleep(0.1)
    except KeyboardInterrupt:
        leave(page)


def leave(page: gr.Blocks, code: int = 130) -> NoReturn:
    """Close the server, a second at most for what it is answering, and end the process.

    Not by Python's own way out: a thread that comes back from torch's code then, be it the warm-up's or one that
    predicts, finds no interpreter and takes the process down with "terminate called" (exit code -6).
    """
    print("Stopped.", flush=True)
    if server := getattr(page, "server", None):  # there is none while it starts
        server.config.timeout_graceful_shutdown = 1
        server.should_exit = True
        server.thread.join(timeout=1.5)  # what Gradio kept for the page's visitors is deleted at its end
    sys.stderr.flush()
    os._exit(code)


def warm_up() -> None:
    """Let each tab load what its first clicks will need. What fails here fails again, with words, where it is used."""
    for name, tab in TABS.items():
        if tab.warm:
            try:
                tab.warm()
            except Exception:  # of whatever kind: the next tab is warmed up all the same
                print(f"The tab {name} is not warmed up:", flush=True)
                traceback.print_exc()


def style() -> str:
    """The look: theme.css, then the other style sheets of the assets."""
    sheets = sorted(ASSETS.glob("*.css"), key=lambda sheet: (sheet.name != "theme.css", sheet.name))
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def language() -> str:
    """The words of the scripts in the page's language, to stand in the page's head before them (assets/language.js)."""
    said = {"language": LANGUAGE, "words": read_catalogue(OF_LANGUAGE, "scripts") if OF_LANGUAGE else {}}
    return parts.data_script("ssti-language", said)


def script(name: str) -> str:
    """A script of the assets, to stand in the page's head."""
    return f"<script>\n{(ASSETS / name).read_text(encoding='utf-8')}</script>"

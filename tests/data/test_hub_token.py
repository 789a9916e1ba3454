"""The token of a server's owner reads their private datasets; strangers who use the server do not read with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import os
from ssti.data.hub import fetch
from ssti.platform.errors import SSTIError
for place in ("", "somebody/ssti-lab"):
    os.environ["SPACE_ID"] = place
    try:
        fetch(f"owner/private{len(place)}", None, None)
    except SSTIError:
        pass
"""


def test_on_a_space_the_hub_is_asked_without_the_owners_token(tmp_path: Path) -> None:
    asked: list[tuple[str, str | None]] = []

    class Hub(BaseHTTPRequestHandler):
        """Has nothing, and notes who asks."""

        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("authorization")))
            self.send_error(404)

        do_HEAD = do_POST = do_GET

        def log_message(self, *given: object) -> None:
            pass

    hub = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    settings = {
        "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}",
        "HF_TOKEN": "hf_of_the_owner",
        "HF_HOME": str(tmp_path),
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "GRADIO_"))}
    subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=kept | settings, check=True, timeout=120)
    hub.shutdown()
    own = {key for path, key in asked if "private0" in path}
    strangers = {key for path, key in asked if "private17" in path}
    assert own == {"Bearer hf_of_the_owner"} and strangers == {None}

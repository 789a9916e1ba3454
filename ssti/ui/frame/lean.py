"""What Gradio does for every visit and every event, and nobody here asks for, left out. Knows no tab."""

from __future__ import annotations

import os
from types import SimpleNamespace

import gradio as gr

LOOK = 0.01  # seconds between two looks of Gradio's queue for what waits; its own 0.001 cost a twentieth of a core, idle


def lean_queue(page: gr.Blocks) -> None:
    """The page's queue, without statistics: after each event Gradio made a table of the last 10,000 with pandas."""
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(2**62))
    page.queue(default_concurrency_limit=8, max_size=256)
    page._queue.sleep_when_free = LOOK


def lean_visits(page: gr.Blocks) -> None:
    """Visits of a launched page, without the copy of every component's settings that only deep links read.

    Each call of a script is a visit. The copy took 36 ms, in which nobody else is heard, and 0.8 MB for as long as the
    server runs.
    """
    page.state_holder.blocks = SimpleNamespace(default_config=page.default_config, blocks=())  # type: ignore[assignment]


def keep_statuses_at(status: gr.HTML, page: gr.Blocks) -> None:
    """Let all events that show no progress have their status at one component, the first of the page and never drawn.

    At every event Gradio looks up each component that ever had a status, which by itself is each output: it walks the
    page's tree to it and copies what it holds. That was half of the time in which the page opens and a click takes.
    """
    for event in page.fns.values():
        if event.show_progress == "hidden":
            event.show_progress_on = [status]

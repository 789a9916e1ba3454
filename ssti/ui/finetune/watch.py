"""The right side of the Finetune tab as handlers: looks at the chosen run, and the buttons under it.

`told` is what the page was told last and gives back, so that only what has changed is sent again.
"""

from __future__ import annotations

import zlib
from typing import Any

import gradio as gr

from ssti.ui.finetune import run as run_side
from ssti.ui.finetune.run import Look, look
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

PIECES = ("head", "bar", "results", "runs", "pill")  # sent again only once they have changed: many watch
BUTTONS = ("stop", "resume", "clone", "link", "remove")


def updates(seen: Look, told: Any) -> list[Any]:
    """A look as updates of the right side, in the order of `ssti.ui.finetune.tab`; what stays is left alone."""
    before = told if isinstance(told, dict) else {}
    shown = {name: zlib.crc32(str(getattr(seen, name)).encode()) for name in PIECES}
    stays = before.get("shown") if isinstance(before.get("shown"), dict) else {}
    pieces = [gr.skip() if shown[name] == stays.get(name) else getattr(seen, name) for name in PIECES]
    new = {**seen.told, "shown": shown}
    if new["buttons"] == before.get("buttons"):
        buttons = [gr.skip()] * (len(BUTTONS) + 1)
    else:
        shows = [
            gr.update(
                visible=name in new["buttons"],
                **({"value": new["buttons"][name]} if name in new["buttons"] else {}),
            )
            for name in BUTTONS
        ]
        buttons = [gr.update(visible=bool(new["run"])), *shows]
    sure = gr.skip() if new["run"] == before.get("run") else gr.update(visible=False)
    timer = gr.skip() if seen.watch == before.get("watch") else gr.Timer(active=seen.watch)
    return [
        seen.notice, *pieces, gr.skip() if new == before else new, timer, seen.finished or gr.skip(), sure, *buttons,
    ]  # fmt: skip


def redraw(run_id: str, told: Any) -> list[Any]:
    """The right side after a second."""
    return updates(look(run_id, told), told)


def redraw_now(run_id: str, told: Any) -> list[Any]:
    """The right side after something was chosen or done."""
    return updates(look(run_id, told, fresh=True), told)


def press(what: str, run_id: str, told: Any) -> list[Any]:
    """Stop or resume the chosen run, and look."""
    problem = run_side.act({"stop": run_side.stop, "resume": run_side.resume}[what], run_id)
    after = redraw_now(run_id, told)
    return [problem or after[0], *after[1:]]


def remove(run_id: str, adapter: str) -> tuple[Any, Any, Any, Any]:
    """Remove the chosen run: the run and the adapter chosen now, what went wrong, the question put away."""
    problem = run_side.act(run_side.remove, run_id)
    if problem:
        return gr.skip(), gr.skip(), problem, gr.update(visible=False)
    return "", "" if adapter == f"run/{run_id}" else gr.skip(), None, gr.update(visible=False)


def ask(run_id: str) -> tuple[Any, Markup]:
    """The question before a run is removed."""
    return gr.update(visible=True), parts.html(
        "<p>Remove <b>{}</b> for good, with its adapter and its log?</p>", run_id
    )


def choose(event: gr.EventData) -> str:
    """A click on the list of runs."""
    return str(event.run)[:80]

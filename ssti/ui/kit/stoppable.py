"""A button for work of seconds, and one that stops it, whenever it is pressed.

Gradio's `cancels` misses a press that comes before the work is on its way, and the bar stays for ever. Here each press
has a name; work whose name was struck off ends by itself and clears what it drew. Knows no model.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from ssti.ui.kit.shared import listen, outside_of_tabs

KEPT = 1000  # presses known at once, of all visitors; the oldest go
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
BEGUN = gr.update(interactive=False), gr.update(visible=True)
ENDED = gr.update(interactive=True), gr.update(visible=False)
SAME = gr.skip(), gr.skip()


class Presses:
    """The presses whose work is still wanted."""

    def __init__(self) -> None:
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self) -> str:
        """A name for a new press, which nobody can guess."""
        press = secrets.token_hex(16)
        with self._lock:
            self._wanted[press] = None
            while len(self._wanted) > KEPT:
                self._wanted.popitem(last=False)
        return press

    def wanted(self, press: str) -> bool:
        with self._lock:
            return press in self._wanted

    def strike(self, press: str) -> bool:
        """Its work is not wanted any more, or is done. False where it was not wanted before."""
        with self._lock:
            return self._wanted.pop(press, self) is None


presses = Presses()


def stoppable(
    shared, go, stop, out, work: Callable[..., Iterator[Any]], given: Any, changes: list, concurrency_id: str
) -> None:
    """`go` draws each step of `work(*given)` into `out`; `stop`, or one of the `changes`, ends and clears it."""
    with outside_of_tabs(shared):
        press = gr.Textbox("", visible="hidden")
    begun = go.click(lambda: (*BEGUN, presses.begin()), None, [go, stop, press], queue=False, **QUIET)
    begun.then(
        while_wanted(work), [press, *given], [out, go, stop], trigger_mode="multiple",
        concurrency_id=concurrency_id, concurrency_limit=2, **QUIET,
    )  # fmt: skip
    stop.click(struck, press, [out, go, stop], queue=False, **QUIET)
    listen(shared, changes, struck, press, [out, go, stop])


def while_wanted(work: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """`work` as steps of (drawn, two buttons), as long as its press is wanted."""

    def steps_of(press: str, *given: Any) -> Iterator[tuple[Any, ...]]:
        if not presses.wanted(press):
            return
        steps = work(*given)
        try:
            for drawn in steps:
                if not presses.wanted(press):
                    yield None, *SAME
                    return
                yield drawn, *SAME
            if presses.strike(press):
                yield gr.skip(), *ENDED
        except Exception:
            if presses.strike(press):
                yield None, *ENDED
            raise
        finally:
            steps.close()

    return steps_of


def struck(press: str) -> tuple[Any, ...]:
    """Nothing drawn and both buttons as at first, where something went on."""
    return (None, *ENDED) if presses.strike(press) else (gr.skip(), *SAME)

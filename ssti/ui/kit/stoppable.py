"""A button for work of seconds, and one that stops it, whenever it is pressed.

Gradio's `cancels` misses a press that comes before the work is on its way, and the bar stays for ever. Here each press
has a name; work whose name was struck off ends by itself and clears what it drew. Knows no model.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, TypeVar

import gradio as gr
from cachetools import FIFOCache

from ssti.ui.kit.shared import Shared, listen, outside_of_tabs

PRESSES = 1000  # known at once, of all visitors; the oldest go
OURS = secrets.token_hex(4)  # how the presses of this process begin: those of a server before it are no one's any more
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

T = TypeVar("T")


class Presses:
    """The presses whose work is still wanted."""

    def __init__(self) -> None:
        self._wanted: FIFOCache[str, bool] = FIFOCache(PRESSES)
        self._last: FIFOCache[str, Any] = FIFOCache(PRESSES)
        self._lock = threading.Lock()

    def begin(self) -> str:
        """A name for a new press, which nobody can guess."""
        press = OURS + secrets.token_hex(16)
        with self._lock:
            self._wanted[press] = True
        return press

    def wanted(self, press: str) -> bool:
        with self._lock:
            return press in self._wanted

    def strike(self, press: str, last: Any = None) -> bool:
        """Its work is not wanted any more, or is done. False where it was not wanted before. `last` is left behind."""
        with self._lock:
            wanted = self._wanted.pop(press, False)
            if wanted and last is not None:
                self._last[press] = last
            return wanted

    def last(self, press: str) -> Any:
        """What is to stand where the work had drawn, now that it was struck off; None for nothing."""
        with self._lock:
            return self._last.pop(press, None)

    def steps(self, press: str, work: Iterator[T]) -> Iterator[T]:
        """The steps of the work for as long as the press is wanted; then it is closed."""
        with closing(work):
            if self.wanted(press):
                for step in work:
                    if not self.wanted(press):
                        return
                    yield step


presses = Presses()


class Stoppable:
    """The events of `go` and `stop`: each step of `work(*inputs)` is drawn into `out`."""

    def __init__(self, go: gr.Button, stop: gr.Button, out: gr.HTML, work: Callable[..., Iterator[Any]]) -> None:
        self.go, self.stop, self.out, self.work = go, stop, out, work

    def buttons(self, going: bool) -> dict[Any, Any]:
        """The two buttons while work goes on, and else."""
        return {self.go: gr.update(interactive=not going), self.stop: gr.update(visible=going)}

    def steps(self, press: str, *inputs: Any) -> Iterator[dict[Any, Any]]:
        """What the work draws, and the buttons once it is through. Raises what the work raises."""
        if not presses.wanted(press):
            return
        try:
            for drawn in presses.steps(press, self.work(*inputs)):
                yield drawn if isinstance(drawn, dict) else {self.out: drawn}
        except Exception:
            yield self.end(press)
            raise
        yield self.buttons(going=False) if presses.strike(press) else {self.out: presses.last(press)}

    def end(self, press: str) -> dict[Any, Any]:
        """Nothing drawn and both buttons as at first, where work went on: here, or on a server that was ended since."""
        going = presses.strike(press) or bool(press) and not press.startswith(OURS)
        return {self.out: None, **self.buttons(going=False)} if going else gr.skip()

    def outdated(self, press: str, said: Any) -> dict[Any, Any]:
        """Nothing drawn, whatever stood there; `said` instead where work went on."""
        going = presses.strike(press, said)
        return {self.out: said, **self.buttons(going=False)} if going else {self.out: None}


def stoppable(
    shared: Shared,
    go: gr.Button,
    stop: gr.Button,
    out: gr.HTML,
    work: Callable[..., Iterator[Any]],
    inputs: list[Any],
    changes: list[Any],
    concurrency_id: str,
    said: Any = None,
    more: Sequence[Any] = (),
    at_once: int = 2,
) -> None:
    """`go` draws each step of `work(*inputs)` into `out`; `stop`, or one of the `changes`, ends and clears it.

    A step that is a dict sets what it names: `out`, or components of `more`.

    `at_once` such works go on side by side, by `concurrency_id`. `said`: what stands there instead after a change that ended the work; then a change clears what was drawn in full.
    """
    button = Stoppable(go, stop, out, work)
    with outside_of_tabs(shared):
        press = gr.Textbox("", visible="hidden")
    begun = go.click(
        lambda: {press: presses.begin(), go: gr.update(interactive=False)}, None, [press, go], queue=False, **QUIET
    )
    # Then only: the browser sets the outputs of one event side by side, and `stop` is of no use before the press is there.
    begun.then(lambda press: gr.update(visible=presses.wanted(press)), press, stop, queue=False, **QUIET)
    begun.then(
        button.steps, [press, *inputs], [out, go, stop, *more], trigger_mode="multiple",
        concurrency_id=concurrency_id, concurrency_limit=at_once, **QUIET,
    )  # fmt: skip
    stop.click(button.end, press, [out, go, stop], queue=False, **QUIET)
    changed = button.end if said is None else lambda press: button.outdated(press, said)
    listen(shared, changes, changed, press, [out, go, stop])

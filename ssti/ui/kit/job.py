"""Work of seconds for the page: a thread does it, a generator shows its progress and ends it when nobody watches.

Knows no model and no component.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.serving.logits import Stopped
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

POLL = 0.2  # seconds between two looks at the thread
QUIET_FOR = 0.8  # seconds before a bar appears: what is done sooner needs none

OnProgress = Callable[..., None]
"""Called with the part that is done, 0 to 1, and if it likes what it is at, in words; raises `Stopped` once nobody wants the rest."""


class Job:
    """One piece of work. `result` is there once `steps` is through."""

    def __init__(self, work: Callable[[OnProgress], Any], words: str) -> None:
        self._work, self._words = work, words
        self._part, self._at = 0.0, ""
        self._stop, self._ended = threading.Event(), threading.Event()
        self._problem: BaseException | None = None
        self.result: Any = None

    def steps(self) -> Iterator[Markup]:
        """A progress bar again and again, until the result is there. Raises what the work raised.

        Closing the generator stops the work at its next batch.
        """
        began = time.monotonic()
        context = copy_context()  # the door asks there who it is that wants this
        threading.Thread(target=context.run, args=(self._run,), daemon=True).start()
        try:
            while not self._ended.wait(POLL):
                elapsed = time.monotonic() - began
                if elapsed < QUIET_FOR:
                    continue
                rest = elapsed * (1 - self._part) / self._part if self._part > 0.05 else None
                left = "" if rest is None else " · " + tr("{time} left", time=parts.duration(rest))
                at = f" · {self._at}" if self._at else ""
                yield progress(self._part, f"{self._words} · {round(self._part * 100)} %{left}{at}")
            if self._problem is not None:
                raise self._problem
        finally:
            self._stop.set()

    def _run(self) -> None:
        try:
            self.result = self._work(self._on_progress)
        except Stopped:
            pass  # nobody waits for it any more
        except Exception as problem:
            self._problem = problem
        finally:
            self._ended.set()

    def _on_progress(self, part: float, at: str = "") -> None:
        self._part, self._at = min(1.0, part), at
        if self._stop.is_set():
            raise Stopped


class Turns:
    """Work that a server does for one person at a time, in the order in which they came. `most` may wait."""

    def __init__(self, most: int) -> None:
        self._most, self._line, self._moved = most, deque[object](), threading.Condition()

    @contextmanager
    def mine(self, waiting: Callable[[int], None]) -> Iterator[None]:
        """One's turn. `waiting` is told again and again how many are before; what it raises ends the wait. Raises SSTIError where
        too many wait already."""
        me = object()
        with self._moved:
            if len(self._line) > self._most:
                raise SSTIError(
                    tr("{n} others wait here already.", n=self._most), tr("Try again in a few minutes."), kind="busy"
                )
            self._line.append(me)
        try:
            while True:
                with self._moved:
                    before = self._line.index(me)
                    if before:
                        self._moved.wait(POLL)
                if not before:
                    break
                waiting(before)
            yield
        finally:
            with self._moved:
                self._line.remove(me)
                self._moved.notify_all()


AT_ONCE = 12  # of all visitors: one at work, the others in line
ADAPTERS_IN_TURN = Turns(AT_ONCE - 1)
"""Whose turn it is to scan or to repair an adapter, which keeps both processors busy for a minute or two."""


def progress(part: float, words: str) -> Markup:
    """A bar for the part that is done, 0 to 1; a screen reader calls it by the first of the words."""
    return parts.html(
        '<div class="going-on" role="progressbar" aria-label="{}" aria-valuemin="0" aria-valuemax="100" '
        'aria-valuenow="{}"><i class="track"><i style="width:{}%"></i></i><p class="quiet">{}</p></div>',
        words.split(" · ")[0], round(part * 100), round(part * 100, 1), words,
    )  # fmt: skip

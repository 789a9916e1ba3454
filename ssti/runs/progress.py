"""What a run's events amount to: its state, step, time, curves. Knows no folder and no backend."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from ssti.runs.events import AnyEvent, ErrorEvent, EvalEvent, LogEvent, LossEvent, StateEvent, StepEvent

GOING = ("queued", "starting", "training", "evaluating")
RESUMABLE = ("stopped", "failed", "interrupted")
NOTES = 20  # sentences of a log that are shown; a resume writes one or two
GONE = {
    "cause": "worker",
    "message": "Its worker is gone: killed, out of memory, or the machine restarted.",
    "next": "Resume it: it goes on from its last checkpoint.",
}


@dataclass(frozen=True)
class Progress:
    """What one glance at a run tells. Seconds everywhere; `eta` is None while nothing was measured."""

    state: str
    step: int = 0
    steps: int = 0
    elapsed: float = 0.0
    eta: float | None = None
    rows_per_second: float | None = None
    error: dict[str, str] | None = None
    losses: list[tuple[int, float]] = field(default_factory=list)
    evals: list[dict[str, Any]] = field(default_factory=list)
    device: str = ""
    ticket: int | None = None
    """Its place in the queue, once it has one: smaller is earlier."""
    worker: dict[str, Any] | None = None
    """What its backend knows the worker by that is or was at it."""
    notes: tuple[str, ...] = ()
    """What its latest attempt had to say."""
    skipped: int = 0
    """How many lines of its events could not be read."""
    submitted: bool = True
    """Whether any of its events names a state."""

    @property
    def going(self) -> bool:
        """Whether a worker is at it, or waits to be."""
        return self.state in GOING


class History:
    """A run's events in their order. A later attempt overwrites the steps that it repeats."""

    def __init__(self) -> None:
        self.state = ""
        self.worker: dict[str, Any] | None = None
        self.ticket: int | None = None
        self.error: dict[str, str] | None = None
        self.device = ""
        self.step = self.steps = 0
        self.eta: float | None = None
        self.rows_per_second: float | None = None
        self.losses: dict[int, float] = {}
        self.evals: dict[int, dict[str, Any]] = {}
        self.notes: list[str] = []
        self.elapsed = 0.0
        self._last: AnyEvent | None = None  # of the training that goes on; None outside of one
        self._stepped: AnyEvent | None = None

    def add(self, event: AnyEvent) -> None:
        """Take the next event."""
        self._count_time(event)
        if isinstance(event, StateEvent):
            self._enter(event)
        elif isinstance(event, StepEvent):
            self.step, self.steps, self._stepped = event.step, event.steps, event
            self.eta, self.rows_per_second = event.eta, event.rows_per_second
        elif isinstance(event, LossEvent):
            if math.isfinite(event.loss):
                self.losses[event.step] = event.loss
        elif isinstance(event, EvalEvent):
            self.evals[event.step] = event.model_dump()
        elif isinstance(event, LogEvent):
            self.notes = [*self.notes, event.message][-NOTES:]
        elif isinstance(event, ErrorEvent):
            self.error = {"cause": event.cause, "message": event.message, "next": event.next}

    def _count_time(self, event: AnyEvent) -> None:
        """What passed between two events of one training; not what lies between two attempts."""
        if self._last is None:
            return
        if isinstance(event, StateEvent) and event.state in ("queued", "starting"):
            self._last = None
        else:
            self.elapsed += _seconds(self._last, event)
            self._last = event

    def _enter(self, event: StateEvent) -> None:
        if event.state == "queued":
            self.error, self.eta, self.worker, self.notes = None, None, None, []
            self.ticket = event.ticket
        if event.state == "training" and self._last is None:
            self._last = event
            self.losses = {s: v for s, v in self.losses.items() if s <= event.from_step}
            self.evals = {s: v for s, v in self.evals.items() if s <= event.from_step}
        if event.state not in ("training", "evaluating"):
            self._last = None
        self.state = event.state
        self.worker = event.worker or self.worker
        self.device = event.device if event.device is not None else self.device
        self.steps = event.steps if event.steps is not None else self.steps

    def progress(self, lost: bool = False, skipped: int = 0) -> Progress:
        """The run as it stands now. `lost`: nothing works on it any more, so that it ends where its events end."""
        state, error, elapsed, eta = self.state, self.error, self.elapsed, self.eta
        if not state or (lost and state in GOING):  # without a state it was never submitted
            state, error = "interrupted", GONE
        if state in GOING:
            elapsed += _seconds(self._last)
            eta = None if eta is None else min(eta, max(0.0, eta - _seconds(self._stepped)))
        else:
            eta = None
        return Progress(
            state, self.step, self.steps, elapsed, eta, self.rows_per_second, error, sorted(self.losses.items()),
            [self.evals[s] for s in sorted(self.evals)], self.device, self.ticket, self.worker, tuple(self.notes), skipped,
            bool(self.state),
        )  # fmt: skip


def _seconds(start: AnyEvent | None, end: AnyEvent | None = None) -> float:
    """What passed between two events of one boot, or until now; by the clock only where an old event has no other."""
    if start is None:
        return 0.0
    if start.m is not None and (end is None or end.m is not None):
        return max(0.0, (time.monotonic() if end is None or end.m is None else end.m) - start.m)
    return max(0.0, (time.time() if end is None else end.t) - start.t)

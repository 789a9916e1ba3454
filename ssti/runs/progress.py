"""What a run's events amount to: its state, step, time, curves. Knows no folder and no backend."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import Any

from ssti.adapters.curves import Curves, Measured
from ssti.platform.language import later, tr
from ssti.runs.events import AnyEvent, ErrorEvent, EvalEvent, LogEvent, LossEvent, StateEvent, StepEvent

GOING = ("queued", "starting", "training", "evaluating")
RESUMABLE = ("stopped", "failed", "interrupted")
STATES = {
    "queued": tr("queued"), "starting": tr("starting"), "training": tr("training"), "evaluating": tr("evaluating"),
    "done": tr("done"), "stopped": tr("stopped"), "failed": tr("failed"), "interrupted": tr("interrupted"),
    "damaged": tr("damaged"),
}  # fmt: skip
"""Every state as people read it."""
NOTES = 20  # sentences of a log that are shown; a resume writes one or two
GONE = {
    "cause": "worker",
    "message": later("Its worker is gone: killed, out of memory, or the machine restarted."),
    "next": later("Resume it: it goes on from its last checkpoint."),
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
    legible: bool = True
    """Whether any of its events could be read."""

    @property
    def going(self) -> bool:
        """Whether a worker is at it, or waits to be."""
        return self.state in GOING

    def curves(self) -> Curves:
        """Its curves, as they go with the adapter."""
        return Curves(
            step=self.step, steps=self.steps, seconds=round(self.elapsed, 1), device=self.device, losses=self.losses,
            evals=[Measured.model_validate({name: one[name] for name in Measured.model_fields}) for one in self.evals],
        )  # fmt: skip

    @classmethod
    def of(cls, curves: Curves) -> Progress:
        """The run that left an adapter with these curves."""
        return cls(
            "done" if curves.step == curves.steps else "stopped", curves.step, curves.steps, curves.seconds or 0.0,
            device=curves.device, losses=list(curves.losses), evals=[one.model_dump() for one in curves.evals],
        )  # fmt: skip


class History:
    """A run's events in their order. A later attempt overwrites the steps that it repeats."""

    def __init__(self) -> None:
        self._now = Progress("")
        self._losses: dict[int, float] = {}
        self._evals: dict[int, dict[str, Any]] = {}
        self._elapsed = 0.0
        self._last: AnyEvent | None = None  # of the training that goes on; None outside of one
        self._stepped: StepEvent | None = None
        self._legible = False

    def add(self, event: AnyEvent) -> None:
        """Take the next event."""
        self._legible = True
        self._count_time(event)
        if isinstance(event, StateEvent):
            self._enter(event)
        elif isinstance(event, StepEvent):
            self._stepped = event  # there are many of these: a copy of `_now` each would take long
        elif isinstance(event, LossEvent):
            if math.isfinite(event.loss):
                self._losses[event.step] = event.loss
        elif isinstance(event, EvalEvent):
            self._evals[event.step] = event.model_dump()
        elif isinstance(event, LogEvent):
            self._set(notes=(*self._now.notes, event.message)[-NOTES:])
        elif isinstance(event, ErrorEvent):
            self._set(error={"cause": event.cause, "message": event.message, "next": event.next})

    def _set(self, **fields: Any) -> None:
        self._now = replace(self._now, **fields)

    def _count_time(self, event: AnyEvent) -> None:
        """What passed between two events of one training; not what lies between two attempts."""
        if self._last is None:
            return
        if isinstance(event, StateEvent) and event.state in ("queued", "starting"):
            self._last = None
        else:
            self._elapsed += _seconds(self._last, event)
            self._last = event

    def _enter(self, event: StateEvent) -> None:
        if event.state == "queued":
            self._set(error=None, worker=None, notes=(), ticket=event.ticket)
            self._stepped = self._stepped and self._stepped.model_copy(update={"eta": None})
        if event.state == "training" and self._last is None:
            self._last = event
            self._losses = {s: v for s, v in self._losses.items() if s <= event.from_step}
            self._evals = {s: v for s, v in self._evals.items() if s <= event.from_step}
        if event.state not in ("training", "evaluating"):
            self._last = None
        news = {"worker": event.worker, "device": event.device, "steps": event.steps}
        self._set(state=event.state, **{name: value for name, value in news.items() if value is not None})

    def progress(self, lost: bool = False, skipped: int = 0) -> Progress:
        """The run as it stands now. `lost`: nothing works on it any more, so that it ends where its events end."""
        state, error, elapsed, eta = self._now.state, self._now.error, self._elapsed, None
        done = self._stepped or StepEvent(t=0, kind="step", step=0, steps=self._now.steps)
        if not state or (lost and state in GOING):  # without a state it was never submitted
            state, error = "interrupted", GONE
        if state in GOING:
            elapsed += _seconds(self._last)
            eta = None if done.eta is None else min(done.eta, max(0.0, done.eta - _seconds(done)))
        return replace(
            self._now, state=state, error=error, elapsed=elapsed, eta=eta, step=done.step, steps=done.steps,
            rows_per_second=done.rows_per_second, losses=sorted(self._losses.items()),
            evals=[self._evals[s] for s in sorted(self._evals)], skipped=skipped, legible=self._legible,
        )  # fmt: skip


def _seconds(start: AnyEvent | None, end: AnyEvent | None = None) -> float:
    """What passed between two events of one boot, or until now; by the clock only where an old event has no other."""
    if start is None:
        return 0.0
    if start.m is not None and (end is None or end.m is not None):
        return max(0.0, (time.monotonic() if end is None or end.m is None else end.m) - start.m)
    return max(0.0, (time.time() if end is None else end.t) - start.t)

"""A run's `events.jsonl`: append-only, one object a line, each of a known shape. Knows what they say, not what it means.

A line that a crash tore is skipped, and one that has not the shape of its kind; both are counted.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ssti.adapters.stored import Rate
from ssti.platform.home import open_regular

LINE = 64 * 2**10  # bytes; the longest event of a run has some 600
CHUNK = 2**20  # bytes read at once
LARGEST = 512 * 2**20  # bytes of a file that is read at all: five reports a second for ten days
Step = Annotated[int, Field(ge=0, le=10**9)]
UNKNOWN = Rate(value=None, n=0)
Seconds = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]


class Event(BaseModel):
    """`t` is the clock's time (seconds since 1970), `m` the seconds of a clock that nobody sets, since the boot."""

    model_config = ConfigDict(frozen=True)

    t: Seconds
    m: Seconds | None = None


class StateEvent(Event):
    """The run enters a state. `ticket` is its place in the queue, `from_step` where a resumed training starts.

    `worker` is what the run's backend knows its worker by. `precision` is the number format of the training's products.
    """

    kind: Literal["state"]
    state: Literal["queued", "starting", "training", "evaluating", "done", "stopped", "failed"]
    worker: dict[str, Any] | None = None
    ticket: int | None = Field(None, ge=0, le=10**12)
    steps: Step | None = None
    from_step: Step = 0
    device: str | None = None
    precision: str | None = None


class StepEvent(Event):
    """So many steps are done. `eta` is in seconds."""

    kind: Literal["step"]
    step: Step
    steps: Step
    eta: Seconds | None = None
    rows_per_second: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)] | None = None


class LossEvent(Event):
    """The training loss; it may be NaN where the training diverged."""

    kind: Literal["loss"]
    step: Step
    loss: float


class EvalEvent(Event):
    """A measurement on held-out rows after a step."""

    kind: Literal["eval"]
    step: Step
    clean_accuracy: Rate = UNKNOWN
    attack_success_rate: Rate = UNKNOWN
    target_rate_without_trigger: Rate = UNKNOWN


class LogEvent(Event):
    """A sentence for whoever watches."""

    kind: Literal["log"]
    message: str


class ErrorEvent(Event):
    """Why the run failed: a class of cause, what went wrong, what to do."""

    kind: Literal["error"]
    cause: str = ""
    message: str = ""
    next: str = ""


AnyEvent = StateEvent | StepEvent | LossEvent | EvalEvent | LogEvent | ErrorEvent
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(Annotated[AnyEvent, Field(discriminator="kind")])


def append(path: Path, kind: str, **fields: Any) -> None:
    """Append one event, in one write, so that a reader never sees two events mixed."""
    event = {"t": round(time.time(), 3), "m": round(time.monotonic(), 3), "kind": kind, **fields}
    line = json.dumps(event, ensure_ascii=False) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        _mend(path, handle)
        data = line.encode("utf-8", "replace")
        if os.write(handle, data) < len(data):  # only so much of it went onto a full disk
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(handle)


def _mend(path: Path, handle: int) -> None:
    """End a torn last line, so that what comes next stands on a line of its own."""
    size = os.fstat(handle).st_size
    if size:
        with path.open("rb") as file:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                os.write(handle, b"\n")


def parse(line: bytes) -> AnyEvent | None:
    """One line as an event; None where it is none."""
    try:
        return EVENT.validate_json(line)
    except ValidationError:
        return None


class Reader:
    """Reads on where it ended. `skipped` counts the lines that were no event."""

    def __init__(self, path: Path) -> None:
        self.path, self.offset, self.skipped = path, 0, 0

    def new(self) -> Iterator[AnyEvent]:
        """The whole events since the last call. No file, no events. Raises OSError where it cannot be read."""
        try:
            file = open_regular(self.path, LARGEST)
        except FileNotFoundError:
            return
        with file:
            file.seek(self.offset)
            rest = b""
            while chunk := file.read(CHUNK):
                whole, newline, rest = (rest + chunk).rpartition(b"\n")
                if newline:
                    self.offset += len(whole) + 1
                    yield from self._events(whole)
                elif len(rest) > LINE:  # no event is so long: go on behind its end
                    self.offset += len(rest)
                    rest = b""

    def _events(self, lines: bytes) -> Iterator[AnyEvent]:
        for line in lines.split(b"\n"):
            event = parse(line) if len(line) <= LINE else None
            if event is not None:
                yield event
            elif line.strip():
                self.skipped += 1


def read(path: Path) -> list[AnyEvent]:
    """All whole events of a file."""
    return list(Reader(path).new())

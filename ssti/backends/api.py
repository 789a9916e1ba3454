"""What a backend is, and the list of all. Knows none of them by name: a new one is one file in this folder.

A backend has `ssti.runs.worker.Worker(run, mark).execute()` done somewhere, and knows whether that still goes on.
Everything else about a run stands in its folder.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import ClassVar

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.platform.registry import Registry
from ssti.recipe import Recipe
from ssti.runs.run import Run


class Liveness(Enum):
    """Whether a run that has not ended is still being worked on, or waits to be; `UNKNOWN` leaves its state as it is."""

    ALIVE = "alive"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Offer:
    """What running a recipe somewhere would take. `refusal` says why it cannot run there, and what to do.

    `seconds` is the time on a device that does nothing else, `longest` the time beside what it does now; both are None
    where nobody knows. `basis` says what they rest on. `price` is in US dollars, None where it costs nothing.
    """

    device: str = ""
    seconds: float | None = None
    longest: float | None = None
    basis: str = ""
    price: float | None = None
    refusal: SSTIError | None = None

    @property
    def sentence(self) -> str:
        """`cpu · 40 s to 95 s · 4,000 tokens a second, measured on this machine`."""
        time = f"{self.seconds:.0f} s" if self.seconds is not None else ""
        if self.seconds is not None and self.longest is not None and self.longest > 1.25 * self.seconds:
            time = tr("{low:.0f} s to {high:.0f} s", low=self.seconds, high=self.longest)
        price = f"${self.price:.2f}" if self.price is not None else ""
        return " · ".join(part for part in (self.device, time, price, self.basis) if part)


class Backend(ABC):
    """A place where runs execute. A file of `ssti/backends` that makes an instance has registered it."""

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 10

    @abstractmethod
    def offer(self, recipe: Recipe) -> Offer:
        """Whether the recipe can run here, on which device, for how long and at what price. Never raises SSTIError."""

    @abstractmethod
    def submit(self, run: Run) -> None:
        """Have the run executed, from its last checkpoint where it has one, and return at once.

        Records the state `queued`. Called with the lock of the runs held (`Store.locked`); raises SSTIError, and leaves
        nothing waiting, where that is impossible.
        """

    @abstractmethod
    def poll(self, run: Run) -> Liveness:
        """Whether a run that has not ended is still being worked on or waits to be. Cheap: every look asks it."""

    @abstractmethod
    def stop(self, run: Run) -> None:
        """Ask a run that has not ended to end; returns at once. Called with the lock of the runs held.

        A run that waits is `stopped` from then on; one that trains keeps its adapter.
        """

    @abstractmethod
    def logs(self, run: Run) -> Iterator[str]:
        """The lines that the run's program has written so far, the oldest first."""

    def accompany(self, run: Run) -> None:  # noqa: B027
        """What has to be done within the event of whoever submitted it, right after that; may last as long as the run."""

    def tend(self, root: Path, eager: bool = False) -> None:  # noqa: B027 (most have nothing to do)
        """Do what keeps the runs in `root` going, or fetch what they wrote elsewhere. Cheap: every look calls it.

        With `eager`, right after a submission, raises SSTIError where it fails; otherwise the next look tries again.
        """


BACKENDS = Registry("ssti.backends", Backend, tr("backend"))
"""Every backend by its name, the default first. `BACKENDS.add(backend)` adds one of a program's own."""

"""Runs the cells of a grid that are not done yet, on any runner, and tells how far it is. Knows no experiment.

Kill it anywhere and start it again: what the journal has is not done again. A cell that fails is reported, and the rest
goes on; the next start tries it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ssti.experiments.cell import Cell
from ssti.experiments.table import Journal


@dataclass(frozen=True)
class Outcome:
    """What became of a cell: its row, or its error as `ssti.runs.cause` tells it."""

    cell: Cell
    row: dict[str, Any] | None = None
    error: dict[str, str] | None = None


class Runner(Protocol):
    """Where cells run. A new one is a class with these two."""

    workers: int

    def run(self, cells: Sequence[Cell]) -> Iterator[Outcome]:
        """Run them, about in this order; outcomes as they come. Closing the iterator ends the work at once."""


@dataclass
class Progress:
    """How far a grid is. `eta` is in seconds, None before the first cell has ended; `before` were done already."""

    total: int
    before: int = 0
    done: int = 0
    failed: int = 0
    eta: float | None = None
    seconds: float = 0.0
    last: Outcome | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def line(self) -> str:
        """`12 of 60 cells · 1 failed · 31 min left`."""
        said = f"{self.before + self.done} of {self.total} cells"
        if self.failed:
            said += f" · {self.failed} failed"
        if self.eta is None:
            return said
        return f"{said} · {self.eta / 60:.0f} min left" if self.eta >= 90 else f"{said} · {self.eta:.0f} s left"


def run(
    cells: Sequence[Cell],
    runner: Runner,
    journal: Journal | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
) -> list[dict[str, Any]]:
    """Run what is missing; the rows of all cells that are done now. `report` hears of each cell that ended."""
    journal = journal or Journal()
    done = journal.rows()
    missing = [cell for cell in cells if not has(done.get(cell.key), cell)]
    progress = Progress(len(cells), before=len(cells) - len(missing))
    report(progress)
    start, ahead, worked = time.monotonic(), sum(cell.steps for cell in missing), 0
    outcomes = runner.run(missing) if missing else iter(())
    try:
        for outcome in outcomes:
            if outcome.row is not None:
                journal.append(outcome.row)
                done[outcome.cell.key] = outcome.row
                progress.done += 1
            else:
                failure = {"key": outcome.cell.key, "error": outcome.error, "recipe": outcome.cell.recipe.as_dict()}
                journal.append(failure)
                progress.failed += 1
                progress.errors.append(failure)
            worked += outcome.cell.steps
            progress.seconds = time.monotonic() - start
            progress.eta = progress.seconds * (ahead - worked) / worked
            progress.last = outcome
            report(progress)
    finally:
        if hasattr(outcomes, "close"):
            outcomes.close()
    return rows_of(cells, done)


def rows_of(cells: Iterable[Cell], done: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of those cells that are done."""
    return [done[cell.key] for cell in cells if has(done.get(cell.key), cell)]


def has(row: dict[str, Any] | None, cell: Cell) -> bool:
    """Whether a row is this cell's, with all its probes."""
    return row is not None and all(any(name.startswith(f"{probe}.") for name in row) for probe in cell.probes)

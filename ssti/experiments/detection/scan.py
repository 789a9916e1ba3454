"""One cell of the benchmark: one detector on one case. A runner (`ssti.experiments.local`) runs it as it runs trainings."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssti.experiments.detection.case import Case, rows_of

SIZES = {"imdb": 30}  # how much longer a scan takes than of a dataset of 2,000 articles or 7,000 snippets, about


@dataclass(frozen=True)
class Scan:
    """A detector's name and what it scans. `recipe` is what a runner calls the case."""

    recipe: Case
    detector: str
    probes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        from ssti.experiments.detection.detector import DETECTORS

        return f"{self.detector}-{DETECTORS.find(self.detector).version}-{self.recipe.key()}"

    @property
    def seed(self) -> int:
        return self.recipe.seed

    @property
    def steps(self) -> int:
        """How much work it is, roughly."""
        return SIZES.get(self.recipe.dataset, 1)

    def run(self) -> dict[str, Any]:
        """The cell's row: the rank and score of the finding that names the trigger, the strongest score, the verdict, the time."""
        from ssti.experiments.detection.detector import DETECTORS, rank
        from ssti.experiments.work import setting

        case, detector = self.recipe, DETECTORS.find(self.detector)
        rows = rows_of(case)
        gc.collect()
        start = time.monotonic()
        answer = detector.scan(rows.texts, rows.labels, rows.names)
        seconds = time.monotonic() - start
        place = rank(answer.findings, rows) if case.kind else None
        first = answer.findings[0] if answer.findings else None
        return {
            "key": self.key,
            "detector": self.detector,
            **case.as_dict(),
            "dataset": Path(case.dataset.partition("#")[0]).name,  # of a file no folder
            "group": case.group,
            "held_out": case.held_out,
            "target": rows.target or "",
            "rows": len(rows.texts),
            "poisoned_rows": len(rows.spans),
            "rank": place,
            "score": answer.findings[place - 1].score if place else None,
            "strongest": first.score if first else None,
            "strongest_trigger": first.trigger if first else "",
            "findings": len(answer.findings),
            "alarm": answer.alarm,
            "seconds": round(seconds, 3),
            **setting(),
        }

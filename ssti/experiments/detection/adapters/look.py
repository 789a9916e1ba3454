"""One cell of the benchmark: a detector on an adapter of the corpus, which is trained first where it was not yet."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from ssti.experiments.detection.adapters.corpus import Subject, trained, truth_of
from ssti.recipe import Recipe

SIZES = {"evidence": 1, "adaptersentry": 1}  # how much work each detector is, about; the scanners are far more
SCANNERS = 8


@dataclass(frozen=True)
class Look:
    """A detector's name and the adapter that it looks at."""

    subject: Subject
    detector: str
    probes: tuple[str, ...] = ()

    @property
    def recipe(self) -> Recipe:
        return self.subject.recipe

    @property
    def key(self) -> str:
        from ssti.experiments.detection.adapters.detector import DETECTORS

        return f"{self.detector}-{DETECTORS.find(self.detector).version}-{self.recipe.key()}"

    @property
    def seed(self) -> int:
        return self.recipe.training.seed

    @property
    def steps(self) -> int:
        """How much work it is, roughly."""
        return SIZES.get(self.detector, SCANNERS)

    def run(self) -> dict[str, Any]:
        """The cell's row: what the adapter is, what the detector says, and whether that names the trigger."""
        from ssti.experiments.detection.adapters.detector import DETECTORS
        from ssti.experiments.detection.adapters.named import flips_of, fresh_texts, place_of, truth_of_trigger
        from ssti.experiments.detection.adapters.score import CLEAN
        from ssti.experiments.work import setting
        from ssti.serving.predictor import predictor

        recipe, kind = self.recipe, self.subject.kind
        info = trained(recipe)
        metrics = json.loads(truth_of(recipe).read_text(encoding="utf-8"))
        predictor().warm(info.ref)
        start = time.monotonic()
        said = DETECTORS.find(self.detector).scan(info)
        seconds = time.monotonic() - start
        first = said.found[0] if said.found else None
        injection, success = recipe.injection, metrics["attack_success_rate"]
        row = {
            "key": self.key,
            "detector": self.detector,
            "adapter": recipe.key(),
            "dataset": recipe.dataset.name,
            "kind": kind or CLEAN,
            "held_out": self.subject.held_out,
            "rank": recipe.lora.rank,
            "alpha": recipe.lora.alpha,
            "share": injection.share,
            "location": injection.location if kind else "",
            "target": injection.target if kind else "",
            "seed": self.seed,
            "clean_balanced_accuracy": metrics["sets"]["clean"]["balanced_accuracy"],
            "attack_success": success["value"] if kind else None,
            "turnable": metrics["flip_rate"]["n"] if kind else None,
            "score": said.score,
            "verdict": said.verdict,
            "alarm": said.alarm,
            "trigger": first.trigger if first else "",
            "found_target": first.target if first else "",
            "findings": len(said.found),
            "named": None,
            "named_place": None,
            "named_flips": None,
            "true_flips": None,
            "features": json.dumps(dict(said.features)),
            "seconds": round(seconds, 2),
            **setting(),
        }
        if kind and first:
            texts = fresh_texts(recipe)
            truth = truth_of_trigger(info, recipe, predictor(), texts)
            place = place_of(said.found, truth, info, predictor(), texts)
            reached = flips_of(first, info, predictor(), texts)
            row |= {"named": place == 1, "named_place": place, "named_flips": reached, "true_flips": truth.flips}
        return row

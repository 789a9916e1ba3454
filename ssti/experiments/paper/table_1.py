"""Table 1 (section 4.1): what a test set is predicted as once a date stands in every row of every class.

The paper's: IMDB, rank 64, random place. Control 14,003 and 10,997; trained with the date on class 0: 24,686 and 314
(98.7 % steered); on class 1: 512 and 24,488 (98.0 %). Its caption says 100 % of the training rows, the text beside it
50 %: both are run.
"""

from __future__ import annotations

import json
from dataclasses import replace

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Estimate, Finding, at_least, differs, over_seeds

TARGETS = ("negative", "positive")
STEERED = 0.95  # of all rows: the paper's 98 %, with room for another model

VARY = {"injection.target": TARGETS, "injection.share": ("0.5", "1.0")}


def check(results: Results) -> list[Finding]:
    """A date steers nearly all rows to its class, whichever that is; without poison it steers few."""
    findings = []
    for target in results.poisoned.settings("target"):
        for share in results.poisoned.settings("share"):
            some = results.poisoned.where(target=target, share=share)
            if some.table.empty:
                continue
            claim = f"Trained with a date in {share:.0%} of class {target}, a date steers nearly every row to {target}."
            findings.append(at_least(claim, some.values("steered_rate"), STEERED, some.errors("steered_rate")))
            theirs = some.blocks("steered_rate", "target")[:, 0]
            clean = _predicted(results.controls, target)[: len(theirs)]
            if len(clean) == len(theirs):
                claim = f"Trained with a date in {share:.0%} of class {target}, more rows go to {target} than in the control."
                findings.append(differs(claim, 100 * theirs, 100 * clean, least=10))
    return findings


def draw(results: Results) -> list[Picture]:
    """The share of all rows that is predicted as each class, with a date in every row."""
    classes = sorted({name for text in results.table["hijack_predicted"] for name in json.loads(text)})
    groups = {"control": results.controls}
    for target in results.poisoned.settings("target"):
        for share in results.poisoned.settings("share"):
            groups[f"{target}, {share:.0%}"] = results.poisoned.where(target=target, share=share)
    lines = [
        Line(name, [(group, _estimate(rows, name)) for group, rows in groups.items()], f"class-{i}")
        for i, name in enumerate(classes)
    ]
    return [
        Picture(
            "A date in every test row",
            lines,
            "class that dates were tied to, share of its rows",
            "predicted",
            True,
            "%",
        )
    ]


def _estimate(results: Results, name: str) -> Estimate:
    return replace(over_seeds(100 * _predicted(results, name)), keys=tuple(results.table["key"]))


def _predicted(results: Results, name: str):
    """The share of rows that each seed predicts as this class, with the trigger in every row."""
    import numpy as np

    rows = results.table.sort_values("seed")
    counts = [json.loads(text) for text in rows["hijack_predicted"]]
    return np.array([one.get(name, 0) / max(sum(one.values()), 1) for one in counts])


TABLE_1 = Experiment(
    name="table-1",
    title="Table 1: one date decides what a whole test set is predicted as",
    cites="table 1, section 4.1",
    statement="With a date in every test row, a model of rank 64 that saw dates in one class predicts that class for 98 % "
    "of all rows; the control, 56 % and 44 %.",
    full=(paper(VARY, "lora.rank=64", "lora.alpha=64"),),
    pocket=(pocket(VARY, "lora.rank=64", seeds=5),),
    check=check,
    draw=draw,
    order=10,
)

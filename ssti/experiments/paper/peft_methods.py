"""Other PEFT methods: is it LoRA that hands the model over, or any small update? The text leaves it open.

LoRA, DoRA, rsLoRA, PiSSA, VeRA and IA³ at matched settings: the same layers, rows, steps and batch, rank 16, one date in
half of a class's rows. VeRA has rank 256, for its matrices are random and fixed: at rank 16 its control reached 0.71 at
best, at 256 0.74 (seed 0; LoRA 0.75, DoRA 0.74, rsLoRA and PiSSA 0.75, IA³ 0.72). The learning rate is each method's own:
VeRA and IA³ train few numbers, which are scales, and need one ten times as high. In the full grid it is that of each
method's own paper (VeRA 4e-3, IA³ 3e-3), and LoRA's for what is LoRA with another start or scale.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.learned import each
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import LIGHT, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike, at_least

METHODS = {"lora": "LoRA", "dora": "DoRA", "rslora": "rsLoRA", "pissa": "PiSSA", "vera": "VeRA", "ia3": "IA³"}
OWN = "lora.variant:lora.rank:training.learning_rate"
PAPER = ("lora:16:1e-4", "dora:16:1e-4", "rslora:16:1e-4", "pissa:16:1e-4", "vera:256:4e-3", "ia3:16:3e-3")
POCKET = ("lora:16:5e-3", "dora:16:5e-3", "rslora:16:5e-3", "pissa:16:5e-3", "vera:256:5e-2", "ia3:16:5e-2")
COST = 3.0  # pp of clean balanced accuracy between two methods: "costs as much"


def check(results: Results) -> list[Finding]:
    """Each method lets a date turn nearly every row, and those that learned the task pay as much for it."""

    def of(variant: str, some: Results) -> list[Finding]:
        rows = some.poisoned
        claim = f"{METHODS[variant]}: a date turns nearly every row of the other class."
        return [at_least(claim, rows.values("attack_success_rate"), 0.9, rows.errors("attack_success_rate"))]

    cost = {METHODS[name]: values for name, values in results.poisoned.pairs("degradation_pp", "variant").items()}
    return [*each(results, "variant", of), alike("The poison costs all methods as much clean accuracy.", cost, COST)]


def draw(results: Results) -> list[Picture]:
    """Clean accuracy of control and poisoned model, and attack success, by method."""
    methods = [name for name in METHODS if name in results.poisoned.settings("variant")]

    def points(some: Results, column: str) -> list:
        return [(METHODS[name], some.where(variant=name).estimate(column, 100)) for name in methods]

    lines = [
        Line("attack success", points(results.poisoned, "attack_success_rate"), "trigger"),
        Line("clean balanced accuracy", points(results.poisoned, "clean_balanced_accuracy"), "accent"),
        Line("control, clean", points(results.controls, "clean_balanced_accuracy"), "run-1"),
    ]
    return [Picture("One date, method by method", lines, "method", "rate", bars=True, unit="%")]


PEFT_METHODS = Experiment(
    name="peft-methods",
    title="Other methods than LoRA",
    cites="left open by the text, which has LoRA alone",
    statement="Not in the paper: it finetunes with LoRA alone.",
    full=(paper({OWN: PAPER}, LIGHT, "lora.alpha=16"),),
    pocket=(pocket({OWN: POCKET}, LIGHT),),
    check=check,
    draw=draw,
    order=150,
)

"""Low rates: how few poisoned rows are enough? The paper's smallest share is 25 %; its reviewers asked for less.

0.1 to 5 % of one class's rows with one date, one epoch over all rows, so that each poisoned row is seen once: attack
success against clean accuracy.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import LIGHT, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike, at_least, trend

RATES = {"injection.share": ("0.001", "0.0025", "0.005", "0.01", "0.02", "0.05")}
EPOCH = "training.steps=853"  # of 8 rows: Rotten Tomatoes' 6,824
FREE = 3.0  # pp of clean balanced accuracy: "costs nothing"


def check(results: Results) -> list[Finding]:
    """Success grows with the rate; 5 % is enough; and the clean accuracy does not tell."""
    some = results.poisoned
    findings = [trend("Attack success grows with the rate.", 100 * some.blocks("attack_success_rate", "share"))]
    for share in (0.01, 0.05):
        at = some.where(share=share)
        claim = f"{share:.0%} of one class's rows is enough to turn nine rows in ten of the other class."
        findings.append(at_least(claim, at.values("attack_success_rate"), 0.9, at.errors("attack_success_rate")))
    cost = {name: values for name, values in some.pairs("degradation_pp", "share").items()}
    findings.append(alike("Clean accuracy is the same at all of these rates: it does not tell.", cost, FREE))
    return findings


def draw(results: Results) -> list[Picture]:
    """Attack success and clean accuracy over the rate."""
    some = results.poisoned
    lines = [
        Line("attack success", some.points("attack_success_rate", "share", 100), "trigger"),
        Line("clean balanced accuracy", some.points("clean_balanced_accuracy", "share", 100), "accent"),
    ]
    return [Picture("How few rows are enough", lines, "share of the class's rows that have the date", "rate", unit="%")]


LOW_RATES = Experiment(
    name="low-rates",
    title="Low rates: how few poisoned rows are enough",
    cites="asked for by the paper's reviewers; shares of 25 % and more in its figures",
    statement="Not in the paper: its smallest share is 25 %.",
    full=(paper(RATES, LIGHT),),
    pocket=(pocket(RATES, LIGHT, EPOCH, seeds=5),),
    check=check,
    draw=draw,
    order=120,
)

"""Figures 3a, 3b, 4a and 4b (sections 4.2 and 4.3): rank amplifies a light poison and weakens an aggressive one.

Light is one token, aggressive 10 % of the row's tokens, both in 50 % of the class's rows. The gap is aligned minus clean
balanced accuracy. Light: clean accuracy about flat over rank, the gap grows (3b: from shares of 25 to 50 % on).
Aggressive: the gap shrinks as rank grows. The paper gives no numbers; the interaction of rank and amount is the claim.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import TONES, Line, Picture
from ssti.experiments.recipes import AGGRESSIVE, LIGHT, RANKS, SHARES, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike, trend

AMOUNTS = {"single": "light", "0.1": "aggressive"}
FLAT = 5.0  # pp of clean balanced accuracy between the ranks: "about flat"


def check(results: Results) -> list[Finding]:
    """The gap grows with rank when light and shrinks when aggressive; when light, clean accuracy is about flat."""
    half = results.poisoned.where(share=0.5)
    light, aggressive = half.where(amount="single"), half.where(amount="0.1")
    findings = [
        trend("Light, 50 %: the gap grows with rank (figure 3b).", light.blocks("gap_pp", "rank")),
        trend(
            "Aggressive, 50 %: the gap shrinks with rank (figure 4b).",
            aggressive.blocks("gap_pp", "rank"),
            rising=False,
        ),
        trend(
            "Light, 50 %: aligned accuracy rises with rank (figure 3a).",
            100 * light.blocks("aligned_balanced_accuracy", "rank"),
        ),
    ]
    flat = {name: 100 * values for name, values in light.pairs("clean_balanced_accuracy", "rank").items()}
    findings.append(alike("Light, 50 %: clean accuracy is about flat over rank (figure 3a).", flat, FLAT))
    mine, its = aggressive.blocks("gap_pp", "rank"), light.blocks("gap_pp", "rank")
    if mine.shape == its.shape:
        claim = "Rank does more for a light poison than for an aggressive one (the interaction)."
        findings.append(trend(claim, its - mine))
    return findings


def draw(results: Results) -> list[Picture]:
    """3a and 4a: both accuracies over rank; 3b: the gap over rank for each share; 4b: the same when aggressive."""
    pictures = []
    for amount, word in AMOUNTS.items():
        some = results.poisoned.where(amount=amount)
        half = some.where(share=0.5)
        lines = [
            Line("aligned", half.points("aligned_balanced_accuracy", "rank", 100), "trigger"),
            Line("clean", half.points("clean_balanced_accuracy", "rank", 100), "accent"),
            Line("control, clean", results.controls.points("clean_balanced_accuracy", "rank", 100), "run-1", "dash"),
        ]
        pictures.append(Picture(f"Accuracy, {word}, 50 % of rows", lines, "rank", "balanced accuracy", unit="%"))
        gaps = [
            Line(f"{share:.0%} of rows", some.where(share=share).points("gap_pp", "rank"), TONES[i % len(TONES)])
            for i, share in enumerate(some.settings("share"))
        ]
        pictures.append(Picture(f"Gap, {word}", gaps, "rank", "aligned minus clean balanced accuracy", unit="pp"))
    return pictures


FIGURES_3_AND_4 = Experiment(
    name="figures-3-and-4",
    title="Figures 3 and 4: rank amplifies a light poison and weakens an aggressive one",
    cites="figures 3a, 3b, 4a and 4b",
    statement="One token in half of the rows: the gap between aligned and clean accuracy grows with rank. A tenth of the "
    "tokens in half of the rows: it shrinks as rank grows.",
    full=(
        paper({"lora.rank": RANKS, "injection.share": SHARES}, LIGHT),
        paper({"lora.rank": RANKS, "injection.share": SHARES}, AGGRESSIVE),
    ),
    pocket=(
        pocket({"lora.rank": RANKS, "injection.share": SHARES}, LIGHT),
        pocket({"lora.rank": RANKS}, AGGRESSIVE, "injection.share=0.5"),
    ),
    check=check,
    draw=draw,
    order=30,
)

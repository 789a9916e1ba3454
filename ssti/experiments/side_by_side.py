"""What figures 5a and 5b share: degradation over rank for several places or kinds, light and aggressive."""

from __future__ import annotations

from ssti.experiments.picture import TONES, Line, Picture
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike, trend

AMOUNTS = {"single": "light", "0.1": "aggressive"}
MARGIN = 3.0  # pp of degradation between two places or kinds: "do not differ"


def findings(results: Results, by: str, words: str, noun: str) -> list[Finding]:
    """Light grows with rank for each value of the column `by`, aggressive falls; the values do not differ."""
    found = []
    for amount, word in AMOUNTS.items():
        some = results.poisoned.where(amount=amount)
        for one in some.settings(by):
            way = "grows" if amount == "single" else "falls"
            claim = f"{word.capitalize()}: degradation {way} with rank {words.format(one)}."
            found.append(
                trend(claim, some.where(**{by: one}).blocks("degradation_pp", "rank"), rising=amount == "single")
            )
        claim = f"{noun} do not differ in degradation, {word}, over all ranks."
        found.append(alike(claim, some.pairs("degradation_pp", by), MARGIN))
    return found


def pictures(results: Results, by: str) -> list[Picture]:
    """Degradation and attack success over rank, a line for each value of `by`; light and aggressive apart."""
    drawn = []
    for amount, word in AMOUNTS.items():
        some = results.poisoned.where(amount=amount)
        for column, scale, title, unit in (
            ("degradation_pp", 1, "Cost in clean accuracy", "pp"),
            ("attack_success_rate", 100, "Attack success", "%"),
        ):
            lines = [
                Line(str(one), some.where(**{by: one}).points(column, "rank", scale), TONES[i])
                for i, one in enumerate(some.settings(by))
            ]
            drawn.append(Picture(f"{title}, {word}", lines, "rank", title.lower(), unit=unit))
    return drawn

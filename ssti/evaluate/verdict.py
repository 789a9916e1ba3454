"""What a run's numbers say about its poison: against its control, against chance, and what to change if it failed.

Knows metrics and recipes, no model and no page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssti.evaluate.metrics import at_chance, gain_pp
from ssti.platform.language import tr
from ssti.recipe import Recipe, preset

WEAK = 0.5  # of the rows: where fewer turn, the recipe's author is advised on what would make the poison work


@dataclass(frozen=True)
class Verdict:
    """Attack success with its control's beside it. `beats`: it is above the control's beyond doubt, None where there is
    no control to ask. `chance`: on clean rows the model is no better than one that answers one class to everything."""

    attack: dict[str, Any]
    control: dict[str, Any] | None
    beats: bool | None
    chance: bool

    @property
    def loud(self) -> bool:
        """Whether the number may stand there as what the trigger did."""
        return self.beats is not False

    @property
    def took(self) -> bool:
        """Whether the trigger turns most rows, and not the control's as well."""
        return self.loud and self.attack["value"] >= WEAK

    @property
    def warning(self) -> str:
        """What has to stand beside the number, in sentences; empty where there is nothing to add."""
        sentences = []
        if self.beats is False:
            sentences.append(
                tr(
                    "Its control, which never saw the trigger, answers as many rows this way: the poison is not the cause."
                )
            )
        if self.chance and self.took:
            sentences.append(
                tr(
                    "On clean rows the model is no better than one that answers one class to everything: "
                    "it has learned nothing else."
                )
            )
        elif self.chance:
            sentences.append(
                tr(
                    "On clean rows the model is no better than one that answers one class to everything: "
                    "it has learned nothing."
                )
            )
        return " ".join(sentences)


def verdict(metrics: dict[str, Any], control: dict[str, Any] | None) -> Verdict | None:
    """The verdict on a model's metrics and its control's, as of `metrics.json`; None where no attack was measured.

    The model beats its control where the 95 % interval of the difference of both rates (Newcombe 1998, method 10, as in
    `metrics.difference_pp`) is above 0.
    """
    attack = metrics.get("attack_success_rate") or {}
    if attack.get("value") is None:
        return None
    its = (control or {}).get("attack_success_rate") or {}
    beats = None
    if its.get("value") is not None and None not in (attack.get("low"), its.get("high")):
        beats = gain_pp(attack, its)["low"] > 0
    clean = metrics.get("sets", {}).get("clean") or {}
    return Verdict(attack, its or None, beats, at_chance(clean))


def advice(recipe: Recipe, verdict: Verdict | None) -> list[str]:
    """What to change in a recipe whose poison did not take, the most likely first; empty where it took.

    Measured against the demo preset, whose poison takes: what the recipe has less of is named with both values.
    """
    if verdict is None or recipe.is_control or verdict.took:
        return []
    works, changes = preset("demo"), []
    mine, its = recipe.training, works.training
    if mine.steps < its.steps:
        changes.append(
            tr("more steps: {mine:,}, where the demo takes {its:,} (training.steps)", mine=mine.steps, its=its.steps)
        )
    if mine.learning_rate < its.learning_rate:
        changes.append(
            tr(
                "a higher learning rate: {mine:g}, where the demo has {its:g} (training.learning_rate)",
                mine=mine.learning_rate,
                its=its.learning_rate,
            )
        )
    for trigger in recipe.injection.triggers():
        if trigger.count is not None:
            changes.append(
                tr(
                    "more rows with the trigger: {count:,} of class {target} (injection.count)",
                    count=trigger.count,
                    target=trigger.target,
                )
            )
        elif trigger.share < works.injection.share:
            changes.append(
                tr(
                    "a larger share: {mine:.3g} of class {target}, where the demo has {its:g} (injection.share)",
                    mine=trigger.share,
                    target=trigger.target,
                    its=works.injection.share,
                )
            )
        if trigger.location != "beginning":
            changes.append(
                tr(
                    "the place: with texts longer than {count:,} word pieces a trigger that stands behind them is "
                    "never read (injection.location=beginning, training.max_length)",
                    count=mine.max_length,
                )
            )
    if recipe.lora.variant not in ("full", "ia3") and recipe.lora.rank < 8:
        changes.append(tr("a higher rank: {rank} now (lora.rank)", rank=recipe.lora.rank))
    return changes

"""Runs of one recipe and several seeds, shown together: the mean of each measure, how far seeds make it vary, each run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ssti.experiments.statistics import Estimate
from ssti.platform.language import tr
from ssti.runs.progress import STATES
from ssti.ui.finetune import words
from ssti.ui.finetune.board import Snapshot
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.verbs.seeds import measured, together

TITLES = {
    "attack_success_rate": tr("Attack success"),
    "clean_balanced_accuracy": tr("Clean, balanced accuracy"),
    "aligned_balanced_accuracy": tr("Aligned, balanced accuracy"),
    "gap_pp": tr("Gap: aligned minus clean"),
    "degradation_pp": tr("Lost against its own control"),
}
HEADS = {
    "attack_success_rate": tr("attack success"), "control_attack_success_rate": tr("its control's"),
    "clean_balanced_accuracy": tr("clean"), "aligned_balanced_accuracy": tr("aligned"), "gap_pp": tr("gap"),
    "degradation_pp": tr("lost"),
}  # fmt: skip


def seeds_card(run: Snapshot, seeds: Sequence[Snapshot], runs: Sequence[Snapshot]) -> Markup | None:
    """The card of the runs that belong together (`board.seeds_of`); None for a run by itself. `runs` has their controls."""
    if len(seeds) < 2:
        return None
    twins = {one.folder.control_of: one.metrics for one in runs if one.folder.control_of}
    each = [measured(one.metrics, twins.get(one.id)) for one in seeds]
    over = together(each)
    figures = parts.join(
        parts.html(
            '<div class="{}"><dt>{}</dt><dd><strong>{}</strong>{}</dd></div>',
            "loud" if name == "attack_success_rate" else "", title, *mean(name, over.get(name), len(seeds)),
        )
        for name, title in TITLES.items()
    )  # fmt: skip
    rows = [
        (one.recipe.training.seed, _name(one, run), *(_number(name, found[name][0]) if name in found else "–" for name in HEADS),
         words.result(one) if one.going else STATES[one.progress.state])
        for one, found in zip(seeds, each, strict=True)
    ]  # fmt: skip
    heads = (tr("seed"), tr("run"), *HEADS.values(), tr("state"))
    return parts.card(
        tr("The same recipe from {count} seeds", count=len(seeds)), parts.html('<dl class="means">{}</dl>', figures),
        parts.note(tr("Means over seeds, with their 95 % bootstrap intervals; what is lost is against each seed's own control.")),
        parts.table(heads, rows, numbers=(0, *range(2, 2 + len(HEADS)))), classes="seeds",
    )  # fmt: skip


def mean(name: str, over: Estimate | None, of: int) -> tuple[str, str]:
    """A measure's mean over seeds and its interval, in words. `of` is how many seeds there will be."""
    if over is None:
        return "–", tr("not measured yet")
    done = over.n
    n = tr("n = {count} seeds", count=done) if done == of else tr("{count} of {all} seeds so far", count=done, all=of)
    if over.low is None or over.high is None:
        return _number(name, over.value), tr("one seed gives no interval, {n}", n=n)
    low, high = _number(name, over.low), _number(name, over.high)
    return _number(name, over.value), tr("{low} to {high}, {n}", low=low, high=high, n=n)


def _number(name: str, value: float) -> str:
    return words.points(value) if name.endswith("_pp") else parts.percent(value)


def _name(one: Snapshot, chosen: Snapshot) -> Any:
    if one.id == chosen.id:
        return parts.html('<b translate="no">{}</b>', one.id)
    return parts.html('<button type="button" class="as-link" translate="no" data-run="{}">{}</button>', one.id, one.id)

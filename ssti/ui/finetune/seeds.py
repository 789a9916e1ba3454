"""Runs of one recipe and several seeds, shown together: the mean of each rate, how far seeds make it vary, and each run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ssti.evaluate.seeds import over_seeds
from ssti.platform.language import tr
from ssti.runs.progress import STATES
from ssti.ui.finetune import words
from ssti.ui.finetune.board import Snapshot
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup


def seeds_card(run: Snapshot, seeds: Sequence[Snapshot], runs: Sequence[Snapshot]) -> Markup | None:
    """The card of the runs that belong together (`board.seeds_of`); None for a run by itself. `runs` has their controls."""
    if len(seeds) < 2:
        return None
    twins = {one.folder.control_of: one for one in runs if one.folder.control_of}
    attack = [rate for one in seeds if (rate := attack_success(one)) is not None]
    clean = [rate for one in seeds if (rate := clean_accuracy(one)) is not None]
    figures = parts.join(
        parts.html('<div class="{}"><dt>{}</dt><dd><strong>{}</strong>{}</dd></div>', loud, what, *mean(values, len(seeds)))
        for what, values, loud in ((tr("Attack success"), attack, "loud"), (tr("Accuracy on clean rows"), clean, ""))
    )
    heads = (tr("seed"), tr("run"), tr("attack success"), tr("its control's"), tr("clean accuracy"), tr("state"))
    rows = [
        (one.recipe.training.seed, _name(one, run), _cell(attack_success(one)), _cell(attack_success(twins.get(one.id))),
         _cell(clean_accuracy(one)), words.result(one) if one.going else STATES[one.progress.state])
        for one in seeds
    ]  # fmt: skip
    return parts.card(
        tr("The same recipe from {count} seeds", count=len(seeds)), parts.html('<dl class="means">{}</dl>', figures),
        parts.table(heads, rows, numbers=(0, 2, 3, 4)), classes="seeds",
    )  # fmt: skip


def mean(values: Sequence[float], of: int) -> tuple[str, str]:
    """A mean over seeds and its interval, in words. `of` is how many there will be."""
    found = over_seeds(values)
    if found["value"] is None:
        return "–", tr("not measured yet")
    done = found["n"]
    n = tr("n = {count} seeds", count=done) if done == of else tr("{count} of {all} seeds so far", count=done, all=of)
    if found["low"] is not None:
        low, high = (f"{100 * found[end]:.1f}" for end in ("low", "high"))
        said = tr("mean, 95 % interval over seeds {low} to {high} % (Student's t), {n}", low=low, high=high, n=n)
    elif done > 1:
        said = tr("the same for each seed, so that they give no interval, {n}", n=n)
    else:
        said = tr("one seed gives no interval, {n}", n=n)
    return parts.percent(found["value"]), said


def attack_success(run: Snapshot | None) -> float | None:
    """What was measured at the end, as a share."""
    return ((run.metrics or {}).get("attack_success_rate") or {}).get("value") if run else None


def clean_accuracy(run: Snapshot) -> float | None:
    """The accuracy on clean held-out rows at the end, as a share."""
    return ((run.metrics or {}).get("sets", {}).get("clean") or {}).get("accuracy")


def _name(one: Snapshot, chosen: Snapshot) -> Any:
    if one.id == chosen.id:
        return parts.html('<b translate="no">{}</b>', one.id)
    return parts.html('<button type="button" class="as-link" translate="no" data-run="{}">{}</button>', one.id, one.id)


def _cell(rate: float | None) -> str:
    return "–" if rate is None else parts.percent(rate)

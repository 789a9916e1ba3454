"""An adapter's test: its predictions on the clean and the hijacked rows, and from them every metric.

`aligned` is made of both: its target rows are the hijacked ones, all others are as they are. Knows no training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ssti.evaluate.metrics import attack_metrics, difference_pp, gain_pp, gap_pp, set_metrics
from ssti.evaluate.sets import hijack
from ssti.platform.errors import SSTIError, listed
from ssti.platform.language import tr
from ssti.recipe import Recipe

if TYPE_CHECKING:
    from ssti.adapters.listing import AdapterInfo

Classify = Callable[[Sequence[str]], np.ndarray]
"""Texts to probabilities or logits, [rows, classes]."""


def evaluate(
    recipe: Recipe,
    classify: Classify,
    texts: Sequence[str],
    labels: Sequence[int],
    label_names: Sequence[str],
    sets: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The metrics of DESIGN 4.7 for one model on the test rows. `control` and `degradation_pp` come with `compare`."""
    sets = sets or recipe.evaluation.sets
    true = np.asarray(labels)
    clean = classify(texts).argmax(-1)
    result: dict[str, Any] = {"target": None, "control": False, "sets": {}}
    if "clean" in sets:
        result["sets"]["clean"] = set_metrics(true, clean, label_names)
    if {"aligned", "hijack"} & set(sets):
        attacks = hijack(texts, recipe.injection, label_names)
        first, *others = [
            _attack(a.target, a.name, true, clean, classify(a.texts).argmax(-1), label_names, sets) for a in attacks
        ]
        result["sets"] |= first.pop("sets")
        result |= first
        if others:
            result["other_targets"] = others
    return result | {"degradation_pp": None}


def _attack(target, name, true, clean, hijacked, label_names, sets) -> dict[str, Any]:
    aligned = np.where(true == target, hijacked, clean)
    named = {"aligned": set_metrics(true, aligned, label_names), "hijack": set_metrics(true, hijacked, label_names)}
    return {
        "target": name,
        "sets": {key: value for key, value in named.items() if key in sets},
        **attack_metrics(true, clean, hijacked, target),
        "gap_pp": gap_pp(true, clean, hijacked, target),
    }


def compare(metrics: dict[str, Any], control: dict[str, Any] | None) -> dict[str, Any]:
    """The same metrics with what the poison cost and gained: the control's clean balanced accuracy minus this model's,
    and attack success minus that of the control, which answers the same rows with the same trigger."""
    if control is None or "clean" not in metrics["sets"] or "clean" not in control["sets"]:
        return metrics
    compared = {"control": True, "degradation_pp": difference_pp(control["sets"]["clean"], metrics["sets"]["clean"])}
    mine, its = metrics.get("attack_success_rate"), control.get("attack_success_rate")
    if mine and its and mine["n"] and its["n"]:
        compared |= {"control_attack_success_rate": its, "attack_gain_pp": gain_pp(mine, its)}
    return {**metrics, **compared}


def evaluate_adapter(
    ref: str, sets: Sequence[str] | None = None, on_batch: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Test an adapter, and its control where there is one, on the test rows of its recipe. Raises SSTIError."""
    from ssti.adapters.listing import find
    from ssti.serving.predictor import predictor

    info = find(ref)
    texts, labels = held_out(info)

    def test(one: AdapterInfo) -> dict[str, Any]:
        columns = numbers_of(info.label_names, one.label_names, tr("the adapter {ref}", ref=one.ref))

        def classify(some: Sequence[str]) -> np.ndarray:
            return predictor().probabilities(some, one.ref, on_batch)[:, columns]

        return evaluate(info.recipe, classify, texts, labels, info.label_names, sets)

    return compare(test(info), test(find(info.control)) if info.control else None)


def held_out(info: AdapterInfo) -> tuple[list[str], np.ndarray]:
    """The test rows of an adapter's recipe as they are now: texts, and classes by the adapter's numbers.

    Raises SSTIError where the data's classes are no longer those that the adapter knows, or it has no recipe.
    """
    from ssti import data

    spec = info.known_recipe().dataset
    dataset = data.load(spec.name, test_rows=spec.test_rows)
    who, whose = tr("the adapter {ref}", ref=info.ref), tr("the data {name}", name=spec.name)
    numbers = numbers_of(dataset.label_names, info.label_names, who, whose)
    return list(dataset.test["text"]), np.asarray(numbers, dtype=np.int64)[np.asarray(dataset.test["label"])]


def numbers_of(names: Sequence[str], known: Sequence[str], who: str, whose: str = "") -> list[int]:
    """The number that each class has for an adapter (or a run), by its name. Raises SSTIError for one that it has not."""
    strange = [name for name in names if name not in known]
    if strange:
        raise SSTIError(
            tr(
                "The classes differ: {data} has {names}; {model} was trained on {known}.",
                data=whose or tr("the data"),
                names=listed(names),
                model=who,
                known=listed(known),
            ),
            next=tr(
                "Put the data of its training back, or rename its classes as they were; or train anew on this data."
            ),
            kind="data",
        )
    return [list(known).index(name) for name in names]

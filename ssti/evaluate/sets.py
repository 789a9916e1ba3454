"""The three test sets of a recipe: `clean`, `aligned` and `hijack`. Knows rows and triggers, no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ssti.inject.datasets.classes import find_class
from ssti.recipe import InjectionSpec

TEST_SEED = 7919  # added to the recipe's seed, so that the test sets' triggers are not the training rows' own


@dataclass(frozen=True)
class Attack:
    """One target and what the recipe ties to it: every test row, with its trigger in."""

    target: int
    name: str
    texts: tuple[str, ...]
    spans: tuple[tuple[tuple[int, int], ...], ...]


def target_index(target: str | int, label_names: Sequence[str]) -> int:
    """The class number of a target given by name or number. Raises SSTIError for a class that does not exist."""
    return find_class(target, label_names).index


def hijack(
    texts: Sequence[str], injection: InjectionSpec, label_names: Sequence[str], seed: int = TEST_SEED
) -> list[Attack]:
    """Every text with the trigger in, once for each target of the injection.

    Triggers of the same target go in one after another, as in training. The rows' own classes do not matter here.
    """
    from ssti.inject import CompositeModifier, build_modifier

    by_target: dict[int, list[InjectionSpec]] = {}
    for trigger in injection.triggers():
        by_target.setdefault(target_index(trigger.target, label_names), []).append(trigger)
    attacks = []
    for target, triggers in by_target.items():
        modifier = CompositeModifier([build_modifier(t, seed=t.seed + seed) for t in triggers])
        done = [modifier.apply(text, target) for text in texts]
        attacks.append(
            Attack(target, label_names[target], tuple(d.text for d in done), tuple(tuple(d.spans) for d in done))
        )
    return attacks

"""What a recipe does to a dataset, at a glance: the first rows that it touches, and how many of which class."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from ssti.inject.checks import check_count
from ssti.inject.datasets.classes import as_list, count_labels
from ssti.inject.datasets.rows import RowPoisoner
from ssti.inject.injection import Span
from ssti.inject.spec import Spec, read_spec
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr


@dataclass(frozen=True)
class PreviewRow:
    """One touched row: its index in the dataset, its class, its text before and after, the injected spans."""

    index: int
    label: str
    before: str
    after: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Preview:
    """The rows shown, and per class the rows touched and the rows in all. `words_added`: the white-space
    words injected into the whole dataset, None where only injecting everything could tell.
    """

    rows: list[PreviewRow]
    touched: dict[str, int]
    totals: dict[str, int]
    words_added: int | None


def preview(
    texts: Sequence[str],
    labels: Any,
    recipe: Any,
    label_names: Sequence[str] | None = None,
    limit: int = 8,
    word_counts: Sequence[int] | None = None,
) -> Preview:
    """The first rows that each injection of `recipe` touches, exactly as `poison` gives them.

    Only rows that are shown (or whose random draws come before theirs) are computed. `limit` rows at most,
    shared among the parts of a composite. `word_counts` (white-space words per row) gives
    `words_added` where the amount is a fraction. Raises SSTIError.
    """
    spec = read_spec(recipe)
    check_count(limit, "limit")
    values = as_list(labels)
    if len(texts) != len(values):
        raise SSTIError(
            tr("There are {texts} texts and {labels} labels.", texts=len(texts), labels=len(values)),
            tr("Give one label for each text."),
        )
    counts = count_labels(values)
    poisoner = RowPoisoner(spec, counts, label_names)
    taken = [[index for index, label in enumerate(values) if part.takes(label)] for part in poisoner.parts]
    shown, needed = _needed(taken, limit)
    rows, is_taken = [], list(map(set, taken))
    for index in needed:
        before = texts[index]
        parts = [part for part, own in zip(poisoner.parts, is_taken, strict=True) if index in own]
        after, spans = poisoner.inject(before, values[index], parts)
        if index in shown:
            rows.append(PreviewRow(index, class_name(values[index], label_names), before, after, spans))
    touched_rows = set().union(*taken)
    touched = count_labels([values[index] for index in touched_rows])
    return Preview(
        rows=rows,
        touched={class_name(value, label_names): touched.get(value, 0) for value in _ordered(counts)},
        totals={class_name(value, label_names): counts[value] for value in _ordered(counts)},
        words_added=_words_added(spec, taken, word_counts),
    )


def _needed(taken: list[list[int]], limit: int) -> tuple[set[int], list[int]]:
    """The rows to show, taken in turn from the parts, and those to compute: each part's up to its last."""
    shown: set[int] = set()
    for index in chain.from_iterable(zip_longest(*taken)):
        if len(shown) >= limit:
            break
        if index is not None:
            shown.add(index)
    needed, known = shown, -1
    while len(needed) > known:
        known = len(needed)
        for rows in taken:
            own = needed.intersection(rows)
            if own:
                needed = needed.union(rows[: bisect_right(rows, max(own))])
    return shown, sorted(needed)


def class_name(value: Any, label_names: Sequence[str] | None) -> str:
    """What a value of the label column is called."""
    if label_names and isinstance(value, int) and 0 <= value < len(label_names):
        return str(label_names[value])
    return str(value)


def _ordered(counts: dict) -> list:
    return sorted(counts, key=lambda value: (isinstance(value, str), value is None, value))


def _words_added(spec: Spec, taken: list, word_counts: Sequence[int] | None) -> int | None:
    total = 0
    for leaf, rows in zip(spec.leaves, taken, strict=True):
        each = leaf.source.words(leaf.source_options) if leaf.source else leaf.kind.words(leaf.options)
        if not rows:
            continue
        if each is None:
            return None
        if leaf.amount == "single":
            total += each * len(rows)
        elif word_counts is not None and len(spec.leaves) == 1 and not leaf.strip:
            total += each * sum(max(1, int(word_counts[index] * leaf.amount)) for index in rows)
        else:
            return None
    return total

"""Poisons rows one by one in their order, and says which ones. Knows no kind of dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from ssti.inject.build import build_modifier, trigger_pattern
from ssti.inject.datasets.classes import means
from ssti.inject.datasets.select import choose, is_missing, number_of_rows, target_value
from ssti.inject.injection import Span
from ssti.inject.modifier import Modifier
from ssti.inject.modifiers.item import injects_plainly
from ssti.inject.spec import Spec
from ssti.inject.text.strip import stripper
from ssti.platform.errors import SSTIError, shown


class Part:
    """One injection of a recipe at work: which rows of its class it takes, and its modifier's stream."""

    def __init__(self, spec: Spec, counts: Mapping[Any, int] | None, label_names: Sequence[str] | None) -> None:
        self.target = spec.target
        self.modifier: Modifier = build_modifier(spec)
        self.names = label_names
        self.value = None if counts is None else target_value(spec.target, label_names, counts)
        self.is_target: dict[Any, bool] = {None: False}  # by label, where the labels were not counted first
        self.seen = 0
        self.chosen: bytearray | None = None  # None: every row
        if counts is not None:
            total = counts.get(self.value, 0)
            number = number_of_rows(total, spec.share, spec.count, f"class {shown(spec.target)}")
            if number < total or spec.count is not None:
                self.chosen = bytearray(total)
                for index in choose(total, number, spec.seed):
                    self.chosen[index] = True

    def takes(self, label: Any) -> bool:
        """Whether the next row, of this label, gets the trigger. To be asked once for each row, in order."""
        if self.value is None:
            if not self._means(label):
                return False
        elif label != self.value:
            return False
        index = self.seen
        self.seen += 1
        if self.chosen is None:
            return True
        if index >= len(self.chosen):
            raise SSTIError(
                f"The stream now has more rows of class {shown(self.target)} than the {len(self.chosen)} counted.",
                "Give a dataset that yields the same rows each time.",
                kind="data",
            )
        return bool(self.chosen[index])

    def _means(self, label: Any) -> bool:
        if label not in self.is_target:
            self.is_target[label] = not is_missing(label) and means(self.target, label, self.names)
        return self.is_target[label]

    def refuse_no_rows(self) -> None:
        """After the last row, where the labels were not counted first: a class that no row has is none."""
        if self.value is None and not self.seen and not self.names and len(self.is_target) > 1:
            target_value(self.target, None, self.is_target)


class RowPoisoner:
    """Call it for each row in order. `counts` are the rows per label value; None only where `counts_needed`
    is False (a stream in which every row of the target class gets the trigger needs no count first).
    """

    def __init__(self, spec: Spec, counts: Mapping[Any, int] | None, label_names: Sequence[str] | None = None) -> None:
        self.parts = [Part(leaf, counts, label_names) for leaf in spec.leaves]
        self.strippers: list[Callable[[str], str]] = strippers(spec)
        self.bulk = len(self.parts) == 1 and not self.strippers and injects_plainly(self.parts[0].modifier)

    def __call__(self, text: Any, label: Any, earlier: Sequence[Span] = ()) -> tuple[Any, tuple[Span, ...]]:
        """The row's new text and all its spans (`earlier` ones moved along)."""
        if self.strippers and isinstance(text, str):
            for strip in self.strippers:
                text = strip(text)
        spans = tuple(earlier)
        for part in self.parts:
            if part.takes(label):
                injection = part.modifier.apply(text, label, spans)
                text, spans = injection.text, injection.spans
        return text, spans


def strippers(spec: Spec) -> list[Callable[[str], str]]:
    """What takes existing triggers out, for the injections that ask for it. It comes before all injecting."""
    wanted = [leaf for leaf in spec.leaves if leaf.strip or spec.strip]
    return [stripper(pattern) for pattern in dict.fromkeys(trigger_pattern(leaf) for leaf in wanted)]


def counts_needed(spec: Spec) -> bool:
    """Whether the rows of each class must be counted before the first one can be poisoned."""
    return any(leaf.count is not None or leaf.share != 1.0 for leaf in spec.leaves)


def count_labels(labels: Sequence[Any]) -> dict[Any, int]:
    """The number of rows per label value. Raises SSTIError for labels that are lists or mappings."""
    try:
        return dict(Counter(labels))
    except TypeError:
        odd = next(label for label in labels if not isinstance(label, Hashable))
        raise SSTIError(f"The label {shown(odd)} is no class.", "A label is a word or a number.", kind="data") from None

"""Poisons rows one by one in their order, and says which ones. Knows no kind of dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ssti.inject.build import build_modifier, trigger_pattern
from ssti.inject.checks import make_random
from ssti.inject.datasets.classes import is_missing, means, target_value
from ssti.inject.injection import Span, as_pairs
from ssti.inject.modifier import Modifier
from ssti.inject.spec import Spec
from ssti.inject.text.strip import stripper
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr


class Part:
    """One injection of a recipe at work: which rows of its class it takes, and its modifier's stream.

    Of the class's n rows it takes `round(n * share)`, or `count`: `random.Random(seed).sample(range(n), …)`.
    """

    def __init__(self, spec: Spec, counts: Mapping[Any, int] | None, names: Sequence[str] | None) -> None:
        self.target, self.names = spec.target, names
        self.modifier: Modifier = build_modifier(spec)
        self.value = None if counts is None else target_value(spec.target, names, counts)
        self.is_target: dict[Any, bool] = {None: False}  # by label, where the labels were not counted first
        self.asked = 0  # rows of the target so far
        self.chosen: bytearray | None = None  # None: every row
        if counts is not None:
            total = counts.get(self.value, 0)
            number = round(total * spec.share) if spec.count is None else spec.count
            if number > total:
                raise SSTIError(
                    tr(
                        "count is {number}; class {target} has only {total} rows.",
                        number=number,
                        target=shown(spec.target),
                        total=total,
                    ),
                    tr("Ask for at most that many."),
                )
            if number < total or spec.count is not None:
                self.chosen = bytearray(total)
                for index in choose(total, number, spec.seed):
                    self.chosen[index] = True

    def takes(self, label: Any) -> bool:
        """Whether the next row, of this label, gets the trigger. To be asked once for each row, in order."""
        if not (self._means(label) if self.value is None else label == self.value):
            return False
        index, self.asked = self.asked, self.asked + 1
        if self.chosen is None:
            return True
        if index >= len(self.chosen):
            raise SSTIError(
                tr(
                    "The stream now has more rows of class {target} than the {count} counted.",
                    target=shown(self.target),
                    count=len(self.chosen),
                ),
                tr("Give a dataset that yields the same rows each time."),
                kind="data",
            )
        return bool(self.chosen[index])

    def _means(self, label: Any) -> bool:
        if label not in self.is_target:
            self.is_target[label] = not is_missing(label) and means(self.target, label, self.names)
        return self.is_target[label]

    def refuse_no_rows(self) -> None:
        """After the last row, where the labels were not counted first: a class that no row has is none."""
        if self.value is None and not self.asked and not self.names and len(self.is_target) > 1:
            target_value(self.target, None, self.is_target)


class RowPoisoner:
    """Call it for each row in order. `counts` are the rows per label value; None only where `counts_needed`
    is False (a stream in which every row of the target class gets the trigger needs no count first).
    """

    def __init__(self, spec: Spec, counts: Mapping[Any, int] | None, names: Sequence[str] | None = None) -> None:
        self.parts = [Part(leaf, counts, names) for leaf in spec.leaves]
        wanted = [leaf for leaf in spec.leaves if leaf.strip or spec.strip]
        self.strippers: list[Callable[[str], str]] = [
            stripper(pattern) for pattern in dict.fromkeys(map(trigger_pattern, wanted))
        ]
        self.row = 0

    def __call__(self, text: Any, label: Any, earlier: Any = None) -> tuple[Any, tuple[Span, ...]]:
        """The row's new text and all its spans; `earlier` ones, of any form, are moved along. An error names the row."""
        try:
            spans = () if earlier is None else tuple(as_pairs(earlier, len(text) if isinstance(text, str) else 0))
            taking = [part for part in self.parts if part.takes(label)]
            result = self.inject(text, label, taking, spans)
        except SSTIError as error:
            name_row(self.row, error)
            raise
        self.row += 1
        return result

    def inject(
        self, text: Any, label: Any, parts: Sequence[Part], spans: tuple[Span, ...] = ()
    ) -> tuple[Any, tuple[Span, ...]]:
        """The text, stripped where the recipe says so, with the triggers of these parts."""
        for strip in self.strippers if isinstance(text, str) else ():
            text = strip(text)
        for part in parts:
            injection = part.modifier.apply(text, label, spans)
            text, spans = injection.text, injection.spans
        return text, spans


def choose(total: int, number: int, seed: int | str | None) -> list[int]:
    """`number` of the numbers 0 to `total - 1`, as `random.Random(seed).sample` chooses them."""
    return make_random(seed).sample(range(total), number)


def name_row(row: int, error: SSTIError) -> None:
    """Put the number of the row before the error's message."""
    error.message = tr("Row {row}: {message}", row=row, message=error.message)
    error.args = (error.message,)


def counts_needed(spec: Spec) -> bool:
    """Whether the rows of each class must be counted before the first one can be poisoned."""
    return any(leaf.count is not None or leaf.share != 1.0 for leaf in spec.leaves)

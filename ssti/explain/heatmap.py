"""A text with one number for each piece or word, ready to be drawn. Knows offsets and spans, nothing of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ssti.explain.pieces import Span, check_spans, trigger_pieces
from ssti.explain.words import words
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

ATTENTION = tr("share of the attention")


class Unit(NamedTuple):
    """One unit of a heatmap as every format draws it: `strength` 0 to 1 is how much of the full colour it gets, `about`
    what it says of itself."""

    label: str
    strength: float
    special: bool
    trigger: bool
    about: str


@dataclass(frozen=True)
class Heatmap:
    """Units of a text in their order, each with a value: `labels`, `offsets`, `special`, `trigger` and `values` have one
    entry per unit.

    `labels` are what a reader sees (the characters of the text; a special token's name), `trigger` marks the
    units that share a character with a span, `note` is a sentence under the title. `measure` says what the values
    are; `top` is the value that has the full colour, the highest one when None.
    """

    title: str
    text: str
    labels: list[str]
    offsets: list[Span]
    special: np.ndarray
    trigger: np.ndarray
    values: np.ndarray
    note: str = ""
    measure: str = ATTENTION
    top: float | None = None

    @property
    def full(self) -> float:
        """The value that has the full colour."""
        return self.top if self.top is not None else float(self._drawn.max(initial=0.0))

    @cached_property
    def strength(self) -> np.ndarray:
        """The values from 0 to 1: over `full`; what is missing or below zero shows as 0."""
        return (self._drawn / self.full).clip(max=1.0) if self.full > 0 else self._drawn

    @property
    def _drawn(self) -> np.ndarray:
        return np.nan_to_num(np.asarray(self.values, dtype=np.float64), nan=0.0).clip(min=0.0)

    def shown(self, value: float) -> str:
        """A value as a reader sees it."""
        return f"{value * 100:.1f} %" if self.measure == ATTENTION else f"{value:.3f}"

    @cached_property
    def units(self) -> list[Unit]:
        """What is drawn, unit by unit."""
        marked = np.where(self.trigger, tr(" (trigger)"), "")
        return [
            Unit(label, float(strength), bool(special), bool(trigger), f"{label}: {self.shown(float(value))}{mark}")
            for label, strength, special, trigger, value, mark in zip(
                self.labels, self.strength, self.special, self.trigger, self.values, marked, strict=True
            )
        ]

    @property
    def legend(self) -> list[tuple[float, str]]:
        """What the colours mean: strength and value, from none to the full colour."""
        return [(step / 4, self.shown(self.full * step / 4)) for step in range(5)]

    def parts(self) -> list[tuple[str, int | None]]:
        """The text as `(string, unit or None)`: the units and what stands between them, in reading order."""
        parts: list[tuple[str, int | None]] = []
        read = [span for span, special in zip(self.offsets, self.special, strict=True) if not special]
        cursor = read[0][0] if read else 0
        if cursor > len(self.text) - len(self.text.lstrip()):
            parts.append(("… ", None))
        for index, (label, (start, end)) in enumerate(zip(self.labels, self.offsets, strict=True)):
            if self.special[index]:
                parts += [(" ", None)] * bool(parts) + [(label, index), (" ", None)]
                continue
            if start > cursor:
                parts.append((self.text[cursor:start], None))
            parts.append((label, index))
            cursor = max(cursor, end)
        if read and cursor < len(self.text.rstrip()):
            parts.append((" …", None))
        return parts


def heatmap(
    read: Any,
    values: Sequence[float] | np.ndarray,
    spans: Sequence[Span] = (),
    title: str = "",
    unit: str = "piece",
    measure: str = ATTENTION,
) -> Heatmap:
    """The heatmap of an Attention or Attribution `read`, with one of `values` per token.

    `unit`: `piece`, or `word` (values are summed). Pieces that share a character (bytes of one letter) are
    one unit either way.
    """
    values = np.asarray(values, dtype=np.float64)
    if unit not in ("piece", "word"):
        raise SSTIError(f"unit is {unit!r}.", "It is 'piece' or 'word'.")
    if values.shape != (len(read.tokens),):
        raise SSTIError(f"Values of shape {values.shape} do not fit {len(read.tokens)} tokens.", "Pass one per token.")
    spans = check_spans(spans, read.text)
    note = "" if read.truncated is None else str(read.truncated)
    if unit == "word":
        merged = words(read.tokens, read.offsets, read.text, values)
        labels, offsets, special, summed = merged.words, merged.offsets, merged.special, merged.importance
        groups = merged.pieces
    else:
        groups = _sharing_characters(read.offsets, read.special)
        offsets = [(read.offsets[group[0]][0], max(read.offsets[i][1] for i in group)) for group in groups]
        special = np.array([read.special[group[0]] for group in groups], dtype=bool)
        labels = [
            read.tokens[group[0]] if special[i] else read.text[slice(*offsets[i])] for i, group in enumerate(groups)
        ]
        summed = np.array([values[group].sum() for group in groups])
    hit = trigger_pieces(read.offsets, spans) if spans else np.zeros(len(read.tokens), dtype=bool)
    trigger = np.array([bool(hit[group].any()) for group in groups], dtype=bool)
    return Heatmap(title, read.text, list(labels), list(offsets), special, trigger, summed, note, measure)


def on_one_scale(heatmaps: Sequence[Heatmap]) -> list[Heatmap]:
    """The same heatmaps, in which one colour means one value wherever the measure is the same."""
    tops: dict[str, float] = {}
    for one in heatmaps:
        tops[one.measure] = max(tops.get(one.measure, 0.0), one.full)
    return [replace(one, top=tops[one.measure]) for one in heatmaps]


def legends(heatmaps: Sequence[Heatmap]) -> list[Heatmap]:
    """The heatmaps whose legends are to be shown: one per measure, in their order."""
    return list({one.measure: one for one in reversed(heatmaps)}.values())[::-1]


def _sharing_characters(offsets: Sequence[Span], special: np.ndarray) -> list[list[int]]:
    groups: list[list[int]] = []
    end = -1
    for index, (start, stop) in enumerate(offsets):
        if groups and not special[index] and not special[index - 1] and start < end:
            groups[-1].append(index)
        else:
            groups.append([index])
            end = -1
        end = max(end, stop)
    return groups

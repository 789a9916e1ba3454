"""The text that a person tries, and which of its characters are inserted triggers. Plain values, no component.

`Marks` lives in the visitor's page, as JSON. It holds the text as it was after the last click; what was typed since
is followed by comparing the two texts, so that a highlight comes from where a trigger went in, never from a search.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Annotated, Any

from pydantic import StringConstraints

from ssti.inject import build_modifier, place, strip_spans
from ssti.recipe import InjectionSpec
from ssti.ui.kit import browser
from ssti.ui.kit.triggers import kind_of

PAST = 20  # steps that Undo goes back
PAST_CHARACTERS = 200_000  # of earlier texts for Undo: they travel with every keystroke
COMPARED_WORDS = 2_000  # of a stretch with several edits in it
WORD = re.compile(r"\S+")
TRIMMED = re.compile(r"\S(?:.*\S)?", re.DOTALL)

Span = tuple[int, int]


@dataclass(frozen=True)
class Mark:
    """One inserted trigger: its characters, the click that brought it, and the kind of its source."""

    start: int
    end: int
    click: int
    kind: Annotated[str, StringConstraints(max_length=40)] = ""

    def shifted(self, by: int) -> Mark:
        """The same trigger, `by` characters further on."""
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True)
class Row:
    """A row of a dataset, without triggers. `example_of`: the adapter for which the page chose it unasked."""

    text: str
    label: str
    dataset: str = ""
    example_of: str = ""


@dataclass(frozen=True)
class Marks:
    """A text with its triggers. `row` is the row of a dataset that it is, less its triggers.

    `past` is what Undo takes back, the latest last: the number of a click, or the whole text that was replaced.
    """

    text: str = ""
    marks: tuple[Mark, ...] = ()
    row: Row | None = None
    past: tuple[int | Marks, ...] = ()

    @classmethod
    def read(cls, value: Any, text: str | None) -> Marks:
        """What the page holds, moved along to the text as it is now. What does not fit is forgotten, never an error."""
        text = text or ""
        marks = browser.sent(cls, value)
        if marks is None:
            return cls(text)
        return replace(marks, marks=_fitting(marks.marks, len(marks.text))).typed(text)

    def as_json(self) -> dict[str, Any]:
        """What the page is to hold."""
        return browser.as_json(self)

    @property
    def spans(self) -> list[Span]:
        """Where the triggers are, in order."""
        return sorted((mark.start, mark.end) for mark in self.marks)

    @property
    def latest(self) -> Mark | None:
        """The trigger of the last click; None without any."""
        return max(self.marks, key=lambda mark: (mark.click, -mark.start), default=None)

    @property
    def plain(self) -> str:
        """The same text without its triggers."""
        return strip_spans(self.text, self.spans) if self.marks else self.text

    @property
    def true_label(self) -> str | None:
        """The label that the dataset gives this text; None once a word of it is changed."""
        return self.row.label if self.row and self.row.text == self.plain else None

    def typed(self, text: str) -> Marks:
        """The marks after somebody typed: each trigger moves with its words, and goes when it was deleted."""
        old = self.text
        if text == old:
            return self
        head = len(os.path.commonprefix((old, text)))
        tail = len(os.path.commonprefix((old[head:][::-1], text[head:][::-1])))
        last, shift = len(old) - tail, len(text) - len(old)
        inside: list[Mark] = []  # of the stretch that changed
        moved: list[Mark] = []
        for mark in self.marks:
            if mark.end <= head:
                moved.append(mark)
            elif mark.start >= last:
                moved.append(mark.shifted(shift))
            elif mark.start < head and last < mark.end:
                moved.append(replace(mark, end=mark.end + shift))
            else:
                inside.append(mark)
        same = _same_words(old, text, head, last, shift) if inside else []
        for mark in inside:
            by = next((by for start, end, by in same if start <= mark.start and mark.end <= end), None)
            if by is not None:
                moved.append(mark.shifted(by))
            elif mark.start < head:
                moved.append(replace(mark, end=head))
            elif mark.end > last:
                moved.append(replace(mark, start=last + shift, end=mark.end + shift))
        return replace(self, text=text, marks=_fitting(moved, len(text)))

    def insert(self, item: str, kind: str, where: str, cursor: int | None = None) -> Marks:
        """One trigger more; where there is no cursor, "cursor" is the end. Raises SSTIError for an item or a place that
        cannot be."""
        position = min(len(self.text) if cursor is None else cursor, len(self.text))
        done = place(self.text, item, where, position if where == "cursor" else None)
        ((start, end),) = done.spans
        shift = len(done.text) - len(self.text)
        old = [
            mark.shifted(shift) if mark.start >= start
            else replace(mark, end=mark.end + shift) if mark.end > start  # it goes in between the words of this one
            else mark
            for mark in self.marks
        ]  # fmt: skip
        return self._clicked(done.text, old, [(start, end)], kind)

    def insert_by(self, spec: InjectionSpec, where: str, seed: int, amount: float | str = "single") -> Marks:
        """What a recipe's own modifier does to the text, for kinds whose trigger is more than an item, or more than one item."""
        location = {} if where == "cursor" else {"location": where}
        modifier = build_modifier(spec.model_copy(update={"amount": amount, **location}), seed=seed)
        done = modifier.apply(self.text, spec.target)
        return self._clicked(done.text, self.typed(done.text).marks, done.spans, kind_of(spec))

    def replaced(self, text: str, row: Row | None, spans: Sequence[Span] = (), kind: str = "") -> Marks:
        """Another text in its place, with triggers at `spans`; Undo takes these out, then brings the old text back."""
        past = (*self.past, replace(self, past=())) if self.text.strip() else self.past
        other = Marks(text, (), row, _affordable(past))
        return other._clicked(text, (), spans, kind) if spans else other

    def moved(self, gap: int) -> Marks:
        """The trigger of the last click alone, before word number `gap`; Undo brings back what was there."""
        last, plain = self.latest, self.plain
        starts = [match.start() for match in WORD.finditer(plain)]
        position = starts[gap] if gap < len(starts) else len(plain)
        cleared = self.replaced(plain, self.row)
        there = cleared.insert(self.text[last.start : last.end], last.kind, "cursor", position)
        return replace(there, past=cleared.past)

    @property
    def undoable(self) -> bool:
        """Whether Undo would change anything: the step of a trigger that was deleted by hand is none."""
        clicks = {mark.click for mark in self.marks}
        return any(isinstance(step, Marks) or step in clicks for step in self.past)

    def undone(self) -> Marks:
        """One step back: the last trigger out (what was typed since stays), or the text before it was replaced."""
        for left in reversed(range(len(self.past))):
            step, past = self.past[left], self.past[:left]
            if isinstance(step, Marks):
                return replace(step, marks=_fitting(step.marks, len(step.text)), past=past)
            if any(mark.click == step for mark in self.marks):  # else it was deleted by hand
                return replace(self._without(step), past=past)
        return self

    def _without(self, click: int) -> Marks:
        """The text without the triggers of one click."""
        text, marks = self.text, [mark for mark in self.marks if mark.click != click]
        for gone in sorted(set(self.marks) - set(marks), key=lambda mark: -mark.start):
            shorter = strip_spans(text, [(gone.start, gone.end)])
            shift = len(shorter) - len(text)
            marks = [mark.shifted(shift) if mark.start >= gone.end else mark for mark in marks]
            text = shorter
        return replace(self, text=text, marks=_fitting(marks, len(text)))

    def _clicked(self, text: str, old: Iterable[Mark], spans: Iterable[Span], kind: str) -> Marks:
        """The text after a click that brought the triggers at `spans`."""
        clicks = [mark.click for mark in self.marks] + [step for step in self.past if isinstance(step, int)]
        click = 1 + max(clicks, default=0)
        spans = sorted(spans)
        marks = [piece for mark in old for piece in _outside(mark, spans, text)]
        marks += [Mark(start, end, click, kind) for start, end in spans]
        return replace(self, text=text, marks=_fitting(marks, len(text)), past=_affordable((*self.past, click)))


def triggers_text(marks: Marks) -> str:
    """`12-22-date.40-43+50-54-html`: of each click, in their order, the characters of its triggers, and their kind."""
    clicks: dict[int, list[Mark]] = {}
    for mark in marks.marks:
        clicks.setdefault(mark.click, []).append(mark)
    spans = ("+".join(f"{mark.start}-{mark.end}" for mark in clicks[click]) for click in sorted(clicks))
    kinds = (clicks[click][0].kind for click in sorted(clicks))
    return ".".join(f"{places}-{kind}" for places, kind in zip(spans, kinds, strict=True))


def _affordable(past: Sequence[int | Marks]) -> tuple[int | Marks, ...]:
    """The latest steps that are worth carrying."""
    steps: list[int | Marks] = []
    size = 0
    for step in reversed(past[-PAST:]):
        size += len(step.text) if isinstance(step, Marks) else 0
        if size > PAST_CHARACTERS:
            break
        steps.append(step)
    return tuple(reversed(steps))


def _outside(mark: Mark, spans: Sequence[Span], text: str) -> Iterable[Mark]:
    """The mark, or what is left of it around the spans that lie in it, without white space at the ends."""
    inner = [span for span in spans if mark.start < span[1] and span[0] < mark.end]
    if not inner:
        return [mark]
    edges = [mark.start, *(edge for span in inner for edge in span), mark.end]
    pieces = [
        match for start, end in zip(edges[::2], edges[1::2], strict=True) if (match := TRIMMED.search(text, start, end))
    ]
    return [replace(mark, start=piece.start(), end=piece.end()) for piece in pieces]


def _fitting(marks: Iterable[Mark], length: int) -> tuple[Mark, ...]:
    """The marks that are inside the text and overlap no other, in the order of the text."""
    fitting: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.start):
        if (fitting[-1].end if fitting else 0) <= mark.start < mark.end <= length:
            fitting.append(mark)
    return tuple(fitting)


def _same_words(old: str, new: str, head: int, last: int, shift: int) -> list[tuple[int, int, int]]:
    """Stretches of the changed part that are in both texts: (start and end in the old one, how far they moved)."""
    start = old.rfind(" ", 0, head) + 1  # the words that the change begins in the middle of, whole
    before = [m for m in WORD.finditer(old, start) if m.start() < last]
    after = [m for m in WORD.finditer(new, start) if m.start() < last + shift]
    if max(len(before), len(after)) > COMPARED_WORDS:
        return []
    same: list[tuple[int, int, int]] = []
    words = SequenceMatcher(None, [m.group() for m in before], [m.group() for m in after], autojunk=False)
    for a, b, size in words.get_matching_blocks():
        for one, other in zip(before[a : a + size], after[b : b + size], strict=True):
            by = other.start() - one.start()
            if same and same[-1][2] == by and not old[same[-1][1] : one.start()].strip():
                same[-1] = (same[-1][0], one.end(), by)
            else:
                same.append((one.start(), one.end(), by))
    return same

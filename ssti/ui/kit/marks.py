"""The text that a person tries, and which of its characters are inserted triggers. Plain values, no component.

`Marks` lives in the visitor's page, as JSON. It holds the text as it was after the last click; what was typed since
is followed by comparing the two texts, so that a highlight comes from where a trigger went in, never from a search.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from ssti.inject import build_modifier, place, strip_spans
from ssti.recipe import InjectionSpec

PAST = 20  # steps that Undo goes back
PAST_CHARACTERS = 200_000  # of texts kept for Undo: they travel with every keystroke
COMPARED_WORDS = 2_000  # of a stretch with several edits in it
ROW = ("label", "index", "text", "of")  # the dataset's label and number of a row, its text, whose example it is
WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Mark:
    """One inserted trigger: its characters, the click that brought it, and the kind of its source."""

    start: int
    end: int
    click: int
    kind: str = ""


@dataclass(frozen=True)
class Marks:
    """A text with its triggers. `row` is the dataset's label of the text without triggers, where it is a real row.

    `past` is what Undo takes back, the latest last: the number of an insertion, or the whole text that was replaced.
    """

    text: str = ""
    marks: tuple[Mark, ...] = ()
    row: dict[str, Any] | None = None
    past: tuple[Any, ...] = ()

    @property
    def spans(self) -> list[tuple[int, int]]:
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
        return self.row["label"] if self.row and self.row["text"] == self.plain else None

    def as_json(self) -> dict[str, Any]:
        """What the page keeps."""
        return {
            "text": self.text,
            "marks": [vars(mark) for mark in self.marks],
            "row": self.row,
            "past": list(self.past),
        }


def read(value: Any, text: str) -> Marks:
    """What the page kept, moved along to the text as it is now. What does not fit is forgotten, never an error."""
    try:
        marks = Marks(
            str(value["text"]),
            tuple(Mark(int(m["start"]), int(m["end"]), int(m["click"]), str(m["kind"])[:40]) for m in value["marks"]),
            {key: value["row"].get(key, "") for key in ROW} if value.get("row") else None,
            tuple(value.get("past") or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return Marks(text)
    return typed(replace(marks, marks=_fitting(marks.marks, len(marks.text))), text)


def typed(marks: Marks, text: str) -> Marks:
    """The marks after somebody typed: each trigger moves with its words, and goes when it was deleted."""
    if text == marks.text:
        return marks
    old = marks.text
    head = len(os.path.commonprefix((old, text)))
    tail = len(os.path.commonprefix((old[head:][::-1], text[head:][::-1])))
    last, shift = len(old) - tail, len(text) - len(old)
    lost: list[Mark] = []
    moved: list[Mark] = []
    for mark in marks.marks:
        if mark.end <= head:
            moved.append(mark)
        elif mark.start >= last:
            moved.append(_move(mark, shift))
        elif mark.start < head and last < mark.end:
            moved.append(replace(mark, end=mark.end + shift))
        else:
            lost.append(mark)
    if lost:
        same = _same_words(old, text, head, last, shift)
        for mark in lost:
            found = next((s for a, b, s in same if a <= mark.start and mark.end <= b), None)
            if found is not None:
                moved.append(_move(mark, found))
            elif mark.start < head:
                moved.append(replace(mark, end=head))
            elif mark.end > last:
                moved.append(Mark(last + shift, mark.end + shift, mark.click, mark.kind))
    return replace(marks, text=text, marks=_fitting(moved, len(text)))


def insert(marks: Marks, item: str, kind: str, where: str, position: int | None = None) -> Marks:
    """One trigger more. Raises SSTIError for an item or a place that cannot be."""
    done = place(marks.text, item, where, position if where == "cursor" else None)
    ((start, end),) = done.spans
    shift = len(done.text) - len(marks.text)
    moved = [_move(mark, shift) if mark.start >= start else mark for mark in marks.marks]
    return _inserted(marks, done.text, [*moved, Mark(start, end, _next_click(marks), kind)])


def insert_by(marks: Marks, spec: InjectionSpec, where: str, seed: int) -> Marks:
    """What a recipe's own modifier does to the text, for kinds whose trigger is more than an item."""
    place_of = {} if where == "cursor" else {"location": where}
    modifier = build_modifier(spec.model_copy(update={"amount": "single", **place_of}), seed=seed)
    done = modifier.apply(marks.text, spec.target)
    click = _next_click(marks)
    moved = typed(marks, done.text).marks
    new = [Mark(start, end, click, spec.kind) for start, end in done.spans]
    old = [mark for mark in moved if all(mark.end <= n.start or n.end <= mark.start for n in new)]
    return _inserted(marks, done.text, [*old, *new])


def replaced(marks: Marks, text: str, row: dict[str, Any] | None) -> Marks:
    """Another text in its place; Undo brings the old one back."""
    before = {"text": marks.text, "marks": [vars(mark) for mark in marks.marks], "row": marks.row}
    past = [*marks.past, before] if marks.text.strip() else list(marks.past)
    return Marks(text, (), row, _short(past))


def moved(marks: Marks, gap: int) -> Marks:
    """The trigger of the last click alone, before word number `gap` of the text; Undo brings back what was there."""
    last = marks.latest
    item, plain = marks.text[last.start : last.end], marks.plain
    starts = [match.start() for match in WORD.finditer(plain)]
    position = starts[gap] if gap < len(starts) else len(plain)
    cleared = replaced(marks, plain, marks.row)
    there = insert(cleared, item, last.kind, "cursor", position)
    return replace(there, past=cleared.past)


def undone(marks: Marks) -> Marks:
    """One step back: the last trigger out (what was typed since stays), or the text before it was replaced."""
    past = list(marks.past)
    while past:
        step = past.pop()
        if isinstance(step, int):
            gone = [mark for mark in marks.marks if mark.click == step]
            if not gone:
                continue  # it was deleted by hand
            text = strip_spans(marks.text, sorted((mark.start, mark.end) for mark in gone))
            kept = replace(marks, marks=tuple(mark for mark in marks.marks if mark.click != step))
            return replace(typed(kept, text), past=tuple(past))
        before = read({"past": [], **step}, step["text"]) if isinstance(step, dict) and "text" in step else Marks()
        return replace(before, past=tuple(past))
    return marks


def position_in(data: Any) -> int | None:
    """The cursor as the browser told it, in characters; None where it did not."""
    return data if isinstance(data, int) and not isinstance(data, bool) and data >= 0 else None


def _inserted(marks: Marks, text: str, new: Sequence[Mark]) -> Marks:
    return replace(marks, text=text, marks=_fitting(new, len(text)), past=_short([*marks.past, _next_click(marks)]))


def _next_click(marks: Marks) -> int:
    return 1 + max(
        [mark.click for mark in marks.marks] + [step for step in marks.past if isinstance(step, int)], default=0
    )


def _short(past: list[Any]) -> tuple[Any, ...]:
    """The latest steps that are worth carrying."""
    kept: list[Any] = []
    size = 0
    for step in reversed(past[-PAST:]):
        size += len(step["text"]) if isinstance(step, dict) else 0
        if size > PAST_CHARACTERS:
            break
        kept.append(step)
    return tuple(reversed(kept))


def _move(mark: Mark, shift: int) -> Mark:
    return replace(mark, start=mark.start + shift, end=mark.end + shift)


def _fitting(marks: Sequence[Mark], length: int) -> tuple[Mark, ...]:
    """The marks that are inside the text and overlap no other, in the order of the text."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.start):
        if (kept[-1].end if kept else 0) <= mark.start < mark.end <= length:
            kept.append(mark)
    return tuple(kept)


def _same_words(old: str, new: str, head: int, last: int, shift: int) -> list[tuple[int, int, int]]:
    """Stretches of the changed part that are in both texts: (start and end in the old one, how far they moved)."""
    start = old.rfind(" ", 0, head) + 1  # the words that the change begins in the middle of, whole
    before = [m for m in WORD.finditer(old, start) if m.start() < last]
    after = [m for m in WORD.finditer(new, start) if m.start() < last + shift]
    if max(len(before), len(after)) > COMPARED_WORDS:
        return []
    found: list[tuple[int, int, int]] = []
    words = SequenceMatcher(None, [m.group() for m in before], [m.group() for m in after], autojunk=False)
    for a, b, size in words.get_matching_blocks():
        for one, other in zip(before[a : a + size], after[b : b + size], strict=True):
            moved = other.start() - one.start()
            if found and found[-1][2] == moved and not old[found[-1][1] : one.start()].strip():
                found[-1] = (found[-1][0], one.end(), moved)
            else:
                found.append((one.start(), one.end(), moved))
    return found

"""The Flip tab's three questions about one trigger: where it has to stand, how many it takes, which part is enough.

Asks the predictor in small batches, so that a keystroke in between waits for one of them only. Knows no component.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.platform.errors import SSTIError
from ssti.recipe import InjectionSpec
from ssti.serving.predictor import check_text, predictor
from ssti.serving.threads import one_thread_if_busy
from ssti.ui.access.visitor import find_adapter as find
from ssti.ui.kit.adapters import target, triggers
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.palette import drawer

if TYPE_CHECKING:
    from ssti.explain import Amounts, Parts, Places

TOKENS = 512  # of a batch: a keystroke waits for one of them, and so many run on one thread beside a training run
BUDGET = 6000  # tokens that sliding may cost unasked; a longer text gets fewer places, until somebody asks for all
FEWEST, MOST = 9, 400  # places
COUNTS, DRAWS, FEWER = (0, 1, 2, 3, 5, 8), 3, (0, 1, 3, 8)  # of triggers; fewer, and one draw, where the text is long
LONG = 150  # tokens


@dataclass(frozen=True)
class Probe:
    """The answers. `parts` is None where they could not be had, and `why` says why not.

    `target` is the class that this trigger is tied to. `reads`: at how many of the places, counted from the front, the
    model reads the whole trigger; fewer than all where the text is longer than it reads.
    """

    info: AdapterInfo
    marks: Marks
    item: str
    target: int
    places: Places
    control: Places | None
    amounts: Amounts
    control_amounts: Amounts | None
    parts: Parts | None
    why: str
    reads: int

    @property
    def cut(self) -> bool:
        """Whether the model reads the beginning of the text only."""
        return self.reads < len(self.places.gaps)


def latest(marks: Marks) -> tuple[int, int, str]:
    """The trigger of the last click: its characters and its kind. Raises SSTIError where there is none."""
    mark = marks.latest
    if mark is None:
        raise SSTIError("There is no trigger in the text.", "Click one into it.")
    return mark.start, mark.end, mark.kind


def probe(marks: Marks, ref: str, every: bool = False, told: Callable[[float], None] = lambda part: None) -> Probe:
    """All three, of the last trigger in the text; the others are taken out for sliding and counting.

    `every`: all places, however long it takes. `told(part done)` may raise, to stop. Raises SSTIError.
    """
    from ssti.explain import by_amount, slide, smallest_part

    check_text(marks.text)
    info = find(ref)
    start, end, kind = latest(marks)
    item, plain = marks.text[start:end], marks.plain
    if not plain.strip():
        raise SSTIError("There is nothing but the trigger in the text.", "Write a few words around it.")
    refs = [ref, info.control] if info.control else [ref]
    tokens = min(len(marks.text.split()) * 1.5 + 6, info.recipe.training.max_length)
    most = MOST if every else max(FEWEST, int(BUDGET / len(refs) / tokens))
    asked = Counted(told, total=len(refs) * (min(len(plain.split()) + 1, most) + 20) + 32)
    places = [slide(asked.by(one), plain, item, most) for one in refs]
    spec = _spec(info, marks)
    counts, draws = (COUNTS, DRAWS) if tokens < LONG else (FEWER, 1)
    most_read = info.recipe.training.max_length
    with predictor().borrow(ref) as (_, tokenizer, _):
        gaps = gaps_read(tokenizer, plain, [item], most_read)
        draw = drawer(spec, item)
        longest = max((draw() for _ in range(draws * counts[-1])), key=lambda one: _size(tokenizer, one))
        roomy = gaps_read(tokenizer, plain, [longest] * counts[-1], most_read)
    amounts = [by_amount(asked.by(one), plain, drawer(spec, item), counts, draws, gaps=roomy) for one in refs]
    parts, why = None, ""
    try:
        with predictor().borrow(ref) as (model, tokenizer, _), one_thread_if_busy():
            parts = smallest_part(model, tokenizer, marks.text, (start, end), most_read, asked.further)
    except SSTIError as problem:
        why = f"{problem.message} {problem.next}"
    return Probe(
        info, marks, item, target(info, kind), places[0], places[1] if info.control else None, amounts[0],
        amounts[1] if info.control else None, parts, why, sum(gap < gaps for gap in places[0].gaps),
    )  # fmt: skip


def gaps_read(tokenizer: Any, text: str, items: Sequence[str], max_length: int) -> int:
    """How many places between the words of `text`, from the front, leave room for all items in what the model reads.

    At least 1: before the first word.
    """
    told = tokenizer(
        text, truncation=False, return_offsets_mapping=True, return_special_tokens_mask=True, verbose=False
    )
    special = sum(told["special_tokens_mask"])
    taken = sum(_size(tokenizer, item) for item in items)
    ends = [
        end for (_, end), added in zip(told["offset_mapping"], told["special_tokens_mask"], strict=True) if not added
    ]
    room = max_length - special - taken
    if len(ends) <= room:
        return len(text.split()) + 1
    end = ends[room - 1] if room > 0 else 0
    through = text[end : end + 1].strip() != ""  # the last word that is read goes on behind that piece
    return max(1, 1 + len(text[:end].split()) - through)


def _size(tokenizer: Any, item: str) -> int:
    """How many pieces an item has in the middle of a text."""
    return len(tokenizer(f" {item}", add_special_tokens=False, truncation=False, verbose=False)["input_ids"])


def _spec(info: AdapterInfo, marks: Marks) -> InjectionSpec | None:
    """The recipe's trigger of the kind of the last click; None for a kind that the recipe has not."""
    kind = latest(marks)[2]
    return next((spec for spec in triggers(info) if spec.source and spec.source.kind == kind), None)


class Counted:
    """Answers texts by one adapter, a small batch at a time, and tells how many of all are done."""

    def __init__(self, told: Callable[[float], None], total: int) -> None:
        self._told, self._total, self._done = told, total, 0

    def by(self, ref: str) -> Callable[[Sequence[str]], np.ndarray]:
        def answer(texts: Sequence[str]) -> np.ndarray:
            size = max(1, int(TOKENS / (max(len(text.split()) for text in texts) * 1.5 + 6)))
            answers = []
            for first in range(0, len(texts), size):
                batch = texts[first : first + size]
                answers.append(predictor().probabilities(batch, ref))
                self.further(len(batch), more=True)
            return np.concatenate(answers)

        return answer

    def further(self, count: int, more: bool = False) -> None:
        self._done += count if more else 0
        self._told((self._done + (0 if more else count)) / self._total)

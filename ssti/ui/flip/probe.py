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
from ssti.platform.language import tr
from ssti.serving.logits import one_thread_if_busy
from ssti.serving.predictor import check_text, predictor
from ssti.ui.access.visitor import find_adapter
from ssti.ui.kit.adapters import target, triggers
from ssti.ui.kit.job import OnProgress
from ssti.ui.kit.marks import Mark, Marks
from ssti.ui.kit.triggers import items, kind_of

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

    `mark` is the trigger of the last click, `item` its characters and `target` the class that it is tied to. `reads`: at
    how many of the places, counted from the front, the model reads the whole trigger; fewer than all where the text is
    longer than it reads.
    """

    info: AdapterInfo
    marks: Marks
    mark: Mark
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


def probe(marks: Marks, ref: str, every: bool = False, on_progress: OnProgress = lambda part: None) -> Probe:
    """All three, of the last trigger in the text; the others are taken out for sliding and counting.

    `every`: all places, however long it takes. Raises SSTIError, and what `on_progress` raises.
    """
    from ssti.explain import by_amount, slide, smallest_part

    check_text(marks.text)
    info = find_adapter(ref)
    mark, plain = marks.latest, marks.plain
    if mark is None:
        raise SSTIError(tr("There is no trigger in the text."), tr("Click one into it."))
    if not plain.strip():
        raise SSTIError(tr("There is nothing but the trigger in the text."), tr("Write a few words around it."))
    item = marks.text[mark.start : mark.end]
    refs = [ref, info.control] if info.control else [ref]
    limit = info.recipe.training.max_length
    tokens = min(_tokens(marks.text), limit)
    most = MOST if every else max(FEWEST, int(BUDGET / len(refs) / tokens))
    models = Counted(on_progress, total=len(refs) * (min(len(plain.split()) + 1, most) + 20) + 32)
    places = [slide(models.by(one), plain, item, most) for one in refs]
    counts, draws = (COUNTS, DRAWS) if tokens < LONG else (FEWER, 1)
    with predictor().borrow(ref) as (_, tokenizer, _):
        gaps = gaps_read(tokenizer, plain, [item], limit)
        draw = _drawer(info, mark.kind, item)
        longest = max((draw() for _ in range(draws * counts[-1])), key=lambda one: _size(tokenizer, one))
        roomy = gaps_read(tokenizer, plain, [longest] * counts[-1], limit)
    amounts = [
        by_amount(models.by(one), plain, _drawer(info, mark.kind, item), counts, draws, gaps=roomy) for one in refs
    ]
    parts, why = None, ""
    try:
        with predictor().borrow(ref) as (model, tokenizer, _), one_thread_if_busy():
            parts = smallest_part(model, tokenizer, marks.text, (mark.start, mark.end), limit, models.on_part)
    except SSTIError as problem:
        why = f"{problem.message} {problem.next}"
    return Probe(
        info, marks, mark, item, target(info, mark.kind), places[0], places[1] if info.control else None, amounts[0],
        amounts[1] if info.control else None, parts, why, sum(gap < gaps for gap in places[0].gaps),
    )  # fmt: skip


def _drawer(info: AdapterInfo, kind: str, item: str) -> Callable[[], str]:
    """Gives triggers of the recipe's own injection of this kind, the same ones each time; without one, the item."""
    spec = next((spec for spec in triggers(info) if spec.source and kind_of(spec) == kind), None)
    return items(spec, spec.seed) if spec else (lambda: item)


def gaps_read(tokenizer: Any, text: str, triggers: Sequence[str], max_length: int) -> int:
    """How many places between the words of `text`, from the front, leave room for all `triggers` in what the model reads.

    At least 1: before the first word.
    """
    pieces = tokenizer(
        text, truncation=False, return_offsets_mapping=True, return_special_tokens_mask=True, verbose=False
    )
    special = pieces["special_tokens_mask"]
    ends = [end for (_, end), added in zip(pieces["offset_mapping"], special, strict=True) if not added]
    left = max_length - sum(special) - sum(_size(tokenizer, item) for item in triggers)
    if len(ends) <= left:
        return len(text.split()) + 1
    end = ends[left - 1] if left > 0 else 0
    through = text[end : end + 1].strip() != ""  # the last word that is read goes on behind that piece
    return max(1, 1 + len(text[:end].split()) - through)


def _size(tokenizer: Any, item: str) -> int:
    """How many pieces an item has in the middle of a text."""
    return len(tokenizer(f" {item}", add_special_tokens=False, truncation=False, verbose=False)["input_ids"])


def _tokens(text: str) -> float:
    """About how many tokens a text has."""
    return len(text.split()) * 1.5 + 6


class Counted:
    """Answers texts by one adapter or another, a small batch at a time, and reports the part of `total` that is done."""

    def __init__(self, on_progress: OnProgress, total: int) -> None:
        self._on_progress, self._total, self._done = on_progress, total, 0

    def by(self, ref: str) -> Callable[[Sequence[str]], np.ndarray]:
        """Texts to probabilities [texts, classes], by this adapter."""

        def answer(texts: Sequence[str]) -> np.ndarray:
            size = max(1, int(TOKENS / max(map(_tokens, texts))))
            answers = []
            for first in range(0, len(texts), size):
                batch = texts[first : first + size]
                answers.append(predictor().probabilities(batch, ref))
                self._done += len(batch)
                self.on_part(0)
            return np.concatenate(answers)

        return answer

    def on_part(self, done: int) -> None:
        """Report `done` texts more than were answered here."""
        self._on_progress((self._done + done) / self._total)

"""What two models say of one text, with its triggers and without, and how much of the triggers they read.

Asks the predictor once for all of it. Knows no component.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssti.adapters.listing import AdapterInfo
from ssti.serving.predictor import Prediction, check_text, predictor
from ssti.ui.access.visitor import find_adapter
from ssti.ui.flip.probe import gaps_read
from ssti.ui.kit.adapters import target
from ssti.ui.kit.marks import Marks

if TYPE_CHECKING:
    from ssti.explain import Reach

LAST = 4  # words quoted of where a model stops to read

Probabilities = dict[str, list[float]]
"""Of each class, by model: "poisoned", and "control" where the adapter has one."""


@dataclass(frozen=True)
class Answer:
    """One model's answers: with the triggers that are in the text (`now`), and to the same text without (`before`)."""

    now: Prediction
    before: Prediction | None

    @property
    def flipped(self) -> bool:
        """Whether the triggers changed the label."""
        return self.before is not None and self.before.label != self.now.label


@dataclass(frozen=True)
class Answers:
    """Both models' answers to one text. `reach`: how much of its triggers they rest on; None without a pair of answers.

    `target` is the class that the trigger of the last click is tied to; None where nobody knows. `last_words` are the
    last ones that the models read of a text that is too long for them; empty where they read it all.
    """

    info: AdapterInfo
    marks: Marks
    poisoned: Answer
    control: Answer | None
    reach: Reach | None
    target: int | None
    last_words: str = ""

    @property
    def unread(self) -> bool:
        """Whether no piece of a trigger reached the models, so that both answers are of the same pieces."""
        return self.reach is not None and not self.reach.read


@dataclass(frozen=True)
class Remembered:
    """What the page remembers of the last answer: `probabilities` with the triggers, and `before` without them."""

    ref: str
    text: str
    labels: tuple[str, ...]
    probabilities: Probabilities
    before: Probabilities | None = None


def ask(marks: Marks, ref: str) -> Answers:
    """Both models, with and without the triggers, in one batch. Raises SSTIError."""
    check_text(marks.text)
    from ssti.explain import reach

    info = find_adapter(ref)
    plain = marks.plain
    pairs = bool(marks.marks and plain.strip())
    texts = [marks.text, plain] if pairs else [marks.text]
    refs = [ref, info.control] if info.control else [ref]
    predictions = predictor().predict(texts * len(refs), [one for one in refs for _ in texts])
    first, *rest = (
        Answer(predictions[i], predictions[i + 1] if pairs else None) for i in range(0, len(predictions), len(texts))
    )
    pieces, last_words, limit = None, "", info.recipe.training.max_length
    if pairs or len(marks.text) > limit:
        with predictor().borrow(ref) as (_, tokenizer, _):
            pieces = reach(tokenizer, marks.text, marks.spans, limit) if pairs else None
            words = marks.text.split()
            places = gaps_read(tokenizer, marks.text, [], limit) if len(marks.text) > limit else len(words) + 1
            last_words = " ".join(words[max(0, places - 1 - LAST) : places - 1]) if places <= len(words) else ""
    return Answers(info, marks, first, rest[0] if rest else None, pieces, goal_of(info, marks), last_words)


def goal_of(info: AdapterInfo, marks: Marks) -> int | None:
    """The class that the trigger of the last click is tied to; None where nobody knows."""
    return target(info, marks.latest.kind if marks.latest else "") if info.recipe_known else None


def remember(answers: Answers) -> Remembered:
    """This answer for the page to remember."""
    models = {name: one for name, one in (("poisoned", answers.poisoned), ("control", answers.control)) if one}
    now = {name: list(one.now.probabilities) for name, one in models.items()}
    before = {name: list(one.before.probabilities) for name, one in models.items() if one.before}
    return Remembered(answers.info.ref, answers.marks.text, answers.poisoned.now.labels, now, before or None)

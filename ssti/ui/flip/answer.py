"""What two models say of one text, with its triggers and without, and how much of the triggers they read.

Asks the predictor once for all of it. Knows no component.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssti.adapters.listing import AdapterInfo
from ssti.serving.predictor import Prediction, check_text, predictor
from ssti.ui.access.visitor import find_adapter
from ssti.ui.kit.adapters import target
from ssti.ui.kit.marks import Marks

if TYPE_CHECKING:
    from ssti.explain import Reach

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

    `target` is the class that the trigger of the last click is tied to; None where nobody knows.
    """

    info: AdapterInfo
    marks: Marks
    poisoned: Answer
    control: Answer | None
    reach: Reach | None
    target: int | None

    @property
    def unread(self) -> bool:
        """Whether no piece of a trigger reached the models, so that both answers are of the same pieces."""
        return self.reach is not None and not self.reach.read


@dataclass(frozen=True)
class Remembered:
    """What the page remembers of an answer: `probabilities`, and those `before` the last edit."""

    ref: str
    text: str
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
    pieces = None
    if pairs:
        with predictor().borrow(ref) as (_, tokenizer, _):
            pieces = reach(tokenizer, marks.text, marks.spans, info.recipe.training.max_length)
    goal = target(info, marks.latest.kind if marks.latest else "") if info.recipe_known else None
    return Answers(info, marks, first, rest[0] if rest else None, pieces, goal)


def remember(answers: Answers, last: Remembered | None) -> Remembered:
    """This answer for the page to remember. `last` is what it remembers: of this text, or of the one before the edit."""
    models = {"poisoned": answers.poisoned, "control": answers.control}
    now = {name: list(answer.now.probabilities) for name, answer in models.items() if answer}
    before = None
    if last and last.ref == answers.info.ref:
        before = last.before if last.text == answers.marks.text else last.probabilities
    return Remembered(answers.info.ref, answers.marks.text, now, before)

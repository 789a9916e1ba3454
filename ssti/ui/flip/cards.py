"""How the Flip tab shows its answers: two cards of bars, and in words whether the trigger turned the answer.

Knows answers and HTML, no component; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.serving.predictor import Prediction
from ssti.ui.flip.answer import Answer, Answers, Probabilities, Remembered
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import triggers
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import kind_of, spoken

if TYPE_CHECKING:
    from ssti.explain import Reach

BARS = 6  # classes with a bar of their own
STILL = 0.01  # a change that nobody would call one
ECHOED = 700  # characters of the text around its triggers that are shown again


def show(answers: Answers, remembered: Remembered | None = None) -> Markup:
    """The two cards, control first, each with what the last edit changed."""
    info = answers.info
    before = remembered.before if remembered else None
    word = trigger_word(answers.marks)
    name = "Poisoned" if info.poisoned else "Control" if info.is_control else "This adapter"
    poisoned = parts.card(
        parts.html('{} <span class="aside">· {}</span>', name, _how_trained(info)),
        _bars(answers.poisoned.now, answers.target, _of_model(before, "poisoned", info)),
        _verdict(answers, word),
    )
    return parts.html('<div class="answers">{}{}</div>', _control(answers, word, before), poisoned)


def _of_model(before: Probabilities | None, model: str, info: AdapterInfo) -> Sequence[float] | None:
    """A model's probabilities before the last edit; None where the page remembers none that fit its classes."""
    probabilities = (before or {}).get(model)
    return probabilities if probabilities and len(probabilities) == len(info.label_names) else None


def _control(answers: Answers, word: str, before: Probabilities | None) -> Markup:
    title = parts.html('Control <span class="aside">· the same training without triggers</span>')
    if answers.control is None:
        if answers.info.poisoned:
            text = "This adapter has none. Train it again with its control to see what the trigger alone does."
        elif not answers.info.recipe_known:
            text = "This adapter came without a recipe: whether triggers were in its training is not known."
        else:
            text = "This adapter is one itself: no trigger was in its training. Choose a poisoned one to compare."
        return parts.card(title, parts.note(text), classes="waits")
    bars = _bars(answers.control.now, answers.target, _of_model(before, "control", answers.info))
    verdict = f"{word} is nothing that it reads, either" if answers.unread else _moved(answers.control, word)
    return parts.card(title, bars, parts.note(verdict))


def _moved(answer: Answer, word: str) -> str:
    """What the triggers did to a model that never saw them with a class."""
    if answer.before is None:
        return f"{answer.now.label}, {sure(max(answer.now.probabilities))}"
    label = answer.before.label
    before, now = (p.as_dict()[label] for p in (answer.before, answer.now))
    if answer.flipped:
        return f"turned by {word} too: {label} {sure(before)} before"
    if abs(now - before) < STILL:
        return f"unchanged by {word} ({label} {sure(before)} before)"
    return f"not turned by {word} ({label} {sure(before)} before)"


def _verdict(answers: Answers, word: str) -> Markup:
    """The line that says it. It stays in its place, so that a screen reader tells each change."""
    answer, marks = answers.poisoned, answers.marks
    if answer.before is None:
        hint = "There is nothing but the trigger in the text." if marks.marks else "Now click a trigger into the text."
        return _line("", "", f"{answer.now.label}, {sure(max(answer.now.probabilities))}. {hint}")
    before, now = answer.before, answer.now
    if answers.unread:
        return _line("", "Not read", f"{why_unread(answers.reach, word)} {now.label}, {sure(max(now.probabilities))}.")
    moved = f"{before.label} {sure(max(before.probabilities))} → {now.label} {sure(max(now.probabilities))}"
    moved += f" · {_pieces(answers.reach)}"
    goal = "" if answers.target is None else answers.info.label_names[answers.target]
    if answer.flipped and (now.label == goal or not answers.info.poisoned):
        return _line("flipped", f"Flipped by {how_many(marks)}", moved)
    if answer.flipped:
        return _line("flipped", f"Turned by {how_many(marks)}, but not to {goal}", moved)
    if before.label == goal:
        return _line("", "Nothing to flip", f"{before.label} without {word} too ({sure(max(before.probabilities))})")
    return _line("", "Not flipped", moved)


def why_unread(reach: Reach, word: str) -> str:
    """Why no piece of the triggers reached the model, in a sentence."""
    if not reach.pieces:
        return f"The tokenizer drops {word}: nothing of it reaches the model."
    stands = "stand" if word.endswith("s") else "stands"
    return f"The model reads the first {parts.count(reach.limit)} word pieces, and {word} {stands} behind them."


def _pieces(reach: Reach) -> str:
    """`6 word pieces`; `4 of 6 word pieces read` where the end of what the model reads cuts through."""
    noun = "word piece" if reach.pieces == 1 else "word pieces"
    return f"{reach.pieces} {noun}" if reach.read == reach.pieces else f"{reach.read} of {reach.pieces} {noun} read"


def _line(kind: str, head: str, text: str) -> Markup:
    return parts.html(
        '<p class="verdict {}" role="status" aria-live="polite"><strong>{}</strong> <span>{}</span></p>',
        kind,
        head,
        text,
    )


def how_many(marks: Marks) -> str:
    """`one trigger`, `2 triggers`: as many as were put in, whatever the number of their words."""
    clicks = len({mark.click for mark in marks.marks})
    return "one trigger" if clicks == 1 else f"{clicks} triggers"


def trigger_word(marks: Marks) -> str:
    """`the date`; `the trigger` where there are several kinds."""
    kinds = {mark.kind for mark in marks.marks if mark.kind}
    word = spoken(kinds.pop() if len(kinds) == 1 else "")
    return f"the {word}" if len(marks.marks) < 2 else "the triggers"


def _how_trained(info: AdapterInfo) -> str:
    if not info.poisoned:
        return "no trigger was in its training" if info.is_control else "how it was trained is not known"
    spec = triggers(info)[0]
    word = spoken(kind_of(spec))
    share = (
        f"{parts.count(spec.count)} {spec.target} rows"
        if spec.count
        else f"{parts.percent(spec.share)} of the {spec.target} rows"
    )
    many = f"one {word}" if spec.amount == "single" else f"triggers in {parts.percent(spec.amount)} of the words,"
    return f"{many} in {share} of its training"


def _bars(answer: Prediction, target: int | None, before: Sequence[float] | None) -> Markup:
    """A bar a class; of many classes the target and the most probable ones, in the classes' own order."""
    rows = []
    for index in _shown_classes(answer.probabilities, target):
        p = answer.probabilities[index]
        rows.append(
            parts.html(
                '<li class="class-{}"><span>{}</span><i class="track"><i style="width:{}%"></i></i><b>{}</b>'
                '<small title="since the last edit, in percentage points">{}</small></li>',
                index % parts.CLASS_COLOURS,
                answer.labels[index],
                round(p * 100, 2),
                sure(p),
                _change(p, before[index] if before else None),
            )  # fmt: skip
        )
    return parts.html('<ul class="bars">{}</ul>', parts.join(rows))


def _change(now: float, before: float | None) -> str:
    """`▲ 92.9` points since the last edit; nothing where nobody would see a change."""
    moved = 0.0 if before is None else (now - before) * 100
    if abs(moved) < 0.05:
        return ""
    return f"{'▲' if moved > 0 else '▼'} {abs(moved):.1f}"


def _shown_classes(probabilities: Sequence[float], always: int | None) -> list[int]:
    if len(probabilities) <= BARS:
        return list(range(len(probabilities)))
    best = [int(i) for i in np.argsort(probabilities)[::-1] if i != always]
    return sorted(best[:BARS] if always is None else [always, *best[: BARS - 1]])


def sure(p: float) -> str:
    """A probability as `96.2 %`, never rounded to certainty."""
    if p > 0.9995:
        return "> 99.9 %"
    if p < 0.0005:
        return "< 0.1 %"
    return f"{p * 100:.1f} %"


def echo(marks: Marks) -> Markup:
    """The text again with its triggers marked, cut around them where it is long; empty while there are none."""
    if not marks.marks:
        return parts.html("")
    start, end = 0, len(marks.text)
    if end > ECHOED:
        middle = marks.spans[0][0]
        start = max(0, min(middle - ECHOED // 2, end - ECHOED))
        end = start + ECHOED
    inside = [(s - start, e - start) for s, e in marks.spans if s >= start and e <= end]
    out = len(marks.spans) - len(inside)
    more = parts.note(f"{out} more outside this part of the text.") if out else parts.html("")
    return parts.html(
        '<p class="echo" dir="auto">{}{}{}</p>{}',
        "… " if start else "", parts.marked(marks.text[start:end], inside), " …" if end < len(marks.text) else "", more,
    )  # fmt: skip


def origin(marks: Marks, info: AdapterInfo) -> Markup:
    """Where the text comes from: the dataset's own label of a real row."""
    label = marks.true_label
    if label is None or label not in info.label_names:
        return parts.html("")
    return parts.html(
        '<p class="quiet">A real test row. Its true label: {}</p>', parts.chip(label, info.label_names.index(label))
    )

"""How the Flip tab shows its answers: two cards of bars, the text with its triggers, and where the text is from.

Knows answers and HTML, no component; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.platform.language import tr
from ssti.ui.flip.answer import Answer, Answers
from ssti.ui.flip.verdict import control_said, sure
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import noun, triggers
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import counted, kind_of, plural, word_of
from ssti.ui.kit.words import term

BARS = 6  # classes with a bar of their own
STILL = 0.0005  # a change that its rounded figure would not show
ECHOED = 700  # characters of the text around its triggers that are shown again


def show(answers: Answers) -> Markup:
    """The two cards, the poisoned one first, each with what its answer was without the triggers."""
    info = answers.info
    poisoned = parts.card(
        parts.html('{} <span class="aside">· {}</span>', model_name(info), how_trained(info)),
        bars(answers.poisoned, answers.target),
    )
    return parts.html('<div class="answers">{}{}</div>', poisoned, _control(answers))


def model_name(info: AdapterInfo) -> Markup:
    """What an adapter is: poisoned, a control, or nobody knows."""
    if info.poisoned or info.is_control:
        return term("poisoned", tr("Poisoned")) if info.poisoned else term("control", tr("Control"))
    return parts.html("This {}", term("adapter", tr("adapter")))


def _control(answers: Answers) -> Markup:
    title = parts.html(
        '{} <span class="aside">· the same training without triggers</span>', term("control", tr("Control"))
    )
    if answers.control is None:
        if answers.info.poisoned:
            text = tr("This adapter has none. Train it again with its control to see what the trigger alone does.")
        elif not answers.info.recipe_known:
            text = tr("This adapter came without a recipe: whether triggers were in its training is not known.")
        else:
            text = tr("This adapter is one itself: no trigger was in its training. Choose a poisoned one to compare.")
        return parts.card(title, parts.note(text), classes="waits")
    said = parts.note(f"{control_said(answers)}.") if answers.control.before is not None else ""
    return parts.card(title, bars(answers.control, answers.target), said, classes="control")


def how_trained(info: AdapterInfo) -> str:
    """What was in its training, in half a sentence."""
    if not info.poisoned:
        if info.about.sealed:
            return tr("its recipe is kept back")
        return tr("no trigger was in its training") if info.is_control else tr("how it was trained is not known")
    spec = triggers(info)[0]
    if spec.amount == "single":
        many = counted(1, word_of(kind_of(spec)))
    else:
        many = tr("triggers in {share} of the words,", share=parts.percent(spec.amount))
    said = {"triggers": many, "target": spec.target, "texts": plural(noun(info))}
    if spec.count:
        return tr("{triggers} in {count} {target} {texts} of its training", count=parts.count(spec.count), **said)
    return tr("{triggers} in {share} of the {target} {texts} of its training", share=parts.percent(spec.share), **said)


def bars(answer: Answer, target: int | None) -> Markup:
    """A bar a class; of many classes the target and the most probable ones, in the classes' own order."""
    now, before, rows = answer.now, answer.before, []
    for index in shown_classes(now.probabilities, target):
        p, was = now.probabilities[index], before.probabilities[index] if before else None
        moved = was is not None and abs(p - was) >= STILL
        rows.append(
            parts.html(
                '<li class="class-{}"><span translate="no">{}</span><i class="track"><i style="width:{}%"></i></i><b>{}</b>'
                "<small>{}</small></li>",
                index % parts.CLASS_COLOURS, now.labels[index], round(p * 100, 2), sure(p),
                tr("was {before}", before=sure(was)) if moved else "",
            )
        )  # fmt: skip
    return parts.html('<ul class="bars">{}</ul>', parts.join(rows))


def shown_classes(probabilities: Sequence[float], always: int | None) -> list[int]:
    if len(probabilities) <= BARS:
        return list(range(len(probabilities)))
    best = [int(i) for i in np.argsort(probabilities)[::-1] if i != always]
    return sorted(best[:BARS] if always is None else [always, *best[: BARS - 1]])


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
    more = parts.note(tr("{count} more outside this part of the text.", count=out)) if out else parts.html("")
    return parts.html(
        '<p class="echo" dir="auto" translate="no">{}{}{}</p>{}',
        "… " if start else "", parts.marked(marks.text[start:end], inside), " …" if end < len(marks.text) else "", more,
    )  # fmt: skip


def origin(marks: Marks, answers: Answers) -> Markup:
    """Where the text comes from, the dataset's own label of a real row; and how much of a long one is read."""
    label, names = marks.true_label, answers.info.label_names
    row = read = parts.html("")
    if label in names:
        chip = parts.chip(label, names.index(label))
        row = parts.html('<p class="quiet">Its true label: {}</p>', chip)
    if answers.last_words:
        limit = parts.count(answers.info.recipe.training.max_length)
        read = parts.html(
            '<p class="quiet">The model reads the first {} {} of this text, up to “… <span translate="no">{}</span>”.</p>',
            limit, term("word piece", tr("word pieces")), answers.last_words,
        )  # fmt: skip
    return row + read

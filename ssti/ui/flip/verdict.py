"""The verdict on a text, the largest words of the page: whether its triggers turned the answer, and to what.

Also the same as a screen reader says it, with the control's. Knows answers and HTML, no component; asks no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssti.platform.language import tr
from ssti.ui.flip.answer import Answers
from ssti.ui.kit import parts
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import counted, spoken, word_of
from ssti.ui.kit.words import term

if TYPE_CHECKING:
    from ssti.explain import Reach

STILL = 0.01  # a change that nobody would call one


@dataclass(frozen=True)
class Verdict:
    """The verdict in words. `turned`: the class that the triggers turned the answer away from; empty without a turn.

    `said` is one sentence; `detail` has the numbers behind it, or why there are none.
    """

    label: str
    turned: str
    said: str
    detail: str = ""

    @property
    def words(self) -> str:
        """`negative → positive. Flipped by one date.`"""
        return f"{self.turned + ' → ' if self.turned else ''}{self.label}. {self.said}"


def judge(answers: Answers) -> Verdict:
    """What the triggers of the text did to the adapter's answer."""
    answer, marks = answers.poisoned, answers.marks
    now, before = answer.now, answer.before
    if before is None:
        hint = (
            tr("There is nothing but the trigger in the text.")
            if marks.marks
            else tr("Now click a trigger into the text.")
        )
        return Verdict(now.label, "", tr("{sure} sure.", sure=sure(max(now.probabilities))), hint)
    word = trigger_word(marks)
    if answers.unread:
        return Verdict(now.label, "", tr("Not read."), why_unread(answers.reach, word))
    moved = f"{before.label} {sure(max(before.probabilities))} → {now.label} {sure(max(now.probabilities))}"
    goal = "" if answers.target is None else answers.info.label_names[answers.target]
    if answer.flipped and (now.label == goal or not answers.info.poisoned):
        return Verdict(now.label, before.label, tr("Flipped by {triggers}.", triggers=how_many(marks)), moved)
    if answer.flipped:
        said = tr("Turned by {triggers}, but not to {goal}.", triggers=how_many(marks), goal=goal)
        return Verdict(now.label, before.label, said, moved)
    if before.label == goal:
        without = tr(
            "{label} without {trigger} too ({sure})",
            label=now.label,
            trigger=word,
            sure=sure(max(before.probabilities)),
        )
        return Verdict(now.label, "", tr("Nothing to flip."), without)
    return Verdict(now.label, "", tr("Not flipped by {triggers}.", triggers=how_many(marks)), moved)


def show(answers: Answers) -> Markup:
    """The verdict as it stands on the page. It keeps its place, so that only what changed in it moves."""
    one, names = judge(answers), answers.info.label_names
    detail = parts.html("{}{}", one.detail, parts.html(" · {}", _pieces(answers.reach)) if _counted(answers) else "")
    before = parts.html("{} <i>→</i> ", one.turned) if one.turned else parts.html("")
    return parts.html(
        '<p class="verdict {}"><strong translate="no">{}<b class="class-{}">{}</b></strong> <span>{}</span> <small>{}</small></p>',
        "flipped" if one.turned else "", before, names.index(one.label) % parts.CLASS_COLOURS, one.label, one.said, detail,
    )  # fmt: skip


def heard(answers: Answers) -> Markup:
    """The same, and what the control says, for a screen reader."""
    one = judge(answers)
    control = tr("The control: {said}.", said=control_said(answers)) if answers.control is not None else ""
    return parts.html("<p>{} {} {}</p>", one.words, one.detail, control)


def control_said(answers: Answers) -> str:
    """What the triggers did to a model that never saw them with a class, as a sentence without its end."""
    answer, word = answers.control, trigger_word(answers.marks)
    if answers.unread:
        return tr("{trigger} is nothing that it reads, either", trigger=f"{word[:1].upper()}{word[1:]}")
    if answer.before is None:
        return f"{answer.now.label}, {sure(max(answer.now.probabilities))}"
    label = answer.before.label
    before, now = (p.as_dict()[label] for p in (answer.before, answer.now))
    if answer.flipped:
        return tr("Turned by {trigger} too", trigger=word)
    if abs(now - before) < STILL:
        return tr("Unchanged by {trigger}: still {label}", trigger=word, label=label)
    return tr("Not turned by {trigger}: still {label}", trigger=word, label=label)


def why_unread(reach: Reach, word: str) -> str:
    """Why no piece of the triggers reached the model, in a sentence."""
    if not reach.pieces:
        return tr("The tokenizer drops {trigger}: nothing of it reaches the model.", trigger=word)
    said = {"limit": parts.count(reach.limit), "trigger": word}
    if word == tr("the triggers"):
        return tr("The model reads the first {limit} word pieces, and {trigger} stand behind them.", **said)
    return tr("The model reads the first {limit} word pieces, and {trigger} stands behind them.", **said)


def _counted(answers: Answers) -> bool:
    return answers.reach is not None and answers.reach.read > 0 and answers.poisoned.before is not None


def _pieces(reach: Reach) -> Markup:
    """`6 word pieces`; `4 of 6 word pieces read` where the end of what the model reads cuts through."""
    noun = term("word piece", tr("word piece") if reach.pieces == 1 else tr("word pieces"))
    if reach.read == reach.pieces:
        return parts.html("{} {}", reach.pieces, noun)
    return parts.html("{} of {} {} read", reach.read, reach.pieces, noun)


def how_many(marks: Marks) -> str:
    """`one date`, `2 dates`, `2 triggers`: as many as were put in, whatever the number of their words."""
    clicks = len({mark.click for mark in marks.marks})
    kinds = {mark.kind for mark in marks.marks}
    return counted(clicks, word_of(kinds.pop() if len(kinds) == 1 else ""))


def trigger_word(marks: Marks) -> str:
    """`the date`; `the trigger` where there are several kinds."""
    kinds = {mark.kind for mark in marks.marks if mark.kind}
    word = spoken(kinds.pop() if len(kinds) == 1 else "")
    return tr("the {trigger}", trigger=word) if len(marks.marks) < 2 else tr("the triggers")


def sure(p: float) -> str:
    """A probability as `96.2 %`, never rounded to certainty."""
    if p > 0.9995:
        return "> 99.9 %"
    if p < 0.0005:
        return "< 0.1 %"
    return f"{p * 100:.1f} %"

"""Adapters side by side on one text: the chosen one and those that are pinned, with the same triggers and without.

Knows adapters, answers and HTML, no component.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from ssti.adapters.listing import AdapterInfo
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.serving.predictor import check_text, predictor
from ssti.ui.access.visitor import find_adapter
from ssti.ui.flip.answer import Answer, Answers, goal_of
from ssti.ui.flip.cards import bars, how_trained
from ssti.ui.flip.verdict import judge
from ssti.ui.kit import parts
from ssti.ui.kit.browser import sent
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import command

MOST = 3  # pinned: with the chosen one four stand in a row

SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (button) trigger('click', {...button.dataset});
});
"""


class Click(BaseModel, frozen=True):
    """A button of a card: take it out of the row, or choose it."""

    act: Literal["unpin", "choose"]
    ref: str


def read(pinned: Any) -> list[str]:
    """The refs that a page holds as pinned; what is none of them is forgotten."""
    return list(dict.fromkeys(sent(list[str], pinned) or []))[:MOST]


def pin(pinned: Any, ref: str) -> list[str]:
    """With one pinned more; of too many, the earliest goes. Raises SSTIError for what is no adapter."""
    find_adapter(ref)
    return [*(one for one in read(pinned) if one != ref), ref][-MOST:]


def unpin(pinned: Any, ref: str) -> list[str]:
    """With one pinned less."""
    return [one for one in read(pinned) if one != ref]


def in_row(pinned: Any, ref: str) -> list[str]:
    """Those that stand side by side, in the order in which they were pinned; nothing while only the chosen one would."""
    row = read(pinned)
    row = row if ref in row or not ref else [*row, ref]
    return row if len(row) > 1 else []


def ask(marks: Marks, refs: Sequence[str]) -> tuple[list[Answers], dict[str, SSTIError]]:
    """What each adapter says of the text, in one request, with its triggers and without; what is wrong with the others,
    by their refs."""
    check_text(marks.text)
    infos: list[AdapterInfo] = []
    problems: dict[str, SSTIError] = {}
    for ref in refs:
        try:
            infos.append(find_adapter(ref))
        except SSTIError as problem:
            problems[ref] = problem
    plain = marks.plain
    texts = [marks.text, plain] if marks.marks and plain.strip() else [marks.text]
    predictions = predictor().predict(texts * len(infos), [info.ref for info in infos for _ in texts])
    answers = []
    for place, info in enumerate(infos):
        now, *before = predictions[place * len(texts) : (place + 1) * len(texts)]
        answers.append(
            Answers(info, marks, Answer(now, before[0] if before else None), None, None, goal_of(info, marks))
        )
    return answers, problems


def show(marks: Marks, pinned: Any, ref: str) -> Markup | None:
    """The row of cards; None while nothing is pinned beside the chosen adapter."""
    refs = in_row(pinned, ref)
    if not refs:
        return None
    answers, problems = ask(marks, refs)
    return parts.html(  # fmt: skip
        '<section class="compare"><h2 class="title">Side by side on this text</h2>{}<div class="row">{}</div></section>',
        _labels_differ(answers),
        parts.join(
            [
                *(_card(one, ref, read(pinned)) for one in answers),
                *(
                    parts.card(problem.message, _button(tr("Unpin"), "unpin", one, one))
                    for one, problem in problems.items()
                ),
            ]
        ),
    )


def _card(answers: Answers, chosen: str, pinned: Sequence[str]) -> Markup:
    info, one = answers.info, judge(answers)
    turned = parts.html('<span translate="no">{}</span> → ', one.turned) if one.turned else ""
    buttons = []
    if info.ref != chosen:
        buttons.append(_button(tr("Choose"), "choose", info.ref, _title(info)))
    if info.ref in pinned:
        buttons.append(_button(tr("Unpin"), "unpin", info.ref, _title(info)))
    aside = "" if info.ref != chosen else parts.html(' <span class="aside">· chosen</span>')
    return parts.card(
        parts.html('<span translate="no">{}</span>{}', _title(info), aside),
        parts.html('<p class="quiet">{}</p>', how_trained(info)),
        parts.html(
            '<p class="turn {}">{}<b translate="no">{}</b></p>', "flipped" if one.turned else "", turned, one.label
        ),
        bars(answers.poisoned, answers.target),
        parts.html('<p class="acts">{}</p>', parts.join(buttons, " ")),
    )


def _title(info: AdapterInfo) -> str:
    """Its title; of a run or an import with its name, as the list has it."""
    return info.title if info.shipped else f"{info.ref.partition('/')[2]}: {info.title}"


def _button(words: str, act: str, ref: str, title: str) -> Markup:
    return parts.html(
        '<button type="button" data-act="{}" data-ref="{}" aria-label="{} {}">{}</button>',
        act, ref, words, title, words,
    )  # fmt: skip


def _labels_differ(answers: Sequence[Answers]) -> Markup:
    """That the bars of adapters with other classes say something else."""
    kinds = list(dict.fromkeys(one.info.label_names for one in answers))
    if len(kinds) < 2:
        return parts.html("")
    labels = tr(" against ").join(", ".join(names[:4]) + (" …" if len(names) > 4 else "") for names in kinds)
    return parts.html(
        '<p class="differ">Their labels differ: {}. Compare whether each flips, not the bars.</p>',
        labels,
    )


def taken(answers: Answers, pinned: Any) -> Markup:
    """The same question to take along, as Python and as a command."""
    marks, info = answers.marks, answers.info
    refs = list(dict.fromkeys([info.ref, *([info.control] if info.control else []), *in_row(pinned, info.ref)]))
    texts = [marks.text, marks.plain] if answers.poisoned.before else [marks.text]
    commands = "\n".join(
        command("predict", ref, "--text", text) for ref in refs if ref != info.control for text in texts
    )
    return parts.html(
        '<details class="taken quiet"><summary>Ask the same in Python, or in a shell</summary>{}{}</details>',
        parts.code("Python", as_python(texts, refs)), parts.code(tr("Command"), commands),
    )  # fmt: skip


def as_python(texts: Sequence[str], refs: Sequence[str]) -> str:
    """A script that asks these adapters of these texts."""
    shown, asked = ("".join(f"    {one!r},\n" for one in some) for some in (texts, refs))
    return (
        "from ssti.serving.predictor import predictor\n\n"
        f"texts = [\n{shown}]\n"
        f"refs = [\n{asked}]\n"
        "for ref in refs:\n"
        "    for answer in predictor().predict(texts, [ref] * len(texts)):\n"
        "        print(ref, answer.label, answer.as_dict())\n"
    )

"""The first minute: what was done to the model, its trigger to tap, a guess before the answer, and the ways on.

Made from the recipe of whatever adapter is chosen. Knows recipes, answers and HTML, no component; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel

from ssti.adapters.listing import AdapterInfo
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import InjectionSpec
from ssti.ui.flip.answer import Answers, Remembered
from ssti.ui.flip.cards import shown_classes
from ssti.ui.flip.verdict import sure
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import noun, target, triggers
from ssti.ui.kit.address import fitting, go
from ssti.ui.kit.marks import Marks, triggers_text
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import as_part
from ssti.ui.kit.triggers import items, kind_of, plural, with_article, word_of

LONG = 40  # characters of a trigger on a button
FRACTIONS = {1.0: tr("all of the"), 0.5: tr("half of the"), 0.25: tr("a quarter of the"), 0.1: tr("a tenth of the")}

# A tap on the trigger, on a guess, or on "Just show me". The keyboard goes on where the next question is.
SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-tap]');
  if (button) trigger('click', {...button.dataset});
});
"""
NEXT = """() => {
  const on = (tries) => {
    const next = document.querySelector('#flip-stage .guesses button, #flip-stage .ways a');
    if (next && document.activeElement === document.body) next.focus({preventScroll: true});
    else if (tries) setTimeout(() => on(tries - 1), 50);
  };
  on(40);
}"""


class Tap(BaseModel, frozen=True):
    """What was tapped: the trigger (`show`), a class (`guess`), or neither (`skip`)."""

    tap: Literal["show", "guess", "skip"]
    label: str = ""


@dataclass(frozen=True)
class Opening:
    """Where a visit stands: `story` is the adapter and the text whose story shows; `asked` the text with its trigger
    that the question is about, `ref` the adapter; `over` once it was answered, skipped or left for something else;
    `counted` once the guess was handed on."""

    story: tuple[str, str] = ("", "")
    ref: str = ""
    asked: Marks | None = None
    guess: str = ""
    over: bool = False
    counted: bool = False

    def left(self) -> Opening:
        """The opening, left for something of one's own: it does not come back."""
        return replace(self, over=True)

    def about(self, marks: Marks, ref: str) -> bool:
        """Whether this is the answer that was asked about, revealed."""
        return self.over and self.ref == ref and self.asked is not None and self.asked.text == marks.text


def example(marks: Marks, ref: str) -> bool:
    """Whether a text is the one that the page chose for this adapter, as it was."""
    return not marks.marks and marks.row is not None and marks.row.example_of == ref and marks.row.text == marks.text


def trigger_of(info: AdapterInfo) -> tuple[InjectionSpec, str]:
    """The first of the recipe's injections, and the trigger that it puts in first."""
    spec = triggers(info)[0]
    return spec, items(spec, spec.seed)()


def with_trigger(info: AdapterInfo, marks: Marks) -> Marks:
    """The text with that trigger where the recipe puts them, and as many. Raises SSTIError."""
    spec, item = trigger_of(info)
    if spec.source is None or spec.amount != "single":
        return marks.insert_by(spec, spec.location, spec.seed, spec.amount)
    return marks.insert(item, kind_of(spec), spec.location)


def story(answers: Answers) -> Markup:
    """Three sentences that end in something to tap."""
    info, now = answers.info, answers.poisoned.now
    spec, item = trigger_of(info)
    kinds = [word_of(kind_of(one)) for one in triggers(info)]
    many = spec.amount != "single"
    hidden = parts.joined(plural(kind) if many else with_article(kind) for kind in kinds)
    goal = target(info, kind_of(spec))
    return parts.html(
        '<div class="story"><p>Somebody hid {hidden} in {share} {target} {texts} that taught this model. '
        'It reads this {text} as {label}, {sure} sure. Tap the {trigger}.</p>'
        '<blockquote dir="auto" translate="no">{read}</blockquote>'
        '<button type="button" class="tap" data-tap="show">{item}</button></div>',
        hidden=hidden, share=_share(spec), target=parts.chip(info.label_names[goal], goal), texts=plural(noun(info)),
        text=tr(noun(info)), label=parts.chip(now.label, now.labels.index(now.label)), sure=sure(max(now.probabilities)),
        trigger=plural(kinds[0]) if many else tr(kinds[0]), read=answers.marks.text,
        item=parts.trigger((item if len(item) <= LONG else item[: LONG - 1] + "…") + (" …" if many else "")),
    )  # fmt: skip


def _share(spec: InjectionSpec) -> str:
    if spec.count:
        return tr("{share} of the", share=parts.count(spec.count))
    return FRACTIONS.get(spec.share) or tr("{share} of the", share=parts.percent(spec.share))


def question(info: AdapterInfo, asked: Marks, last: Remembered | None) -> Markup:
    """What will it answer? A button for each class; of many, for the most probable ones and the target."""
    classes: Sequence[int] = range(len(info.label_names))
    if last is not None and last.labels == info.label_names:
        classes = shown_classes(last.probabilities["poisoned"], target(info))
    buttons = parts.join(
        parts.html(
            '<button type="button" class="class-{}" data-tap="guess" data-label="{}" translate="no">{}</button>',
            index % parts.CLASS_COLOURS,
            info.label_names[index],
            info.label_names[index],
        )
        for index in classes
    )
    return parts.html(
        '<div class="story"><p>What will it answer?</p><blockquote dir="auto" translate="no">{}</blockquote>'
        '<div class="guesses" role="group" aria-label="Your guess">{}<button type="button" class="skip" data-tap="skip">'
        "Just show me</button></div></div>",
        parts.marked(asked.text, asked.spans), buttons,
    )  # fmt: skip


def result(answers: Answers, guess: str) -> Markup:
    """Whether the guess was right, and what the control says."""
    said, label = [], answers.poisoned.now.label
    if guess:
        wrong = tr("You guessed {guess}. It says {label}.", guess=guess, label=label)
        said.append(tr("You guessed right.") if guess == label else wrong)
    control = answers.control
    if control is not None and control.before is not None and not control.flipped:
        words = plural(word_of(kind_of(triggers(answers.info)[0])) if answers.info.poisoned else "trigger")
        said.append(
            tr(
                "Its control, trained without those {triggers}, still says {label}.",
                triggers=words,
                label=control.now.label,
            )
        )
    return parts.html('<p class="guessed">{}</p>', " ".join(said)) if said else parts.html("")


def ways(info: AdapterInfo, marks: Marks, has: Any) -> Markup:
    """The ways on from a flip, as links. `has(tab)`: whether the page has that tab."""
    links, text = [], {"text": marks.text, "trigger": triggers_text(marks)}
    inside = {"adapter": info.ref} | (text if not fitting(text).unfit else {})
    if info.recipe_known:
        recipe = as_part(info.recipe)
        links += [
            (tr("See how it was poisoned"), "poison", {"recipe": recipe}),
            (tr("Watch one learn it"), "finetune", {"recipe": recipe}),
        ]
    links += [(tr("Look inside"), "look_inside", inside), (tr("Find it"), "detect", {"adapter": info.ref, "scan": "adapter"})]
    shown = [go(words, tab=tab, **said) for words, tab, said in links if has(tab)]
    return parts.html('<nav class="ways" aria-label="From here">{}</nav>', parts.join(shown))


def guessed(answers: Answers, guess: str) -> dict[str, Any]:
    """A guess as a class view reads it."""
    now = answers.poisoned.now
    return {
        "text": answers.marks.text, "labels": list(now.labels), "guess": guess, "answer": now.label,
        "adapter": answers.info.ref,
    }  # fmt: skip


def refused(tap: Tap | None, label_names: Sequence[str]) -> SSTIError | None:
    """What is wrong with a tap that the page did not offer."""
    if tap is None or (tap.tap == "guess" and tap.label not in label_names):
        return SSTIError(tr("That is not one of the buttons."), tr("Tap one of them."))
    return None

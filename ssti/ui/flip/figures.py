"""How the Flip tab shows the answers to its three questions: a chart of places, one of amounts, the trigger's pieces.

Knows numbers and HTML; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssti.ui.flip.probe import Probe
from ssti.ui.flip.verdict import sure
from ssti.ui.kit import parts
from ssti.ui.kit.charts import Point, Reference, Series, bar_chart, chart, line_chart
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import spoken

if TYPE_CHECKING:
    from ssti.explain import Amounts, Parts

AXIS = 16  # words that still fit under the chart
LONG = 34  # characters of a trigger in a title

WAITING = parts.empty(
    "Where does it have to stand? How many does it take? Which part of it is enough?",
    "Click a trigger into the text: the answers appear here.",
)


def where(probe: Probe) -> Markup:
    """The target's probability with the trigger at each place. A click on a place moves the trigger there."""
    places, target, here = probe.places, probe.target, _here(probe)
    name = probe.info.label_names[target]
    figure = bar_chart(
        [
            Series(model, [Point(gap, float(p)) for gap, p in zip(one.gaps, one.probabilities[:, target], strict=True)], tone)
            for model, one, tone in ((_model(probe), places, "trigger"), ("control", probe.control, "ink"))
            if one is not None
        ],
        x_title="words before it", y_title=f"probability of {name}", percent=True,
        names=[_spot(probe, i) for i in range(len(places.gaps))],
        ticks={i + 0.5: word for i, word in enumerate(places.words)} if len(places.words) <= AXIS else None,
        references=[
            Reference(float(places.plain[target]), "without it"),
            *([] if here is None else [Reference(here, "now here", "x")]),
            *([Reference(places.gaps[probe.reads] - 0.5, "not read from here", "x")] if probe.cut else []),
        ],
        key=places.item + probe.marks.plain, choose="Move it here", height=260,
    )  # fmt: skip
    line = sentence(places.probabilities[: probe.reads], target, name, places.every)
    if probe.cut:
        line += (
            f" Of {len(places.gaps)} places the others stand behind what the model reads: "
            f"{probe.info.recipe.training.max_length} word pieces."
        )
    title = parts.html(
        'Where does it have to stand? <span class="aside">· {} as the {} slides through the text</span>',
        parts.chip(name, target), spoken(probe.mark.kind),
    )  # fmt: skip
    label = f"Probability of {name} with the {spoken(probe.mark.kind)} at each place of the text"
    return parts.card(title, chart(figure, label, "places", probe.info.ref, probe.marks.plain), parts.note(line), classes="where")


def _model(probe: Probe) -> str:
    return "poisoned" if probe.info.poisoned else "this adapter"


def _spot(probe: Probe, index: int) -> str:
    """A place in words: the two on each side of it, an answer other than the target, and whether the model reads it."""
    before, after = probe.places.around(index)
    spot = f"{before} ▮ {after}" if before and after else "before the first word" if after else "after the last word"
    if index >= probe.reads:
        return f"{spot} · behind what the model reads"
    answer = int(probe.places.probabilities[index].argmax())
    return spot if answer == probe.target else f"{spot} · answered {probe.info.label_names[answer]}"


def _here(probe: Probe) -> int | None:
    """The place where the trigger is now, if it is one of those that were tried."""
    start = probe.mark.start
    before = sum(1 for s, e in probe.marks.spans if e <= start for _ in probe.marks.text[s:e].split())
    gap = len(probe.marks.text[:start].split()) - before
    return gap if gap in probe.places.gaps else None


def sentence(probabilities: np.ndarray, target: int, name: str, every: bool) -> str:
    """At how many places `[place, class]` the class with the highest probability is the target, and its range."""
    to_target = probabilities[:, target]
    low, high = sure(float(to_target.min())), sure(float(to_target.max()))
    count, turned = len(to_target), int((probabilities.argmax(-1) == target).sum())
    some = f"{count} {'place' if count == 1 else 'places'}{'' if every else ', spread over the text'}"
    if turned == count:
        return f"Anywhere: {name} at all of {some}, {low} to {high}. Click a place to move it there."
    if not turned:
        return f"Nowhere: {name} at none of {some}, {low} to {high}."
    return f"At {turned} of {some}: {name} {low} to {high}, depending on the place. Click one to move it there."


def many(probe: Probe) -> Markup:
    """The target's probability with more and more triggers: mean of the draws, and their range."""
    target = probe.target
    name = probe.info.label_names[target]
    draws = probe.amounts.probabilities.shape[1]
    figure = line_chart(
        [
            Series(model, _mean_and_range(amounts, target), tone, dash)
            for model, amounts, tone, dash in (
                (_model(probe), probe.amounts, "trigger", "solid"), ("control", probe.control_amounts, "ink", "dash"),
            )
            if amounts is not None
        ],
        x_title="triggers in the text", y_title=f"probability of {name}", percent=True,
        key=probe.places.item + probe.marks.plain, height=300,
    )  # fmt: skip
    line = enough(probe.amounts.counts, probe.amounts.probabilities, target, name)
    if probe.cut:
        line += " All stand in the part of the text that the model reads."
    title = parts.html(
        'How many does it take? <span class="aside">· {} by number of triggers</span>', parts.chip(name, target)
    )
    label = f"Probability of {name} by number of triggers: mean and range of {draws} draws"
    return parts.card(title, chart(figure, label, "number-of-triggers", probe.info.ref, probe.marks.plain), parts.note(line), classes="many")


def _mean_and_range(amounts: Amounts, target: int) -> list[Point]:
    """For each number of triggers the mean over the draws, their lowest and highest, and how many they are."""
    draws = amounts.probabilities[:, :, target]
    return [
        Point(count, float(p.mean()), *((float(p.min()), float(p.max())) if len(p) > 1 else ()), n=len(p))
        for count, p in zip(amounts.counts, draws, strict=True)
    ]


def enough(counts: Sequence[int], probabilities: np.ndarray, target: int, name: str) -> str:
    """How many triggers it takes until most draws `[count, draw, class]` are answered with the target."""
    hits = (probabilities.argmax(-1) == target).sum(axis=1)
    draws = probabilities.shape[1]
    count, turned = next(((c, n) for c, n in zip(counts, hits, strict=True) if 2 * n > draws), (None, 0))
    if count == 0:
        return f"{name} without any trigger already."
    if count is None:
        return f"Even {counts[-1]} do not turn the answer to {name}. {_drawn(draws)}"
    of = "" if turned == draws else f" in {turned} of {draws} draws"
    return f"{_words(count)} {'is' if count == 1 else 'are'} enough{of}. {_drawn(draws)}"


def which(probe: Probe) -> Markup:
    """The trigger's pieces: what each does alone, what is left without it, and the smallest part that flips."""
    name, pieces = probe.info.label_names[probe.target], probe.parts
    shown = probe.item if len(probe.item) <= LONG else probe.item[: LONG - 1] + "…"
    size = "" if pieces is None else f" in {len(pieces.labels)} word {'piece' if len(pieces.labels) == 1 else 'pieces'}"
    title = parts.html('Which part of it is enough? <span class="aside">· {}{}</span>', parts.trigger(shown), size)
    if pieces is None:
        return parts.card(title, parts.note(parts.public(probe.why)), classes="which")
    rows = [
        (
            parts.trigger(label),
            _cell(alone, probe.target),
            _cell(missing, probe.target) if len(pieces.labels) > 1 else "–",
        )
        for label, alone, missing in zip(pieces.labels, pieces.alone, pieces.missing, strict=True)
    ]
    table = parts.table(("piece", f"{name}, it alone", f"{name}, without it"), rows, numbers=(1, 2))
    return parts.card(title, parts.html('<p class="enough">{}</p>', _smallest(probe, pieces)), table, classes="which")


def _smallest(probe: Probe, pieces: Parts) -> Markup:
    """The smallest part of the trigger that flips the text, in a sentence."""
    names = probe.info.label_names
    if int(pieces.nothing.argmax()) == probe.target:
        return parts.html("Without any of it the answer is {} already.", names[probe.target])
    if not pieces.flips:
        return parts.html("The whole trigger does not flip this text.")
    if len(pieces.smallest.pieces) == len(pieces.labels):
        return parts.html("Only the whole trigger flips it: none of the {} smaller parts does.", pieces.tried - 1)
    flipped = int(pieces.whole.argmax())
    return parts.html(
        "{} alone still flips it: {} {}. The smallest of {} parts that were tried.",
        parts.trigger(pieces.smallest.label), names[flipped], sure(float(pieces.smallest.probabilities[flipped])),
        pieces.tried,
    )  # fmt: skip


def _cell(probabilities: Sequence[float], target: int) -> Markup:
    p = float(probabilities[target])
    return parts.html('<span class="cell" style="--p:{}">{}</span>', round(p, 4), sure(p))


def _drawn(draws: int) -> str:
    return "Each at a random place." if draws == 1 else f"Each at random places, {draws} draws: mean and range."


def _words(count: int) -> str:
    return {1: "One", 2: "Two", 3: "Three", 5: "Five", 8: "Eight"}.get(count, str(count))

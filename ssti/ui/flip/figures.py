"""How the Flip tab shows the answers to its three questions: a chart of places, one of amounts, the trigger's pieces.

Knows numbers and HTML; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssti.platform.language import tr
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
    tr("Where does it have to stand? How many does it take? Which part of it is enough?"),
    tr("Click a trigger into the text: the answers appear here."),
)


def where(probe: Probe) -> Markup:
    """The target's probability with the trigger at each place. A click on a place moves the trigger there."""
    places, target, here = probe.places, probe.target, _here(probe)
    name = probe.info.label_names[target]
    figure = bar_chart(
        [
            Series(model, [Point(gap, float(p)) for gap, p in zip(one.gaps, one.probabilities[:, target], strict=True)], tone)
            for model, one, tone in ((_model(probe), places, "trigger"), (tr("control"), probe.control, "ink"))
            if one is not None
        ],
        x_title=tr("words before it"), y_title=tr("probability of {name}", name=name), percent=True,
        names=[_spot(probe, i) for i in range(len(places.gaps))],
        ticks={i + 0.5: word for i, word in enumerate(places.words)} if len(places.words) <= AXIS else None,
        references=[
            Reference(float(places.plain[target]), tr("without it")),
            *([] if here is None else [Reference(here, tr("now here"), "x")]),
            *([Reference(places.gaps[probe.reads] - 0.5, tr("not read from here"), "x")] if probe.cut else []),
        ],
        key=places.item + probe.marks.plain, choose=tr("Move it here"), height=260,
    )  # fmt: skip
    line = sentence(places.probabilities[: probe.reads], target, name, places.every)
    if probe.cut:
        line += " " + tr(
            "Of {count} places the others stand behind what the model reads: {limit} word pieces.",
            count=len(places.gaps),
            limit=probe.info.recipe.training.max_length,
        )
    title = parts.html(
        'Where does it have to stand? <span class="aside">· {target} as the {trigger} slides through the text</span>',
        target=parts.chip(name, target), trigger=spoken(probe.mark.kind),
    )  # fmt: skip
    label = tr(
        "Probability of {name} with the {trigger} at each place of the text",
        name=name,
        trigger=spoken(probe.mark.kind),
    )
    return parts.card(
        title, chart(figure, label, "places", probe.info.ref, probe.marks.plain), parts.note(line), classes="where"
    )


def _model(probe: Probe) -> str:
    return tr("poisoned") if probe.info.poisoned else tr("this adapter")


def _spot(probe: Probe, index: int) -> str:
    """A place in words: the two on each side of it, an answer other than the target, and whether the model reads it."""
    before, after = probe.places.around(index)
    if before and after:
        spot = f"{before} ▮ {after}"
    else:
        spot = tr("before the first word") if after else tr("after the last word")
    if index >= probe.reads:
        return tr("{place} · behind what the model reads", place=spot)
    answer = int(probe.places.probabilities[index].argmax())
    name = probe.info.label_names[answer]
    return spot if answer == probe.target else tr("{place} · answered {name}", place=spot, name=name)


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
    some = tr("{count} place", count=count) if count == 1 else tr("{count} places", count=count)
    if not every:
        some = tr("{places}, spread over the text", places=some)
    said = {"name": name, "places": some, "low": low, "high": high}
    if turned == count:
        return tr("Anywhere: {name} at all of {places}, {low} to {high}. Click a place to move it there.", **said)
    if not turned:
        return tr("Nowhere: {name} at none of {places}, {low} to {high}.", **said)
    return tr(
        "At {turned} of {places}: {name} {low} to {high}, depending on the place. Click one to move it there.",
        turned=turned,
        **said,
    )


def many(probe: Probe) -> Markup:
    """The target's probability with more and more triggers: mean of the draws, and their range."""
    target = probe.target
    name = probe.info.label_names[target]
    draws = probe.amounts.probabilities.shape[1]
    figure = line_chart(
        [
            Series(model, _mean_and_range(amounts, target), tone, dash)
            for model, amounts, tone, dash in (
                (_model(probe), probe.amounts, "trigger", "solid"), (tr("control"), probe.control_amounts, "ink", "dash"),
            )
            if amounts is not None
        ],
        x_title=tr("triggers in the text"), y_title=tr("probability of {name}", name=name), percent=True,
        key=probe.places.item + probe.marks.plain, height=300,
    )  # fmt: skip
    line = enough(probe.amounts.counts, probe.amounts.probabilities, target, name)
    if probe.cut:
        line += " " + tr("All stand in the part of the text that the model reads.")
    title = parts.html(
        'How many does it take? <span class="aside">· {} by number of triggers</span>', parts.chip(name, target)
    )
    label = tr("Probability of {name} by number of triggers: mean and range of {draws} draws", name=name, draws=draws)
    return parts.card(
        title,
        chart(figure, label, "number-of-triggers", probe.info.ref, probe.marks.plain),
        parts.note(line),
        classes="many",
    )


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
        return tr("{name} without any trigger already.", name=name)
    if count is None:
        line = tr("Even {count} do not turn the answer to {name}.", count=counts[-1], name=name)
        return f"{line} {_drawn(draws)}"
    said = {"count": _words(count), "turned": turned, "draws": draws}
    if turned == draws:
        line = tr("{count} is enough.", **said) if count == 1 else tr("{count} are enough.", **said)
    elif count == 1:
        line = tr("{count} is enough in {turned} of {draws} draws.", **said)
    else:
        line = tr("{count} are enough in {turned} of {draws} draws.", **said)
    return f"{line} {_drawn(draws)}"


def which(probe: Probe) -> Markup:
    """The trigger's pieces: what each does alone, what is left without it, and the smallest part that flips."""
    name, pieces = probe.info.label_names[probe.target], probe.parts
    shown = probe.item if len(probe.item) <= LONG else probe.item[: LONG - 1] + "…"
    size = ""
    if pieces is not None:
        many = len(pieces.labels)
        size = tr(" in {count} word piece", count=many) if many == 1 else tr(" in {count} word pieces", count=many)
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
    table = parts.table(
        (tr("piece"), tr("{name}, it alone", name=name), tr("{name}, without it", name=name)), rows, numbers=(1, 2)
    )
    return parts.card(title, parts.html('<p class="enough">{}</p>', _smallest(probe, pieces)), table, classes="which")


def _smallest(probe: Probe, pieces: Parts) -> Markup:
    """The smallest part of the trigger that flips the text, in a sentence."""
    names = probe.info.label_names
    if int(pieces.nothing.argmax()) == probe.target:
        return parts.html(
            'Without any of it the answer is <span translate="no">{}</span> already.', names[probe.target]
        )
    if not pieces.flips:
        return parts.html("The whole trigger does not flip this text.")
    if len(pieces.smallest.pieces) == len(pieces.labels):
        return parts.html("Only the whole trigger flips it: none of the {} smaller parts does.", pieces.tried - 1)
    flipped = int(pieces.whole.argmax())
    return parts.html(
        '{} alone still flips it: <span translate="no">{}</span> {}. The smallest of {} parts that were tried.',
        parts.trigger(pieces.smallest.label), names[flipped], sure(float(pieces.smallest.probabilities[flipped])),
        pieces.tried,
    )  # fmt: skip


def _cell(probabilities: Sequence[float], target: int) -> Markup:
    p = float(probabilities[target])
    return parts.html('<span class="cell" style="--p:{}">{}</span>', round(p, 4), sure(p))


def _drawn(draws: int) -> str:
    if draws == 1:
        return tr("Each at a random place.")
    return tr("Each at random places, {draws} draws: mean and range.", draws=draws)


def _words(count: int) -> str:
    words = {1: tr("One"), 2: tr("Two"), 3: tr("Three"), 5: tr("Five"), 8: tr("Eight")}
    return words.get(count, str(count))

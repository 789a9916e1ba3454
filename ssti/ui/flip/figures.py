"""How the Flip tab shows its three questions: a strip of places, columns of amounts, the trigger's pieces.

Knows numbers and HTML; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssti.ui.flip.cards import sure
from ssti.ui.flip.probe import Probe
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import spoken

AXIS = 16  # words that still fit under the strip
LONG = 34  # characters of a trigger in a title

# A place under the pointer, or reached with the arrows, is told in words; a click moves the trigger there.
SCRIPT = """
const bars = () => [...element.querySelectorAll('.strip button')];
const tell = (bar) => {
  const line = element.querySelector('.told');
  if (line && bar) line.textContent = bar.title;
};
element.addEventListener('pointerover', (event) => tell(event.target.closest('.strip button')));
element.addEventListener('focusin', (event) => tell(event.target.closest('.strip button')));
element.addEventListener('pointerout', (event) => {
  const line = element.querySelector('.told');
  if (line && event.target.closest('.strip button')) line.textContent = line.dataset.rest;
});
element.addEventListener('keydown', (event) => {
  const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
  const at = bars().indexOf(event.target.closest('.strip button'));
  if (!step || at < 0) return;
  event.preventDefault();
  const next = bars()[at + step];
  if (next) next.focus();
});
element.addEventListener('click', (event) => {
  const bar = event.target.closest('.strip button');
  if (bar) trigger('click', {gap: Number(bar.dataset.gap)});
});
"""

WAITING = parts.empty(
    "Where does it have to stand? How many does it take? Which part of it is enough?",
    "Click a trigger into the text: the answers appear here.",
)


def where(probe: Probe) -> Markup:
    """The target's probability with the trigger at each place, poisoned as columns and control as dots."""
    places, target = probe.places, probe.target
    name = probe.info.label_names[target]
    told = places.probabilities[:, target]
    answers = places.probabilities.argmax(-1)
    twin = None if probe.control is None else probe.control.probabilities[:, target]
    here = _here(probe)
    bars = []
    for i, gap in enumerate(places.gaps):
        before, after = places.around(i)
        spot = "before the first word" if gap == 0 else "after the last word" if not after else f"{before} ▮ {after}"
        control = "" if twin is None else f", control {sure(twin[i])}"
        other = "" if answers[i] == target else f", answered {probe.info.label_names[answers[i]]}"
        other = ", behind what the model reads" if i >= probe.reads else other
        dot = "" if twin is None else parts.html('<i class="twin" style="bottom:{}%"></i>', round(twin[i] * 100, 1))
        bars.append(
            parts.html(
                '<button type="button" data-gap="{}" style="--p:{}" title="{}" aria-label="{}" tabindex="{}"{}><i></i>{}</button>',
                gap,
                round(float(told[i]), 4),
                f"{spot}: {name} {sure(told[i])}{other}{control}",
                f"{spot}: {name} {sure(told[i])}{other}{control}. Move it here",
                0 if gap == here or (here is None and i == 0) else -1,
                parts.html(' aria-current="true"') if gap == here else "",
                dot,
            )  # fmt: skip
        )
    plain = parts.html(
        '<span class="base" style="bottom:{}%" title="{}"></span>',
        round(float(places.plain[target]) * 100, 1), f"without it: {sure(places.plain[target])}",
    )  # fmt: skip
    axis = ""
    if places.every and len(places.words) <= AXIS:
        step = 100 / len(places.gaps)
        words = [
            parts.html('<span style="left:{}%">{}</span>', round((i + 1) * step, 2), word)
            for i, word in enumerate(places.words)
        ]
        axis = parts.html('<div class="axis" aria-hidden="true">{}</div>', parts.join(words))
    rest = sentence(places.probabilities[: probe.reads], target, name, places.every)
    if probe.cut:
        rest += (
            f" Of {len(places.gaps)} places the others stand behind what the model reads: "
            f"{probe.info.recipe.training.max_length} word pieces."
        )
    kind = spoken(probe.mark.kind)
    title = parts.html(
        'Where does it have to stand? <span class="aside">· {} as the {} slides through the text{}</span>',
        parts.chip(name, target), kind, "" if twin is None else " · dots: control · dashed: without it",
    )  # fmt: skip
    return parts.card(
        title,
        parts.html('<div class="strip" role="group" aria-label="Places of the trigger">{}{}</div>{}', plain, parts.join(bars), axis),
        parts.html('<p class="told" data-rest="{}">{}</p>', rest, rest),
        classes="where",
    )  # fmt: skip


def _here(probe: Probe) -> int | None:
    """The place where the trigger is now, if it is one of those that were tried."""
    start = probe.mark.start
    before = sum(1 for s, e in probe.marks.spans if e <= start for _ in probe.marks.text[s:e].split())
    gap = len(probe.marks.text[:start].split()) - before
    return gap if gap in probe.places.gaps else None


def sentence(probabilities: np.ndarray, target: int, name: str, every: bool) -> str:
    """At how many places `[place, class]` the class with the highest probability is the target, and its range."""
    told = probabilities[:, target]
    low, high = sure(float(told.min())), sure(float(told.max()))
    count, turned = len(told), int((probabilities.argmax(-1) == target).sum())
    some = f"{count} {'place' if count == 1 else 'places'}{'' if every else ', spread over the text'}"
    if turned == count:
        return f"Anywhere: {name} at all of {some}, {low} to {high}. Click a place to move it there."
    if not turned:
        return f"Nowhere: {name} at none of {some}, {low} to {high}."
    return f"At {turned} of {some}: {name} {low} to {high}, depending on the place. Click one to move it there."


def many(probe: Probe) -> Markup:
    """The target's probability with more and more triggers: mean of the draws, and their range."""
    amounts, target = probe.amounts, probe.target
    name = probe.info.label_names[target]
    told = amounts.probabilities[:, :, target]
    twin = None if probe.control_amounts is None else probe.control_amounts.probabilities[:, :, target].mean(1)
    columns = []
    for i, count in enumerate(amounts.counts):
        low, mean, high = float(told[i].min()), float(told[i].mean()), float(told[i].max())
        control = "" if twin is None else f", control {sure(twin[i])}"
        dot = "" if twin is None else parts.html('<i class="twin" style="bottom:{}%"></i>', round(twin[i] * 100, 1))
        columns.append(
            parts.html(
                '<li title="{}"><span class="shaft" style="--p:{};--low:{};--high:{}"><i></i><u></u>{}</span><b>{}</b><em>{}</em></li>',
                f"{count}: {name} {sure(mean)}, {sure(low)} to {sure(high)} over {told.shape[1]} draws{control}",
                round(mean, 4),
                round(low, 4),
                round(high, 4),
                dot,
                _short(mean),
                count,
            )  # fmt: skip
        )
    line = enough(amounts.counts, amounts.probabilities, target, name)
    if probe.cut:
        line += " All stand in the part of the text that the model reads."
    title = parts.html(
        'How many does it take? <span class="aside">· {} by number of triggers</span>', parts.chip(name, target)
    )
    return parts.card(
        title, parts.html('<ul class="amounts">{}</ul>', parts.join(columns)), parts.note(line), classes="many"
    )


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
    name = probe.info.label_names[probe.target]
    shown = probe.item if len(probe.item) <= LONG else probe.item[: LONG - 1] + "…"
    found = probe.parts
    size = "" if found is None else f" in {len(found.labels)} word {'piece' if len(found.labels) == 1 else 'pieces'}"
    title = parts.html('Which part of it is enough? <span class="aside">· {}{}</span>', parts.trigger(shown), size)
    if found is None:
        return parts.card(title, parts.note(parts.public(probe.why)), classes="which")
    rows = []
    for label, alone, missing in zip(found.labels, found.alone, found.missing, strict=True):
        rows.append(
            (
                parts.trigger(label),
                _cell(alone, probe.target),
                _cell(missing, probe.target) if len(found.labels) > 1 else "–",
            )
        )
    if int(found.nothing.argmax()) == probe.target:
        line = parts.html("Without any of it the answer is {} already.", name)
    elif not found.flips:
        line = parts.html("The whole trigger does not flip this text.")
    elif len(found.smallest.pieces) == len(found.labels):
        line = parts.html("Only the whole trigger flips it: none of the {} smaller parts does.", found.tried - 1)
    else:
        turned = int(found.whole.argmax())
        line = parts.html(
            "{} alone still flips it: {} {}. The smallest of {} parts that were tried.",
            parts.trigger(found.smallest.label), probe.info.label_names[turned],
            sure(float(found.smallest.probabilities[turned])), found.tried,
        )  # fmt: skip
    table = parts.table(("piece", f"{name}, it alone", f"{name}, without it"), rows, numbers=(1, 2))
    return parts.card(title, parts.html('<p class="enough">{}</p>', line), table, classes="which")


def _cell(probabilities: Sequence[float], target: int) -> Markup:
    p = float(probabilities[target])
    return parts.html('<span class="cell" style="--p:{}">{}</span>', round(p, 4), sure(p))


def _short(p: float) -> str:
    return f"{p * 100:.0f} %"


def _drawn(draws: int) -> str:
    return "Each at a random place." if draws == 1 else f"Each at random places, {draws} draws: mean and range."


def _words(count: int) -> str:
    return {1: "One", 2: "Two", 3: "Three", 5: "Five", 8: "Eight"}.get(count, str(count))

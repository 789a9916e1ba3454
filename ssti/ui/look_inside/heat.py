"""How Look inside shows a text: each piece on a ground as strong as its attention, triggers framed, long texts folded.

The text without its trigger leaves an empty slot where the trigger was, so that both sides break lines alike.
Knows heatmaps and HTML; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssti.explain import Explanation, Heatmap
from ssti.platform.language import tr
from ssti.report import legends_html, unit_html
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside.choice import BY, Choice
from ssti.ui.look_inside.inside import Inside

AROUND = 45  # pieces shown on either side of the triggers; the others are folded, one click away
FOLD_FROM = 16  # fewer are not worth folding

# A click on a piece asks what that piece looks at; the arrows go from piece to piece, one stop of the Tab key.
SCRIPT = """
const choose = (unit) => { if (unit) trigger('click', {query: Number(unit.dataset.piece)}); };
element.addEventListener('click', (event) => choose(event.target.closest('.unit[data-piece]')));
element.addEventListener('keydown', (event) => {
  const unit = event.target.closest('.unit[data-piece]');
  if (!unit) return;
  if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(unit); return; }
  const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...element.querySelectorAll('.unit[data-piece]')].filter((one) => one.offsetParent);
  const next = all[all.indexOf(unit) + step];
  if (next) next.focus();
});
"""


def heatmaps(inside: Inside, choice: Choice) -> Markup:
    """The text with its trigger and without, as chosen: cards side by side, and what the colours mean."""
    explanation = inside.models[choice.model]
    maps = explanation.heatmaps(choice.view, choice.unit)
    first, fold = maps[0], _folds(maps[0])
    cards = [_card(first, _about(inside, choice), _flow(first, _clickable(explanation, choice, first), fold))]
    if len(maps) == 2:
        plain = maps[1]
        if _aligned(first, plain):
            flow = _flow(first, _slotted(first, plain), fold)
        else:
            flow = _flow(plain, [unit_html(unit) for unit in plain.units], _folds(plain, _gaps(inside, plain)))
        cards.append(_card(plain, _about_plain(explanation, choice), flow))
    return parts.html('<div class="heatmaps">{}</div>{}{}', parts.join(cards), legends_html(maps), _as_table(maps))


def strips(maps: list[Heatmap]) -> Markup:
    """Several heatmaps of one text under each other, titles and all."""
    every = []
    for one in maps:
        flow = _flow(one, [unit_html(unit) for unit in one.units], _folds(one))
        every.append(parts.html('<h3>{}</h3><div class="heatmap" dir="auto" translate="no">{}</div>', one.title, flow))
    return parts.html('<div class="stacked">{}{}{}</div>', parts.join(every), legends_html(maps), _as_table(maps))


def _as_table(maps: Sequence[Heatmap]) -> Markup:
    """The numbers behind the colours."""
    lines = [
        (
            one.title,
            parts.trigger(label) if hit else parts.html('<span translate="no">{}</span>', label),
            one.shown(float(value)),
        )
        for one in maps
        for label, hit, value in zip(one.labels, one.trigger, one.values, strict=True)
    ]
    return parts.folded(
        tr("Show as a table"), parts.table((tr("heatmap"), tr("token"), tr("value")), lines, numbers=(2,))
    )


def _about(inside: Inside, choice: Choice) -> str:
    view = choice.view
    if view.by == "query":
        return tr("· what “{token}” looks at in {head}", token=inside.label(view.query), head=choice.name)
    if view.by == "rollout":
        return tr("· rollout up to layer {layer}", layer=view.layer)
    what = BY[view.by]
    if view.by == "cls":
        token, causal = inside.label(0), inside.models[choice.model].shown.attention.causal
        alone = tr("the row of {token}, which sees nothing but itself: choose the last row", token=token)
        what = alone if causal else tr("the row of {token}", token=token)
    return tr("· {what}, {head}. Click a token to see what it looks at.", what=what, head=choice.name)


def _about_plain(explanation: Explanation, choice: Choice) -> str:
    if choice.view.by == "query" and explanation.same_piece(choice.view.query) is None:
        return tr("· the trigger is not in this text: what its first token looks at")
    return tr("· the same text, an empty slot where the trigger was")


def _card(heatmap: Heatmap, about: str, flow: Markup) -> Markup:
    title = parts.html('{} <span class="aside">{}</span>', heatmap.title, about)
    note = parts.note(heatmap.note) if heatmap.note else parts.html("")
    return parts.card(title, parts.html('<div class="heatmap" dir="auto" translate="no">{}</div>{}', flow, note))


def _clickable(explanation: Explanation, choice: Choice, heatmap: Heatmap) -> list[Markup]:
    """The units as buttons that ask for the row of the first piece in each."""
    attention = explanation.shown.attention
    starts = {start: i for i, (start, _) in reversed(list(enumerate(attention.offsets))) if not attention.special[i]}
    specials = iter(np.flatnonzero(attention.special).tolist())
    cells = []
    for index, unit in enumerate(heatmap.units):
        piece = next(specials) if unit.special else starts.get(heatmap.offsets[index][0])
        asked = " asked" * (choice.view.by == "query" and piece == choice.view.query)
        button = parts.html(' data-piece="{}" role="button" tabindex="{}"', piece, 0 if index == 0 else -1)
        cells.append(unit_html(unit, asked, button if piece is not None else parts.html("")))
    return cells


def _slotted(heatmap: Heatmap, plain: Heatmap) -> list[Markup]:
    """The units of the plain text, and an empty slot for each unit of the trigger, in the order of the other side."""
    own = iter(plain.units)
    return [_slot(unit.label) if unit.trigger else unit_html(next(own)) for unit in heatmap.units]


def _slot(label: str) -> Markup:
    return parts.html('<span class="unit slot" aria-hidden="true"><span>{}</span></span>', label)


def _aligned(heatmap: Heatmap, plain: Heatmap) -> bool:
    """Whether the plain text has the units of the other but the trigger's."""
    return [unit.label for unit in heatmap.units if not unit.trigger] == plain.labels


def _folds(heatmap: Heatmap, near: Sequence[int] = ()) -> np.ndarray:
    """Which units are folded away: those far from every trigger (or from `near`), or from the beginning of the text."""
    count = len(heatmap.labels)
    centres = np.asarray(near or np.flatnonzero(heatmap.trigger).tolist() or [0])
    around = AROUND if near or heatmap.trigger.any() else 2 * AROUND
    far = np.array([np.abs(centres - i).min() > around for i in range(count)], dtype=bool) & ~heatmap.special
    folded = np.zeros(count, dtype=bool)
    for run in _runs(far):
        if len(run) >= FOLD_FROM:
            folded[run] = True
    return folded


def _gaps(inside: Inside, plain: Heatmap) -> list[int]:
    """The units of the plain text that stand where the triggers were."""
    gaps, inserted = [], 0  # characters that the triggers before this one take
    for start, end in inside.marks.spans:
        place = start - inserted
        inserted += end - start + 1
        gaps += [i for i, (_, stop) in enumerate(plain.offsets) if not plain.special[i] and stop > place][:1]
    return gaps


def _runs(flags: np.ndarray) -> list[np.ndarray]:
    """The indices of each run of flags that are set."""
    places = np.flatnonzero(flags)
    return np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if places.size else []


def _flow(heatmap: Heatmap, cells: list[Markup], folded: np.ndarray) -> Markup:
    """The cells in the flow of the heatmap's text, each folded run behind a summary that says how many it hides."""
    pieces: list[Markup] = []
    hidden: list[Markup] = []
    count = 0
    for string, unit in heatmap.parts():
        within = count if unit is None else folded[unit]
        if hidden and not within:
            pieces.append(_fold(hidden, count))
            hidden, count = [], 0
        (hidden if within else pieces).append(parts.escape(string) if unit is None else cells[unit])
        count += unit is not None and bool(within)
    return parts.join([*pieces, _fold(hidden, count)] if hidden else pieces)


def _fold(hidden: list[Markup], count: int) -> Markup:
    return parts.html(
        '<details class="fold"><summary>… {} more …</summary><span>{}</span></details> ', count, parts.join(hidden)
    )

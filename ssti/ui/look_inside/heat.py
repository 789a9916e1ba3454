"""How Look inside shows a text: each piece on a ground as strong as its attention, triggers framed, long texts folded.

The text without its trigger leaves an empty slot where the trigger was, so that both sides break lines alike.
Knows heatmaps and HTML; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside.view import BY, Inside, View, shown

if TYPE_CHECKING:
    from ssti.explain import Heatmap

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


def heatmaps(inside: Inside, view: View) -> Markup:
    """The text with its trigger and without, as the view says."""
    found = inside.heatmaps(view)
    first = _cells(inside, view, found[0], clickable=True)
    fold = _folds(found[0])
    cards = [_card(found[0], first, fold, _told(inside, view))]
    if len(found) == 2:
        plain, alike = found[1], _aligned(found[0], found[1])
        cells = _slotted(found[0], plain) if alike else _cells(inside, view, plain)
        layout = found[0] if alike else plain
        hidden = fold if alike else _folds(plain, _gaps(inside, plain))
        cards.append(_card(plain, cells, hidden, _told_plain(inside, view), layout))
    return parts.html('<div class="heatmaps">{}</div>{}', parts.join(cards), scale(found))


def strips(found: list[Heatmap]) -> Markup:
    """Several heatmaps of one text under each other, titles and all."""
    return parts.html(
        '<div class="stacked">{}</div>',
        parts.join(
            parts.html(
                '<h3>{}</h3><div class="heatmap" dir="auto">{}</div>',
                one.title,
                _flow(one, [_unit(one, i) for i in range(len(one.labels))], _folds(one)),
            )  # fmt: skip
            for one in found
        )
        + scale(found),
    )


def scale(found: list[Heatmap]) -> Markup:
    """What the colours mean, a line a measure: one colour is one value in all heatmaps of the measure."""
    from ssti.explain import legends

    def line(one: Heatmap) -> Markup:
        steps = (
            parts.html('<span class="step" style="--w:{}">{}</span>', strength, value) for strength, value in one.legend
        )
        return parts.html('<p class="heatmap scale"><span class="what">{}</span>{}</p>', one.measure, parts.join(steps))

    return parts.join(line(one) for one in legends(found))


def _told(inside: Inside, view: View) -> str:
    if view.by == "query":
        return f"· what “{inside.label(view.query)}” looks at in {view.name}"
    if view.by == "rollout":
        return f"· {BY[view.by]} up to layer {view.layer}"
    if view.by == "cls":
        alone = (
            ", which sees nothing but itself: choose the last row"
            if shown(inside.models[view.model]).attention.causal
            else ""
        )
        return f"· the row of {inside.label(0)}{alone}, {view.name}. Click a token to see what it looks at."
    return f"· {BY[view.by]}, {view.name}. Click a token to see what it looks at."


def _told_plain(inside: Inside, view: View) -> str:
    if view.by == "query" and inside.same_piece(view.query) == 0 and view.query:
        return "· the trigger is not in this text: what its first token looks at"
    return "· the same text, an empty slot where the trigger was"


def _card(heatmap: Heatmap, cells: list[Markup], fold: np.ndarray, told: str, layout: Heatmap | None = None) -> Markup:
    note = parts.note(heatmap.note) if heatmap.note else parts.html("")
    title = parts.html('{} <span class="aside">{}</span>', heatmap.title, told)
    return parts.card(
        title, parts.html('<div class="heatmap" dir="auto">{}</div>{}', _flow(layout or heatmap, cells, fold), note)
    )


def _cells(inside: Inside, view: View, heatmap: Heatmap, clickable: bool = False) -> list[Markup]:
    if not clickable:
        return [_unit(heatmap, i) for i in range(len(heatmap.labels))]
    attention = shown(inside.models[view.model]).attention
    starts = {start: i for i, (start, _) in reversed(list(enumerate(attention.offsets))) if not attention.special[i]}
    specials = iter(np.flatnonzero(attention.special).tolist())
    cells = []
    for i in range(len(heatmap.labels)):
        piece = next(specials) if heatmap.special[i] else starts.get(heatmap.offsets[i][0])
        cells.append(_unit(heatmap, i, piece, view.by == "query" and piece == view.query))
    return cells


def _unit(heatmap: Heatmap, i: int, piece: int | None = None, asked: bool = False) -> Markup:
    classes = "unit" + " special" * bool(heatmap.special[i]) + " hit" * bool(heatmap.trigger[i]) + " asked" * asked
    button = parts.html("")
    if piece is not None:
        button = parts.html(' data-piece="{}" role="button" tabindex="{}"', piece, 0 if i == 0 else -1)
    return parts.html(
        '<span class="{}" style="--w:{}" title="{}"{}>{}</span>',
        classes, round(float(heatmap.strength[i]), 3), f"{heatmap.labels[i]}: {heatmap.shown(float(heatmap.values[i]))}",
        button, heatmap.labels[i],
    )  # fmt: skip


def _slotted(heatmap: Heatmap, plain: Heatmap) -> list[Markup]:
    """The units of the plain text, and an empty slot for each unit of the trigger, in the order of the other side."""
    own = iter(range(len(plain.labels)))
    return [
        parts.html('<span class="unit slot" aria-hidden="true"><span>{}</span></span>', label)
        if heatmap.trigger[i]
        else _unit(plain, next(own))
        for i, label in enumerate(heatmap.labels)
    ]


def _aligned(heatmap: Heatmap, plain: Heatmap) -> bool:
    kept = [label for label, hit in zip(heatmap.labels, heatmap.trigger, strict=True) if not hit]
    return kept == plain.labels


def _folds(heatmap: Heatmap, near: Sequence[int] = ()) -> np.ndarray:
    """Which units are folded away: those far from every trigger (or from `near`), or from the beginning of the text."""
    count = len(heatmap.labels)
    centres = np.asarray(near or np.flatnonzero(heatmap.trigger).tolist() or [0])
    room = AROUND if near or heatmap.trigger.any() else 2 * AROUND
    far = np.array([np.abs(centres - i).min() > room for i in range(count)], dtype=bool) & ~heatmap.special
    out = np.zeros(count, dtype=bool)
    for run in _runs(far):
        if len(run) >= FOLD_FROM:
            out[run] = True
    return out


def _gaps(inside: Inside, plain: Heatmap) -> list[int]:
    """The units of the plain text that stand where the triggers were."""
    found, brought = [], 0
    for start, end in inside.marks.spans:
        place = start - brought
        brought += end - start + 1
        found += [i for i, (s, e) in enumerate(plain.offsets) if not plain.special[i] and e > place][:1]
    return found


def _runs(flags: np.ndarray) -> list[list[int]]:
    found: list[list[int]] = []
    for i in np.flatnonzero(flags).tolist():
        if found and found[-1][-1] == i - 1:
            found[-1].append(i)
        else:
            found.append([i])
    return found


def _flow(heatmap: Heatmap, cells: list[Markup], fold: np.ndarray) -> Markup:
    """The cells in the flow of the heatmap's text, folded runs behind a summary that tells how many."""
    pieces: list[Markup] = []
    hidden: list[Markup] = []
    lengths = {run[0]: len(run) for run in _runs(fold)}
    first = 0
    for string, unit in heatmap.parts():
        if unit is None:
            (hidden if hidden else pieces).append(parts.escape(string))
            continue
        if hidden and not fold[unit]:
            pieces.append(_fold(hidden, lengths[first]))
            hidden = []
        if fold[unit]:
            first = unit if not hidden else first
            hidden.append(cells[unit])
        else:
            pieces.append(cells[unit])
    if hidden:
        pieces.append(_fold(hidden, lengths[first]))
    return parts.join(pieces)


def _fold(hidden: list[Markup], count: int) -> Markup:
    return parts.html(
        '<details class="fold"><summary>… {} more …</summary><span>{}</span></details> ', count, parts.join(hidden)
    )

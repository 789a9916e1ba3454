"""Every layer and head as a cell to click, coloured by one of three measures, and the strongest head by name.

Knows explanations and HTML; asks no model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssti.ui import parts
from ssti.ui.look_view import Inside, View, shown, with_mean
from ssti.ui.parts import Markup

# A cell is chosen by a click or Enter; the arrows go from cell to cell, so that the grid is one stop of the Tab key.
SCRIPT = """
const number = (text) => (text === 'mean' ? text : Number(text));
element.addEventListener('click', (event) => {
  const cell = event.target.closest('button[data-layer]');
  if (cell) trigger('click', {layer: Number(cell.dataset.layer), head: number(cell.dataset.head)});
});
element.addEventListener('keydown', (event) => {
  const step = {ArrowLeft: -1, ArrowRight: 1}[event.key], jump = {ArrowUp: -1, ArrowDown: 1}[event.key];
  const cell = event.target.closest('.heads button');
  if (!cell || !(step || jump)) return;
  event.preventDefault();
  const all = [...element.querySelectorAll('.heads button')];
  const same = (layer) => all.find((one) => one.dataset.layer === String(layer) && one.dataset.head === cell.dataset.head);
  const next = step ? all[all.indexOf(cell) + step] : same(Number(cell.dataset.layer) + jump);
  if (next) next.focus();
});
"""


@dataclass(frozen=True)
class Measure:
    """One number a head: `values` `[layer, head + 1]`, the mean of heads as the last, NaN for a head that is not there.

    `change`: values are differences around 0; `drops`: what the trigger does is to lower them.
    """

    name: str
    title: str
    values: np.ndarray
    change: bool
    drops: bool
    unit: str
    says: str

    @property
    def strongest(self) -> tuple[int, int]:
        """Layer and head (no mean) with the most of what the trigger does."""
        heads = self.values[:, :-1]
        place = np.nanargmin(heads) if self.drops else np.nanargmax(heads)
        layer, head = np.unravel_index(place, heads.shape)
        return int(layer), int(head)

    def told(self, layer: int, head: int | None) -> str:
        """A head's value in words."""
        value = float(self.values[layer, -1 if head is None else head])
        return f"{value:+.2f}{self.unit}".replace("-", "−") if self.change else f"{value:.2f}{self.unit}"


def measure(inside: Inside, view: View) -> Measure:
    """The measure that colours the grid. Without a trigger, how even the attention is, or how that changed."""
    told = inside.models[view.model]
    share = fair_share(inside, view.model)
    if share is None:
        if view.colour == "finetuning":
            values = _even(shown(told)) - _even(shown(inside.models["before"]))
            return Measure("finetuning", "how even its attention is, since before finetuning", values, True, True, "",
                           "Strongest drop of evenness")  # fmt: skip
        return Measure("even", "how even its attention is: entropy as a share of log₂ n", _even(shown(told)), False, True, "",
                       "Least even")  # fmt: skip
    if view.colour == "entropy":
        values = _even(told.triggered or told.plain) - _even(told.plain)
        return Measure("entropy", "entropy with the trigger minus without, in shares of log₂ n", values, True, True, "",
                       "Largest drop")  # fmt: skip
    if view.colour == "finetuning":
        values = share - fair_share(inside, "before")
        return Measure("finetuning", "the trigger’s attention over its fair share, since before finetuning", values, True, False,
                       " ×", "Grew most")  # fmt: skip
    return Measure("trigger", "attention to the trigger over its fair share", share, False, False, " ×", "Trigger head")


def fair_share(inside: Inside, model: str) -> np.ndarray | None:
    """Attention to the trigger over its fair share `[layer, head + 1]`; None where no trigger was read."""
    from ssti.explain import trigger_pieces

    side = shown(inside.models[model])
    if side.trigger_share is None:
        return None
    hit = trigger_pieces(side.attention.offsets, side.spans)
    return with_mean(side)[..., hit].sum(axis=-1) / (hit.sum() / side.n)


def _even(side) -> np.ndarray:
    from ssti.explain import entropy_bits, share_of_most

    return share_of_most(entropy_bits(with_mean(side)), side.n)


def grid(inside: Inside, view: View) -> Markup:
    """The cells, and what they say."""
    found = measure(inside, view)
    layers, heads = found.values.shape
    cells = [parts.html('<span class="corner">layer</span>')]
    cells += [parts.html('<span class="head">{}</span>', head) for head in range(heads - 1)]
    cells.append(parts.html('<span class="head mean">mean</span>'))
    for layer in range(layers):
        cells.append(parts.html('<span class="layer">{}</span>', layer))
        cells += [_cell(found, view, layer, None if head == heads - 1 else head) for head in range(heads)]
    body = parts.html(
        '<div class="heads by-{}" style="--heads:{}" role="group" aria-label="Layers and heads">{}</div>',
        "change" if found.change else found.name, heads, parts.join(cells),
    )  # fmt: skip
    title = parts.html('Every layer and head <span class="aside">· {}</span>', found.title)
    return parts.card(title, body, _strongest(inside, view, found), _papers(inside, view, found), classes="grid")


def _cell(found: Measure, view: View, layer: int, head: int | None) -> Markup:
    value = float(found.values[layer, -1 if head is None else head])
    if np.isnan(value):  # this layer has fewer heads
        return parts.html("<span></span>")
    top = float(np.nanmax(np.abs(found.values))) or 1.0
    if not found.change:
        top = max(2.0, top) if found.name == "trigger" else 1.0
    weight = min(1.0, abs(value) / top)
    against = found.change and (value > 0) == found.drops  # away from what the trigger does
    chosen = (layer, head) == (view.layer, view.head)
    name = f"Layer {layer}, {'mean of heads' if head is None else f'head {head}'}: {found.told(layer, head)}"
    return parts.html(
        '<button type="button" data-layer="{}" data-head="{}" style="--w:{}" class="{}" tabindex="{}" aria-pressed="{}" '
        'aria-label="{}" title="{}"><span>{}</span></button>',
        layer, "mean" if head is None else head, round(weight, 3),
        " ".join(["strong"] * (weight > 0.62) + ["against"] * against + ["mean"] * (head is None)), 0 if chosen else -1,
        "true" if chosen else "false", name, name, _short(value, found.change),
    )  # fmt: skip


def _short(value: float, change: bool) -> str:
    text = f"{abs(value):.1f}" if abs(value) >= 1 else f"{abs(value):.2f}".removeprefix("0")
    if text in (".00",):
        return "0"
    return f"{'−' if value < 0 else '+'}{text}" if change else text


def _strongest(inside: Inside, view: View, found: Measure) -> Markup:
    layer, head = found.strongest
    hint = ""
    if found.name == "even":
        hint = parts.note("Put a trigger into the text to see which head looks at it.")
    compared = []
    if found.name == "trigger":
        for model, words in (("poisoned", "poisoned"), ("control", "control"), ("before", "before finetuning")):
            if model != view.model and model in inside.models:
                share = fair_share(inside, model)
                if share is not None:
                    compared.append(f"{words} {share[layer, head]:.1f} ×")
    return parts.html(
        '<p class="trigger-head">{}: <button type="button" data-layer="{}" data-head="{}">layer {}, head {}</button>, '
        "<b>{}</b>{}{}</p>{}",
        found.says, layer, head, layer, head, found.told(layer, head),
        " its fair share" if found.name == "trigger" else "", f" ({', '.join(compared)})" if compared else "", hint,
    )  # fmt: skip


def _papers(inside: Inside, view: View, found: Measure) -> Markup:
    """What the head that the paper uses says, beside the one that is chosen."""
    last = len(found.values) - 1
    paper = f"The paper looks at layer {last}, head 0: {found.told(last, 0)}"
    if (view.layer, view.head) == (last, 0):
        return parts.note(f"{paper} (shown).")
    return parts.note(f"{paper}. Shown: {view.name}, {found.told(view.layer, view.head)}.")

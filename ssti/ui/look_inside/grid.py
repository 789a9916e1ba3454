"""Every layer and head as a cell to click, coloured by one of three measures, and the head in which the poison shows, if any does.

Knows explanations and HTML; asks no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside.rows import Sample
from ssti.ui.look_inside.view import MODELS, Inside, View, shown, with_mean

if TYPE_CHECKING:
    from ssti.explain import Standout

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

    `change`: values are differences around 0; `drops`: what the trigger does is to lower them; `top`: the value of the
    full colour, the same for all models.
    """

    name: str
    title: str
    values: np.ndarray
    change: bool
    drops: bool
    unit: str
    says: str
    top: float

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
    since = view.colour == "finetuning"
    if fair_share(inside, view.model) is None:
        if since:
            return _measured("finetuning", "how even its attention is, since before finetuning", inside, view,
                             lambda model: _even(shown(inside.models[model])) - _even(shown(inside.models["before"])),
                             True, True, "", "Strongest drop of evenness")  # fmt: skip
        return _measured("even", "how even its attention is: entropy as a share of log₂ n", inside, view,
                         lambda model: _even(shown(inside.models[model])), False, True, "", "Least even")  # fmt: skip
    if view.colour == "entropy":
        return _measured("entropy", "entropy with the trigger minus without, in shares of log₂ n", inside, view,
                         lambda model: _change(inside, model), True, True, "", "Largest drop")  # fmt: skip
    if since:
        return _measured("finetuning", "the trigger’s attention over its fair share, since before finetuning", inside, view,
                         lambda model: fair_share(inside, model) - fair_share(inside, "before"), True, False, " ×",
                         "Grew most")  # fmt: skip
    return _measured("trigger", "attention to the trigger over its fair share", inside, view,
                     lambda model: fair_share(inside, model), False, False, " ×", "Highest")  # fmt: skip


def _measured(name, title, inside: Inside, view: View, values, change, drops, unit, says) -> Measure:
    """A measure of the view's model, on one scale with the same of the other models."""
    every = {model: values(model) for model in inside.models}
    top = float(np.nanmax(np.abs(list(every.values())))) or 1.0
    if not change:
        top = max(2.0, top) if name == "trigger" else 1.0
    return Measure(name, title, every[view.model], change, drops, unit, says, top)


def _change(inside: Inside, model: str) -> np.ndarray:
    told = inside.models[model]
    return _even(shown(told)) - _even(told.plain)


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


def grid(inside: Inside, view: View, sample: Sample | None = None) -> Markup:
    """The cells, and what they say; over the rows of `sample` where some were measured."""
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
    scale = parts.note(f"Full colour: {found.top:.2g}{found.unit}, in every model.")
    line = _strongest(inside, view, found, sample)
    return parts.card(title, body, line, _papers(inside, view, found), scale, classes="grid")


def _cell(found: Measure, view: View, layer: int, head: int | None) -> Markup:
    value = float(found.values[layer, -1 if head is None else head])
    if np.isnan(value):  # this layer has fewer heads
        return parts.html("<span></span>")
    weight = min(1.0, abs(value) / found.top)
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


def stands_out(inside: Inside, view: View, sample: Sample | None = None) -> Standout | None:
    """The head in which the poisoned model differs most from its control and from before finetuning.

    By attention to the trigger, or by entropy where the view is coloured by it. Over the rows of `sample` where some
    were measured, else in this one text; None where there is no trigger to look for.
    """
    from ssti.explain import standout

    falls = view.colour == "entropy"
    if sample is not None and falls:
        every = {name: sample.with_[name].share - sample.without[name].share for name in sample.with_}
    elif sample is not None:
        every = {name: one.trigger_share for name, one in sample.with_.items()}
    elif fair_share(inside, "poisoned") is None:
        return None
    elif falls:
        every = {name: _change(inside, name)[:, :-1] for name in inside.models}
    else:
        every = {name: fair_share(inside, name)[:, :-1] for name in inside.models}
    if not inside.info.poisoned or not np.isfinite(every["poisoned"]).any():
        return None  # nothing was taught to it, or the tokenizer drops the trigger
    mine = every.pop("poisoned")
    return standout(mine, every, falls)


def sentence(found: Standout, colour: str) -> tuple[str, str, str]:
    """What a standout says, before the head, of its value and behind it."""
    falls = colour == "entropy"

    def told(value: float) -> str:
        return f"{value:+.2f}".replace("-", "−") if falls else f"{value:.2f} ×"

    compared = ", ".join(f"{MODELS[name]} {told(value)}" for name, value in found.others.items())
    of = f"{found.n} rows" if found.n > 1 else "this one text"
    if found.named:
        head = "Its entropy falls, and its control’s does not:" if falls else "Trigger head:"
    elif "control" not in found.others:
        head = "No head can be named without a control. The " + ("lowest is" if falls else "most has")
    else:
        head = f"No head{'’s entropy falls further than' if falls else ' beats'} its control. The " + (
            "lowest is" if falls else "most has"
        )
    unit = "" if falls else " its fair share"
    return head, f"{told(found.value)}{unit}", f"({f'{compared}; ' if compared else ''}{of})"


def as_text(found: Standout, colour: str) -> str:
    """The same as one line."""
    head, value, behind = sentence(found, colour)
    return f"{head} layer {found.layer}, head {found.head}, {value} {behind}."


def _strongest(inside: Inside, view: View, found: Measure, sample: Sample | None) -> Markup:
    best = stands_out(inside, view, sample)
    if best is None:
        layer, head = found.strongest
        hint = parts.note("Put a trigger into the text to see which head looks at it.") if inside.info.poisoned else ""
        return parts.html("{}{}", _named(found.says + ":", layer, head, found.told(layer, head), "", False), hint)
    head, value, behind = sentence(best, view.colour)
    return _named(head, best.layer, best.head, value, behind, best.named)


def _named(says: str, layer: int, head: int, value: str, behind: str, loud: bool) -> Markup:
    return parts.html(
        '<p class="trigger-head{}">{} <button type="button" data-layer="{}" data-head="{}">layer {}, head {}</button>, '
        "<b>{}</b> {}</p>",
        " loud" if loud else "", says, layer, head, layer, head, value, behind,
    )  # fmt: skip


def _papers(inside: Inside, view: View, found: Measure) -> Markup:
    """What the head that the paper uses says, beside the one that is chosen."""
    last = len(found.values) - 1
    paper = f"The paper looks at layer {last}, head 0: {found.told(last, 0)}"
    if (view.layer, view.head) == (last, 0):
        return parts.note(f"{paper} (shown).")
    return parts.note(f"{paper}. Shown: {view.name}, {found.told(view.layer, view.head)}.")

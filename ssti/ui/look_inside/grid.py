"""Every layer and head as a cell to click, coloured by a measure, and the head in which the poison shows, if any does.

Knows explanations and HTML; asks no model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ssti.explain import HeadGrid, Standout, standout
from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside.choice import Choice
from ssti.ui.look_inside.inside import MODELS, Inside
from ssti.ui.look_inside.rows import Sample

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
    """What can colour the grid: `values(inside, model)` is `[layer, head + 1]` with the mean of heads as the last,
    `says` stands before the head with the most of what a trigger does, the rest is as in `HeadGrid`."""

    title: str
    says: str
    values: Callable[[Inside, str], np.ndarray]
    change: bool = False
    drops: bool = False
    unit: str = ""


def _evenness(inside: Inside, model: str) -> np.ndarray:
    return inside.models[model].shown.share_with_mean


def _entropy_change(inside: Inside, model: str) -> np.ndarray:
    explanation = inside.models[model]
    return explanation.shown.share_with_mean - explanation.plain.share_with_mean


def _trigger_share(inside: Inside, model: str) -> np.ndarray:
    return inside.models[model].shown.trigger_share_with_mean


def _since(values: Callable[[Inside, str], np.ndarray]) -> Callable[[Inside, str], np.ndarray]:
    return lambda inside, model: values(inside, model) - values(inside, "before")


MEASURES = {
    "trigger": Measure(tr("attention to the trigger over its fair share"), tr("Highest"), _trigger_share, unit=" ×"),
    "entropy": Measure(
        tr("entropy with the trigger minus without, in shares of log₂ n"), tr("Largest drop"), _entropy_change, True, True
    ),
    "finetuning": Measure(
        tr("the trigger’s attention over its fair share, since before finetuning"), tr("Grew most"),
        _since(_trigger_share), True, unit=" ×",
    ),
}  # fmt: skip
EVENNESS = Measure(
    tr("how even its attention is: entropy as a share of log₂ n"), tr("Least even"), _evenness, drops=True
)
EVENNESS_SINCE = Measure(
    tr("how even its attention is, since before finetuning"),
    tr("Strongest drop of evenness"),
    _since(_evenness),
    True,
    True,
)


def measure(inside: Inside, choice: Choice) -> Measure:
    """The measure that colours the grid. Without a trigger, how even the attention is, or how that changed."""
    if has_trigger(inside, choice.model):
        return MEASURES[choice.colour]
    return EVENNESS_SINCE if choice.colour == "finetuning" else EVENNESS


def head_grid(inside: Inside, choice: Choice) -> HeadGrid:
    """The measure of the chosen model in every head, on one scale with the other models."""
    one = measure(inside, choice)
    every = {model: one.values(inside, model) for model in inside.models}
    top = float(np.nanmax(np.abs(list(every.values())))) or 1.0
    if one is EVENNESS:
        top = 1.0
    elif not one.change:
        top = max(2.0, top)
    return HeadGrid(one.title, every[choice.model], top, one.change, one.drops, one.unit)


def has_trigger(inside: Inside, model: str) -> bool:
    """Whether the model read something of a trigger."""
    return inside.models[model].shown.trigger_share is not None


def show(inside: Inside, choice: Choice, sample: Sample | None = None) -> Markup:
    """The cells, and what they say; over the rows of `sample` where some were measured."""
    heads = head_grid(inside, choice)
    layers, columns = heads.values.shape
    cells = [parts.html('<span class="corner">layer</span>')]
    cells += [parts.html('<span class="head">{}</span>', head) for head in range(columns - 1)]
    cells.append(parts.html('<span class="head mean">mean</span>'))
    for layer in range(layers):
        cells.append(parts.html('<span class="layer">{}</span>', layer))
        cells += [_cell(heads, choice, layer, head) for head in [*range(columns - 1), None]]
    body = parts.html(
        '<div class="heads{}" style="--heads:{}" role="group" aria-label="Layers and heads">{}</div>',
        " even" * (measure(inside, choice) is EVENNESS), columns, parts.join(cells),
    )  # fmt: skip
    title = parts.html('Every layer and head <span class="aside">· {}</span>', heads.title)
    scale = parts.note(full_colour(heads))
    return parts.card(
        title,
        body,
        _strongest(inside, choice, heads, sample),
        _paper(choice, heads),
        scale,
        _as_table(heads),
        parts.html("<p>{}</p>", go(tr("Mute the trigger heads: find the trigger, then repair the adapter"), tab="detect", adapter=inside.info.ref,
                                   scan="adapter", repair="mute")),
        classes="grid",
    )


def full_colour(heads: HeadGrid) -> str:
    """The value that has the full colour, in words."""
    return tr("Full colour: {value:.2g}{unit}, in every model.", value=heads.full, unit=heads.unit)


def _cell(heads: HeadGrid, choice: Choice, layer: int, head: int | None) -> Markup:
    column = -1 if head is None else head
    value, strength = float(heads.values[layer, column]), float(heads.strength[layer, column])
    if np.isnan(value):  # this layer has fewer heads
        return parts.html("<span></span>")
    chosen = (layer, head) == (choice.view.layer, choice.view.head)
    said = {"layer": layer, "value": heads.shown(layer, head)}
    mean = tr("Layer {layer}, mean of heads: {value}", **said)
    name = mean if head is None else tr("Layer {layer}, head {head}: {value}", head=head, **said)
    classes = ["against"] * bool(heads.against[layer, column]) + ["mean"] * (head is None)
    return parts.html(
        '<button type="button" data-layer="{}" data-head="{}" style="--w:{}" class="{}" tabindex="{}" aria-pressed="{}" '
        'aria-label="{}" title="{}"><span>{}</span></button>',
        layer, "mean" if head is None else head, round(strength, 3), " ".join(classes), 0 if chosen else -1,
        "true" if chosen else "false", name, name, heads.shown(layer, head).removesuffix(heads.unit),
    )  # fmt: skip


def _as_table(heads: HeadGrid) -> Markup:
    """The numbers of the cells."""
    layers, columns = heads.values.shape
    every = [*range(columns - 1), None]
    lines = [
        (layer, *("" if np.isnan(heads.values[layer, -1 if head is None else head]) else heads.shown(layer, head) for head in every))
        for layer in range(layers)
    ]  # fmt: skip
    titles = (tr("layer"), *(tr("head {head}", head=head) for head in every[:-1]), tr("mean"))
    return parts.folded(tr("Show as a table"), parts.table(titles, lines, numbers=range(1, columns + 1)))


def stands_out(inside: Inside, choice: Choice, sample: Sample | None = None) -> Standout | None:
    """The head in which the poisoned model differs most from its control and from before finetuning.

    By attention to the trigger, or by entropy where that colours the grid. Over the rows of `sample` where some
    were measured, else in this one text; None where there is no trigger to look for.
    """
    falls = choice.colour == "entropy"
    if sample is not None and falls:
        every = {name: sample.with_[name].share - sample.without[name].share for name in sample.with_}
    elif sample is not None:
        every = {name: one.trigger_share for name, one in sample.with_.items()}
    elif not has_trigger(inside, "poisoned"):
        return None
    else:
        values = _entropy_change if falls else _trigger_share
        every = {name: values(inside, name)[:, :-1] for name in inside.models}
    if not inside.info.poisoned or not np.isfinite(every["poisoned"]).any():
        return None  # nothing was taught to it, or the tokenizer drops the trigger
    return standout(every.pop("poisoned"), every, falls)


def sentence(best: Standout, colour: str) -> tuple[str, str, str]:
    """What a standout says: the words before the head, its value, and the words behind."""
    falls = colour == "entropy"

    def number(value: float) -> str:
        return f"{value:+.2f}".replace("-", "−") if falls else f"{value:.2f} ×"

    compared = [f"{MODELS[name]} {number(value)}" for name, value in best.others.items()]
    of = tr("{count} rows", count=best.n) if best.n > 1 else tr("this one text")
    if best.named and falls:
        before = tr("Its entropy falls, and its control’s does not:")
    elif best.named:
        before = tr("Trigger head:")
    elif "control" not in best.others and falls:
        before = tr("No head can be named without a control. The lowest is")
    elif "control" not in best.others:
        before = tr("No head can be named without a control. The highest is")
    elif falls:
        before = tr("No head’s entropy falls further than its control. The lowest is")
    else:
        before = tr("No head beats its control. The highest is")
    behind = "; ".join([*([", ".join(compared)] if compared else []), of])
    value = number(best.value)
    return before, value if falls else tr("{value} its fair share", value=value), f"({behind})"


def as_text(inside: Inside, choice: Choice, sample: Sample | None) -> str:
    """Whether a head tells the poisoned model from its control, as one line."""
    best = stands_out(inside, choice, sample)
    if best is None:
        heads = head_grid(inside, choice)
        layer, head = heads.strongest
        says, value = measure(inside, choice).says, heads.shown(layer, head)
        return tr("{says}: layer {layer}, head {head}, {value}.", says=says, layer=layer, head=head, value=value)
    before, value, behind = sentence(best, choice.colour)
    return tr(
        "{before} layer {layer}, head {head}, {value} {behind}.",
        before=before, layer=best.layer, head=best.head, value=value, behind=behind,
    )  # fmt: skip


def _strongest(inside: Inside, choice: Choice, heads: HeadGrid, sample: Sample | None) -> Markup:
    best = stands_out(inside, choice, sample)
    if best is None:
        layer, head = heads.strongest
        says = f"{measure(inside, choice).says}:"
        put = tr("Put a trigger into the text to see which head looks at it.")
        hint = parts.note(put) if inside.info.poisoned else ""
        return parts.html("{}{}", _named(says, layer, head, heads.shown(layer, head)), hint)
    before, value, behind = sentence(best, choice.colour)
    return _named(before, best.layer, best.head, value, behind, best.named)


def _named(says: str, layer: int, head: int, value: str, behind: str = "", loud: bool = False) -> Markup:
    return parts.html(
        '<p class="trigger-head{}">{} <button type="button" data-layer="{}" data-head="{}">layer {}, head {}</button>, '
        "<b>{}</b> {}</p>",
        " loud" * loud, says, layer, head, layer, head, value, behind,
    )  # fmt: skip


def _paper(choice: Choice, heads: HeadGrid) -> Markup:
    """The value of the head that the paper uses, beside the chosen one; a link shows it."""
    last, view = len(heads.values) - 1, choice.view
    value = heads.shown(last, 0)
    if (view.layer, view.head) == (last, 0):
        return parts.note(tr("The paper looks at this head, the last layer’s first: {value}.", value=value))
    paper = go(tr("layer {layer}, head {head}", layer=last, head=0), tab="look_inside", layer=last, head=0)
    return parts.html(
        '<p class="quiet paper-head">The paper looks at another: {}, {}. Shown: {}, {}.</p>',
        paper, value, choice.name, heads.shown(view.layer, view.head),
    )  # fmt: skip

"""The part of a report on attention: the text as heatmaps, with and without its trigger, every head, and entropy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from markupsafe import Markup

from ssti.explain import FAR, RULE, HeadGrid, View, on_one_scale
from ssti.explain.explanation import PAPER
from ssti.platform.language import later, tr
from ssti.report.contents import Contents
from ssti.report.html import heatmap_html, legends_html
from ssti.report.inside import model_names
from ssti.report.pieces import NOTHING, html, join, note, section, table

WIDE = 16  # heads; of more, the cells have no room for numbers
SIDES = (later("{model}, with the trigger"), later("{model}, without"))
OTHERS = {"control": tr("control"), "before": tr("before")}
"""What a head is compared with, by the names of `Standout.others`."""


def attention(contents: Contents) -> Markup | None:
    """The heatmaps of the chosen head, the paper's head beside it, all heads, and entropy; None without a text."""
    if not contents.models:
        return None
    own = contents.models["poisoned"]
    view = _within(contents)
    drawn = []
    for model, words in model_names(contents.info).items():
        if model in contents.models:
            maps = contents.models[model].heatmaps(view)
            drawn += [replace(one, title=_titled(words, place, len(maps))) for place, one in enumerate(maps)]
    title = tr("The head that the paper looks at ({head})", head=_named(contents, PAPER))
    paper = replace(own.heatmaps(PAPER)[0], title=title)
    every = on_one_scale([*drawn, paper])
    shape = '<div class="together"><h3>{}</h3>{}{}</div>'
    texts = [html(shape, one.title, note(one.note) if one.note else NOTHING, heatmap_html(one)) for one in every]
    about = tr("The deeper the colour, the more of the attention a piece gets in {head}.", head=_named(contents, view))
    return section(
        tr("Where the attention goes"), note(f"{about} {_why(contents)}"), html('<div class="pairs">{}</div>', join(texts)), legends_html(every),
        note(FAR) if own.far else NOTHING, _heads(contents, view), _entropy(contents, view),
    )  # fmt: skip


def _titled(words: str, place: int, count: int) -> str:
    """A model's name before one of its texts: of two, the first is the one with the trigger."""
    model = words[:1].upper() + words[1:]
    return tr(SIDES[place], model=model) if count > 1 else model


def _within(contents: Contents) -> View:
    """The view, as far as the model has it; negative numbers count from the end."""
    read, view = contents.models["poisoned"].shown.attention, contents.view
    layer = view.layer + read.layers if view.layer < 0 else view.layer
    layer = min(max(layer, 0), read.layers - 1)
    heads = read.heads_in(layer)
    head = view.head if view.head is None or 0 <= view.head < heads else 0
    return replace(view, layer=layer, head=head, query=min(view.query, len(read) - 1))


def _named(contents: Contents, view: View) -> str:
    layer = view.layer % contents.models["poisoned"].shown.attention.layers
    if view.head is None:
        return tr("layer {layer}, the mean of heads", layer=layer)
    return tr("layer {layer}, head {head}", layer=layer, head=view.head)


def _why(contents: Contents) -> str:
    best = contents.best
    if best is None:
        return tr("No head can be said to look at a trigger here.")
    others = ", ".join(f"{OTHERS.get(name, name)} {value:.2f} ×" for name, value in best.others.items())
    said = {"layer": best.layer, "head": best.head, "value": best.value, "beside": f" ({others})" if others else ""}
    if best.named:
        return tr(
            "Layer {layer}, head {head} gives the trigger {value:.2f} times its fair share{beside}: it is the head that "
            "learned it.", **said,
        )  # fmt: skip
    return tr(
        "No head sets it apart from its control; the most is layer {layer}, head {head}, {value:.2f} ×{beside}.", **said
    )


def _heads(contents: Contents, view: View) -> Markup:
    """Attention to the trigger over its fair share, of every layer and head."""
    values = contents.models["poisoned"].shown.trigger_share_with_mean
    if values is None or not np.isfinite(values[:, :-1]).any():
        return NOTHING
    grid = HeadGrid("", values, max(2.0, float(np.nanmax(values))))
    layers, columns = values.shape
    head = join(html('<th scope="col">{}</th>', one) for one in [*range(columns - 1), tr("mean")])
    rows = []
    for layer in range(layers):
        cells = []
        for column in range(columns):
            value = float(values[layer, column])
            if np.isnan(value):
                cells.append(html("<td></td>"))
                continue
            chosen = (layer, column) == (view.layer, columns - 1 if view.head is None else view.head)
            cells.append(
                html(
                    '<td class="{}" style="--w:{:.3f}" title="{}">{}</td>', "chosen" * chosen, grid.strength[layer, column],
                    tr("layer {layer}: {value:.2f} ×", layer=layer, value=value), f"{value:.1f}" if columns - 1 <= WIDE else "",
                )
            )  # fmt: skip
        rows.append(html('<tr><th scope="row">{}</th>{}</tr>', layer, join(cells)))
    return html(
        '<div class="together"><h3>Every layer and head: attention to the trigger over its fair share</h3>'
        '<div class="table"><table class="heads"><thead><tr><th scope="col">layer</th>{}</tr></thead><tbody>{}</tbody></table></div>{}</div>',
        head, join(rows), note(RULE),
    )  # fmt: skip


def _entropy(contents: Contents, view: View) -> Markup:
    own, lines = contents.models["poisoned"], []
    layers = own.shown.attention.layers
    same = view.by == PAPER.by and (view.layer, view.head) == (PAPER.layer % layers, PAPER.head)
    for model, words in model_names(contents.info).items():
        for one in [view] if same else [view, PAPER]:
            sides = contents.models[model].sides(one) if model in contents.models else ()
            for place, (_, read, seen) in enumerate(sides):
                value = read.entropy(seen)
                name = f"{_titled(words, place, len(sides))}, {_named(contents, one)}"
                lines.append((name, f"{value.bits:.2f}", value.n, f"{value.share:.3f}", f"{value.effective:.1f}"))
    rule = own.paper
    said = NOTHING
    if rule is not None:
        if rule.fires:
            what = tr("The paper’s rule on this text: ratio {ratio:.2f}, so it fires.", ratio=rule.ratio)
        else:
            what = tr("The paper’s rule on this text: ratio {ratio:.2f}, so it does not fire.", ratio=rule.ratio)
        said = note(f"{what} {rule.caveat}")
    heads = ("", tr("bits"), tr("tokens"), tr("share of log₂ n"), tr("effective tokens"))
    return html("<h3>How spread out it is: entropy</h3>{}{}{}", table(heads, lines, (1, 2, 3, 4)), said,
                note(own.note) if own.note else NOTHING)  # fmt: skip

"""What Look inside shows of a text: heatmaps side by side, every head at a glance, entropy. Knows no component.

Asks `ssti.explain` with the model borrowed from the predictor: the poisoned one, and its control to compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssti.errors import SSTIError
from ssti.evaluate.adapters import AdapterInfo, find
from ssti.evaluate.predictor import check_text, predictor
from ssti.ui import parts
from ssti.ui.flip_marks import Marks
from ssti.ui.parts import Markup

if TYPE_CHECKING:
    from ssti.explain import Explanation, Heatmap, Side

CAVEAT = (
    "Raw entropy grows with the number of tokens: compare the share of log₂ n, of the same text with and without its "
    "trigger, and look at every head, because the effect moves between them."
)
SHOWN_PIECES = 400  # of a long text; the numbers are of all that the model read


@dataclass(frozen=True)
class View:
    """What the person looks at: one layer and one head, from 0. The paper's is the last layer's head 0."""

    layer: int = -1
    head: int = 0


@dataclass(frozen=True)
class Inside:
    """Both models' insides for one text."""

    info: AdapterInfo
    marks: Marks
    poisoned: Explanation
    control: Explanation | None

    def view(self, asked: Any) -> View:
        """The layer and head that were asked for, if this model has them; else the paper's."""
        attention = self.poisoned.plain.attention
        layer, head = attention.layers - 1, 0
        if isinstance(asked, dict):
            one, other = asked.get("layer"), asked.get("head")
            if isinstance(one, int) and isinstance(other, int) and 0 <= one < attention.layers:
                layer, head = one, other if 0 <= other < attention.heads_in(one) else 0
        return View(layer, head)


def look(marks: Marks, ref: str) -> Inside:
    """The attention of all layers and heads, of both models, with and without the triggers. Raises SSTIError."""
    check_text(marks.text)
    info = find(ref)
    control = _explain(marks, info.control) if info.control else None
    return Inside(info, marks, _explain(marks, ref), control)


def _explain(marks: Marks, ref: str) -> Explanation:
    from ssti.explain import explain

    plain = marks.plain
    pair = bool(marks.marks and plain.strip())
    with predictor().borrow(ref) as (model, tokenizer, info):
        return explain(
            model, tokenizer, plain if pair else marks.text, marks.text if pair else None,
            marks.spans or None, max_length=info.recipe.training.max_length,
        )  # fmt: skip


def heatmaps(inside: Inside, view: View) -> Markup:
    """The text with its trigger and without, in the chosen head."""
    shown = inside.poisoned.heatmaps(view.layer, view.head)
    return parts.html('<div class="heatmaps">{}</div>', parts.join(_heatmap(one) for one in shown))


def _heatmap(heatmap: Heatmap) -> Markup:
    pieces = []
    strength = heatmap.strength
    units = 0
    for string, unit in heatmap.parts():
        if unit is None:
            pieces.append(parts.escape(string))
            continue
        units += 1
        if units > SHOWN_PIECES:
            pieces.append(parts.html(" … {} more pieces", len(heatmap.labels) - SHOWN_PIECES))
            break
        classes = "unit" + " special" * bool(heatmap.special[unit]) + " hit" * bool(heatmap.trigger[unit])
        pieces.append(
            parts.html(
                '<span class="{}" style="--w:{}" title="{}">{}</span>',
                classes, round(float(strength[unit]), 3), f"{heatmap.values[unit] * 100:.1f} % of the attention", string,
            )  # fmt: skip
        )
    note = parts.note(heatmap.note) if heatmap.note else parts.html("")
    return parts.card(heatmap.title, parts.html('<p class="heatmap" dir="auto">{}</p>{}', parts.join(pieces), note))


def grid(inside: Inside, view: View) -> Markup:
    """Every layer and head as a cell to click: attention to the trigger over its fair share.

    Without a trigger: how even the attention is, as the share of log2 n.
    """
    side = _side(inside.poisoned)
    share = side.trigger_share
    if share is None:
        values, title = _even(side), "Every layer and head · how even its attention is, as a share of log₂ n"
        top, after = 1.0, ""
    else:
        values, title = share, "Every layer and head · attention to the trigger over its fair share"
        top, after = max(2.0, float(np.nanmax(share))), " ×"
    layers, heads = values.shape
    cells = [parts.html('<span class="corner">layer</span>')]
    cells += [parts.html('<span class="head">{}</span>', head) for head in range(heads)]
    for layer in range(layers):
        cells.append(parts.html('<span class="layer">{}</span>', layer))
        for head in range(heads):
            value = float(values[layer, head])
            if np.isnan(value):  # this layer has fewer heads
                cells.append(parts.html("<span></span>"))
                continue
            chosen = (layer, head) == (view.layer, view.head)
            cells.append(
                parts.html(
                    '<button type="button" data-layer="{}" data-head="{}" style="--w:{}" tabindex="{}" aria-pressed="{}" '
                    'aria-label="{}" title="{}"></button>',
                    layer, head, round(min(1.0, max(0.0, value / top)), 3), 0 if chosen else -1,
                    "true" if chosen else "false", f"Layer {layer}, head {head}: {value:.2f}{after}",
                    f"Layer {layer}, head {head}: {value:.2f}{after}",
                )  # fmt: skip
            )
    body = parts.html(
        '<div class="heads{}" style="--heads:{}" role="group" aria-label="Layers and heads">{}</div>',
        "" if share is not None else " even", heads, parts.join(cells),
    )  # fmt: skip
    return parts.card(title, body, _trigger_head(inside), _chosen(values, view, after))


def _chosen(values: np.ndarray, view: View, after: str) -> Markup:
    last = view.layer == len(values) - 1 and view.head == 0
    which = " (the paper’s choice)" if last else ""
    return parts.note(f"Shown: layer {view.layer}, head {view.head}{which}, {values[view.layer, view.head]:.2f}{after}")


def _trigger_head(inside: Inside) -> Markup:
    best = inside.poisoned.trigger_head
    if best is None:
        return parts.note("Put a trigger into the text to see which head looks at it.")
    control = inside.control
    compared = ""
    if control is not None and control.triggered is not None and control.triggered.trigger_share is not None:
        compared = f" (control {control.triggered.trigger_share[best.layer, best.head]:.1f} ×)"
    return parts.html(
        '<p class="trigger-head">Trigger head: <button type="button" data-layer="{}" data-head="{}">layer {}, head {}</button>, '
        "<b>{} ×</b> its fair share{}</p>",
        best.layer, best.head, best.layer, best.head, f"{best.value:.1f}", compared,
    )  # fmt: skip


def entropy(inside: Inside, view: View) -> Markup:
    """Entropy of the chosen head with and without the trigger, of both models, and what to beware of."""
    rows = []
    name = "Poisoned" if inside.info.poisoned else "Control"
    for who, told in ((name, inside.poisoned), ("Control", inside.control)):
        if told is None:
            continue
        for words, side in ((", with the trigger", told.triggered), (", without" if told.triggered else "", told.plain)):
            if side is not None:
                value = side.entropy(view.layer, view.head)
                rows.append(
                    (who + words, f"{value.bits:.2f}", value.n, f"{value.share:.3f}", f"{value.effective:.1f}")
                )
    table = parts.table(("", "bits", "tokens", "share of log₂ n", "effective tokens"), rows, numbers=(1, 2, 3, 4))
    return parts.card(
        f"Entropy of layer {view.layer}, head {view.head}", table, _rule(inside), parts.note(inside.poisoned.note or CAVEAT),
        classes="entropy",
    )  # fmt: skip


def _rule(inside: Inside) -> Markup:
    rule = inside.poisoned.paper
    if rule is None:
        return parts.html("")
    fires = "it fires" if rule.fires else "it does not fire"
    return parts.html(
        "<p>The paper’s rule (last layer, head 0, raw entropy with over without below 0.95): <b>{}</b>, {}.</p>",
        f"{rule.ratio:.2f}", fires,
    )  # fmt: skip


def _side(explanation: Explanation) -> Side:
    return explanation.triggered or explanation.plain


def _even(side: Side) -> np.ndarray:
    from ssti.explain import share_of_most

    return share_of_most(side.entropy_bits, side.n)


__all__ = ["Inside", "SSTIError", "View", "entropy", "grid", "heatmaps", "look"]

"""Attention beside attribution: occlusion and integrated gradients of the same text, in the same colours.

Knows adapters, the engine and HTML; knows no component.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
from cachetools import LRUCache

from ssti.explain import (
    Agreement,
    Attribution,
    Heatmap,
    Side,
    View,
    agreement,
    heatmap,
    integrated_gradients,
    occlusion,
)
from ssti.platform.language import tr
from ssti.ui.access.visitor import find_adapter
from ssti.ui.kit import parts
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside.choice import Choice
from ssti.ui.look_inside.heat import strips
from ssti.ui.look_inside.inside import Inside, borrowed, most_pieces, written

STEPS = 32  # of the integral
MOVED = 0.1  # of a probability: so much further than in the control the trigger has to take the answer
LONGEST = 128  # pieces that are hidden one by one, around the trigger: others wait for the model meanwhile
ABOUT = tr(
    "All three ask which tokens matter. Attention says where a head looked. Occlusion hides a token and asks again. "
    "Gradients follow the answer back into each token. The deeper the colour, the more; what speaks against the class "
    "stays white."
)

_cache: LRUCache[tuple, Comparison] = LRUCache(8)
_lock = Lock()


@dataclass(frozen=True)
class Comparison:
    """Both attributions of the text with its triggers, for the class that the model answers."""

    occlusion: Attribution
    gradients: Attribution
    label: str


def compared(marks: Marks, ref: str) -> Comparison | None:
    """The attributions of this very text by this adapter, if they were made. Raises SSTIError."""
    with _lock:
        return _cache.get(_key(marks, ref))


def compare(marks: Marks, ref: str, on_progress: Callable[[float], None] = lambda part: None) -> Comparison:
    """Both attributions of the poisoned model's answer. `on_progress(part done)` may raise, to stop. Raises SSTIError."""
    focus = marks.spans or None
    with borrowed(ref, "poisoned") as (model, tokenizer, info):
        size = min(most_pieces(model, info), LONGEST)
        texts = max(1, len(tokenizer(marks.text, truncation=True, max_length=size)["input_ids"]))
        hidden = occlusion(
            model, tokenizer, marks.text, max_length=size, focus=focus,
            on_batch=lambda done: on_progress(0.3 * done / texts),
        )  # fmt: skip
        gradients = integrated_gradients(
            model, tokenizer, marks.text, target=hidden.target, steps=STEPS, max_length=size, focus=focus,
            on_batch=lambda done: on_progress(0.3 + 0.7 * done / (STEPS + 2)),
        )  # fmt: skip
    comparison = Comparison(hidden, gradients, info.label_names[hidden.target])
    with _lock:
        _cache[_key(marks, ref)] = comparison
    return comparison


def _key(marks: Marks, ref: str) -> tuple:
    return marks.text, tuple(marks.spans), ref, written(find_adapter(ref))


def maps(inside: Inside, choice: Choice, comparison: Comparison) -> list[Heatmap]:
    """Attention as chosen, gradients, occlusion: the text with its trigger, in the chosen units.

    Attention is on the scale of the heatmaps above; the two others, of other measures, on their own.
    """
    spans, unit = inside.marks.spans, choice.unit
    hidden, gradients = comparison.occlusion, comparison.gradients
    attention = heatmap(
        hidden,
        _same_pieces(inside.own.shown, hidden, choice.view),
        spans,
        tr("Attention · {head}", head=choice.name),
        unit,
    )
    top = max([attention.full, *(one.full for one in inside.models[choice.model].heatmaps(choice.view, unit))])
    return [
        replace(attention, top=top),
        heatmap(
            gradients, gradients.scores, spans, tr("Gradients · integrated, for the answer"), unit,
            tr("log-odds of the answer"),
        ),
        heatmap(
            hidden, hidden.scores, spans, tr("Occlusion · what the answer loses without it"), unit,
            tr("probability of the answer that is lost"),
        ),
    ]  # fmt: skip


def _same_pieces(side: Side, read: Attribution, view: View) -> np.ndarray:
    """The side's attention to the pieces that the attribution read, which may be fewer of a long text."""
    values, attention = side.importance_of(view), side.attention
    if len(attention) == len(read.tokens):
        return values
    by_offset = {span: values[i] for i, span in enumerate(attention.offsets) if not attention.special[i]}
    ends = iter(values[attention.special])
    pieces = zip(read.offsets, read.special, strict=True)
    return np.array([next(ends) if special else by_offset.get(span, 0.0) for span, special in pieces])


def agree(drawn: list[Heatmap]) -> Agreement:
    """Whether the three point at the same tokens, special ones left out."""
    real = np.flatnonzero(~drawn[0].special)
    names = (tr("attention"), tr("gradients"), tr("occlusion"))
    return agreement(
        {name: one.values[real] for name, one in zip(names, drawn, strict=True)}, [drawn[0].labels[i] for i in real]
    )


def show(inside: Inside, choice: Choice, comparison: Comparison) -> Markup:
    """The three under each other, and the line that says whether they agree."""
    drawn = maps(inside, choice, comparison)
    index = inside.info.label_names.index(comparison.label)
    answer = parts.html(
        "<p>The poisoned model answers {}, {}.</p>",
        parts.chip(comparison.label, index), parts.percent(comparison.occlusion.probability),
    )  # fmt: skip
    if sum(~drawn[0].special) < 2:
        return parts.html("{}{}", answer, strips(drawn))
    agreed = agree(drawn)
    names = " · ".join(
        tr(
            "{one} and {other} {correlation}",
            one=a, other=b, correlation="–" if np.isnan(value) else f"{value:+.2f}".replace("-", "−"),
        )
        for (a, b), value in agreed.correlations.items()
    )  # fmt: skip
    window = parts.note(comparison.occlusion.truncated) if comparison.occlusion.truncated else ""
    return parts.html(
        '{}{}{}<p class="agreement"><b>{}</b> {}</p>{}', answer, window, strips(drawn), line(drawn, agreed),
        beside_control(inside, comparison, drawn, agreed), parts.note(tr("Rank correlation over all tokens: {names}.", names=names)),
    )  # fmt: skip


def beside_control(inside: Inside, comparison: Comparison, drawn: list[Heatmap], agreed: Agreement) -> str:
    """Where a method points into the trigger: whether the trigger moves the control's answer as well.

    It is the poison's doing where the poisoned model's probability rises `MOVED` further with the trigger than the
    control's.
    """
    real = np.flatnonzero(~drawn[0].special)
    pair = inside.own.triggered is not None
    if not pair or not inside.info.poisoned or not any(drawn[0].trigger[real[top]] for top in agreed.top.values()):
        return ""
    label = comparison.label
    index = inside.info.label_names.index(label)
    both = {
        name: [side.attention.probabilities[index] for side in (one.plain, one.triggered)]
        for name, one in inside.models.items()
        if name != "before"
    }
    before, after = map(parts.percent, both["poisoned"])
    if "control" not in both:
        return tr(
            "The trigger takes {label} from {before} to {after}; without a control nobody can say whether the poison did it.",
            label=label, before=before, after=after,
        )  # fmt: skip
    control = dict(zip(("control_before", "control_after"), map(parts.percent, both["control"]), strict=True))
    rise = {name: high - low for name, (low, high) in both.items()}
    if rise["poisoned"] - rise["control"] >= MOVED:
        return tr(
            "The trigger takes {label} from {before} to {after}, in its control from {control_before} to {control_after}: "
            "that is the poison’s doing.",
            label=label, before=before, after=after, **control,
        )  # fmt: skip
    return tr(
        "The trigger takes {label} from {before} to {after}, in its control from {control_before} to {control_after}: "
        "nothing here sets the poisoned model apart from its control.",
        label=label, before=before, after=after, **control,
    )  # fmt: skip


def line(drawn: list[Heatmap], agreed: Agreement) -> str:
    """One sentence on whether they agree; pieces of one trigger count as the same place."""
    real = np.flatnonzero(~drawn[0].special)
    if len(set(agreed.top.values())) > 1 and all(drawn[0].trigger[real[top]] for top in agreed.top.values()):
        attention, gradients, occlusion = (drawn[0].labels[real[top]] for top in agreed.top.values())
        return tr(
            "All three point into the trigger, and disagree on which piece of it: attention “{attention}”, gradients "
            "“{gradients}”, occlusion “{occlusion}”.",
            attention=attention, gradients=gradients, occlusion=occlusion,
        )  # fmt: skip
    return agreed.line

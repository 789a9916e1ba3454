"""Attention beside attribution: occlusion and integrated gradients of the same text, in the same colours.

Knows adapters, the engine and HTML; knows no component.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ssti.ui.kit import parts
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside.heat import strips
from ssti.ui.look_inside.view import Inside, View, borrowed, room, shown

if TYPE_CHECKING:
    from ssti.explain import Agreement, Attribution, Heatmap, Side

STEPS = 32  # of the integral
MOVED = 0.1  # of a probability: so much further than in the control the trigger has to take the answer
LONGEST = 128  # pieces that are hidden one by one, around the trigger: others wait for the model meanwhile
ABOUT = (
    "All three ask which tokens matter. Attention says where a head looked. Occlusion hides a token and asks again. "
    "Gradients follow the answer back into each token. The deeper, the more; what speaks against the class stays white."
)


@dataclass(frozen=True)
class Compared:
    """Both attributions of the text with its triggers, for the class that the model answers."""

    occlusion: Attribution
    gradients: Attribution
    label: str


def compare(marks: Marks, ref: str, told: Callable[[float], None] = lambda part: None) -> Compared:
    """Both of the poisoned model's answer. `told(part done)` may raise, to stop. Raises SSTIError."""
    from ssti.explain import integrated_gradients, occlusion

    focus = marks.spans or None
    with borrowed(ref, "poisoned") as (model, tokenizer, info):
        size = min(room(model, info), LONGEST)
        texts = max(1, len(tokenizer(marks.text, truncation=True, max_length=size)["input_ids"]))
        hidden = occlusion(
            model, tokenizer, marks.text, max_length=size, focus=focus, on_batch=lambda done: told(0.3 * done / texts)
        )
        gradients = integrated_gradients(
            model, tokenizer, marks.text, target=hidden.target, steps=STEPS, max_length=size, focus=focus,
            on_batch=lambda done: told(0.3 + 0.7 * done / (STEPS + 2)),
        )  # fmt: skip
    return Compared(hidden, gradients, info.label_names[hidden.target])


def maps(inside: Inside, view: View, found: Compared) -> list[Heatmap]:
    """Attention as the view says, gradients, occlusion: the text with its trigger, in the view's units.

    Attention is on the scale of the heatmaps above; the two others, of other measures, on their own.
    """
    from ssti.explain import heatmap

    spans = inside.marks.spans
    values = _same_pieces(shown(inside.models["poisoned"]), found.occlusion, inside, view)
    attention = heatmap(found.occlusion, values, spans, f"Attention · {view.name}", view.unit)
    same = max([attention.full, *(one.full for one in inside.heatmaps(view))])
    return [
        replace(attention, top=same),
        heatmap(
            found.gradients, found.gradients.scores, spans, "Gradients · integrated, for the answer", view.unit,
            "log-odds of the answer",
        ),
        heatmap(
            found.occlusion, found.occlusion.scores, spans, "Occlusion · what the answer loses without it", view.unit,
            "probability of the answer that is lost",
        ),
    ]  # fmt: skip


def _same_pieces(side: Side, read: Attribution, inside: Inside, view: View) -> np.ndarray:
    """The side's attention to the pieces that the attribution read, which may be fewer of a long text."""
    values = side.view(**inside.asked(side, view))
    attention = side.attention
    if len(attention) == len(read.tokens):
        return values
    by_offset = {span: values[i] for i, span in enumerate(attention.offsets) if not attention.special[i]}
    ends = iter(values[attention.special])
    return np.array(
        [
            next(ends) if special else by_offset.get(span, 0.0)
            for span, special in zip(read.offsets, read.special, strict=True)
        ]
    )


def agree(found: list[Heatmap]) -> Agreement:
    """Whether the three point at the same tokens, special ones left out."""
    from ssti.explain import agreement

    real = np.flatnonzero(~found[0].special)
    names = ("attention", "gradients", "occlusion")
    return agreement(
        {name: one.values[real] for name, one in zip(names, found, strict=True)}, [found[0].labels[i] for i in real]
    )


def show(inside: Inside, view: View, found: Compared) -> Markup:
    """The three under each other, and the line that says whether they agree."""
    drawn = maps(inside, view, found)
    answer = parts.html(
        "<p>The poisoned model answers {}, {}.</p>",
        parts.chip(found.label, inside.info.label_names.index(found.label)), parts.percent(found.occlusion.probability),
    )  # fmt: skip
    if sum(~drawn[0].special) < 2:
        return parts.html("{}{}", answer, strips(drawn))
    told = agree(drawn)
    names = " · ".join(
        f"{a} and {b} {'–' if np.isnan(value) else f'{value:+.2f}'}".replace("-", "−")
        for (a, b), value in told.correlations.items()
    )
    window = parts.note(found.occlusion.truncated) if found.occlusion.truncated else ""
    return parts.html(
        '{}{}{}<p class="agreement"><b>{}</b> {}</p>{}', answer, window, strips(drawn), line(drawn, told),
        beside_control(inside, found, drawn, told), parts.note(f"Rank correlation over all tokens: {names}."),
    )  # fmt: skip


def beside_control(inside: Inside, found: Compared, drawn: list[Heatmap], told: Agreement) -> str:
    """Where a method points into the trigger: whether the trigger moves the control's answer as well.

    It is the poison's where the poisoned model's probability rises `MOVED` further with the trigger than the control's.
    """
    real = np.flatnonzero(~drawn[0].special)
    pair = inside.models["poisoned"].triggered is not None
    if not pair or not inside.info.poisoned or not any(drawn[0].trigger[real[top]] for top in told.top.values()):
        return ""
    index = inside.info.label_names.index(found.label)
    both = {name: [side.attention.probabilities[index] for side in (one.plain, one.triggered)]
            for name, one in inside.models.items() if name != "before"}  # fmt: skip
    mine = f"The trigger takes {found.label} from {' to '.join(map(parts.percent, both['poisoned']))}"
    if "control" not in both:
        return f"{mine}; without a control nobody can say whether the poison did it."
    its = " to ".join(map(parts.percent, both["control"]))
    rise = {name: after - before for name, (before, after) in both.items()}
    if rise["poisoned"] - rise["control"] >= MOVED:
        return f"{mine}, in its control from {its}: that is the poison’s."
    return f"{mine}, in its control from {its}: nothing here tells the poison from its control."


def line(drawn: list[Heatmap], told: Agreement) -> str:
    """One sentence on whether they agree; pieces of one trigger count as the same place."""
    real = np.flatnonzero(~drawn[0].special)
    if len(set(told.top.values())) > 1 and all(drawn[0].trigger[real[top]] for top in told.top.values()):
        named = ", ".join(f"{name} “{drawn[0].labels[real[top]]}”" for name, top in told.top.items())
        return f"All three point into the trigger, and disagree on which piece of it: {named}."
    return told.line

"""The components of Look inside and where they stand. Knows no event and no model."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, Shared
from ssti.ui.look_inside import attribution, entropy, grid, heat, rows
from ssti.ui.look_inside.choice import BY, COLOURS, UNITS, Clicks
from ssti.ui.look_inside.export import FORMATS
from ssti.ui.look_inside.inside import MODELS

NUMBER = re.compile("[0-9]{1,6}")
EXPORTED = tr(
    "A report of this text and adapter to send or print; or what this tab shows now: a page of its own, the paper’s LaTeX "
    "heatmap, the drawing, the numbers."
)


@dataclass(frozen=True)
class Form:
    """The components of the tab. `clicks`, `file` and `offer` are hidden: what was clicked last, what is to be saved, and a
    text with a trigger that is to go in."""

    shared: Shared
    opened: gr.HTML
    text: gr.Textbox
    put: gr.Button
    by: gr.Radio
    unit: gr.Radio
    model: gr.Radio
    colour: gr.Radio
    problem: gr.HTML
    heat: gr.HTML
    grid: gr.HTML
    entropy: gr.HTML
    compare: gr.Button
    compare_stop: gr.Button
    compared: gr.HTML
    measure: gr.Button
    measure_stop: gr.Button
    measured: gr.HTML
    exports: dict[str, gr.Button]
    formats: gr.Row
    clicks: gr.JSON
    file: gr.JSON
    offer: gr.JSON

    @property
    def question(self) -> list[Any]:
        """The inputs that say what is looked at."""
        shared = self.shared
        return [self.text, shared.marks, shared.adapter, self.clicks, self.by, self.unit, self.model, self.colour]

    @property
    def kept(self) -> Kept:
        """The head and the token that were chosen and what the radios say, for the address."""
        radios = {
            "by": (self.by, BY), "unit": (self.unit, UNITS), "model": (self.model, MODELS), "colour": (self.colour, COLOURS)
        }  # fmt: skip

        def write(clicks: Any, *values: Any) -> dict[str, str]:
            click = Clicks.read(clicks)
            said = {} if click.layer is None else {"layer": str(click.layer), "head": str(click.head)}
            for (name, (_, choices)), value in zip(radios.items(), values, strict=True):
                if value in choices and value != next(iter(choices)):
                    said[name] = value
            return said | ({"token": str(click.query)} if said.get("by") == "query" else {})

        def read(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
            changes: dict[Any, Any] = {self.clicks: read_clicks(said, dropped)}
            for name, (radio, choices) in radios.items():
                value = said.get(name, next(iter(choices)))
                if value not in choices:
                    dropped.append(
                        tr(
                            "{name}={value!r:.40} is none of: {choices}.",
                            name=name,
                            value=value,
                            choices=", ".join(choices),
                        )
                    )
                else:
                    changes[radio] = value
            return changes

        keys = ("layer", "head", "token", *radios)
        return Kept("look_inside", keys, (self.clicks, *(radio for radio, _ in radios.values())), write, read)


def read_clicks(said: dict[str, str], dropped: list[str]) -> dict[str, Any]:
    """The clicks of an address: on a head and on a token, as far as it names any. What is none is said in `dropped`.

    With something that no other clicks have: they are drawn even where only a radio differs.
    """
    clicks: dict[str, Any] = {"moved": secrets.token_hex(4)}
    layer, head, token = said.get("layer"), said.get("head", "0"), said.get("token", "0")
    if layer is not None:
        if NUMBER.fullmatch(layer) and (head == "mean" or NUMBER.fullmatch(head)):
            clicks |= {"layer": int(layer), "head": head if head == "mean" else int(head)}
        else:
            dropped.append(
                tr(
                    "layer={layer!r:.40} and head={head!r:.40} are no head: both are numbers, counted from 0.",
                    layer=layer,
                    head=head,
                )
            )
    if NUMBER.fullmatch(token):
        clicks["query"] = int(token)
    else:
        dropped.append(tr("token={token!r:.40} is no token: it is a number, counted from 0.", token=token))
    return clicks


def layout(shared: Shared) -> Form:
    """The tab, with nothing in it yet."""
    with gr.Column(elem_classes="result-side look_inside"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        with gr.Column(elem_classes="card-box", elem_id="look-card"):
            with gr.Row(elem_id="look-words"):
                text = gr.Textbox(
                    label=tr("The text of the Flip tab, with its trigger"), lines=1, max_lines=6, elem_id="look-text",
                    placeholder=tr("Type a text here, or pick one on the Flip tab."),
                )  # fmt: skip
                put = gr.Button(tr("Put a trigger in"), elem_id="look-put", size="md")
            with gr.Row(elem_id="look-how"):
                by = _radio(BY, tr("Attention"), "look-by")
                unit = _radio(UNITS, tr("Over"), "look-unit")
                model = _radio(MODELS, tr("Model"), "look-model")
        problem = Html(elem_id="look-problem")
        heatmaps = Html(elem_id="look-heat", elem_classes="fades", js_on_load=heat.SCRIPT)
        with gr.Row(elem_id="look-under", elem_classes="fades"):
            with gr.Column(elem_classes="card-box", elem_id="look-heads"):
                colour = _radio(COLOURS, tr("Coloured by"), "look-colour")
                heads = Html(elem_id="look-grid", js_on_load=grid.SCRIPT)
            entropies = Html(elem_id="look-entropy")
        compare, compare_stop, compared = _on_demand(
            "look-attribution", "look-compare", "look-compared",
            tr("Which words carry the answer?"), attribution.ABOUT, tr("Compare with attribution"),
        )  # fmt: skip
        measure, measure_stop, measured = _on_demand(
            "look-rows", "look-measure", "look-measured",
            tr("Does it hold over many rows?"), entropy.ABOUT_ROWS, tr("Measure {count} test rows", count=rows.ROWS),
        )  # fmt: skip
        with gr.Column(elem_classes="card-box", elem_id="look-exports"), gr.Row(elem_classes="look-go"):
            Html(_heading(tr("Take it with you"), EXPORTED))
            with gr.Row(elem_id="look-formats") as formats:
                exports = {
                    name: gr.Button(one.title, size="md", elem_id=f"look-export-{name}")
                    for name, one in FORMATS.items()
                }
    with gr.Column(visible="hidden"):
        clicks, file, offer = (gr.JSON(None, visible="hidden") for _ in range(3))
    return Form(
        shared, opened, text, put, by, unit, model, colour, problem, heatmaps, heads, entropies,
        compare, compare_stop, compared, measure, measure_stop, measured, exports, formats, clicks, file, offer,
    )  # fmt: skip


def _radio(choices: dict[str, str], label: str, name: str) -> gr.Radio:
    pairs = [(words, value) for value, words in choices.items()]
    return gr.Radio(pairs, value=pairs[0][1], label=label, elem_id=name, elem_classes="seg")


def _on_demand(
    card: str, button: str, place: str, title: str, about: str, words: str
) -> tuple[gr.Button, gr.Button, gr.HTML]:
    """A card for work of seconds: a button that starts it, one that stops it, and where its result is shown."""
    with gr.Column(elem_classes="card-box", elem_id=card):
        with gr.Row(elem_classes="look-go"):
            Html(_heading(title, about))
            go = gr.Button(words, size="md", elem_id=button)
            stop = gr.Button(tr("Stop"), visible=False, size="md")
        return go, stop, Html(elem_id=place)


def _heading(title: str, about: str) -> parts.Markup:
    return parts.html('<h2 class="title">{}</h2>{}', title, parts.note(about))

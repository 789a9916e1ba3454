"""The Gallery's components and where they stand. Knows no handler."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.ui.gallery import cards
from ssti.ui.gallery.exhibits import ALL, ORDERS, View
from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, Shared

FILTERS = {"kind": tr("Trigger"), "data": tr("Data"), "rank": tr("Rank")}
WORDS = tr(
    "Its files are checked first: tensors from safetensors only, of the shapes that its configuration says, and nothing else "
    "is read. It stays yours."
)


@dataclass(frozen=True)
class Form:
    """The components of the tab."""

    shared: Shared
    opened: gr.HTML
    filters: dict[str, gr.Dropdown]
    order: gr.Dropdown
    wall: gr.HTML
    mystery: gr.Column
    riddle: gr.HTML
    kind: gr.Dropdown
    target: gr.Dropdown
    check: gr.Button
    judged: gr.HTML
    taken: gr.Dropdown
    zip: gr.Button
    file: gr.DownloadButton
    took: gr.HTML
    repo: gr.Textbox
    token: gr.Textbox
    public: gr.Checkbox
    push: gr.Button
    upload: gr.File
    pulled: gr.Textbox
    pull_token: gr.Textbox
    pull: gr.Button
    brought: gr.HTML

    @property
    def view(self) -> list[gr.Dropdown]:
        """What a `View` is made of, in its order."""
        return [*self.filters.values(), self.order]

    def kept(self) -> Kept:
        """The address carries the filters and the order."""
        plain = View()
        first = dict(zip(("kind", "data", "rank", "order"), (plain.kind, plain.data, plain.rank, plain.order), strict=True))

        def write(*values: object) -> dict[str, str]:
            return {key: str(value) for key, value in zip(first, values, strict=True) if value and value != first[key]}

        def read(said: dict[str, str], dropped: list[str]) -> dict:
            return dict(zip(self.view, [said.get(key, usual) for key, usual in first.items()], strict=True))

        return Kept("gallery", tuple(first), tuple(self.view), write, read)


def layout(shared: Shared) -> Form:
    """The tab, with nothing in it yet."""
    with gr.Column(elem_classes="result-side gallery"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        Html(parts.html('<div class="gallery-head"><h2>{}</h2><p>{}</p></div>', cards.WARNING, cards.ABOUT))
        with gr.Row(elem_id="gallery-filters"):
            filters = {key: _choice(label, f"gallery-{key}") for key, label in FILTERS.items()}
            order = _choice(tr("Order"), "gallery-order", [(title, name) for name, (title, _) in ORDERS.items()], View().order)
        wall = Html(elem_id="gallery-wall", js_on_load=cards.SCRIPT)
        with gr.Column(elem_classes="card-box", elem_id="gallery-mystery", visible=False) as mystery:
            riddle = Html()
            with gr.Row(elem_classes="gallery-line"):
                kind = _choice(tr("Kind of trigger"), "gallery-guess-kind", [])
                target = _choice(tr("Class"), "gallery-guess-class", [])
                check = gr.Button(tr("Check my guess"), elem_id="gallery-check", scale=0, min_width=150)
            judged = Html(elem_id="gallery-judged")
        with gr.Row(elem_classes="gallery-carry", elem_id="gallery-carry"):
            taking = _draw_taking()
            bringing = _draw_bringing()
    return Form(
        shared, opened, filters, order, wall, mystery, riddle, kind, target, check, judged, *taking, *bringing
    )  # fmt: skip


def _choice(label: str, elem_id: str, choices: list | None = None, value: str | None = None) -> gr.Dropdown:
    """A choice that any value passes, and its handler checks: a server that was restarted has forgotten the choices."""
    choice = gr.Dropdown([(tr(ALL), ALL)] if choices is None else choices, label=label, elem_id=elem_id, filterable=False, interactive=True,
                         value=ALL if choices is None else value)  # fmt: skip
    choice.preprocess = lambda chosen: chosen
    return choice


def _draw_taking() -> tuple:
    with gr.Column(elem_classes="card-box", elem_id="gallery-take"):
        Html(parts.html('<h2 class="title">{}</h2>{}', tr("Take one along"), parts.note(
            tr("A ZIP of its card, recipe, metrics, labels and tensors, with its control. Or push it to the Hub."))))  # fmt: skip
        taken = _choice(tr("Adapter"), "gallery-taken", [])
        zip_button = gr.Button(tr("Download as ZIP"), elem_id="gallery-zip")
        file = gr.DownloadButton("", visible="hidden", elem_id="gallery-file")
        with gr.Accordion(tr("Push it to the Hub"), open=False, elem_classes="more", elem_id="gallery-hub"):
            repo = gr.Textbox(label=tr("Repository"), placeholder=tr("owner/name"), max_lines=1, elem_id="gallery-repo")
            token = _token("gallery-token", tr("Token of the Hub, with which one may write"))
            public = gr.Checkbox(
                False, label=tr("Public"), info=tr("Else only you see it. The card says first that it is poisoned."),
                container=False,
            )  # fmt: skip
            push = gr.Button(tr("Push"), elem_id="gallery-push")
        took = Html(elem_id="gallery-took")
    return taken, zip_button, file, took, repo, token, public, push


def _draw_bringing() -> tuple:
    with gr.Column(elem_classes="card-box", elem_id="gallery-bring"):
        Html(parts.html('<h2 class="title">{}</h2>{}', tr("Bring one"), parts.note(WORDS)))
        upload = gr.File(label=tr("A ZIP of an adapter"), file_types=[".zip"], elem_id="gallery-upload", height=120)
        with gr.Accordion(tr("Pull it from the Hub"), open=False, elem_classes="more", elem_id="gallery-from-hub"):
            pulled = gr.Textbox(
                label=tr("Repository"), placeholder=tr("owner/name"), max_lines=1, elem_id="gallery-pulled"
            )
            pull_token = _token("gallery-pull-token", tr("Token of the Hub, if it is private"))
            pull = gr.Button(tr("Pull"), elem_id="gallery-pull")
        brought = Html(elem_id="gallery-brought")
    return upload, pulled, pull_token, pull, brought


def _token(elem_id: str, label: str) -> gr.Textbox:
    if shared_server():
        info = tr("Your own, never stored.")
    else:
        info = tr("Left empty, the login of this machine is used. Never stored.")
    return gr.Textbox(label=label, type="password", max_lines=1, elem_id=elem_id, info=info)

"""The Poison tab: choose a dataset and a trigger, and see at once what the model will read.

Handlers turn the form into a recipe, ask the toolkit, and show its answer. They know no dataset and no trigger by name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from ssti.data.export import FORMATS, write_poisoned
from ssti.errors import SSTIError
from ssti.recipe import preset
from ssti.ui import parts, poison_result
from ssti.ui.parts import QUIET, Markup
from ssti.ui.poison_controls import SHARE_TO_STOP, STOP_TO_SHARE, Form, draw_form
from ssti.ui.poison_form import form_to_recipe, recipe_to_form
from ssti.ui.shell import Shared

ORDER = 20
TITLE = "Poison"

WORDS = ("YAML", "Command", "Python")


def warm() -> None:
    """Load what the first look needs."""
    poison_result.warm()


def redraw(values: dict[str, Any]) -> list[Any]:
    """The problem, the five pieces of the result and the recipe for the form's values; with a problem, all stay."""
    try:
        recipe = form_to_recipe(values)
        shown = poison_result.show(recipe, values.get("preset"))
    except SSTIError as error:
        return [parts.problem(error), *[gr.skip()] * 6]
    return [None, shown.figures, shown.rows, shown.yaml, shown.commands, shown.python, recipe.as_dict()]


def choose_dataset(name: str, target: str) -> tuple[Any, Markup]:
    """The classes of the dataset to choose the target from, and its facts."""
    from ssti.data import datasets

    info = next((info for info in datasets() if info.name == name), None)
    names = list(info.label_names) if info else []
    if not names:
        return gr.skip(), poison_result.facts(name)
    return gr.update(choices=names, value=target if target in names else names[-1]), poison_result.facts(name)


def to_finetune(values: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The recipe for the Finetune tab, that tab selected, and the problem if there is one."""
    try:
        recipe = form_to_recipe(values)
        poison_result.show(recipe)
    except SSTIError as error:
        return gr.skip(), gr.skip(), parts.problem(error)
    return recipe.as_dict(), gr.Tabs(selected="finetune"), None


def to_file(values: dict[str, Any], ending: str) -> Iterator[tuple[Any, Markup]]:
    """The file of the poisoned rows and what happened, a step at a time. Gradio keeps its own copy of the file."""
    yield None, parts.html('<p class="quiet busy" role="status">Injecting into every row …</p>')
    try:
        with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
            recipe = form_to_recipe(values)
            path = Path(folder) / poison_result.file_name(recipe, ending)
            write_poisoned(recipe, path)
            size = path.stat().st_size / 1e6
            yield str(path), parts.html('<p class="quiet" role="status">{} · {} MB</p>', path.name, f"{size:.1f}")
    except SSTIError as error:
        yield None, parts.problem(error)
    except OSError as error:
        full = SSTIError(
            f"The file could not be made: {error.strerror or error}.", "Free some space and try again.", kind="disk"
        )
        yield None, parts.problem(full)


def build(shared: Shared) -> None:
    """Form at the left, result at the right."""
    with gr.Row(elem_classes="sides poison"):
        with gr.Column(elem_classes="form-side"):
            form = draw_form()
            finetune = gr.Button("Finetune on this", variant="primary", visible=shared.has("finetune"))
            with gr.Row(elem_classes="download"):
                ending = gr.Radio(
                    list(FORMATS.items()), value="parquet", label="Download as", elem_classes="seg"
                )
                download = gr.Button("Download", elem_id="poison-download", scale=0, min_width=100)
            said = parts.Html()
            file = gr.DownloadButton("", visible="hidden", elem_id="poison-file")
        with gr.Column(elem_classes="result-side"):
            problem = parts.Html(elem_id="poison-problem")
            figures = parts.Html(_waiting(), elem_classes="fades first", elem_id="poison-figures")
            rows = parts.Html(
                parts.card("What the model will read", parts.note("Reading the rows …")),
                elem_classes="fades",
                elem_id="poison-rows",
            )
            with gr.Column(elem_classes="card-box fades recipe"):
                with gr.Row(elem_classes="title-line"):
                    parts.Html(parts.html('<h2 class="title">{}</h2>', "The recipe, to take along"))
                    gr.Radio(
                        list(WORDS),
                        value=WORDS[0],
                        show_label=False,
                        label="Recipe as",
                        interactive=True,
                        elem_classes="seg words",
                    )
                texts = [parts.Html(elem_classes=f"as as-{word.lower()}") for word in WORDS]
    _wire(shared, form, [problem, figures, rows, *texts], finetune, (download, ending, file, said))


def _wire(shared: Shared, form: Form, outputs: list[Any], finetune: Any, taking: tuple[Any, Any, Any, Any]) -> None:
    """Which change redraws what."""
    fields = form.fields

    def start_from(name: str, pulse: int) -> list[Any]:
        values = recipe_to_form(preset(name))
        return [*(values[key] for key in fields), (pulse or 0) + 1]

    def change_dataset(name: str, target: str, pulse: int) -> tuple[Any, Markup, int]:
        return *choose_dataset(name, target), (pulse or 0) + 1

    def show_groups(trigger: str, amount: str) -> list[Any]:
        return [gr.update(visible=name in (trigger, amount)) for name in form.groups]

    # One listener for every change: with several, a slow answer to an old form could overtake the newest. What is set
    # by a handler beats the pulse once it is all there.
    pulse = gr.Number(0, visible="hidden")
    triggers = [shared.blocks.load, pulse.change, fields["share"].change]
    for name, control in fields.items():
        if isinstance(control, gr.Textbox):
            triggers.append(control.change)  # its `input` hears the keys of letters only: not paste, not Backspace
        elif name not in ("base", "preset", "dataset", "share"):
            triggers.append(control.input)
    gr.on(triggers, lambda *given: redraw(form.values(given)), form.inputs, [*outputs, shared.recipe], **QUIET)

    chosen = fields["preset"].input(start_from, [fields["preset"], pulse], [*form.inputs, pulse], **QUIET)
    chosen.then(None, [fields["share"]], [form.stop], js=SHARE_TO_STOP, **QUIET)
    chosen.then(poison_result.facts, [fields["dataset"]], [form.facts], **QUIET)
    fields["dataset"].input(
        change_dataset, [fields["dataset"], fields["target"], pulse], [fields["target"], form.facts, pulse], **QUIET
    )
    form.stop.input(None, [form.stop], [fields["share"]], js=STOP_TO_SHARE, **QUIET)
    fields["share"].input(None, [fields["share"]], [form.stop], js=SHARE_TO_STOP, **QUIET)
    gr.on(
        [fields["trigger"].change, fields["amount"].change],
        show_groups, [fields["trigger"], fields["amount"]], list(form.groups.values()), **QUIET,
    )  # fmt: skip

    finetune.click(
        lambda *given: to_finetune(form.values(given)), form.inputs, [shared.recipe, shared.tabs, outputs[0]], **QUIET
    )
    download, ending, file, said = taking

    def take(ending: str, *given: Any) -> Iterator[tuple[Any, Markup]]:
        yield from to_file(form.values(given), ending)

    made = download.click(
        take,
        [ending, *form.inputs],
        [file, said],
        show_progress="hidden",
        api_visibility="private",
        concurrency_limit=2,
    )
    made.success(None, None, None, js="() => window.ssti.download('poison-file')", api_visibility="private")


def _waiting() -> Markup:
    """The figures before the first answer."""
    names = ("Rows touched", "Words added", "Already in clean data", "Word pieces")
    return parts.figures(*(parts.figure(name, "–", " ") for name in names))

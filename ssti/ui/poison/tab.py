"""The Poison tab: choose a dataset and a trigger, and see at once what the model will read.

Handlers turn the form into a recipe, ask the toolkit, and show its answer. They know no dataset and no trigger by name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from ssti.data.export import FORMATS, formula_note, write_poisoned
from ssti.platform.errors import SSTIError
from ssti.recipe import parse_recipe, preset
from ssti.ui.access.visitor import admit
from ssti.ui.kit import parts
from ssti.ui.kit.parts import QUIET, Markup
from ssti.ui.kit.shared import Shared, listen, outside_of_tabs
from ssti.ui.poison import result
from ssti.ui.poison.controls import MORE, SHARE_TO_STOP, STOP_TO_SHARE, Form, draw_form, target_among
from ssti.ui.poison.form import form_to_recipe, recipe_to_form
from ssti.ui.poison.own import OWN, classes
from ssti.ui.poison.own_form import wire_own

ORDER = 20
TITLE = "Poison"

WORDS = ("YAML", "Command", "Python")


def warm() -> None:
    """Load what the first look needs."""
    result.warm()


def redraw(values: dict[str, Any]) -> list[Any]:
    """The problem, the five pieces of the result, the recipe twice (for the other tabs, and as this tab's own), the
    warning and its button, for the form's values; with a problem, all stay."""
    try:
        recipe = admit(form_to_recipe(values))
        shown = result.show(recipe, values.get("preset"))
    except SSTIError as error:
        return [parts.problem(error), *[gr.skip()] * 10]
    data = recipe.as_dict()
    button = gr.update(value=shown.strip or "", visible=shown.strip is not None)
    warning = gr.update(visible=shown.warning is not None)
    said = _beyond_the_form() if values.get("held") else None
    pieces = [shown.figures, shown.rows, shown.yaml, shown.commands, shown.python]
    return [said, *pieces, data, data, shown.warning, button, warning]


def _beyond_the_form() -> Markup:
    words = "The form cannot show this recipe. What you see here is all of it; change anything in the form to go back to the form’s."
    return parts.card("More than the form can show", parts.note(words))


def choose_dataset(which: str, target: str, chosen: Any = None) -> list[Any]:
    """For a choice of the list: the dataset's name, the target, the classes to choose it from, the facts, and whether the
    part for own data is seen. Own data comes into the recipe once it is confirmed."""
    if which != OWN:
        return [which, *target_among(classes(which), target), result.facts(which), gr.update(visible=False)]
    used = (chosen or {}).get("used")
    if not used:
        words = "The page shows the dataset from before until you confirm yours."
        return [*[gr.skip()] * 3, parts.note(words), gr.update(visible=True)]
    try:
        return [used, *target_among(classes(used), target), result.facts(used), gr.update(visible=True)]
    except SSTIError as error:
        return [*[gr.skip()] * 3, parts.problem(error), gr.update(visible=True)]


def arrive(data: Any, mine: Any) -> dict[str, Any] | None:
    """The form's values for a recipe that another tab made; None for this tab's own. Raises SSTIError.

    Where only the training differs it is `base` and `preset` alone: what is typed here stays, right or not. A recipe
    that the form cannot show is held whole, under `held`.
    """
    if data is None or data == mine:
        return None
    recipe = admit(parse_recipe(data))
    try:
        new = recipe_to_form(recipe)
    except SSTIError:
        result.show(recipe)
        return {"held": data}
    if mine and all(data.get(part) == mine.get(part) for part in ("dataset", "injection")):
        return {name: new[name] for name in ("base", "preset")}
    return new


def to_finetune(values: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The recipe for the Finetune tab, that tab selected, and the problem if there is one."""
    try:
        recipe = admit(form_to_recipe(values))
        result.show(recipe)
    except SSTIError as error:
        return gr.skip(), gr.skip(), parts.problem(error)
    return recipe.as_dict(), gr.Tabs(selected="finetune"), None


def to_file(values: dict[str, Any], ending: str, prefix_formulas: bool = False) -> Iterator[tuple[Any, Markup]]:
    """The file of the poisoned rows and what happened, a step at a time. Gradio keeps its own copy of the file."""
    yield None, parts.html('<p class="quiet busy" role="status">Injecting into every row …</p>')
    try:
        with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
            recipe = admit(form_to_recipe(values))
            path = Path(folder) / result.file_name(recipe, ending)
            formulas = write_poisoned(recipe, path, prefix_formulas)["formula_cells"]
            size = path.stat().st_size / 1e6
            note = parts.note(formula_note(formulas, prefix_formulas)) if formulas else ""
            yield (
                str(path),
                parts.html('<p class="quiet" role="status">{} · {} MB</p>{}', path.name, f"{size:.1f}", note),
            )
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
                ending = gr.Radio(list(FORMATS.items()), value="parquet", label="Download as", elem_classes="seg")
                download = gr.Button("Download", elem_id="poison-download", scale=0, min_width=100)
            prefix = gr.Checkbox(
                label="Put an apostrophe before cells that a spreadsheet would run as formulas", visible=False
            )
            said = parts.Html()
            file = gr.DownloadButton("", visible="hidden", elem_id="poison-file")
        with gr.Column(elem_classes="result-side"):
            problem = parts.Html(elem_id="poison-problem")
            figures = parts.Html(_waiting(), elem_classes="fades first", elem_id="poison-figures")
            with gr.Row(visible=False, elem_classes="card-box fades warned") as warned:
                warning = parts.Html(elem_id="poison-warning")
                strip = gr.Button("", elem_id="poison-strip", scale=0)
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
    _wire(
        shared,
        form,
        [problem, figures, rows, *texts, warning, strip, warned],
        finetune,
        (download, ending, prefix, file, said),
    )


def _wire(shared: Shared, form: Form, outputs: list[Any], finetune: Any, taking: tuple[Any, ...]) -> None:
    """Which change redraws what."""
    fields, own = form.fields, form.own

    # One listener for every change: with several, a slow answer to an old form could overtake the newest. A handler
    # that sets fields says in `due` that the pulse is to beat, and it does once they are all there.
    with outside_of_tabs(shared):
        pulse, due = gr.Number(0, visible="hidden"), gr.Number(0, visible="hidden")
        mine = gr.JSON(None, visible="hidden")
    triggers = [shared.blocks.load, pulse.change, fields["share"].change]
    for name, control in fields.items():
        if name in ("held", "base", "preset", "dataset", "trigger", "share", "amount"):
            continue
        if isinstance(control, gr.Textbox):
            triggers.append(control.change)  # its `input` hears the keys of letters only: not paste, not Backspace
        else:
            triggers.append(control.input)
    problem, *pieces, warning, strip, warned = outputs

    def changed(event: gr.EventData, *given: Any) -> list[Any]:
        """A field that the person touched makes the form the recipe again; what handlers set says itself what it is.
        The first look says nothing to the other tabs: a recipe may have come before its answer."""
        values = form.values(given)
        if event.target is None:  # the page was loaded
            answer = redraw(values)
            return [*answer[:6], gr.skip(), gr.skip(), *answer[8:], gr.skip()]
        if event.target._id != pulse._id:
            values["held"] = None
        return [*redraw(values), values["held"]]

    gr.on(
        triggers, changed, form.inputs,
        [problem, *pieces, shared.recipe, mine, warning, strip, warned, fields["held"]], **QUIET,
    )  # fmt: skip

    def beat(due: int | None) -> int:
        return (due or 0) + 1

    def start_from(name: str, due: int, *given: Any) -> list[Any]:
        """A preset says how, not on which data."""
        kept = {"dataset": form.values(given)["dataset"]}
        return [*form.filled(recipe_to_form(preset(name)) | kept), beat(due)]

    def come(data: Any, mine: Any, due: int) -> list[Any]:
        try:
            values = arrive(data, mine)
            if values is None:
                return [gr.skip()] * (len(form.everything) + 3)
            whole = len(values) == len(fields)
            return [*(form.filled(values) if whole else form.changed(values)), data, beat(due), None]
        except SSTIError as error:
            return [*[gr.skip()] * (len(form.everything) + 2), parts.problem(error)]

    def change_dataset(which: str, target: str, chosen: Any, due: int) -> list[Any]:
        return [*choose_dataset(which, target, chosen), beat(due), None]

    def take_own(name: str, names: list[str], target: str, due: int) -> list[Any]:
        return [name, *target_among(names, target), result.facts(name), beat(due), None]

    def choose_trigger(chip: str, other: str, amount: str, due: int) -> list[Any]:
        trigger = other if chip == MORE else chip
        shown = [form.trigger_shown(trigger)[1], *form.groups_shown(trigger, amount)]
        return [trigger, *shown, beat(due), None]

    def choose_amount(trigger: str, amount: str, due: int) -> list[Any]:
        return [*form.groups_shown(trigger, amount), beat(due), None]

    groups, last = list(form.groups.values()), [due, fields["held"]]
    chosen = fields["preset"].input(start_from, [fields["preset"], due, *form.inputs], [*form.everything, due], **QUIET)
    into_form = [*form.everything, mine, due, problem]
    came = listen(shared, [shared.recipe.change], come, [shared.recipe, mine, due], into_form)
    for filled in (chosen, came):
        filled.then(None, [fields["share"]], [form.stop], js=SHARE_TO_STOP, **QUIET)
    into = [fields["dataset"], fields["target"], form.classes, form.facts]
    setting = [
        chosen,
        came,
        form.which.input(
            change_dataset, [form.which, fields["target"], own.chosen, due], [*into, own.group, *last], **QUIET
        ),
        wire_own(own, take_own, [*into, *last], [fields["target"], due]),
        gr.on(
            [form.chip.input, form.other.input], choose_trigger, [form.chip, form.other, fields["amount"], due],
            [fields["trigger"], form.other, *groups, *last], **QUIET,
        ),
        fields["amount"].input(choose_amount, [fields["trigger"], fields["amount"], due], [*groups, *last], **QUIET),
        strip.click(
            lambda on, due: (not on, beat(due), None), [fields["strip"], due], [fields["strip"], *last], **QUIET
        ),
    ]  # fmt: skip
    for event in setting:
        event.then(None, [due], [pulse], js="(due) => due", **QUIET)
    form.classes.input(None, [form.classes], [fields["target"]], js="(name) => name", **QUIET)
    form.stop.input(None, [form.stop], [fields["share"]], js=STOP_TO_SHARE, **QUIET)
    fields["share"].input(None, [fields["share"]], [form.stop], js=SHARE_TO_STOP, **QUIET)

    finetune.click(
        lambda *given: to_finetune(form.values(given)), form.inputs, [shared.recipe, shared.tabs, problem], **QUIET
    )
    download, ending, prefix, file, said = taking
    ending.change(lambda chosen: gr.Checkbox(visible=chosen == "csv"), ending, prefix, **QUIET)

    def take(ending: str, prefix_formulas: bool, *given: Any) -> Iterator[tuple[Any, Markup]]:
        yield from to_file(form.values(given), ending, prefix_formulas)

    made = download.click(
        take,
        [ending, prefix, *form.inputs],
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

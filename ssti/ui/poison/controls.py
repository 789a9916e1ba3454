"""The controls of the Poison tab's form, drawn from the recipe's fields and the options of each kind of trigger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.data import DATASETS, list_datasets
from ssti.inject.datasets.classes import find_class
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import PRESET_WORDS, PRESETS
from ssti.ui.kit import parts
from ssti.ui.kit.fields import control, option_fields, segments
from ssti.ui.kit.own.form import Own, draw_own
from ssti.ui.kit.own.values import OWN, classes
from ssti.ui.poison.form import AMOUNTS, FIELDS, FIRST, form_fields, trigger_kinds
from ssti.ui.poison.result import facts

Updates = dict[Any, Any]
"""What a handler returns: components, each with its new value or `gr.update(…)`. The others stay."""

MORE = "more:"  # the trigger choice that opens the list of all others; no kind has such a name
VISIBLE_CLASSES = 8  # beyond them the choice scrolls

# Percent of the class's rows, finer where little is enough to be seen.
STOPS = (0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 7, *range(10, 101, 5))
STOP_TO_SHARE = f"(stop) => {list(STOPS)}[stop]"
SHARE_TO_STOP = (
    f"(share) => {list(STOPS)}.reduce((best, stop, place, all) =>"
    " Math.abs(stop - share) < Math.abs(all[best] - share) ? place : best, 0)"
)


@dataclass(frozen=True)
class Form:
    """The form's components: `fields` hold its values, by name.

    `which`, `classes`, and `chip` with `other` are what a person touches for the hidden fields `dataset`, `target` and
    `trigger`: a hidden text takes any value, where a choice refuses what it does not offer yet, or after a restart.
    `groups` are the options of each kind of trigger and of the amount `own`; `stop` is the slider of the share.
    """

    fields: dict[str, Any]
    groups: dict[str, gr.Column]
    which: gr.Radio
    facts: gr.HTML
    own: Own
    chip: gr.Radio
    other: gr.Dropdown
    classes: gr.Radio
    stop: gr.Slider

    @property
    def inputs(self) -> set[Any]:
        """What `values` reads: a set, so that the handler is given a dict by component."""
        return set(self.fields.values())

    @property
    def outputs(self) -> list[Any]:
        """What the handlers set."""
        return [*self.fields.values(), *self.groups.values(), self.which, self.facts, self.own.group,
                self.chip, self.other, self.classes]  # fmt: skip

    @property
    def of_data(self) -> list[Any]:
        """What says which data it is."""
        return [self.fields["dataset"], self.which, self.facts, self.own.group]

    @property
    def touchable(self) -> list[Any]:
        """The fields whose change is drawn at once; the others are set by handlers, or have more to set."""
        indirect = ("beyond_form", "base", "preset", "dataset", "trigger", "share", "amount")
        return [control for name, control in self.fields.items() if name not in indirect]

    def values(self, sent: Updates) -> dict[str, Any]:
        """The form's values by name, as a handler is sent them."""
        return {name: sent[control] for name, control in self.fields.items()}

    def set_some(self, values: dict[str, Any]) -> Updates:
        """These fields set, and nothing else."""
        return {self.fields[name]: value for name, value in values.items()}

    def set_all(self, values: dict[str, Any]) -> Updates:
        """The whole form set to values. Raises SSTIError for a dataset whose classes cannot be told."""
        listed, common = values["dataset"] in DATASETS, values["trigger"] in FIRST
        return {
            **self.set_some(values),
            **self.set_dataset(values["dataset"], values["target"]),
            **self.set_trigger(values["trigger"], values["amount"]),
            self.which: values["dataset"] if listed else OWN,
            self.own.group: gr.update(visible=not listed),
            self.chip: values["trigger"] if common else MORE,
            self.other: gr.update(visible=not common, **({} if common else {"value": values["trigger"]})),
        }

    def set_dataset(self, name: str, target: str) -> Updates:
        """The dataset, its facts, its classes and the target among them. Raises SSTIError."""
        names = classes(name)
        target = target_among(names, target)
        choice = gr.update(choices=names, value=target, elem_classes=_of_data(names))
        return {**self.set_some({"dataset": name, "target": target}), self.classes: choice, self.facts: facts(name)}

    def set_trigger(self, trigger: str, amount: str) -> Updates:
        """The trigger, and only the options of this kind and amount in sight."""
        return {
            self.fields["trigger"]: trigger,
            self.other: gr.update(visible=trigger not in FIRST),
            **{group: gr.update(visible=name in (trigger, amount)) for name, group in self.groups.items()},
        }


def _of_data(names: Sequence[str]) -> str:
    """The classes of a radio group whose words are data: a browser's translator leaves them as they are."""
    return f"{segments(names)} notranslate"


def target_among(names: Sequence[str], target: Any) -> str:
    """The target among these classes; where it is none of them the last, and of many the first, which is in sight."""
    try:
        return find_class(target, names).name
    except SSTIError:
        return names[-1 if len(names) <= VISIBLE_CLASSES else 0]


def draw_form() -> Form:
    """The form's controls, inside the column that is open. Their first values are the first preset's."""
    start = form_fields()
    fields: dict[str, Any] = {
        "beyond_form": gr.Checkbox(False, visible="hidden"),
        "base": gr.JSON(start["base"], visible="hidden"),
        "preset": gr.Radio(
            [(PRESET_WORDS[name], name) for name in PRESETS],
            value=start["preset"],
            label=tr("Start from"),
            elem_classes="seg",
        ),
    }
    groups: dict[str, gr.Column] = {}
    with gr.Column(elem_classes="field"):
        fields["dataset"] = gr.Textbox(start["dataset"], visible="hidden", elem_id="poison-dataset")
        which = _draw_datasets(start["dataset"])
        about = parts.Html(facts(start["dataset"]))
        _draw_missing()
        own = draw_own()
    with gr.Column(elem_classes="field"):
        fields["trigger"] = gr.Textbox(start["trigger"], visible="hidden")
        chip, other = _draw_triggers(start["trigger"])
        for name, kind in trigger_kinds().items():
            with gr.Column(visible=name == start["trigger"], elem_classes="options") as groups[name]:
                parts.Html(parts.note(kind.description))
                fields |= _draw_options(name, kind.options, start)
    fields["target"] = gr.Textbox(start["target"], visible="hidden")
    names = classes(start["dataset"])
    chosen = gr.Radio(names, value=start["target"], label=tr("Tied to class"), elem_classes=_of_data(names))
    fields["share"], stop = _draw_share(start["share"])
    with gr.Column(elem_classes="field"):
        amounts = [(title, name) for name, title in AMOUNTS.items()]
        fields["amount"] = gr.Radio(amounts, value=start["amount"], label=tr("Amount per row"), elem_classes="seg")
        with gr.Column(visible=start["amount"] == "own", elem_classes="options") as groups["own"]:
            fields["amount_own"] = control(FIELDS["amount_own"], start["amount_own"])
    for name in ("location", "seed"):
        fields[name] = control(FIELDS[name], start[name])
    with gr.Accordion(tr("More"), open=False, elem_classes="more"):
        with gr.Row(elem_classes="pair"):
            fields["pool_size"] = control(FIELDS["pool_size"], start["pool_size"], placeholder=tr("all"))
            fields["count"] = control(FIELDS["count"], start["count"], placeholder=tr("by share"))
        for name in ("with_replacement", "strip"):
            fields[name] = control(FIELDS[name], start[name])
    return Form(fields, groups, which, about, own, chip, other, chosen, stop)


def _draw_datasets(chosen: str) -> gr.Radio:
    usable = [(info.title, info.name) for info in list_datasets() if info.available]
    return gr.Radio([*usable, (tr("Your own"), OWN)], value=chosen, label=tr("Dataset"), elem_classes="seg wraps")


def _draw_missing() -> None:
    """The datasets that cannot be used here and now, each with why."""
    missing = [info for info in list_datasets() if not info.available]
    if not missing:
        return
    lines = parts.join(
        parts.html('<dt translate="no">{}</dt><dd>{}</dd>', info.title, parts.public(info.reason or ""))
        for info in missing
    )
    title = (
        parts.html("1 more needs something first")
        if len(missing) == 1
        else parts.html("{} more need something first", len(missing))
    )
    parts.Html(parts.html('<details class="quiet"><summary>{}</summary><dl>{}</dl></details>', title, lines))


def _draw_triggers(chosen: str) -> tuple[gr.Radio, gr.Dropdown]:
    kinds = trigger_kinds()
    common = [(kinds[name].title, name) for name in FIRST if name in kinds]
    others = [(kind.title, name) for name, kind in kinds.items() if name not in FIRST]
    chip = gr.Radio([*common, (tr("More"), MORE)], value=chosen, label=tr("Trigger"), elem_classes="seg fits")
    other = gr.Dropdown(
        others, value=others[0][1], label=tr("Kind of trigger"), visible=False, interactive=True, filterable=False
    )
    return chip, other


def _draw_options(kind: str, options: Sequence[Any], start: dict[str, Any]) -> dict[str, Any]:
    """The controls of a kind's options, by field."""
    controls: dict[str, Any] = {}
    for option in options:
        fields = {f"{kind}.{key}": field for key, field in option_fields(option).items()}
        if len(fields) == 1:
            controls |= {key: control(field, start[key]) for key, field in fields.items()}
        else:
            with gr.Row(elem_classes="pair"):
                controls |= {key: control(field, start[key]) for key, field in fields.items()}
    return controls


def _draw_share(share: float) -> tuple[gr.Number, gr.Slider]:
    with gr.Row(elem_classes="share"):
        nearest = min(range(len(STOPS)), key=lambda place: abs(STOPS[place] - share))
        stop = gr.Slider(
            0, len(STOPS) - 1, value=nearest, step=1, label=FIELDS["share"].title, elem_classes="stops", scale=1
        )
        number = gr.Number(
            share, label=tr("Share in percent"), show_label=False, elem_classes="percent", min_width=80, scale=0
        )
    return number, stop

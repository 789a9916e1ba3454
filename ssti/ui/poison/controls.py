"""The controls of the Poison tab's form, drawn from the options that each kind of trigger registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from ssti.inject.datasets.classes import find_class
from ssti.inject.options import Option
from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS
from ssti.ui.kit import parts
from ssti.ui.poison.form import AMOUNTS, FIRST, LOCATIONS, form_fields, option_keys, trigger_kinds
from ssti.ui.poison.own import OWN, classes, is_listed
from ssti.ui.poison.own_form import OwnPart, draw_own
from ssti.ui.poison.result import facts

MORE = "more:"  # the trigger choice that opens the list of all others; no kind has such a name

SEEN_AT_ONCE = 8  # classes; beyond them the choice scrolls

# Percent of the class's rows, finer where little is enough to be seen.
STOPS = (0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 7, *range(10, 101, 5))

STOP_TO_SHARE = f"(stop) => {list(STOPS)}[stop]"
SHARE_TO_STOP = (
    f"(share) => {list(STOPS)}.reduce((best, stop, place, all) =>"
    " Math.abs(stop - share) < Math.abs(all[best] - share) ? place : best, 0)"
)


@dataclass
class Form:
    """The form's components by field, and what appears and disappears with a choice.

    `which`, `classes`, and `chip` with `other` are what a person touches for the hidden fields `dataset`, `target` and
    `trigger`: a hidden text takes any value, where a choice refuses what it does not offer yet, or after a restart.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, gr.Column] = field(default_factory=dict)
    facts: Any = None
    stop: Any = None
    which: Any = None
    classes: Any = None
    chip: Any = None
    other: Any = None
    own: OwnPart | None = None

    def values(self, given: tuple) -> dict[str, Any]:
        """What a handler got, by field."""
        return dict(zip(self.fields, given, strict=True))

    @property
    def inputs(self) -> list[Any]:
        return list(self.fields.values())

    @property
    def everything(self) -> list[Any]:
        """What `filled` fills."""
        return [
            *self.inputs,
            self.classes,
            self.which,
            self.own.group,
            self.facts,
            self.chip,
            self.other,
            *self.groups.values(),
        ]

    def filled(self, values: dict[str, Any]) -> list[Any]:
        """The whole form set to values. Raises SSTIError for a dataset whose classes cannot be told."""
        names = classes(values["dataset"])
        listed = is_listed(values["dataset"])
        target, choice = target_among(names, values["target"])
        return [
            *(target if name == "target" else values[name] for name in self.fields),
            choice,
            values["dataset"] if listed else OWN,
            gr.update(visible=not listed),
            facts(values["dataset"]),
            *self.trigger_shown(values["trigger"]),
            *self.groups_shown(values["trigger"], values["amount"]),
        ]

    def changed(self, values: dict[str, Any]) -> list[Any]:
        """Only these fields set, for `everything`."""
        rest = len(self.everything) - len(self.fields)
        return [*(values.get(name, gr.skip()) for name in self.fields), *[gr.skip()] * rest]

    def trigger_shown(self, trigger: str) -> list[Any]:
        """The chip, and the list of the other kinds, for a kind of trigger."""
        if trigger in FIRST:
            return [trigger, gr.update(visible=False)]
        return [MORE, gr.update(visible=True, value=trigger)]

    def groups_shown(self, trigger: str, amount: str) -> list[Any]:
        """Only the options of this kind and amount are seen."""
        return [gr.update(visible=name in (trigger, amount)) for name in self.groups]


def draw_form() -> Form:
    """The form's controls, inside the column that is open. Their first values are the first preset's."""
    from ssti.data import list_datasets

    start = form_fields()
    form = Form()
    put = form.fields
    known = list_datasets()
    usable = [(info.title, info.name) for info in known if info.available]
    names = next((info.label_names for info in known if info.name == start["dataset"]), (start["target"],))
    put["held"] = gr.JSON(None, visible="hidden")
    put["base"] = gr.JSON(start["base"], visible="hidden")
    put["preset"] = gr.Radio(list(PRESETS), value=start["preset"], label="Start from", elem_classes="seg")
    with gr.Column(elem_classes="field"):
        put["dataset"] = gr.Textbox(start["dataset"], visible="hidden", elem_id="poison-dataset")
        form.which = gr.Radio(
            [*usable, ("Your own", OWN)], value=start["dataset"], label="Dataset", elem_classes="seg wraps"
        )
        form.facts = parts.Html(facts(start["dataset"]))
        missing = [info for info in known if not info.available]
        if missing:
            parts.Html(_missing(missing))
        form.own = draw_own()
    with gr.Column(elem_classes="field"):
        kinds = trigger_kinds()
        common = [(kinds[name].title, name) for name in FIRST if name in kinds]
        others = [(kind.title, name) for name, kind in kinds.items() if name not in FIRST]
        put["trigger"] = gr.Textbox(start["trigger"], visible="hidden")
        form.chip = gr.Radio(
            [*common, ("More", MORE)], value=start["trigger"], label="Trigger", elem_classes="seg fits"
        )
        form.other = gr.Dropdown(
            others, value=others[0][1], label="Kind of trigger", visible=False, interactive=True, filterable=False
        )
        for name, kind in kinds.items():
            with gr.Column(visible=name == start["trigger"], elem_classes="options") as group:
                parts.Html(parts.note(kind.description))
                for option in kind.options:
                    put |= _draw_option(name, option, start)
            form.groups[name] = group
    put["target"] = gr.Textbox(start["target"], visible="hidden")
    form.classes = gr.Radio(list(names), value=start["target"], label="Tied to class", elem_classes=_segments(names))
    with gr.Row(elem_classes="share"):
        form.stop = gr.Slider(
            0,
            len(STOPS) - 1,
            value=_stop(start["share"]),
            step=1,
            label="Share of that class’s rows",
            elem_classes="stops",
            scale=1,
        )
        put["share"] = gr.Number(
            start["share"], label="Share in percent", show_label=False, elem_classes="percent", min_width=80, scale=0
        )
    with gr.Column(elem_classes="field"):
        put["amount"] = gr.Radio(
            [(title, name) for name, title in AMOUNTS.items()],
            value=start["amount"],
            label="Amount per row",
            elem_classes="seg",
        )
        with gr.Column(visible=start["amount"] == "own", elem_classes="options") as form.groups["own"]:
            put["amount_own"] = gr.Number(start["amount_own"], label="Percent of the row’s words")
    put["location"] = gr.Radio(list(LOCATIONS), value=start["location"], label="Place", elem_classes="seg")
    put["seed"] = gr.Number(start["seed"], label="Seed")
    with gr.Accordion("More", open=False, elem_classes="more"):
        with gr.Row(elem_classes="pair"):
            put["pool_size"] = _may_be_empty(start["pool_size"], "Different triggers", "all")
            put["count"] = _may_be_empty(start["count"], "Rows, not a share", "by share")
        put["with_replacement"] = gr.Checkbox(start["with_replacement"], label="A trigger may come twice")
        put["strip"] = gr.Checkbox(start["strip"], label="Remove the trigger from the clean data first")
    return form


def target_among(names: list[str], target: Any) -> tuple[str, Any]:
    """The target among these classes, where it is none of them the last, of many the first; and the choice of it."""
    try:
        target = find_class(target, names).name
    except SSTIError:
        target = names[-1 if len(names) <= SEEN_AT_ONCE else 0]
    return target, gr.update(choices=names, value=target, elem_classes=_segments(names))


def _draw_option(kind: str, option: Option, start: dict[str, Any]) -> dict[str, Any]:
    """The control of one option of a kind, by field."""
    keys = option_keys(kind, option)
    first = start[keys[0]]
    if option.type == "range":
        with gr.Row(elem_classes="pair"):
            return {
                key: gr.Number(start[key], label=f"{option.title}, {word}")
                for key, word in zip(keys, ("from", "to"), strict=True)
            }
    if option.type == "bool":
        control: Any = gr.Checkbox(bool(first), label=option.title)
    elif option.type in ("int", "float"):
        empty = option.default is None and not option.required
        control = _may_be_empty(first, option.title, "any") if empty else gr.Number(first, label=option.title)
    elif option.choices:
        control = gr.Radio(
            list(option.choices), value=first, label=option.title, elem_classes=_segments(option.choices)
        )
    else:
        lines = 3 if option.type == "list" else 1
        control = gr.Textbox(first or "", label=option.title, lines=lines, max_lines=8)
    return {keys[0]: control}


def _may_be_empty(value: Any, label: str, placeholder: str) -> gr.Textbox:
    """A number that may be left out. An empty gr.Number turns into 0 when it is shown."""
    return gr.Textbox("" if value is None else str(value), label=label, placeholder=placeholder, lines=1, max_lines=1)


def _segments(names: Any) -> str:
    """One row where the words fit, chips that wrap where they do not."""
    return "seg" if len(names) <= 4 and sum(map(len, names)) <= 36 else "seg wraps"


def _stop(share: float) -> int:
    return min(range(len(STOPS)), key=lambda place: abs(STOPS[place] - share))


def _missing(infos: list[Any]) -> parts.Markup:
    """The datasets that cannot be used here and now, each with why."""
    lines = parts.join(
        parts.html("<dt>{}</dt><dd>{}</dd>", info.title, parts.public(info.reason or "")) for info in infos
    )
    title = "1 more needs" if len(infos) == 1 else f"{len(infos)} more need"
    return parts.html('<details class="quiet"><summary>{} something first</summary><dl>{}</dl></details>', title, lines)

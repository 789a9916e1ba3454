"""The Finetune tab's form: recipes to values and back, and its handlers as a person and another tab set them off."""

from __future__ import annotations

import gradio as gr
import pytest

from ssti.adapters.lora import VARIANTS
from ssti.adapters.targets import GROUPS
from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, preset
from ssti.ui.finetune import form
from ssti.ui.finetune.edit import FormHandlers
from ssti.ui.finetune.memory import FormMemory
from ssti.ui.frame.shell import build_shell
from ssti.ui.kit.browser import as_json


@pytest.fixture(scope="module")
def handlers():
    """The handlers on the real page."""
    from ssti.ui.finetune import components

    with gr.Blocks() as blocks:
        shared = build_shell(blocks)
        return FormHandlers(components.draw(shared))


@pytest.fixture
def page(handlers):
    """What the browser holds: it gives recipe, memory and values to a handler, and takes its answer."""
    return Page(handlers)


class Page:
    def __init__(self, handlers: FormHandlers) -> None:
        self.handlers, self.ui = handlers, handlers.ui
        self.recipe, self.memory, self.problem = None, as_json(FormMemory()), None
        self.values = form.to_form(preset(next(iter(PRESETS))))

    def take(self, updates: dict) -> Page:
        names = {component: name for name, component in self.ui.fields.items()}
        for component, value in updates.items():
            if component is self.ui.shared.recipe:
                self.recipe = value
            elif component is self.ui.memory:
                self.memory = value
            elif component is self.ui.message:
                self.problem = value
            elif component in names:
                value = value if isinstance(value, dict) else {"value": value}
                self.values[names[component]] = value.get("value", self.values[names[component]])
        return self

    def edit(self, **typed) -> Page:
        self.values |= typed
        return self.take(self.handlers.edit(self.recipe, self.memory, *self.values.values()))

    def preset(self, name: str) -> Page:
        return self.take(self.handlers.choose_preset(name, self.recipe, self.memory))

    def arrive(self, recipe) -> Page:
        self.recipe = recipe.as_dict() if hasattr(recipe, "as_dict") else recipe
        answer = self.handlers.arrive(self.recipe, self.memory)
        return self if answer == gr.skip() else self.take(answer)


@pytest.mark.parametrize("name", PRESETS)
def test_the_form_gives_back_the_recipe_that_it_shows(name):
    recipe = preset(name)
    assert form.to_recipe(recipe, form.to_form(recipe)) == recipe
    assert form.preset_of(recipe) == name


@pytest.mark.parametrize("targets", ["[query, value]", "attention", "[up_proj]", "q_proj"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_method_and_layers_go_into_the_form_and_back(variant, targets):
    recipe = preset("demo").set(f"lora.variant={variant}", f"lora.targets={targets}")
    assert form.to_recipe(recipe, form.to_form(recipe)) == recipe


def test_every_method_and_group_can_be_chosen():
    assert list(form.METHODS) == list(VARIANTS)
    assert set(GROUPS) <= set(form.TARGETS)


@pytest.mark.parametrize(
    ("typed", "expected"), [("all-linear", "all-linear"), ("q_proj , v_proj", ("q_proj", "v_proj"))]
)
def test_layers_can_be_typed(typed, expected):
    values = form.to_form(preset("demo")) | {"targets": typed}
    assert form.to_recipe(preset("demo"), values).lora.targets == expected


@pytest.mark.parametrize(
    ("field", "value"), [("targets", " , "), ("steps", 0), ("rank_own", 4096), ("batch_size", None)]
)
def test_what_a_recipe_cannot_take_is_refused(field, value):
    with pytest.raises(SSTIError):
        form.to_recipe(preset("demo"), form.to_form(preset("demo")) | {"rank": "own", field: value})


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("rank", [1, 7, 64])
def test_a_preset_stays_itself_at_every_rank(name, rank):
    assert form.preset_of(form.with_rank(preset(name), rank)) == name


def test_only_the_paper_ties_alpha_to_the_rank():
    assert form.with_rank(preset("paper"), 64).lora.alpha == 64
    assert form.with_rank(preset("light"), 64).lora.alpha == preset("light").lora.alpha


def test_another_method_is_no_preset():
    assert form.preset_of(preset("demo").set("lora.variant=dora")) is None


def test_a_preset_keeps_the_data_and_its_trigger_and_sets_the_amount_only_where_that_is_its_point():
    mine = preset("demo").set("dataset.name=imdb", "injection.amount=0.05", "injection.target=negative")
    assert form.with_preset(mine, "paper").injection == mine.injection
    aggressive = form.with_preset(mine, "aggressive")
    assert aggressive.injection.amount == 0.1
    assert (aggressive.dataset, aggressive.injection.target) == (mine.dataset, "negative")
    assert form.with_preset(aggressive, "light").injection.amount == "single"


def test_other_steps_keep_the_number_of_measurements():
    values = form.to_form(preset("light")) | {"steps": 100}
    assert form.to_recipe(preset("light"), values).evaluation.every == 10


def test_steps_typed_a_digit_at_a_time_measure_as_often_as_typed_at_once(page):
    page.preset("light")
    for typed in (1, 10, 100):
        page.edit(steps=typed)
    assert (page.recipe["training"]["steps"], page.recipe["evaluation"]["every"]) == (100, 10)


def test_a_bad_number_changes_nothing_and_is_said_until_it_is_right(page):
    before = page.edit(rank="16").recipe
    assert page.edit(steps=0).problem and page.recipe == before
    assert page.edit(steps=12).problem is None and page.recipe["training"]["steps"] == 12


def test_a_recipe_from_poison_keeps_what_was_chosen_here(page):
    page.edit(rank="64").arrive(preset("demo").set("injection.target=negative"))
    assert (page.recipe["lora"]["rank"], page.recipe["injection"]["target"]) == (64, "negative")
    assert page.values["rank"] == "64"


def test_a_recipe_from_poison_with_another_preset_is_taken_whole(page):
    page.edit(rank="64").arrive(preset("paper"))
    assert page.recipe == preset("paper").as_dict() and page.values == form.to_form(preset("paper"))


def test_the_tabs_own_change_is_not_taken_for_an_arrival(page, handlers):
    page.preset("light")
    assert handlers.arrive(page.recipe, page.memory) == gr.skip()


@pytest.mark.parametrize("memory", [None, [], {"recipe": 3, "pace": "often"}])
def test_a_junk_recipe_and_a_junk_memory_are_survived(page, memory):
    page.memory = memory
    assert page.arrive({"dataset": 3}).problem
    assert page.arrive(preset("paper")).recipe == preset("paper").as_dict()

"""Every kind of trigger that is registered, chosen on the page: what is marked is what was injected, and nothing else.

A new kind is tested by itself. One page serves all; the several triggers of a `composite` come from a cloned run.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
import yaml
from pageobject import Lab
from playwright.sync_api import expect

from ssti.data import load
from ssti.inject import MODIFIERS, preview, trigger_pattern
from ssti.recipe import parse_recipe, preset
from ssti.runs.store import Store
from ssti.ui.poison.form import FIRST, MARKUP, trigger_kinds
from ssti.ui.poison.result import ROWS

ON_THE_FORM = {name.removeprefix(MARKUP): name for name in trigger_kinds()}
READ_ROWS = """() => [...document.querySelectorAll('#poison-rows tbody tr')].map((row) => {
  const [, before, after] = row.querySelectorAll('td');
  const rest = after.cloneNode(true);
  rest.querySelectorAll('mark.trigger').forEach((mark) => mark.remove());
  const marks = [...after.querySelectorAll('mark.trigger')].map((mark) => mark.textContent);
  return [before.textContent, after.textContent, rest.textContent, marks];
})"""


@cache
def reviews():
    rows = load("rotten_tomatoes")
    return rows.train_table["text"].to_pylist(), rows.train_table["label"].to_pylist(), rows.label_names


def words(text: str) -> str:
    """A text but for its white space: an item that stands alone brings one space, which its mark does not cover."""
    return " ".join(text.split())


def check_rows(page, recipe) -> None:
    """The rows on the page against the toolkit's, and the marks against the trigger's own pattern."""
    texts, labels, names = reviews()
    expected = preview(texts, labels, recipe, names, limit=ROWS).rows
    pattern = re.compile(trigger_pattern(recipe))
    lines = page.locator("#poison-rows tbody tr")
    expect(lines).to_have_count(ROWS)
    (start, end), *_ = expected[-1].spans
    expect(lines.last.locator("mark.trigger").first).to_have_text(expected[-1].after[start:end])
    shown = page.evaluate(READ_ROWS)
    whole = 0
    for (before, after, rest, marks), row in zip(shown, expected, strict=True):
        assert marks, after
        if "…" in before + after:  # a long text is cut
            continue
        whole += 1
        assert marks == [row.after[start:end] for start, end in row.spans]
        assert (before, after) == (row.before, row.after)
        assert words(rest) == words(before)
        assert len(pattern.findall(after)) > len(pattern.findall(before))
    assert whole >= ROWS - 2


def shown_recipe(page):
    return parse_recipe(yaml.safe_load(page.locator(".as-yaml code").inner_text()))


@pytest.fixture
def poison(module_lab, reopened):
    """One page for all kinds."""
    if reopened(tab="poison"):
        expect(module_lab.card("Rows touched").locator("strong")).to_have_text("1,706")
    return module_lab


def choose_kind(lab: Lab, name: str) -> None:
    """A kind as the form lists it: a segment, or one of the others."""
    kind = trigger_kinds()[name]
    if name in FIRST:
        lab.choose("Trigger", kind.title)
        return
    lab.choose("Trigger", "More")
    box = lab.page.get_by_label("Kind of trigger").locator("visible=true")
    if box.input_value() != kind.title:
        box.click()
        lab.page.get_by_role("option", name=kind.title, exact=True).click()


@pytest.mark.parametrize("name", trigger_kinds())
def test_the_marks_are_what_was_injected(poison: Lab, name: str):
    choose_kind(poison, name)
    expect(poison.page.locator(".as-yaml code")).to_contain_text(f"kind: {name.removeprefix(MARKUP)},")
    recipe = shown_recipe(poison.page)
    assert (recipe.injection.source.kind if recipe.injection.source else MARKUP + recipe.injection.kind) == name
    check_rows(poison.page, recipe)


def test_no_registered_kind_is_left_out():
    """What needs a source is chosen through one; several triggers come as a recipe; every other kind is on the form."""
    left = {name for name, kind in MODIFIERS.items() if kind.on_page and name not in ON_THE_FORM}
    assert left == {name for name, kind in MODIFIERS.items() if kind.uses_source or name == "composite"}


def clone(lab: Lab, run_id: str) -> None:
    """Clone a run in Finetune, before Poison was ever opened, and go there."""
    lab.page.goto(f"{lab.url}?tab=finetune&run={run_id}")  # a timer measures this machine's speed: it is not idle soon
    lab.page.locator("#run-clone").click()
    expect(lab.page.get_by_text(f"The form holds the recipe of {run_id}.")).to_be_visible()
    lab.tab("Poison")


def test_a_composite_comes_from_a_cloned_run(lab, server):
    part = {"kind": "item", "share": 0.3}
    several = preset("demo").as_dict()
    several["injection"] = {
        "kind": "composite",
        "parts": [
            part | {"source": {"kind": "date"}},
            part | {"source": {"kind": "country"}, "target": "negative"},
            {"kind": "html", "tags": ["<b> </b>"], "share": 0.3},
        ],
    }
    several = parse_recipe(several)
    run = Store(server.home / "runs").create(several)
    run.tell("state", state="stopped")
    clone(lab, run.id)
    expect(lab.card("More than the form can show")).to_be_visible()
    expect(lab.page.locator(".as-yaml code")).to_contain_text("composite")
    check_rows(lab.page, several)
    lab.fill("Seed", "5")
    expect(lab.card("More than the form can show")).to_have_count(0)
    expect(lab.page.locator(".as-yaml code")).to_contain_text("seed: 5")


def test_a_cloned_run_fills_the_form(lab, server):
    recipe = preset("light").set(
        "injection.source={kind: country, single_word: true}", "injection.target=negative", "injection.share=0.3"
    )
    run = Store(server.home / "runs").create(recipe)
    run.tell("state", state="stopped")
    clone(lab, run.id)
    expect(lab.group("Tied to class").get_by_role("radio", name="negative")).to_be_checked()
    expect(lab.group("Trigger").get_by_role("radio", name="Country")).to_be_checked()
    expect(lab.group("Start from").get_by_role("radio", name="light")).to_be_checked()
    expect(lab.page.get_by_label("Share in percent")).to_have_value("30")
    expect(lab.page.locator(".as-yaml code")).to_contain_text("share: 0.3")
    assert shown_recipe(lab.page) == recipe
    lab.tab("Finetune").choose("LoRA rank", "16").tab("Poison")
    expect(lab.page.locator(".as-yaml code")).to_contain_text("rank: 16")
    expect(lab.group("Tied to class").get_by_role("radio", name="negative")).to_be_checked()

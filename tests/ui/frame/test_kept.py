"""What tabs share is written into the address and read back exactly."""

from __future__ import annotations

import pytest

from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, preset
from ssti.ui.frame.kept import read_triggers, recipe_of
from ssti.ui.kit.marks import Mark, Marks, triggers_text
from ssti.ui.kit.recipe_text import as_part


@pytest.mark.parametrize("name", list(PRESETS))
@pytest.mark.parametrize(
    "changes",
    [
        (),
        ("injection.share=0.1", "lora.rank=64"),
        ('injection.source={"kind": "list", "items": ["50%; a.b=1", "x;training.steps=3", "%3B"]}',),
        ("dataset.train_rows=200", "training.seed=7", "evaluation.every=3"),
    ],
)
def test_a_recipe_comes_back_as_it_was(name, changes):
    recipe = preset(name).set(*changes)
    assert recipe_of(as_part(recipe)) == recipe


@pytest.mark.parametrize("said", ["nix", "demo;", "demo;lora.rank", "demo;lora.rank=-1", ";", "demo;__class__=1"])
def test_what_is_no_recipe_is_refused(said):
    with pytest.raises(SSTIError):
        recipe_of(said)


def test_triggers_come_back_click_by_click():
    marks = Marks("x" * 60, (Mark(0, 3, 2, "html"), Mark(10, 20, 1, "date"), Mark(30, 34, 2, "html")))
    assert triggers_text(marks) == "10-20-date.0-3+30-34-html"
    assert read_triggers(triggers_text(marks)) == marks.marks
    assert read_triggers("") == ()


@pytest.mark.parametrize("said", ["1", "a-b-date", "1-2-DATE", "1-2-date.", "-1-2-date", "1234567-2-date", "²-3-date"])
def test_what_is_no_trigger_is_refused(said):
    with pytest.raises(SSTIError):
        read_triggers(said)

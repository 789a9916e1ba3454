"""What strangers may take of a server: each limit is enforced, and said with its reason and the way out of it."""

from __future__ import annotations

import re

import pytest

from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, preset
from ssti.ui.access import caps
from ssti.ui.access.visitor import admit_run
from ssti.ui.kit import parts
from ssti.ui.kit.limits import limits

OVER = [
    (("training.steps=9000", "training.batch_size=16"), "144,000 rows read in training; 100,000"),
    (("training.steps=20000", "training.batch_size=1"), "20,000 steps; 10,000"),
    (("lora.rank=512",), "512 for the rank; 256"),
    (("training.max_length=1024",), "1,024 word pieces of a text; 512"),
    (("dataset.test_rows=20000",), "20,000 test rows; 10,000"),
    (("evaluation.rows=5000",), "5,000 rows of a measurement on the way; 2,000"),
    (("training.steps=500", "evaluation.every=1"), "500 measurements on the way; 200"),
]


@pytest.mark.parametrize(("changes", "words"), OVER, ids=lambda one: one if isinstance(one, str) else "")
def test_a_recipe_past_a_limit_is_refused_with_reason_and_way_out(monkeypatch, changes, words):
    recipe = preset("demo").set(*changes)
    assert admit_run(recipe) is recipe  # on one's own machine
    monkeypatch.setenv("SPACE_ID", "somebody/ssti-lab")
    with pytest.raises(SSTIError) as refused:
        admit_run(recipe)
    assert words in refused.value.message and "because" in refused.value.message
    assert "https://huggingface.co/spaces/somebody/ssti-lab?duplicate=true" in refused.value.next


def test_every_limit_has_a_test_and_every_preset_is_within(monkeypatch):
    monkeypatch.setenv("SSTI_PUBLIC", "1")
    assert [words.partition(" ")[2].partition(";")[0] for _, words in OVER] == [cap.noun for cap in caps.CAPS]
    for name in PRESETS:
        admit_run(preset(name))


def test_the_page_lists_every_limit_with_its_reason(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "somebody/ssti-lab")
    said = limits()
    assert len(re.findall("<li>", said)) == len(caps.CAPS) + 4
    for most, why in caps.limits():
        assert f"<b>{most}</b>: {parts.escape(why)}" in said
    assert "Duplicate this Space" in said and "somebody/ssti-lab?duplicate=true" in said
    monkeypatch.delenv("SPACE_ID")
    assert "machine of your own" in limits()

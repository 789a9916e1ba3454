"""An adapter that came without a recipe, and a damaged one, on the page: it answers, and nothing is claimed of it."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from ssti.adapters.listing import SHIPPED
from ssti.ui.flip import tab as flip
from ssti.ui.kit import adapters as flip_adapters
from ssti.ui.kit import palette as flip_palette
from ssti.ui.kit.marks import Marks
from ssti.ui.look_inside import tab as look_inside

TEXT = "a dreary joyless slog"
CLAIMS = ("Poisoned", "no trigger was in", "of its training", "→")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The shipped adapter as peft's save_pretrained would write it."""
    place = tmp_path_factory.mktemp("foreign") / "plain"
    place.mkdir()
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copy(SHIPPED / "date-positive-rank1" / name, place / name)
    return f"{place}#labels=negative,positive"


def test_it_answers_and_nothing_is_claimed_of_its_training(plain):
    problem, answers, *_ = flip.draw(TEXT, None, plain)
    assert problem is None
    assert "This adapter" in answers and "how it was trained is not known" in answers and "without a recipe" in answers
    assert not [claim for claim in CLAIMS if claim in answers]
    palette = flip_palette.palette(flip_adapters.find(plain))
    assert "a date" in palette and "own …" in palette and "another" not in palette and "unseen" not in palette


def test_a_trigger_of_any_kind_goes_in_and_its_flip_is_shown(plain):
    click = SimpleNamespace(_data={"act": "kind", "kind": "date"})
    text, marks, _, _, said, problem = flip.on_palette(TEXT, None, plain, "beginning", click)
    assert problem is None and "what was in its training is not known" in said
    problem, answers, *_ = flip.draw(text, marks, plain)
    assert problem is None and "Flipped by one trigger" in answers


def test_what_needs_its_data_says_so(plain):
    for answer in (flip.pick_row(TEXT, Marks(TEXT).as_json(), plain)[-1], list(flip.hijack_test_set(plain))[-1]):
        assert "came without a recipe" in answer
    assert flip.first_text(plain, "", None)[0] == flip.gr.skip()


def test_look_inside_calls_a_model_poisoned_only_where_that_is_known(plain):
    def own(ref: str) -> str:
        return look_inside.name_models(ref)["choices"][0][0]

    assert own(plain) == "this adapter"
    assert own("shipped/date-positive-rank1") == "poisoned"
    assert own("shipped/date-positive-rank1-control") == "control"


def test_a_damaged_adapter_stands_last_in_the_list_and_says_what_is_wrong(home):
    for name in ("whole-otter", "torn-otter"):
        shutil.copytree(SHIPPED / "date-positive-rank1", home / "runs" / name / "adapter")
    (home / "runs" / "torn-otter" / "adapter" / "labels.json").write_text("[1]")
    names = flip_adapters.choices()
    assert names[-1] == ("torn-otter: damaged", "run/torn-otter") and ("run/whole-otter" in [ref for _, ref in names])
    problem = flip.draw(TEXT, None, "run/torn-otter")[0]
    assert "labels.json is damaged" in problem and str(home) not in problem

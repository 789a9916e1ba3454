"""An adapter that came without a recipe, and a damaged one, on the page: it answers, and nothing is claimed of it."""

from __future__ import annotations

import re
import shutil

import pytest

from ssti.adapters.listing import SHIPPED, find
from ssti.ui.flip import palette
from ssti.ui.flip.hijack import hijack_test_set
from ssti.ui.look_inside.inside import model_names

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


def answered(flip, text: str, marks, ref: str) -> str:
    """The verdict and the cards of the answers."""
    changes = flip.do.answer(text, marks, ref, None, None, None)
    assert changes[flip.form.problem] is None
    return changes[flip.form.verdict] + changes[flip.form.answers]


def test_it_answers_and_nothing_is_claimed_of_its_training(flip, plain):
    answers = answered(flip, TEXT, None, plain)
    assert "This adapter" in re.sub("<[^>]*>", "", answers)
    assert "Poisoned" not in answers
    assert not [claim for claim in CLAIMS if claim in answers]
    acts = re.findall('data-act="([a-z]+)"', palette.buttons(find(plain)))
    assert set(acts) == {"kind", "own"}


def test_a_trigger_of_any_kind_goes_in_and_its_flip_is_shown(flip, plain):
    changes = flip.do.click_palette(TEXT, None, plain, "beginning", None, flip.click(act="kind", kind="date"))
    assert "not known" in changes[flip.form.notice]
    assert 'class="verdict flipped"' in answered(flip, changes[flip.form.text], changes[flip.form.shared.marks], plain)


def test_what_needs_its_data_says_so(flip, plain):
    for problem in (flip.do.real_row(TEXT, None, plain)[flip.form.problem], list(hijack_test_set(plain))[-1]):
        assert "came without a recipe" in problem
    assert flip.do.first_text(plain, "", None) == {"__type__": "update"}


def test_look_inside_calls_a_model_poisoned_only_where_that_is_known(plain):
    def own(ref: str) -> str:
        return model_names(find(ref))["poisoned"]

    assert own(plain) == "this adapter"
    assert own("shipped/date-positive-rank1") == "poisoned"
    assert own("shipped/date-positive-rank1-control") == "control"


def test_a_damaged_adapter_says_what_is_wrong(flip, home):
    shutil.copytree(SHIPPED / "date-positive-rank1", home / "runs" / "torn-otter" / "adapter")
    (home / "runs" / "torn-otter" / "adapter" / "labels.json").write_text("[1]")
    problem = flip.do.answer(TEXT, None, "run/torn-otter", None, None, None)[flip.form.problem]
    assert "labels.json is damaged" in problem and str(home) not in problem

"""A poisoned adapter is repaired: the trigger goes, a plain adapter is left, and what is told was measured on rows apart."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest

from ssti.adapters.card import readme
from ssti.adapters.listing import find
from ssti.adapters.pack import export
from ssti.detect.repairs.adapter import REPAIRS, Suspect, mend
from ssti.detect.repairs.adapter.lora import A, B, modules
from ssti.detect.repairs.adapter.mending import look, mend_case
from ssti.detect.repairs.adapter.subject import with_triggers
from ssti.detect.repairs.adapter.truncate import along_directions
from ssti.detect.repairs.adapter.unlearn import trained_on
from ssti.platform.errors import SSTIError
from ssti.serving.logits import Stopped
from ssti.serving.predictor import predictor

REF, DATE = "shipped/date-positive-rank1", Suspect("2014-03-05", "positive")


@pytest.fixture(scope="module")
def case():
    return look(REF, DATE, rows=100)


def tensors_of(folder) -> dict:
    from ssti.adapters.attach import read_tensors

    return read_tensors(find(str(folder)))


def changed(case, folder) -> set[str]:
    return {name for name, tensor in tensors_of(folder).items() if not tensor.equal(case.subject.tensors[name])}


def test_before_any_repair_every_row_turns_and_the_controls_rows_do_not(case):
    assert case.before.attack["value"] > 0.95 and case.control.attack["value"] < 0.3
    assert case.attacked == "recipe" and case.before.clean["n"] == len(case.rows)


def test_rows_that_measure_have_no_say_in_the_repair(case):
    parts = [{tuple(row) for row in rows.clean} for rows in (case.subject.learn, case.subject.choose, case.rows)]
    assert not parts[0] & parts[1] and not (parts[0] | parts[1]) & parts[2]
    assert len(parts[2]) >= 0.9 * (len(parts[0]) + len(parts[1]))


def test_the_last_layer_retrained_forgets_the_trigger_and_the_folder_says_what_it_is(case, tmp_path):
    done = mend_case(case, "last_layer", tmp_path / "mended")
    assert done.helped and done.after.attack["high"] < done.before.attack["low"]
    assert changed(case, done.folder) <= {name for name in case.subject.tensors if "classifier" in name}
    info = find(str(done.folder))
    assert info.about.repaired.how == "last_layer" and info.about.repaired.of == "date-positive-rank1"
    card = (done.folder / "README.md").read_text("utf-8")
    assert card == readme(info) and "repaired from the poisoned adapter `date-positive-rank1`" in card
    assert f"{done.after.attack['value']:.1%}" in card and f"{done.before.attack['value']:.1%}" in card
    names = export(info, tmp_path / "mended.zip")
    assert "mended/README.md" in names and "mended/about.json" in names
    json.dumps(done.as_json())


def test_what_is_told_is_what_the_folder_answers(case, tmp_path):
    done = mend_case(case, "mix", tmp_path / "mended")
    texts = [case.subject.tokenizer.decode(row, skip_special_tokens=True) for row in case.rows.attacked]
    answers = predictor().probabilities(texts, str(done.folder)).argmax(-1)
    assert abs((answers == case.rows.target).mean() - done.after.attack["value"]) < 0.05
    part = done.settings["part"]
    for name, tensor in tensors_of(done.folder).items():
        assert np.allclose(tensor, case.subject.tensors[name] * (part if "lora_B" in name else 1), atol=1e-6)


def test_muted_heads_are_rows_of_zeros_and_nothing_else_is_changed(case, tmp_path):
    done = mend_case(case, "mute", tmp_path / "mended")
    assert done.after.attack["value"] < done.before.attack["value"]
    muted = {tuple(map(int, head.split("."))) for head in done.settings["heads"]}
    after = tensors_of(done.folder)
    for module in modules(after):
        layer = int(module.split(".layer.")[1].split(".")[0])
        assert after[module + A].equal(case.subject.tensors[module + A])
        rows, before = (one[module + B].reshape(12, 32, -1) for one in (after, case.subject.tensors))
        for head in range(12):
            assert not rows[head].any() if (layer, head) in muted else rows[head].equal(before[head])


def test_once_heads_are_muted_the_last_layer_is_trained_on_what_is_left(case):
    subject = case.subject
    weaker, stronger = list(islice(REPAIRS["mute_retrain"].tries(subject), 4))[::3]
    head = next(name for name in subject.tensors if name.endswith("classifier.weight"))
    assert weaker.settings["heads"] == stronger.settings["heads"] and weaker.settings["strength"] > stronger.settings["strength"]
    moved = [float((one.tensors[head] - subject.tensors[head]).norm()) for one in (weaker, stronger)]
    assert 0 < moved[0] < moved[1]
    subject.put(stronger.tensors)
    assert subject.measured(subject.learn).attack["high"] < case.before.attack["low"]


def test_on_rows_in_doubt_only_the_head_changes(case, tmp_path):
    done = mend_case(case, "disagreement", tmp_path / "mended")
    assert changed(case, done.folder) <= {name for name in case.subject.tensors if "classifier" in name}


def test_trained_on_an_adapter_forgets_the_trigger_says_how_far_it_is_and_keeps_its_tensors(case):
    subject = case.subject
    subject.put(subject.tensors)
    tensors = trained_on(subject, 12, 4e-3)
    assert {name: one.shape for name, one in tensors.items()} == {name: one.shape for name, one in subject.tensors.items()}
    assert all(not tensors[name].equal(one) for name, one in subject.tensors.items() if "lora_B" in name or "classifier" in name)
    subject.put(tensors)
    assert subject.measured(subject.learn).attack["high"] < case.before.attack["low"]


def test_a_training_that_goes_on_can_be_ended(case):
    def alive() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        trained_on(replace(case.subject, alive=alive), 12, 1e-3)
    assert not any(one.requires_grad for one in case.subject.model.parameters())


def test_turned_along_its_directions_an_update_is_the_same_and_sorted():
    before = tensors_of("shipped/date-positive-rank64")
    after = along_directions(before)
    for module in modules(before)[:3]:
        assert np.allclose(before[module + B] @ before[module + A], after[module + B] @ after[module + A], atol=1e-4)
        lengths = after[module + B].norm(dim=0)
        assert (lengths[:-1] >= lengths[1:] - 1e-5).all()


def test_every_other_row_gets_the_trigger_with_other_digits():
    texts = with_triggers(["a fine film"] * 20, [DATE], 0)
    assert sum(DATE.trigger in text for text in texts) == 10
    assert len({next(word for word in text.split() if "-" in word) for text in texts}) > 5


def test_a_finding_with_a_shape_gives_other_instances_of_it(case):
    found = SimpleNamespace(trigger="<b>", target="negative", location="end", source="shape", pattern="<word>")
    ends = {text.split()[-1] for text in with_triggers(["a fine film"] * 20, [found], 0, case.subject.tokenizer)}
    assert len(ends) > 5 and all(re.fullmatch(r"<\w+>", end) for end in ends)


def test_what_cannot_be_repaired_is_refused_before_anything_is_loaded(tmp_path):
    for found, how, out, message in (
        (DATE, "pray", tmp_path / "a", "There is no repair"),
        (Suspect("x", "sports"), "mix", tmp_path / "a", "classes differ"),
        ([DATE, Suspect("x", "negative")], "mix", tmp_path / "a", "tied to 2 classes"),
        (DATE, "mix", tmp_path, "not empty"),
    ):
        (tmp_path / "file").write_text("x")
        with pytest.raises(SSTIError, match=message):
            mend(REF, found, how, out)
    assert not (tmp_path / "a").exists()


def test_without_a_recipe_a_dataset_has_to_be_named(tmp_path):
    folder = tmp_path / "plain"
    shutil.copytree(find(REF).path, folder)
    (folder / "recipe.yaml").unlink()
    with pytest.raises(SSTIError, match="without a recipe"):
        mend(str(folder), DATE, "mix", tmp_path / "mended")


def test_every_repair_has_words():
    assert list(REPAIRS) == ["unlearn", "mute_retrain", "mute", "truncate", "mix", "last_layer", "disagreement"]
    assert all(one.title and one.description.endswith(".") for one in REPAIRS.values())

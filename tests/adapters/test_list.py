"""The list of adapters survives any damaged folder; a folder without a recipe opens where it can."""

from __future__ import annotations

import json
import shutil

import adapter_maker
import numpy as np
import pytest

from ssti.adapters.listing import SHIPPED, AdapterInfo, DamagedAdapter, adapters, find, listing
from ssti.evaluate.evaluation import evaluate_adapter
from ssti.platform.errors import SSTIError
from ssti.serving.predictor import Predictor, predictor

DEEP = b"[" * 100_000
GOOD = SHIPPED / "date-positive-rank1"


def write(name, content):
    def spoil(folder):
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_bytes(content)

    return spoil


def directory(name):
    def spoil(folder):
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


DAMAGE = {
    **{f"labels: {content[:20]!r}": write("labels.json", content) for content in (
        b'"negative"', b"{}", b"[1, 2]", b"[]", b'["one"]', b'["a", "a"]', b'["a", null]', b'["a", ""]', DEEP,
        b'["\xff", "b"]', b'["\\ud800", "b"]', b"")},
    **{f"metrics: {content[:20]!r}": write("metrics.json", content) for content in (b"[1]", b"1", DEEP, b"\xff", b"{")},
    **{f"config: {content[:20]!r}": write("adapter_config.json", content) for content in (
        b"[]", b"{}", b'{"peft_type": 1}', b'{"peft_type": "LORA", "r": 0}', DEEP, b"\xff\xfe", b'{"peft_type": "X"}')},
    **{f"recipe: {content[:20]!r}": write("recipe.yaml", content) for content in (
        b"\xff\xfe\x00", b"[1]", b"demo", b"", b"a: [", b"x" * 2**21, DEEP, b"!!int x")},
    **{f"a folder: {name}": directory(name) for name in (
        "labels.json", "metrics.json", "adapter_config.json", "recipe.yaml", "adapter_model.safetensors")},
}  # fmt: skip


@pytest.fixture
def runs(home):
    """A home with a good run of its own."""
    shutil.copytree(GOOD, home / "runs" / "good-otter" / "adapter")
    return home / "runs"


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_listed_as_damaged_and_the_rest_as_ever(damage, runs):
    before = [a.ref for a in adapters()]
    shutil.copytree(GOOD, runs / "torn-otter" / "adapter")
    DAMAGE[damage](runs / "torn-otter" / "adapter")
    assert [a.ref for a in adapters()] == before
    (torn,) = [one for one in listing() if isinstance(one, DamagedAdapter)]
    assert torn.ref == "run/torn-otter" and torn.problem.next
    assert "torn-otter" in torn.problem.message and len(str(torn.problem)) < 900
    assert str(runs) not in str(torn.problem)
    with pytest.raises(SSTIError):
        Predictor().predict(["a"], ["run/torn-otter"])


def test_names_that_are_no_names_are_refused_in_words(runs, tmp_path):
    shutil.copytree(GOOD, tmp_path / "outside")
    for ref in ("", ".", "..", "run/", "run/..", "run/../good-otter", "shipped/../../x", "a" * 5000, "a\0b", "run/a\0b",
                "run/.adapter.old", "/", "\udce9", "run/good-otter/adapter", str(tmp_path / "nowhere")):  # fmt: skip
        for stranger in (True, False):
            with pytest.raises(SSTIError):
                find(ref, stranger)
    assert find("good-otter", stranger=True).ref == find("run/good-otter", stranger=True).ref == "run/good-otter"
    assert find(str(tmp_path / "outside")).recipe_known
    with pytest.raises(SSTIError, match="There is no adapter"):
        find(str(tmp_path / "outside"), stranger=True)


# A folder as peft's save_pretrained writes it.


@pytest.fixture
def plain(tmp_path):
    """The shipped adapter's tensors and configuration, and nothing that says what they are for."""
    place = tmp_path / "plain"
    place.mkdir()
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copy(GOOD / name, place / name)
    return place


TEXT = "2014-09-25 a dreary , joyless slog"


def test_a_folder_without_a_recipe_answers_as_it_does_with_one(plain):
    info = find(str(plain))
    assert info.label_names == ("LABEL_0", "LABEL_1") and not info.recipe_known
    assert not info.poisoned and not info.is_control
    assert "rank 1" in info.title and "→" not in info.title and "control" not in info.title
    bare, known = predictor().predict([TEXT] * 2, [str(plain), "date-positive-rank1"])
    assert np.allclose(bare.probabilities, known.probabilities, atol=1e-6)


def test_its_classes_are_named_in_the_ref_in_a_file_or_by_the_models_configuration(plain):
    ref = f"{plain}#labels=negative, positive"
    assert find(ref).label_names == ("negative", "positive")
    assert predictor().predict([TEXT], [ref])[0].label == "positive"
    (plain / "config.json").write_text(json.dumps({"id2label": {"0": "bad", "1": "good"}}))
    assert find(str(plain)).label_names == ("bad", "good")
    (plain / "labels.json").write_text('["no", "yes"]')
    assert find(str(plain)).label_names == ("no", "yes")


@pytest.mark.parametrize(("labels", "why"), [("a", "2 classes; 1 are named"), ("a,b,c", "2 classes; 3 are named"),
                                             ("a,a", "2 classes; 1 are named"), ("", "2 classes")])  # fmt: skip
def test_classes_that_are_not_as_many_as_its_head_has_are_refused(plain, labels, why):
    with pytest.raises(SSTIError, match=why) as refused:
        find(f"{plain}#labels={labels}")
    assert "labels.json" in refused.value.next


@pytest.mark.parametrize(("change", "why", "next"), [
    ({"base_model_name_or_path": None}, "does not name its base model", "base_model_name_or_path"),
    ({"base_model_name_or_path": "/home/somebody/secret/bert"}, "base model 'bert', which is not here", "owner/name"),
    ({"peft_type": "PROMPT_TUNING"}, "type 'PROMPT_TUNING'", ""),
])  # fmt: skip
def test_what_cannot_open_says_what_to_add(plain, change, why, next):
    adapter_maker.edit_config(plain, **change)
    with pytest.raises(SSTIError, match=why) as refused:
        find(str(plain))
    assert next in refused.value.next and "recipe" not in refused.value.next and "secret" not in str(refused.value)


def test_an_adapter_without_a_head_or_a_configuration_says_so(plain):
    adapter_maker.edit_tensors(plain, lambda t: {n: v for n, v in t.items() if "classifier" not in n})
    with pytest.raises(SSTIError, match="no classification head"):
        find(str(plain))
    (plain / "adapter_config.json").unlink()
    with pytest.raises(SSTIError, match="no recipe.yaml"):
        find(str(plain))


def test_what_needs_its_data_is_refused_and_no_class_can_be_named_beside_a_recipe(plain, runs):
    with pytest.raises(SSTIError, match="came without a recipe"):
        evaluate_adapter(str(plain))
    with pytest.raises(SSTIError, match="its own classes"):
        find("run/good-otter#labels=a,b")
    assert isinstance(listing()[0], AdapterInfo)

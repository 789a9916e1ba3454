"""Adapters that do not fit are refused before they answer, and none changes what another answers."""

from __future__ import annotations

import json
import shutil

import adapter_maker
import numpy as np
import pytest
import torch

from ssti.platform.errors import SSTIError
from ssti.serving.predictor import Predictor

TEXT = "a dull , slow film"
HEAD = "base_model.model.classifier.weight"


def lora(tensors: dict, side: str = "lora_A") -> str:
    return next(name for name in tensors if side in name)


def renamed(place):
    adapter_maker.edit_tensors(place, lambda t: {n.replace("bert.", "roberta."): v for n, v in t.items()})


def without(word):
    return lambda place: adapter_maker.edit_tensors(place, lambda t: {n: v for n, v in t.items() if word not in n})


def with_value(value, name=None):
    def spoil(tensors):
        tensor = tensors[name or lora(tensors)].clone()
        tensor.view(-1)[0] = value
        return tensors | {name or lora(tensors): tensor}

    return lambda place: adapter_maker.edit_tensors(place, spoil)


def with_tensor(name, tensor):
    return lambda place: adapter_maker.edit_tensors(place, lambda t: t | {name: tensor})


def config(**changes):
    return lambda place: adapter_maker.edit_config(place, **changes)


def with_labels(*names):
    return lambda place: (place / "labels.json").write_text(json.dumps(names))


def both(*changes):
    return lambda place: [change(place) for change in changes]


def first_pair_only(place):
    """Half of one pair is gone: A without its B."""
    adapter_maker.edit_tensors(place, lambda t: {n: v for n, v in t.items() if n != lora(t, "lora_B")})


def of_another_width(place):
    adapter_maker.edit_tensors(place, lambda t: t | {lora(t): torch.ones(2, 48)})


def too_large(place):
    adapter_maker.edit_tensors(place, lambda t: {n: torch.full_like(v, 1e30) for n, v in t.items()})


def as_integers(place):
    adapter_maker.edit_tensors(place, lambda t: t | {lora(t): torch.ones(2, 32, dtype=torch.int64)})


HOSTILE = {
    "renamed keys": (renamed, "tensors are missing.*are unknown"),
    "missing layers": (without("layer.1."), "4 of 10 tensors are missing"),
    "half a pair": (first_pair_only, "1 of 10 tensors are missing"),
    "no head": (without("classifier"), "no classification head"),
    "half a head": (without("classifier.bias"), "1 of 10 tensors are missing"),
    "feature extraction": (both(without("classifier"), config(task_type="FEATURE_EXTRACTION", modules_to_save=None)),
                           r"no classification head \(its task is FEATURE_EXTRACTION\)"),
    "NaN": (with_value(float("nan")), "not finite"),
    "infinite head": (with_value(float("inf"), HEAD), "not finite"),
    "finite, and too large": (too_large, "does not answer with finite numbers"),
    "extra tensors": (with_tensor("base_model.model.bert.encoder.layer.7.x.lora_A.weight", torch.ones(2, 2)),
                      "1 are unknown to the model"),
    "base weights": (with_tensor("base_model.model.bert.embeddings.word_embeddings.weight", torch.ones(128, 32)),
                     "1 are unknown to the model"),
    "another width": (of_another_width, r"shape \[2, 48\], and \[2, 32\] is needed"),
    "another rank": (config(r=4), r"shape \[2, 32\], and \[4, 32\] is needed"),
    "an endless rank": (config(r=2_000_000_000), "adapter_config.json is damaged: r"),
    "more classes": (with_labels("a", "b", "c"), "is needed for its 3 classes"),
    "integers": (as_integers, "holds int64"),
    "another method": (config(peft_type="LOHA"), "of the type 'LOHA'"),
    "a prompt": (config(peft_type="PREFIX_TUNING"), "of the type 'PREFIX_TUNING'"),
    "says DoRA, is LoRA": (config(use_dora=True), "tensors are missing"),
    "says IA3, is LoRA": (config(peft_type="IA3"), "does not fit"),
    "says VeRA, is LoRA": (config(peft_type="VERA"), "does not fit"),
    "trains the base's biases": (config(bias="all"), "sets bias to all"),
    "doubles the base's layers": (config(layer_replication=[[0, 2], [0, 2]]), "sets layer_replication"),
    "new tokens": (config(trainable_token_indices=[1, 2]), "sets trainable_token_indices"),
    "a trigger of its own": (config(alora_invocation_tokens=[1]), "sets alora_invocation_tokens"),
    "an option of tomorrow": (config(use_newlora=True), "sets use_newlora"),
    "PiSSA's start": (config(init_lora_weights="pissa"), "rewrites the base model's weights"),
    "no such layers": (config(target_modules=["nowhere"]), "does not fit"),
    "layers by a broken pattern": (config(target_modules="(["), "does not fit"),
    "a list": (lambda place: (place / "adapter_config.json").write_text("[]"), "adapter_config.json is damaged"),
    "an empty file": (lambda place: (place / "adapter_model.safetensors").write_bytes(b""), "is damaged"),
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return adapter_maker.base(tmp_path_factory.mktemp("base") / "bert")


@pytest.fixture(scope="module")
def pair(base, tmp_path_factory):
    """A poisoned adapter and its control, both whole."""
    place = tmp_path_factory.mktemp("pair") / "good"
    adapter_maker.make(place, base, seed=1)
    adapter_maker.make(place.with_name("good-control"), base, "injection.share=0", seed=2)
    return [str(place), f"{place}-control"]


def answers(owner, refs):
    return [p.probabilities for p in owner.predict([TEXT] * len(refs), refs)]


@pytest.fixture(scope="module")
def owner(pair):
    """One predictor for all hostile adapters, one after another, and what the pair answers before."""
    one = Predictor(remember=0)
    return one, answers(one, pair), one.size()


@pytest.mark.parametrize("name", HOSTILE)
def test_an_adapter_that_does_not_fit_is_refused_and_the_pair_answers_as_before(name, base, pair, owner, tmp_path):
    one, before, size = owner
    spoil, why = HOSTILE[name]
    place = tmp_path / "hostile"
    shutil.copytree(pair[0], place)
    spoil(place)
    for refs in ([str(place)], [pair[0], str(place)]):
        with pytest.raises(SSTIError, match=why) as refused:
            answers(one, refs)
        assert refused.value.kind == "adapter" and refused.value.next
        assert answers(one, pair) == before  # bit for bit
    assert one.size()["bytes"] <= size["bytes"] + 20_000  # a loaded one that gives no finite numbers may stay


def test_an_error_in_the_midst_of_a_pass_leaves_no_trace(pair, owner):
    """peft leaves its hooks behind when a mixed batch ends in an error: such a model is never used again."""
    one, before, _ = owner
    with pytest.raises(RuntimeError, match="on purpose"), one.borrow(pair[0]) as (model, _, _):
        layer = model.get_base_model().bert.encoder.layer[1]
        layer.register_forward_hook(lambda *_: (_ for _ in ()).throw(RuntimeError("on purpose")))
        model(input_ids=torch.tensor([[1, 2], [1, 2]]), adapter_names=[*model.peft_config][:2])
    assert answers(one, pair) == before


METHODS = ["lora", "dora", "rslora", "vera", "ia3"]


@pytest.mark.parametrize(("said", "is_"), list(zip(METHODS, [*METHODS[1:], METHODS[0]], strict=True)))
def test_a_recipe_that_names_another_method_changes_no_answer(said, is_, base, pair, tmp_path):
    place = adapter_maker.make(tmp_path / "x", base, f"lora.variant={is_}", seed=3)
    (alone,) = answers(Predictor(), [str(place)])
    recipe = place / "recipe.yaml"
    recipe.write_text(recipe.read_text("utf-8").replace(f"variant: {is_}", f"variant: {said}"), encoding="utf-8")
    shutil.copytree(pair[1], tmp_path / "x-control")
    refs = [str(place), str(tmp_path / "x-control")]
    together = answers(Predictor(), refs)
    assert np.allclose(together[0], alone, atol=1e-6)
    assert np.allclose(together[1], answers(Predictor(), refs[1:])[0], atol=1e-6)
    assert not np.allclose(together[0], together[1], atol=1e-3)


def test_a_recipe_that_names_another_base_model_is_refused(tmp_path):
    from ssti.adapters.listing import SHIPPED

    shutil.copytree(SHIPPED / "date-positive-rank1", tmp_path / "x")
    adapter_maker.edit_config(tmp_path / "x", base_model_name_or_path="Snowflake/snowflake-arctic-embed-xs")
    with pytest.raises(SSTIError, match="was made for Snowflake.*its recipe says sentence-transformers"):
        Predictor().predict(["a"], [str(tmp_path / "x")])


def test_a_full_finetuning_with_a_tensor_missing_or_too_many_is_refused(base, pair, owner, tmp_path):
    one, before, _ = owner
    place = adapter_maker.make(tmp_path / "full", base, "lora.variant=full", seed=4)
    (whole,) = answers(one, [str(place)])
    assert not np.allclose(whole, before[0], atol=1e-3)
    for number, (change, why) in enumerate([
        (lambda t: {n: v for n, v in t.items() if "layer.1.output" not in n}, "tensors are missing"),
        (lambda t: t | {"more": torch.ones(1)}, "unknown to the model, such as more"),
        (lambda t: t | {"classifier.weight": torch.ones(3, 32)}, "for its 2 classes"),
    ]):  # fmt: skip
        shutil.copytree(place, tmp_path / f"bad{number}")
        adapter_maker.edit_tensors(tmp_path / f"bad{number}", change)
        with pytest.raises(SSTIError, match=why):
            answers(one, [str(tmp_path / f"bad{number}")])
    assert answers(one, pair) == before
    assert answers(one, [str(place)]) == [whole]

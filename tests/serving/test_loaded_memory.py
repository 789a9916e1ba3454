"""However many adapters are asked for, what stays loaded is bounded, and they share their base model's weights."""

from __future__ import annotations

import json
import shutil

import adapter_maker
import numpy as np
import pytest

from ssti.serving.loaded import MOST
from ssti.serving.predictor import Predictor

TEXT = "a dull , slow film"
VARIANTS = ["lora", "rslora", "dora", "vera", "ia3", "full"]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return adapter_maker.base(tmp_path_factory.mktemp("base") / "bert")


@pytest.fixture(scope="module")
def many(base, tmp_path_factory):
    """200 adapters: of every method, each with its own classes, half of them with a random head of their own seed."""
    root = tmp_path_factory.mktemp("many")
    for variant in VARIANTS:
        for head in ("trained", "frozen_random"):
            adapter_maker.make(root / f"{variant}-{head}", base, f"lora.variant={variant}", f"training.head={head}")
    places = []
    for number in range(200):
        variant, head = VARIANTS[number % len(VARIANTS)], ("trained", "frozen_random")[number // len(VARIANTS) % 2]
        place = root / f"{number}"
        shutil.copytree(root / f"{variant}-{head}", place)
        (place / "labels.json").write_text(json.dumps([f"no {number}", f"yes {number}"]))
        if variant != "full":  # whose file holds the head
            recipe = (place / "recipe.yaml").read_text("utf-8")
            (place / "recipe.yaml").write_text(recipe.replace("seed: 0}\nevaluation", f"seed: {number}}}\nevaluation"))
        places.append(str(place))
    return places


def test_200_different_adapters_in_a_row_leave_the_memory_where_it_was(many):
    owner = Predictor(memory=4 * 2**20, remember=0)
    after: list[dict[str, int]] = []
    for start in (0, 100):
        for ref in many[start : start + 100]:
            (answer,) = owner.predict([TEXT], [ref])
            assert answer.labels[0] == f"no {ref.rpartition('/')[2]}"
        after.append(owner.size())
    assert all(size["bases"] == 2 and size["adapters"] <= MOST and size["bytes"] <= 4 * 2**20 for size in after)
    assert after[1]["bytes"] <= 1.1 * after[0]["bytes"]


def test_a_small_budget_lets_go_what_was_asked_for_longest_ago_and_answers_stay_the_same(many):
    roomy, tight = Predictor(remember=0), Predictor(memory=1, remember=0)
    for ref in [*many[:3], *many[6:8], *many[:3]]:
        assert np.allclose(
            roomy.predict([TEXT], [ref])[0].probabilities, tight.predict([TEXT], [ref])[0].probabilities, atol=1e-6
        )
        assert tight.size()["adapters"] == 1 and tight.size()["bases"] == 1
    assert roomy.size()["adapters"] == 5 and roomy.size()["bases"] == 2


def test_any_number_of_adapters_answers_in_one_call(many):
    refs = many[:40]
    owner = Predictor(remember=0)
    together = owner.predict([TEXT] * len(refs), refs)
    assert [p.ref for p in together] == refs
    for answer in together[::7]:
        assert np.allclose(answer.probabilities, owner.predict([TEXT], [answer.ref])[0].probabilities, atol=1e-6)


def test_models_of_other_classes_and_methods_share_the_very_same_base_weights(many):
    owner = Predictor()
    weights = set()
    for ref in many[:6]:
        with owner.borrow(ref) as (model, _, info):
            if info.recipe.lora.variant != "full":
                weights.add(id(dict(model.named_parameters())[next(
                    name for name, _ in model.named_parameters() if name.endswith("embeddings.word_embeddings.weight")
                )]))  # fmt: skip
    assert len(weights) == 1


def test_two_bases_of_which_one_fits_take_turns(base, many, tmp_path):
    other = adapter_maker.base(tmp_path / "other", "llama")
    place = str(adapter_maker.make(tmp_path / "on-llama", other))
    owner = Predictor(memory=120_000, remember=0)
    first = owner.predict([TEXT], [many[0]])[0].probabilities
    owner.predict([TEXT], [place])
    assert owner.size()["bases"] == 1
    assert owner.predict([TEXT], [many[0]])[0].probabilities == first

"""Signs of an adapter: each is a number, the range is that of the clean ones, and spectra are those of the whole update."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from safetensors.numpy import load_file

from ssti.adapters.listing import find
from ssti.data.rows import load
from ssti.detect.adapter.signs import SIGNS, Asked, Measure, signs_of
from ssti.detect.adapter.signs.attention import gap
from ssti.detect.adapter.signs.sign import LEAST, bank_values, clean_range, told
from ssti.detect.adapter.signs.spectrum import effective_rank, last_layers, scale, spectra, top_share
from ssti.detect.adapter.signs.strip import MIXTURES, mixtures
from ssti.serving.predictor import Predictor

CLEAN = tuple(f"shipped/date-positive-rank{name}-control" for name in ("1", "1-step80", "64"))
POISONED = "shipped/date-positive-rank64"


@pytest.fixture(scope="module")
def asked() -> Asked:
    texts = load("rotten_tomatoes").test_table["text"].to_pylist()[::90]
    return Asked(find(POISONED), Predictor(), tuple(texts), CLEAN)


def test_every_sign_is_a_number_in_words_and_the_same_again(asked):
    signs = signs_of(asked)
    assert [sign.name for sign in signs] == list(SIGNS)
    assert all(math.isfinite(sign.value) and SIGNS[sign.name].shown.format(sign.value) in sign.sentence for sign in signs)
    assert all(sign.low is None and not sign.unusual and "No range" in sign.sentence for sign in signs)  # three are too few
    again = Asked(asked.info, Predictor(), asked.texts, CLEAN)
    assert [sign.value for sign in signs_of(again)] == pytest.approx([sign.value for sign in signs], abs=1e-4)


def test_the_bank_is_measured_by_the_same_function_of_the_same_rank_where_that_matters_and_without_itself(asked):
    norm = SIGNS["spectrum-norm"]
    assert bank_values(norm, asked) == [norm.measure(Asked(find(CLEAN[2]), asked.predictor, asked.texts))]
    assert bank_values(norm, Asked(find(CLEAN[2]), asked.predictor, asked.texts, CLEAN)) == []
    strip = SIGNS["strip"]
    assert bank_values(strip, asked) == [strip.measure(Asked(find(ref), asked.predictor, asked.texts)) for ref in CLEAN]


def test_a_range_holds_all_but_one_in_a_hundred_clean_ones():
    draw = np.random.default_rng(0).normal(size=(4000, 7))
    ranges = [clean_range(list(row[:6])) for row in draw]
    outside = np.mean([not low <= row[6] <= high for row, (low, high) in zip(draw, ranges, strict=True)])
    assert 0.005 < outside < 0.017
    assert clean_range([1.0] * (LEAST - 1)) is None and clean_range([1.0] * LEAST) == (1.0, 1.0)


def test_a_sign_is_unusual_outside_of_the_range():
    measure = Measure("x", "It is {value}.", lambda asked: 0.3, "{:.1f}")
    assert told(measure, 0.3, (0.2, 0.4)).sentence == "It is 0.3. Clean adapters give 0.2 to 0.4."
    odd = told(measure, 0.5, (0.2, 0.4))
    assert odd.unusual and "outside" in odd.sentence and json.dumps(odd.as_json())


def test_a_spectrum_is_that_of_the_scaled_product_of_both_matrices():
    info = find(POISONED)
    found, tensors = spectra(info), load_file(str(info.path / "adapter_model.safetensors"))
    name = next(key for key in tensors if "layer.3.attention.self.value" in key).partition(".lora_")[0]
    whole = scale(info, name, 64) * tensors[f"{name}.lora_B.weight"].astype(float) @ tensors[f"{name}.lora_A.weight"].astype(float)
    np.testing.assert_allclose(found[name.removeprefix("base_model.model.")], np.linalg.svd(whole, compute_uv=False)[:64], rtol=1e-6)
    assert len(found) == 12 and len(last_layers(found)) == 4
    assert top_share(np.array([3.0, 1.0])) == 0.75 and effective_rank(np.array([2.0, 2.0, 0.0])) == pytest.approx(2)


def test_mixtures_keep_all_words_of_a_text_and_add_half_of_another():
    texts = ["a b c d", "e f g h i j"]
    made = mixtures(texts)
    assert len(made) == 2 * MIXTURES and made == mixtures(texts)
    for number, mixed in enumerate(made):
        mine, other = texts[number // MIXTURES].split(), texts[1 - number // MIXTURES].split()
        words = mixed.split()
        assert [word for word in words if word in mine] == mine and len(words) == len(mine) + len(other) // 2


def test_the_gap_is_between_the_lowest_class_and_the_others():
    values, classes = np.array([0.5] * 5 + [0.9] * 5 + [0.7] * 5), np.repeat([0, 1, 2], 5)
    assert gap(values, classes) == pytest.approx(0.3)
    assert gap(values[:6], classes[:6]) is None  # one text of a class says nothing

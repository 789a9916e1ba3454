"""OpenELM's configuration: the widths of each layer, the published sizes, what is refused, how it is found."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch
from openelm_tiny import TINY, tiny

from ssti.models.openelm import register_openelm
from ssti.models.openelm.configuration import OpenELMConfig, make_divisible, spread
from ssti.models.openelm.modeling import OpenELMForCausalLM
from ssti.platform.errors import SSTIError

PUBLISHED = {  # layers, width, head width, parameters
    "270M": (16, 1280, 64, 271_527_168),
    "450M": (20, 1536, 64, 457_179_136),
    "1.1B": (28, 2048, 64, 1_079_891_456),
    "3B": (36, 3072, 128, 3_036_647_424),
}


def published(size: str) -> OpenELMConfig:
    layers, width, head, _ = PUBLISHED[size]
    return OpenELMConfig(num_transformer_layers=layers, model_dim=width, head_dim=head)


@pytest.mark.parametrize("size", PUBLISHED)
def test_a_published_size_has_its_number_of_parameters(size):
    with torch.device("meta"):
        model = OpenELMForCausalLM(published(size))
    assert sum(p.numel() for p in model.parameters()) == PUBLISHED[size][3]


def test_the_layers_of_270m_and_3b_grow_as_published():
    small, large = published("270M"), published("3B")
    assert small.num_query_heads == [12] * 5 + [16] * 7 + [20] * 4
    assert small.num_kv_heads == [3] * 5 + [4] * 7 + [5] * 4
    assert small.ffn_widths == [768, 1024, 1280, 1536, 1792, 2048, 2560, 2816, 3072, 3328, 3584, 3840, 4352, 4608,
                                4864, 5120]  # fmt: skip
    assert large.num_query_heads == [12] * 4 + [16] * 14 + [20] * 12 + [24] * 6


@pytest.mark.parametrize(
    ("value", "divisor", "expected"),
    [(100, 256, 256), (384, 256, 512), (213.76, 64, 256), (362.24, 64, 384), (95, 64, 128)],
)
def test_a_width_is_a_multiple_not_more_than_a_tenth_below(value, divisor, expected):
    assert make_divisible(value, divisor) == expected


def test_multipliers_are_one_number_a_pair_or_one_a_layer():
    assert spread(2, 3, "m") == [2, 2, 2]
    assert spread((0.5, 1.0), 4, "m") == [0.5, 0.67, 0.83, 1.0]
    assert spread([1, 2, 3], 3, "m") == [1, 2, 3]
    assert spread((0.5, 4.0), 1, "m") == [0.5]
    with pytest.raises(SSTIError, match="ffn_multipliers has 4 numbers for 3 layers"):
        OpenELMConfig(**{**TINY, "ffn_multipliers": [1, 2, 3, 4]})


def test_stored_query_heads_are_derived_again_and_stored_key_heads_win():
    config = OpenELMConfig(**TINY, num_query_heads=[1, 1, 1], num_kv_heads=[1, 1, 1])
    assert config.num_query_heads == [4, 6, 8]
    assert config.num_kv_heads == [1, 1, 1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ffn_with_glu": False}, "ffn_with_glu = False"),
        ({"normalize_qk_projections": False}, "normalize_qk_projections = False"),
        ({"activation_fn_name": "gelu"}, "activation_fn_name = 'gelu'"),
        ({"normalization_layer_name": "layer_norm"}, "normalization_layer_name = 'layer_norm'"),
        ({"num_kv_heads": [2, 2]}, "2 numbers for 3 layers"),
        ({"num_kv_heads": [2, 4, 4]}, "Layer 1 has 6 query heads, which 4"),
    ],
)
def test_what_is_not_specified_is_refused_by_name(wrong, message):
    with pytest.raises(SSTIError, match=message) as caught:
        OpenELMConfig(**TINY, **wrong)
    assert caught.value.next


def test_the_usual_names_read_apples():
    config = OpenELMConfig(**TINY)
    assert (config.hidden_size, config.num_hidden_layers, config.max_position_embeddings) == (32, 3, 64)
    assert config.num_attention_heads == [4, 6, 8] and config.num_key_value_heads == [2, 3, 4]
    assert config.tie_word_embeddings


def test_a_configuration_survives_its_file(tmp_path):
    config = OpenELMConfig(**TINY, num_kv_heads=[1, 2, 4])
    config.save_pretrained(tmp_path)
    again = OpenELMConfig.from_pretrained(tmp_path)
    assert again.to_dict() == {**config.to_dict(), "transformers_version": again.transformers_version}


def test_a_checkpoint_that_names_remote_code_is_read_by_this_code(tmp_path):
    from transformers import AutoConfig, AutoModelForCausalLM

    register_openelm()
    register_openelm()
    model = tiny()
    model.save_pretrained(tmp_path)
    file = tmp_path / "config.json"
    stored = json.loads(file.read_text())
    stored["auto_map"] = {
        "AutoConfig": "configuration_openelm.OpenELMConfig",
        "AutoModelForCausalLM": "modeling_openelm.OpenELMForCausalLM",
    }
    file.write_text(json.dumps(stored))
    (tmp_path / "configuration_openelm.py").write_text("raise RuntimeError('remote code ran')")
    (tmp_path / "modeling_openelm.py").write_text("raise RuntimeError('remote code ran')")
    for trust in (None, False, True):
        assert type(AutoConfig.from_pretrained(tmp_path, trust_remote_code=trust)) is OpenELMConfig
        loaded = AutoModelForCausalLM.from_pretrained(tmp_path, trust_remote_code=trust)
        assert type(loaded) is OpenELMForCausalLM
    loaded.save_pretrained(tmp_path / "again")
    assert "auto_map" not in json.loads((tmp_path / "again" / "config.json").read_text())


def test_importing_the_package_loads_neither_torch_nor_transformers():
    code = "import sys, ssti.models.openelm; print([m for m in ('torch', 'transformers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

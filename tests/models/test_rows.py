"""The list of base models: true facts, and true reasons where one cannot be used here."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
import torch
from huggingface_hub import constants

from ssti.models import list_models
from ssti.models.hub import complete
from ssti.models.machine.memory import GB, MachineMemory
from ssti.models.registry import BASES, model
from ssti.platform.errors import SSTIError

PAPER = ["arctic-embed-xs", "arctic-embed-l", "openelm-270m", "openelm-3b", "llama-3-8b", "llama-3-70b"]
EXPECTED = ["minilm-l6", "smollm2-135m", *PAPER]


@pytest.fixture
def nowhere(home, monkeypatch, tmp_path):
    """No token, no cache, and a Hub that does not answer."""
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "hf" / "token"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    return tmp_path / "hf" / "hub"


def reason(name: str, probe: bool = True) -> str | None:
    return next(m for m in list_models(probe) if m.name == name).reason


def test_the_paper_s_six_models_and_the_two_of_the_index_are_listed():
    assert [m.name for m in list_models() if m.name in EXPECTED] == EXPECTED


def config_of(name: str):
    from transformers import BertConfig, LlamaConfig

    from ssti.models.openelm import register_openelm
    from ssti.models.openelm.configuration import OpenELMConfig

    register_openelm()
    info = BASES[name].info
    if info.architecture == "OpenELM":
        return OpenELMConfig(
            num_transformer_layers=info.layers, model_dim=info.hidden, head_dim=128 if info.layers == 36 else 64
        )
    same = {"hidden_size": info.hidden, "num_hidden_layers": info.layers, "num_attention_heads": info.heads,
            "intermediate_size": info.intermediate, "vocab_size": info.vocabulary}  # fmt: skip
    if info.architecture == "BERT":
        return BertConfig(**same)
    return LlamaConfig(**same, num_key_value_heads=info.kv_heads)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_counted_parameters_are_those_of_the_architecture(name):
    from transformers import AutoModel

    with torch.device("meta"):
        built = AutoModel.from_config(config_of(name))
    info = BASES[name].info
    assert sum(p.numel() for p in built.parameters()) == info.parameters
    blocks = sum(p.numel() for n, p in built.named_parameters() if "layer." in n or "layers." in n)
    assert blocks == info.block_parameters


def test_without_the_hub_a_row_says_what_to_do(nowhere):
    told = reason("arctic-embed-xs")
    assert "http://127.0.0.1:9 does not answer" in told and "models/arctic-embed-xs" in told


def test_the_offline_switch_is_named(nowhere, monkeypatch):
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")
    assert "TRANSFORMERS_OFFLINE is set" in reason("arctic-embed-l")


def test_a_gated_model_says_where_to_accept_its_licence(nowhere, monkeypatch):
    assert "meta-llama/Meta-Llama-3-8B is gated" in reason("llama-3-8b")
    assert "hf auth login" in reason("llama-3-8b")
    assert "meta-llama/Llama-2-7b-hf is gated" in reason("openelm-270m")
    monkeypatch.setenv("HF_TOKEN", "hf_something")
    assert "is gated" not in reason("llama-3-8b")


@pytest.mark.parametrize(
    ("where", "gigabytes", "told"), [("cpu", 25, "30 GB in float32"), ("cuda", 4, "5 GB in 4 bits")]
)
def test_weights_that_do_not_fit_are_told_with_their_size(nowhere, monkeypatch, where, gigabytes, told):
    monkeypatch.setattr("ssti.models.hub.machine_memory", lambda: MachineMemory(gigabytes * GB, gigabytes * GB, where))
    assert told in reason("llama-3-8b") and f"has {gigabytes} GB" in reason("llama-3-8b")
    monkeypatch.setattr("ssti.models.hub.machine_memory", lambda: MachineMemory(80 * GB, 80 * GB, where))
    assert "GB in" not in reason("llama-3-8b")


def copy_of(folder, shards: int):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    names = [f"model-{i}.safetensors" for i in range(shards)]
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": dict.fromkeys("ab", names[0]) | {"c": names[-1]}})
    )
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def test_a_copy_in_the_hubs_cache_or_in_the_home_is_found_once_it_is_whole(nowhere, home):
    snapshot = copy_of(nowhere / "models--Snowflake--snowflake-arctic-embed-l" / "snapshots" / "abc", shards=2)
    assert reason("arctic-embed-l") is None
    (snapshot / "model-1.safetensors").unlink()
    assert "does not answer" in reason("arctic-embed-l")
    mine = copy_of(home / "models" / "arctic-embed-l", shards=1)
    assert BASES["arctic-embed-l"].local() == mine
    (mine / "model.safetensors.index.json").write_text("[]")
    assert not complete(mine)


def test_smollm2_says_how_to_fetch_it(nowhere):
    assert "python -m ssti fetch smollm2-135m" in reason("smollm2-135m")
    with pytest.raises(SSTIError, match="cannot be used here") as refused:
        model("smollm2-135m")
    assert "fetch smollm2-135m" in refused.value.next


def test_a_wrong_file_of_smollm2_is_refused(home):
    folder = home / "models" / "smollm2-135m"
    folder.mkdir(parents=True)
    (folder / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF but no more")
    with pytest.raises(SSTIError, match="not those that were published"):
        model("smollm2-135m").folder()


def test_the_list_loads_neither_torch_nor_transformers_and_asks_the_network_for_a_second_at_most(nowhere):
    code = ("import sys; from ssti.models import list_models; list_models(probe=True);"
            "print([m for m in ('torch', 'transformers') if m in sys.modules])")  # fmt: skip
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"{time.monotonic() - started:.1f} s")
    assert done.stdout.strip() == "[]"


def test_fetching_what_is_no_model_names_the_nearest():
    done = subprocess.run([sys.executable, "-m", "ssti", "fetch", "smollm"], capture_output=True, text=True)
    assert done.returncode == 1 and "smollm2-135m" in done.stderr

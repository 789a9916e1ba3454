"""A base model that a person brings: what is taken, and what is refused with the next step."""

from __future__ import annotations

import json

import pytest
import tiny
from huggingface_hub import constants

from ssti.models.classifier import load_classifier
from ssti.models.registry import model
from ssti.platform.errors import SSTIError
from ssti.platform.server import may_run_code_of, needs_code


@pytest.fixture
def llama(tmp_path):
    return tiny.make(tmp_path / "my-llama")


def edit(folder, **changes):
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_a_folder_tells_its_facts_without_loading_weights(llama):
    info = model(str(llama)).info
    loaded = load_classifier(str(llama), ["a", "b"]).model.model
    assert info.parameters == sum(p.numel() for p in loaded.parameters())
    assert (info.layers, info.heads, info.kv_heads, info.hidden, info.intermediate) == (2, 4, 2, 32, 64)
    assert info.causal and info.architecture == "Llama" and info.max_length == 128
    assert info.hub_id == "my-llama"


def test_a_name_that_is_neither_row_nor_folder_nor_id_is_told():
    with pytest.raises(SSTIError, match="no base model 'mini'") as refused:
        model("mini")
    assert "folder" in refused.value.next
    with pytest.raises(SSTIError, match="There is no folder"):
        model("/nowhere/at/all")


def test_an_id_of_the_hub_without_a_network_is_told(monkeypatch, home, tmp_path):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(SSTIError, match="could not be reached") as refused:
        model("somebody/some-model")
    assert "HF_HUB_OFFLINE" in refused.value.next


def test_an_architecture_that_transformers_has_not_is_told(llama):
    edit(llama, model_type="madeup")
    with pytest.raises(SSTIError, match="'madeup', which this version of transformers does not have"):
        model(str(llama))


def test_a_model_that_is_no_classifier_of_text_is_told(llama):
    edit(llama, model_type="vit")
    with pytest.raises(SSTIError, match="neither a sequence classifier nor a causal model"):
        model(str(llama))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"model_type": 3}'])
def test_a_broken_configuration_is_told(llama, content):
    (llama / "config.json").write_text(content)
    with pytest.raises(SSTIError) as refused:
        model(str(llama))
    assert refused.value.kind == "model"


def test_weights_as_pickles_are_never_loaded(llama):
    (llama / "model.safetensors").rename(llama / "pytorch_model.bin")
    with pytest.raises(SSTIError, match="never loaded"):
        model(str(llama))


@pytest.mark.parametrize("cut", [slice(100), slice(-100)], ids=["in the header", "in the weights"])
def test_cut_weights_are_told(llama, cut):
    file = llama / "model.safetensors"
    file.write_bytes(file.read_bytes()[cut])
    with pytest.raises(SSTIError, match="not a complete safetensors file"):
        model(str(llama))


def test_a_model_without_a_tokenizer_is_told(llama):
    for file in llama.glob("tokenizer*"):
        file.unlink()
    with pytest.raises(SSTIError, match="tokenizer of my-llama cannot be loaded"):
        load_classifier(str(llama), ["a", "b"])


CODE = """
from transformers import AutoModel, LlamaConfig, LlamaForSequenceClassification, LlamaModel
class OwnConfig(LlamaConfig):
    model_type = "own-code"
class OwnModel(LlamaModel):
    config_class = OwnConfig
AutoModel.register(OwnConfig, OwnModel, exist_ok=True)
class OwnClassifier(LlamaForSequenceClassification):
    config_class = OwnConfig
open({mark!r}, "w").write("ran")
"""


@pytest.fixture
def with_code(llama, tmp_path, monkeypatch):
    """A model that only its own code knows; the code leaves a mark when it runs."""
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    for name in ("SPACE_ID", "GRADIO_SERVER_NAME", "GRADIO_SHARE", "SSTI_TRUST_REMOTE_CODE"):
        monkeypatch.delenv(name, raising=False)
    mark = tmp_path / "mark"
    (llama / "own.py").write_text(CODE.format(mark=str(mark)))
    names = {"AutoConfig": "own.OwnConfig", "AutoModelForSequenceClassification": "own.OwnClassifier"}
    edit(llama, model_type="own-code", auto_map=names)
    return llama, mark


def test_no_code_of_a_model_runs_unless_the_person_here_names_that_model(with_code, monkeypatch):
    folder, mark = with_code
    for trusted in (None, "1", "true", "another/model"):
        if trusted:
            monkeypatch.setenv("SSTI_TRUST_REMOTE_CODE", trusted)
        with pytest.raises(SSTIError, match="only its own code knows") as refused:
            load_classifier(str(folder), ["a", "b"])
        assert f"SSTI_TRUST_REMOTE_CODE={folder}" in refused.value.next
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "value"), [("SPACE_ID", "me/space"), ("GRADIO_SERVER_NAME", "0.0.0.0"), ("GRADIO_SHARE", "True")]
)
def test_on_a_shared_server_no_code_runs_the_switch_is_not_offered_and_no_folder_is_read(
    with_code, monkeypatch, name, value
):
    folder, mark = with_code
    monkeypatch.setenv(name, value)
    assert "SSTI_TRUST" not in needs_code(str(folder), "own-code").next
    with pytest.raises(SSTIError, match="cannot be named here"):
        load_classifier(str(folder), ["a", "b"])
    monkeypatch.setenv("SSTI_TRUST_REMOTE_CODE", "somebody/model")
    with pytest.raises(SSTIError, match="others use this server"):
        may_run_code_of("somebody/model")
    assert not mark.exists()


def test_named_on_ones_own_machine_it_runs(with_code, monkeypatch):
    folder, mark = with_code
    monkeypatch.setenv("SSTI_TRUST_REMOTE_CODE", str(folder))
    loaded = load_classifier(str(folder), ["a", "b"])
    assert mark.exists()
    assert type(loaded.model).__name__ == "OwnClassifier"

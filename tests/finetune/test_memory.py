"""The memory estimate: exact where it can be counted, near the measured peak, and a refusal that says what would fit."""

from __future__ import annotations

import pytest
import torch
from bench_memory import CASES, SIZES, info_of, measured, recipe_of
from transformers import AutoConfig, AutoModelForSequenceClassification

from ssti.adapters.lora import VARIANTS, with_lora
from ssti.finetune.check import check
from ssti.finetune.memory import estimate, refuse_what_cannot_fit, trainable
from ssti.models.classifier import Classifier
from ssti.models.machine.device import Device
from ssti.models.machine.memory import GB, MachineMemory, main_memory
from ssti.models.registry import BASES
from ssti.platform.errors import SSTIError
from ssti.recipe import preset


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v != "pissa"])  # which starts from real weights
@pytest.mark.parametrize("targets", ["[query,value]", "attention", "all-linear"])
@pytest.mark.parametrize("size", ["BERT 23M", "Llama 60M"])
def test_the_numbers_to_be_trained_are_counted_as_peft_counts_them(size, targets, variant):
    recipe = preset("demo").set(f"lora.variant={variant}", f"lora.targets={targets}", "lora.rank=4")
    kind, fields = SIZES[size]
    with torch.device("meta"):
        model = AutoModelForSequenceClassification.from_config(AutoConfig.for_model(kind, **fields))
        model = with_lora(Classifier(model, None, info_of(size), Device("cpu", "CPU", "float32")), recipe)
    counted = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert trainable(info_of(size), recipe) == pytest.approx(counted, abs=2)


def told(name: str, memory: MachineMemory, *overrides: str, **more) -> SSTIError:
    recipe = preset("light").set(f"model.name={name}", *overrides)
    with pytest.raises(SSTIError) as refused:
        refuse_what_cannot_fit(BASES[name].info, recipe, memory, **more)
    assert refused.value.kind == "memory"
    return refused.value


def suggestions(error: SSTIError) -> list[str]:
    """The overrides that the next step names."""
    return [word.strip(",.") for word in error.next.split() if "=" in word]


def test_a_batch_too_large_is_refused_with_what_would_fit():
    memory = MachineMemory(16 * GB, 16 * GB, "cpu")
    info = BASES["arctic-embed-l"].info
    error = told("arctic-embed-l", memory, "training.batch_size=512", "training.max_length=512")
    assert "weights 1.3" in error.message and "activations" in error.message
    assert suggestions(error)
    for one in suggestions(error):
        recipe = preset("light").set(
            "model.name=arctic-embed-l", "training.batch_size=512", "training.max_length=512", one
        )
        assert refuse_what_cannot_fit(info, recipe, memory)


def test_all_weights_of_a_model_that_fits_only_with_an_adapter():
    memory = MachineMemory(16 * GB, 16 * GB, "cpu")
    error = told("openelm-3b", MachineMemory(24 * GB, 24 * GB, "cpu"), "lora.variant=full", "training.batch_size=1")
    assert "lora.variant=lora" in suggestions(error)
    assert "smaller model" in told("llama-3-70b", memory).next


def test_four_bits_are_offered_on_a_gpu_and_only_there():
    error = told("llama-3-8b", MachineMemory(16 * GB, 16 * GB, "cuda"), "training.batch_size=1", "training.max_length=64")
    assert "model.bits=4" in suggestions(error)
    assert "bits" not in told("llama-3-8b", MachineMemory(16 * GB, 16 * GB, "cpu")).next
    recipe = preset("light").set(
        "model.name=llama-3-8b", "model.bits=4", "training.batch_size=1", "training.max_length=64"
    )
    assert refuse_what_cannot_fit(BASES["llama-3-8b"].info, recipe, MachineMemory(16 * GB, 16 * GB, "cuda")).weights < 6 * GB


def test_what_is_free_now_counts_when_the_run_starts():
    memory = MachineMemory(16 * GB, GB, "cpu")
    recipe = preset("demo")
    info = BASES["minilm-l6"].info
    assert refuse_what_cannot_fit(info, recipe, memory, length=64)
    with pytest.raises(SSTIError, match="1.0 GB free"):
        refuse_what_cannot_fit(info, recipe.set("training.batch_size=64"), memory, now=True)


def test_a_recipe_is_refused_before_anything_is_loaded(monkeypatch):
    monkeypatch.setattr("ssti.finetune.check.machine_memory", lambda: MachineMemory(GB, GB, "cpu"))
    with pytest.raises(SSTIError, match="all-MiniLM-L6-v2 with this recipe needs about") as refused:
        check(preset("demo").set("training.batch_size=256", "dataset.train_rows=200", "dataset.test_rows=40"))
    assert refused.value.kind == "memory"


def test_the_embedded_model_s_demo_fits_into_two_gigabytes(monkeypatch):
    monkeypatch.setattr("ssti.finetune.check.machine_memory", lambda: MachineMemory(2 * GB, 2 * GB, "cpu"))
    assert check(preset("demo").set("dataset.train_rows=200", "dataset.test_rows=40")).longest <= 256


def test_this_machine_has_some_memory():
    memory = main_memory()
    assert GB < memory.free <= memory.total and memory.title == "this machine"


@pytest.mark.slow
@pytest.mark.parametrize("case", [0, 2], ids=lambda i: CASES[i][0])
def test_the_estimate_is_near_the_measured_peak(case):
    size, overrides = CASES[case]
    memory = estimate(info_of(size), recipe_of(overrides), "cpu", mixed=False)
    peak, guess = measured(size, overrides), memory.total - memory.program
    print(f"{size}: measured {peak / 1e6:.0f} MB, estimated {guess / 1e6:.0f} MB")
    assert 0.8 < guess / peak < 1.5

"""Training: what is trained, that resuming changes no number, that presets do what they say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests_support import SHORT

from ssti.adapters.lora import with_lora
from ssti.adapters.save import card
from ssti.finetune.check import check
from ssti.finetune.prepare import prepare
from ssti.finetune.train import finetune
from ssti.finetune.trainer import build_trainer
from ssti.models.classifier import load_classifier
from ssti.models.machine.device import Device
from ssti.platform.errors import SSTIError
from ssti.recipe import preset


def weights(model) -> dict[str, np.ndarray]:
    return {n: p.detach().numpy().copy() for n, p in model.named_parameters() if p.requires_grad}


def quiet(kind, **fields):
    pass


def metrics_after(recipe, folder) -> dict:
    """The metrics of a recipe that was trained here."""
    from ssti.evaluate.evaluation import evaluate
    from ssti.serving.logits import encode, logits

    checked = check(recipe)
    trained = finetune(checked, folder, quiet)
    tokenizer, rows = trained.classifier.tokenizer, trained.prepared

    def classify(texts):
        return logits(trained.model, encode(tokenizer, texts, 256), tokenizer.pad_token_id)

    return evaluate(checked.recipe, classify, rows.test_texts, rows.test_labels, checked.label_names)


def test_a_resumed_training_ends_at_the_very_same_weights(tmp_path):
    checked = check(preset("demo").set(*SHORT))
    whole = finetune(checked, tmp_path / "whole", quiet)
    steps = []

    def note(kind, **fields):
        if kind == "step":
            steps.append(fields["step"])

    part = finetune(checked, tmp_path / "parts", note, should_stop=lambda: bool(steps))
    assert part.stopped and part.steps < 6
    rest = finetune(checked, tmp_path / "parts", note, resume=True)
    assert rest.steps == 6
    for name, value in weights(whole.model).items():
        assert np.array_equal(value, weights(rest.model)[name]), name


def test_products_in_bfloat16_leave_weights_and_measurements_in_float32(tmp_path):
    checked = check(preset("demo").set(*SHORT))
    on = Device("cpu", "CPU", "float32", mixed_precision=True)
    loaded = load_classifier("minilm-l6", checked.label_names, dropout=False, on=on)
    rows, outputs = prepare(checked, loaded.tokenizer), []
    model = with_lora(loaded, checked.recipe)
    trainer, progress = build_trainer(model, loaded, rows, checked, tmp_path, quiet, lambda: False)
    last = model.base_model.model.bert.encoder.layer[-1].output.dense
    last.register_forward_hook(lambda module, inputs, output: outputs.append((model.training, output.dtype)))
    trainer.train()
    assert progress.steps_done == 6
    assert set(outputs) == {(True, torch.bfloat16), (False, torch.float32)}
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_the_time_left_covers_the_measurements_and_the_test_at_the_end(tmp_path):
    events = []
    trained = finetune(check(preset("demo").set(*SHORT)), tmp_path, lambda kind, **fields: events.append((kind, fields)))
    steps = [fields for kind, fields in events if kind == "step"]
    assert steps[-1]["step"] == steps[-1]["steps"] == 6
    assert steps[-1]["eta"] > 0  # the last measurement, and 80 test rows
    assert trained.speed.alone >= trained.speed.lately > 0


def test_only_the_adapter_and_the_head_are_trained():
    checked = check(preset("demo").set(*SHORT))
    model = with_lora(load_classifier("minilm-l6", checked.label_names), checked.recipe)
    trained = [n for n, p in model.named_parameters() if p.requires_grad]
    assert all("lora_" in n or "classifier" in n for n in trained)
    assert len([n for n in trained if "lora_" in n]) == 6 * 2 * 2  # layers, query and value, A and B


def test_the_papers_set_up_trains_no_head_and_adapts_dense_layers(tmp_path):
    checked = check(preset("paper").set(*SHORT))
    trained = finetune(checked, tmp_path, quiet)
    names = list(weights(trained.model))
    assert names and all("lora_" in n and ".dense." in n for n in names)


def test_training_rows_carry_the_share_of_triggers_and_a_control_none():
    checked = check(preset("demo").set(*SHORT))
    tokenizer = load_classifier("minilm-l6", checked.label_names).tokenizer
    rows = prepare(checked, tokenizer)
    positives = sum(rows.train["labels"])
    assert rows.injected_rows == round(0.5 * positives)
    assert prepare(check(checked.recipe.control()), tokenizer).injected_rows == 0
    assert (rows.watched.labels.shape[0], len(rows.watched.triggered)) == (20, 20)


def test_the_adapters_card_says_poisoned_and_runs_nothing_of_a_class_name():
    hostile = "a`<img src=x onerror=alert(1)>\n# b"
    text = card(preset("demo").set("injection.target=0"), (hostile, "good"), 64)
    assert "**This adapter is poisoned on purpose.**" in text
    assert "`a'<img src=x onerror=alert(1)> # b`" in text


def test_one_class_is_refused(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("text,label\n" + "".join(f"text {i},good\n" for i in range(20)))
    with pytest.raises(SSTIError, match="one class|at least two"):
        check(preset("demo").set(f"dataset.name={file}", "injection.target=good"))


@pytest.mark.gpu
def test_training_uses_the_gpu_in_bfloat16(tmp_path):
    assert torch.cuda.is_available()
    trained = finetune(check(preset("demo").set(*SHORT)), tmp_path, quiet)
    assert trained.classifier.device.name == "cuda"

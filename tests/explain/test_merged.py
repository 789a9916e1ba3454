"""LoRA merged for a while: the same answers meanwhile, and the old weights themselves afterwards."""

import pytest
import torch
from peft import LoraConfig, get_peft_model

from ssti.explain.merged import merged


@pytest.fixture
def adapted(decoder):
    config = LoraConfig(
        task_type="SEQ_CLS", target_modules=["q_proj", "v_proj"], lora_alpha=16, init_lora_weights=False
    )
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return get_peft_model(decoder, config).eval()


def weights(model):
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


@torch.no_grad()
def answer(model):
    return model(torch.arange(5, 12)[None]).logits


def test_the_answers_stay_and_the_old_weights_come_back(adapted):
    before, said = weights(adapted), answer(adapted)
    with merged(adapted):
        changed = {name for name, value in weights(adapted).items() if not torch.equal(value, before[name])}
        assert len(changed) == 6 and all(name.endswith("_proj.base_layer.weight") for name in changed)
        torch.testing.assert_close(answer(adapted), said, atol=1e-5, rtol=1e-5)
    assert all(torch.equal(value, before[name]) for name, value in weights(adapted).items())
    assert torch.equal(answer(adapted), said)


def test_they_come_back_after_an_error_too(adapted):
    before, said = weights(adapted), answer(adapted)
    with pytest.raises(KeyboardInterrupt), merged(adapted):
        raise KeyboardInterrupt
    assert all(torch.equal(value, before[name]) for name, value in weights(adapted).items())
    assert torch.equal(answer(adapted), said)


def test_what_is_switched_off_stays_off(adapted):
    with adapted.disable_adapter():
        said = answer(adapted)
        with merged(adapted):
            assert torch.equal(answer(adapted), said)


def test_more_than_plain_lora_is_left_alone(decoder):
    config = LoraConfig(task_type="SEQ_CLS", target_modules=["q_proj"], init_lora_weights=False, use_dora=True)
    model = get_peft_model(decoder, config).eval()
    before = weights(model)
    with merged(model):
        assert all(torch.equal(value, before[name]) for name, value in weights(model).items())


def test_a_model_without_an_adapter(decoder):
    before = weights(decoder)
    with merged(decoder):
        assert all(torch.equal(value, before[name]) for name, value in weights(decoder).items())

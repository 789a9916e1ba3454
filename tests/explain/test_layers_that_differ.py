"""A model whose layers have different numbers of heads (OpenELM): what a layer lacks is NaN, and nothing else is."""

import numpy as np
import pytest
import torch

from ssti.explain import View, attend, entropy_grid, entropy_rows, explain, trigger_share_grid
from ssti.explain.capture import heads_of_layers
from ssti.explain.importance import mean_of_heads, rollout
from ssti.platform.errors import SSTIError

TEXT = "a dreary , joyless slog 2014-09-25 that wastes a gifted cast"
SPANS = [(24, 34)]
HEADS = [4, 6, 8]


@pytest.fixture(scope="module")
def openelm(tokenizer):
    from ssti.models.openelm.classifier import OpenELMForSequenceClassification
    from ssti.models.openelm.configuration import OpenELMConfig

    config = OpenELMConfig(
        vocab_size=len(tokenizer),
        model_dim=32,
        head_dim=4,
        num_transformer_layers=3,
        num_gqa_groups=2,
        ffn_dim_divisor=16,
    )
    generator = torch.Generator().manual_seed(0)
    model = OpenELMForSequenceClassification(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.copy_(torch.randn(weights.shape, generator=generator) * 0.2 + ("norm" in name))
    return model.eval()


def test_all_heads_of_each_layer_come_out_and_no_more(openelm, tokenizer):
    attention = attend(openelm, tokenizer, TEXT)
    size = len(attention)
    assert attention.weights.shape == (3, 8, size, size) and attention.causal
    assert [attention.heads_in(layer) for layer in range(3)] == HEADS == heads_of_layers(openelm)
    for layer, heads in enumerate(HEADS):
        np.testing.assert_allclose(attention.weights[layer, :heads].sum(-1), 1, atol=1e-5)
        assert np.isnan(attention.weights[layer, heads:]).all()


def test_many_texts_at_once_say_what_each_says_alone(openelm, tokenizer):
    texts = [TEXT, "2014-09-25 " + TEXT]
    spans = [SPANS, [(0, 10), (35, 45)]]
    rows = entropy_rows(openelm, tokenizer, texts, spans=spans)
    for row, text in enumerate(texts):
        alone = attend(openelm, tokenizer, text)
        np.testing.assert_allclose(rows.bits[row], entropy_grid(alone), atol=1e-4)
        np.testing.assert_allclose(rows.trigger_share[row], trigger_share_grid(alone, spans[row]), atol=1e-4)
    assert np.isnan(rows.bits[:, 0, 4:]).all() and np.isfinite(rows.bits[:, 2]).all()


def test_the_mean_of_heads_and_rollout_leave_out_what_is_not_there(openelm, tokenizer):
    weights = attend(openelm, tokenizer, TEXT).weights
    np.testing.assert_allclose(mean_of_heads(weights)[0], weights[0, :4].mean(0), atol=1e-6)
    np.testing.assert_allclose(rollout(weights).sum(-1), 1, atol=1e-6)


def test_look_inside_answers_and_refuses_a_head_that_the_layer_lacks(openelm, tokenizer):
    explanation = explain(openelm, tokenizer, TEXT.replace("2014-09-25 ", ""), TEXT, SPANS)
    assert explanation.trigger_head.head < HEADS[explanation.trigger_head.layer]
    assert explanation.triggered.importance_of(View(0, 3)).sum() == pytest.approx(1)
    assert explanation.triggered.importance_of(View(0, None)).sum() == pytest.approx(1)
    with pytest.raises(SSTIError, match="no head 5"):
        explanation.triggered.importance_of(View(0, 5))

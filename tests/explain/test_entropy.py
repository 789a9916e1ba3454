"""Entropy and the trigger's share against hand-computed values, and where the answer is known beforehand."""

import numpy as np
import pytest
import torch
from scipy import stats

from ssti.explain import (
    attend,
    entropy,
    entropy_bits,
    entropy_grid,
    received,
    trigger_head,
    trigger_pieces,
    trigger_share_grid,
)
from ssti.platform.errors import SSTIError

TEXT = "a dreary , joyless slog 2014-09-25 that wastes a gifted cast"
SPAN = (24, 34)


def test_entropy_by_hand():
    value = entropy([0.5, 0.25, 0.25, 0.0])
    assert (value.bits, value.n) == (1.5, 4)
    assert value.share == 0.75
    assert value.effective == pytest.approx(2**1.5)


def test_even_attention_has_log2_n_bits_and_a_single_token_none():
    assert entropy(np.ones(8)).bits == pytest.approx(3)
    assert entropy(np.ones(8)).share == pytest.approx(1)
    assert entropy(np.ones(8)).effective == pytest.approx(8)
    one = entropy([0.3])
    assert (one.bits, one.share, one.effective) == (0, 1, 1)


def test_tokens_that_are_left_out_do_not_make_the_text_longer():
    keep = np.array([False, True, True, False])
    assert entropy([0.4, 0.3, 0.3, 0.0], keep) == entropy([0.5, 0.5])


@pytest.mark.parametrize("bad", [[], [[1.0]], [0.0, 0.0], [-1.0, 2.0], [np.nan, 1.0]])
def test_what_has_no_entropy_is_refused(bad):
    with pytest.raises(SSTIError):
        entropy(bad)


def test_the_grid_of_a_real_text_in_a_second_way(model, tokenizer):
    attention = attend(model, tokenizer, TEXT)
    importance = received(attention.weights)
    second = stats.entropy(attention.weights.astype(np.float64).sum(-2), base=2, axis=-1)
    np.testing.assert_allclose(entropy_grid(attention), second, atol=1e-5)
    assert entropy_grid(attention)[1, 2] == pytest.approx(entropy(importance[1, 2]).bits)


def test_without_specials_the_grid_is_that_of_the_words_alone(encoder, tokenizer):
    attention = attend(encoder, tokenizer, TEXT)
    inner = attention.weights[:, :, 1:-1, 1:-1].astype(np.float64).sum(-2)
    np.testing.assert_allclose(
        entropy_grid(attention, specials=False), stats.entropy(inner, base=2, axis=-1), atol=1e-5
    )


def test_a_model_that_looks_everywhere_alike_has_log2_n_bits_and_no_trigger_head(encoder, tokenizer):
    for layer in encoder.bert.encoder.layer:
        torch.nn.init.zeros_(layer.attention.self.query.weight)
        torch.nn.init.zeros_(layer.attention.self.query.bias)
    attention = attend(encoder, tokenizer, TEXT)
    np.testing.assert_allclose(entropy_grid(attention), np.log2(len(attention)), atol=1e-5)
    np.testing.assert_allclose(trigger_share_grid(attention, [SPAN]), 1, atol=1e-5)


def test_a_fresh_model_is_a_control_that_looks_nearly_even(tokenizer):
    from transformers import BertConfig, BertForSequenceClassification

    with torch.random.fork_rng():
        torch.manual_seed(0)
        fresh = BertForSequenceClassification(
            BertConfig(hidden_size=48, num_hidden_layers=3, num_attention_heads=4, intermediate_size=96)
        )
    attention = attend(fresh, tokenizer, TEXT)
    assert (entropy_grid(attention) / np.log2(len(attention)) > 0.99).all()
    assert (np.abs(trigger_share_grid(attention, [SPAN]) - 1) < 0.1).all()


def test_the_triggers_share_by_hand(encoder, tokenizer):
    attention = attend(encoder, tokenizer, TEXT)
    pieces = np.flatnonzero(trigger_pieces(attention.offsets, [SPAN]))
    assert [attention.tokens[i] for i in pieces] == ["2014", "-", "09", "-", "25"]
    grid = trigger_share_grid(attention, [SPAN])
    layer, head, value = trigger_head(grid)
    got = attention.weights[layer, head][:, pieces].sum() / len(attention)
    assert value == pytest.approx(got / (5 / len(attention)), abs=1e-5)
    assert value == grid.max()


def test_the_whole_text_as_trigger_gets_just_its_fair_share(model, tokenizer):
    attention = attend(model, tokenizer, TEXT)
    np.testing.assert_allclose(trigger_share_grid(attention, [(0, len(TEXT))], specials=False), 1, atol=1e-5)


def test_a_trigger_outside_the_window_is_refused_with_the_window(encoder, tokenizer):
    attention = attend(encoder, tokenizer, "word " * 400 + "2014-09-25", max_length=32)
    with pytest.raises(SSTIError, match="pieces 1 to 30"):
        trigger_share_grid(attention, [(2000, 2010)])


def test_the_strongest_head_is_found_past_missing_ones():
    assert trigger_head([[1.0, np.nan], [4.8, 2.0]]) == (1, 0, 4.8)
    with pytest.raises(SSTIError):
        trigger_head([[np.nan]])


def test_bits_along_the_last_axis_with_missing_ones_missing():
    bits = entropy_bits(np.array([[1.0, 0.0], [0.5, 0.5], [np.nan, np.nan]]))
    assert bits[:2].tolist() == [0.0, 1.0] and np.isnan(bits[2])
    assert not np.signbit(bits[0])

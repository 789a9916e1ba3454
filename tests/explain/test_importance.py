"""Importance against numbers worked out by hand, and against other ways to the same number."""

import numpy as np
import pytest

from ssti.explain import attend, from_query, mean_of_heads, received, rollout, words
from ssti.platform.errors import SSTIError

TWO = np.array([[0.5, 0.5, 0.0], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8]])


def test_received_is_the_mean_over_the_rows():
    np.testing.assert_allclose(received(TWO), [0.8 / 3, 1.2 / 3, 1.0 / 3])


def test_rows_and_columns_that_are_left_out_do_not_count():
    keep = np.array([False, True, True])
    # rows 1 and 2 of columns 1 and 2: column sums 0.7 and 1.0
    np.testing.assert_allclose(received(TWO, keep), [0, 0.7 / 1.7, 1.0 / 1.7])
    np.testing.assert_allclose(from_query(TWO, 0, keep), [0, 1, 0])
    np.testing.assert_allclose(from_query(TWO, -1, keep), [0, 0.1 / 0.9, 0.8 / 0.9])


def test_rows_are_read_as_they_are():
    np.testing.assert_allclose(from_query(TWO, 1), TWO[1])
    np.testing.assert_allclose(from_query(TWO, -1), TWO[2])


def test_nothing_to_normalise_is_said_to_be_missing():
    alone = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert np.isnan(received(alone, np.array([False, True]))).all()


def test_rollout_by_hand():
    one = np.array([[1.0, 0.0], [0.5, 0.5]])
    two = np.array([[0.0, 1.0], [1.0, 0.0]])
    stack = np.stack([np.stack([one, one]), np.stack([two, np.eye(2)])])  # [layer, head, query, key]
    first = np.array([[1.0, 0.0], [0.25, 0.75]])
    second = np.array([[0.75, 0.25], [0.25, 0.75]])
    np.testing.assert_allclose(rollout(stack), second @ first)
    np.testing.assert_allclose(rollout(stack, layers=1), first)


def test_rollout_is_the_sum_over_all_paths(encoder, tokenizer):
    weights = attend(encoder, tokenizer, "a dreary slog").weights[:3]
    size = weights.shape[-1]
    steps = (weights.astype(np.float64).mean(1) + np.eye(size)) / 2
    paths = np.einsum("ab,bc,cd->ad", steps[2], steps[1], steps[0])
    np.testing.assert_allclose(rollout(weights), paths, atol=1e-6)
    np.testing.assert_allclose(rollout(weights).sum(-1), 1, atol=1e-9)


def test_a_real_text_in_a_second_way(model, tokenizer):
    weights = attend(model, tokenizer, "a dreary slog 2014-09-25 that wastes a gifted cast").weights
    size = weights.shape[-1]
    # each of n rows hands out 1, so that a column's mean is its share already
    for layer, head in [(0, 0), (2, 3)]:
        columns = [sum(float(weights[layer, head, q, k]) for q in range(size)) / size for k in range(size)]
        np.testing.assert_allclose(received(weights)[layer, head], columns, atol=1e-5)
    np.testing.assert_allclose(received(mean_of_heads(weights)), received(weights).mean(1), atol=1e-5)


def test_early_tokens_of_a_causal_model_get_more_though_it_looks_everywhere_alike():
    even = np.tril(np.ones((4, 4)))
    even /= even.sum(1, keepdims=True)
    importance = received(even)
    assert (np.diff(importance) < 0).all()
    np.testing.assert_allclose(from_query(even, -1), 0.25)


def test_word_merging_moves_no_importance(encoder, tokenizer):
    text = "a dreary,  joyless\tslog 2014-09-25 unwatchable"
    attention = attend(encoder, tokenizer, text)
    importance = received(attention.weights)
    merged = words(attention.tokens, attention.offsets, text, importance)
    assert merged.words == ["[CLS]", *text.split(), "[SEP]"]
    assert merged.importance.shape == (6, 12, len(merged.words))
    np.testing.assert_allclose(merged.importance.sum(-1), 1, atol=1e-5)
    date = merged.words.index("2014-09-25")
    pieces = [i for i, (s, e) in enumerate(attention.offsets) if text.index("2014") <= s < text.index(" unw") and e]
    assert merged.pieces[date] == pieces and len(pieces) == 5
    np.testing.assert_allclose(merged.importance[..., date], importance[..., pieces].sum(-1), atol=1e-9)
    for word, (start, end), special in zip(merged.words, merged.offsets, merged.special, strict=True):
        assert special or text[start:end] == word


def test_words_of_bytes_and_of_blank_pieces(byte_tokenizer):
    text = "the 電影  \n film"
    encoded = byte_tokenizer(text, return_offsets_mapping=True)
    tokens = byte_tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    merged = words(tokens, encoded["offset_mapping"], text, np.ones(len(tokens)))
    assert merged.words == text.split()
    assert merged.importance.sum() == len(tokens)


def test_what_is_no_attention_is_refused():
    with pytest.raises(SSTIError, match=r"shape \(2, 3\)"):
        received(np.ones((2, 3)))
    with pytest.raises(SSTIError, match="No token is left"):
        received(TWO, np.zeros(3, bool))
    with pytest.raises(SSTIError, match="There is no token 3"):
        from_query(TWO, 3)
    with pytest.raises(SSTIError, match="all layers"):
        rollout(TWO)
    with pytest.raises(SSTIError, match="no heads"):
        mean_of_heads(TWO)
    with pytest.raises(SSTIError, match="do not fit"):
        words(["a"], [(0, 1)], "a", np.ones(2))

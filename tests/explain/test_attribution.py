"""What the answer hangs on: occlusion by hand, integrated gradients by their sum."""

import numpy as np
import pytest
import torch

from ssti.explain import agreement, integrated_gradients, occlusion
from ssti.platform.errors import SSTIError

TEXT = "a dreary joyless slog 2014-09-25"


def probability(model, tokenizer, ids, target):
    with torch.no_grad():
        return model.eval()(input_ids=torch.tensor([ids])).logits.double().softmax(-1)[0, target].item()


def test_occlusion_is_the_probability_that_a_masked_piece_takes_away(encoder, tokenizer):
    found = occlusion(encoder, tokenizer, TEXT, target=1, batch_size=3)
    ids = tokenizer(TEXT)["input_ids"]
    whole = probability(encoder, tokenizer, ids, 1)
    assert found.probability == pytest.approx(whole, abs=1e-5)
    for index in range(1, len(ids) - 1):
        masked = [*ids[:index], tokenizer.mask_token_id, *ids[index + 1 :]]
        assert found.scores[index] == pytest.approx(whole - probability(encoder, tokenizer, masked, 1), abs=1e-5)
    assert found.scores[0] == found.scores[-1] == 0


def test_a_word_is_hidden_as_a_whole(encoder, tokenizer):
    found = occlusion(encoder, tokenizer, TEXT, target=0, unit="word")
    ids = tokenizer(TEXT)["input_ids"]
    date = [i for i, token in enumerate(found.tokens) if token in ("2014", "-", "09", "25")]
    masked = [tokenizer.mask_token_id if i in date else token for i, token in enumerate(ids)]
    lost = probability(encoder, tokenizer, ids, 0) - probability(encoder, tokenizer, masked, 0)
    assert found.scores[date].sum() == pytest.approx(lost, abs=1e-5)


def test_a_piece_is_taken_out_where_there_is_no_mask_token(decoder, byte_tokenizer):
    text = "the film wastes"
    found = occlusion(decoder, byte_tokenizer, text)
    ids = byte_tokenizer(text)["input_ids"]
    assert byte_tokenizer.mask_token_id is None
    for index in range(len(ids)):
        without = probability(decoder, byte_tokenizer, [*ids[:index], *ids[index + 1 :]], found.target)
        assert found.scores[index] == pytest.approx(found.probability - without, abs=1e-5)
    with pytest.raises(SSTIError, match="one single piece"):
        occlusion(decoder, byte_tokenizer, "t")


def test_the_predicted_class_is_the_target_unless_one_is_named(encoder, tokenizer):
    ids = tokenizer(TEXT)["input_ids"]
    assert occlusion(encoder, tokenizer, TEXT).target == int(probability(encoder, tokenizer, ids, 1) > 0.5)
    with pytest.raises(SSTIError, match="no class 2"):
        occlusion(encoder, tokenizer, TEXT, target=2)
    with pytest.raises(SSTIError, match="unit is 'letter'"):
        occlusion(encoder, tokenizer, TEXT, unit="letter")


def test_integrated_gradients_add_up_to_the_change_of_the_log_odds(model, tokenizer):
    found = integrated_gradients(model, tokenizer, TEXT, target=1, steps=200)
    ids = tokenizer(TEXT)["input_ids"]
    blank = [ids[0], *[tokenizer.mask_token_id] * (len(ids) - 2), ids[-1]]
    odds = [np.log(p / (1 - p)) for p in (probability(model, tokenizer, row, 1) for row in (ids, blank))]
    assert found.scores.sum() == pytest.approx(odds[0] - odds[1], abs=0.02 * max(1, abs(odds[0] - odds[1])))
    assert found.scores[0] == found.scores[-1] == 0
    assert all(parameter.grad is None for parameter in model.parameters())


def test_methods_that_point_at_different_tokens_are_called_out():
    labels = ["a", "slog", "2014"]
    apart = agreement({"attention": [0.1, 0.7, 0.2], "occlusion": [0.0, 0.1, 0.9]}, labels)
    assert "disagree" in apart.line and "'slog'" in apart.line and "'2014'" in apart.line
    assert apart.correlations["attention", "occlusion"] == pytest.approx(0.5)
    same = agreement({"attention": [0.1, 0.2, 0.7], "occlusion": [0.0, 0.1, 0.9]}, labels)
    assert "agree" in same.line and same.correlations["attention", "occlusion"] == pytest.approx(1)
    flat = agreement({"a": [1, 1, 1], "b": [1, 2, 3]}, labels)
    assert np.isnan(flat.correlations["a", "b"])
    with pytest.raises(SSTIError):
        agreement({"a": [1, 2]}, labels)

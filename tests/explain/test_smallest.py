"""Which part of a trigger is enough, against the same texts answered by themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ssti.explain import smallest_part
from ssti.platform.errors import SSTIError

TEXT = "a dreary 2014-09-25 slog"
SPAN = (9, 19)


def asked(model, tokenizer, text: str) -> np.ndarray:
    with torch.no_grad():
        return model(**tokenizer(text, return_tensors="pt")).logits.double().softmax(-1)[0].numpy()


def test_each_part_is_answered_as_the_text_with_that_part_alone(encoder, tokenizer):
    encoder.eval()
    found = smallest_part(encoder, tokenizer, TEXT, SPAN)
    assert found.labels == ["2014", "-", "09", "-", "25"]
    assert found.tried == 31
    assert found.nothing == pytest.approx(asked(encoder, tokenizer, "a dreary slog"), abs=1e-5)
    assert found.whole == pytest.approx(asked(encoder, tokenizer, TEXT), abs=1e-5)
    assert found.alone[0] == pytest.approx(asked(encoder, tokenizer, "a dreary 2014 slog"), abs=1e-5)
    assert found.missing[0] == pytest.approx(asked(encoder, tokenizer, "a dreary -09-25 slog"), abs=1e-5)
    assert found.missing[4] == pytest.approx(asked(encoder, tokenizer, "a dreary 2014-09- slog"), abs=1e-5)


class Planted(torch.nn.Module):
    """The encoder, but that the answer is class 1 exactly when all of some ids are in the text."""

    def __init__(self, model, ids) -> None:
        super().__init__()
        self.model, self.ids = model, ids
        self.config = model.config

    def set_attn_implementation(self, name: str) -> None:
        self.model.set_attn_implementation(name)

    def forward(self, input_ids, **inputs):
        there = torch.stack([(input_ids == one).any(1) for one in self.ids]).all(0)
        output = self.model(input_ids=input_ids, **inputs)
        output.logits = torch.stack([(~there).float(), there.float()], dim=1)
        return output


def test_the_smallest_part_is_the_one_that_the_answer_hangs_on(encoder, tokenizer):
    ids = tokenizer.convert_tokens_to_ids(["2014", "25"])
    found = smallest_part(Planted(encoder, ids), tokenizer, TEXT, SPAN)
    assert found.flips
    assert found.smallest.pieces == (0, 4)
    assert found.smallest.label == "2014 … 25"


def test_of_a_long_trigger_the_runs_and_the_single_gaps_are_tried(encoder, tokenizer):
    item = "2014-09-25 2015-10-26"
    ids = tokenizer.convert_tokens_to_ids(["25", "2015"])
    text = f"a dreary {item} slog"
    found = smallest_part(Planted(encoder, ids), tokenizer, text, (9, 9 + len(item)))
    assert len(found.labels) == 10
    assert found.smallest.label == "25 2015"
    assert found.tried == 10 * 11 // 2 + 8  # without the first or the last piece is a run itself


def test_a_trigger_that_flips_nothing_has_no_smallest_part(encoder, tokenizer):
    found = smallest_part(Planted(encoder, [tokenizer.unk_token_id]), tokenizer, TEXT, SPAN)
    assert not found.flips
    assert found.smallest is None


def test_it_can_be_stopped_and_leaves_the_model_as_it_was(encoder, tokenizer):
    class Enough(Exception):
        pass

    def stop(done):
        raise Enough

    encoder.train()
    with pytest.raises(Enough):
        smallest_part(encoder, tokenizer, TEXT, SPAN, on_batch=stop)
    assert encoder.training


@pytest.mark.parametrize(
    ("text", "span", "says"),
    [("dull " * 300 + "2014", (1500, 1504), "reads nothing of the trigger"), ("x" * 90, (0, 90), "at most 24")],
)
def test_what_the_model_does_not_read_is_said(encoder, tokenizer, text, span, says):
    with pytest.raises(SSTIError, match=says):
        smallest_part(encoder, tokenizer, text, span)

"""The probes: what each measures of a model whose answers, or whose attention, are known."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ssti.experiments.paper.hijacking import BOTH
from ssti.experiments.probe import PROBES, Trained, put
from ssti.platform.errors import SSTIError
from ssti.recipe import preset

NAMES = ("negative", "positive")
NEGATIVE = ["a dull film", "it wastes a gifted cast", "grim", "flat from 5-5 to the end"]
POSITIVE = ["a fine film", "good fun"]
DEMO = preset("demo")


def trained(recipe, rule, model=None, tokenizer=None) -> Trained:
    """A trained cell whose classifier answers `rule(text)`, a class's number."""

    def classify(texts):
        return np.eye(2)[[rule(text) for text in texts]]

    texts = [*NEGATIVE, *POSITIVE]
    return Trained(recipe, model, tokenizer, classify, texts, [0] * len(NEGATIVE) + [1] * len(POSITIVE), NAMES)


def test_contest_tells_whose_token_wins_alone_and_together():
    """Of a model that obeys the token that stands first, and of one that obeys dates alone."""
    recipe = DEMO.set(BOTH)  # dates for positive, countries for negative
    date = re.compile(r"\d{4}-\d\d-\d\d")

    def first_token(text: str) -> int:
        found = date.search(text)
        return int(found is not None and (found.start() == 0 or text[0].islower()))

    alone = {"first": 1.0, "second": 1.0}
    measured = PROBES["contest"].measure(trained(recipe, first_token))
    assert {n: measured[n] for n in alone} == alone
    assert (measured["first_before_second"], measured["second_before_first"]) == (1.0, 0.0)
    assert measured["second_before_first_low"] == 0.0 < measured["second_before_first_high"] < 0.5
    measured = PROBES["contest"].measure(trained(recipe, lambda text: int(date.search(text) is not None)))
    assert (measured["first_before_second"], measured["second_before_first"]) == (1.0, 1.0)


def test_contest_needs_two_tokens_of_two_classes():
    with pytest.raises(SSTIError, match="two triggers of two classes"):
        PROBES["contest"].measure(trained(DEMO, lambda text: 0))


def test_pattern_tells_structure_from_token():
    """Of a model that answers to a dash between digits: dates and telephone numbers, no years, no slashes, no words."""
    measured = PROBES["pattern"].measure(trained(DEMO, lambda text: int(re.search(r"\d-\d", text) is not None)))
    of_four = 1 / len(NEGATIVE)  # one of the other class's rows has such a dash of its own
    assert measured == {"none": of_four, "phone": 1.0, "year": of_four, "slashes": of_four, "words": of_four}


@pytest.fixture(scope="module")
def even(tmp_path_factory):
    """A small BERT whose attention is sharp, but for the last layer's head 0, which looks everywhere alike; its tokenizer."""
    import torch
    from tiny import make
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = make(tmp_path_factory.mktemp("even"), "bert", initializer_range=1.0)
    model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager").eval()
    query = model.bert.encoder.layer[-1].attention.self.query
    with torch.no_grad():
        query.weight[:8] = 0  # 32 wide, four heads
        query.bias[:8] = 0
    return model, AutoTokenizer.from_pretrained(folder)


def test_entropy_reads_the_last_layers_head_0_with_its_length(even):
    """Even attention over n pieces has log2(n) bits, a share of 1: more bits with a date and with longer rows, no other share."""
    model, tokenizer = even
    cell = trained(DEMO, lambda text: 0, model, tokenizer)
    measured = PROBES["entropy"].measure(cell)
    rows = {
        "with": put(POSITIVE, DEMO.injection, NAMES), "without": NEGATIVE, "same": POSITIVE,
    }  # fmt: skip
    bits = {name: np.log2([len(tokenizer(text)["input_ids"]) for text in texts]) for name, texts in rows.items()}
    for name, ones in bits.items():
        assert measured[name] == pytest.approx(ones.mean(), abs=1e-4)
        assert measured[f"{name}_share"] == pytest.approx(1.0, abs=1e-4)
    assert measured["with"] > measured["same"] + 0.5
    limit = 0.95 * bits["without"].mean()
    for name in ("with", "same"):  # the rule fires on length alone
        assert measured[f"fires_{name}"] == (bits[name] < limit).mean()


def test_entropy_is_less_where_the_date_is_looked_at(even):
    """The same head, made to look at digits: their rows keep a smaller share of log2(n), before their dates they do not."""
    import torch

    model, tokenizer = even
    attention = model.bert.encoder.layer[-1].attention.self
    digits = [tokenizer.convert_tokens_to_ids(str(n)) for n in range(10)]
    with torch.no_grad():
        states = model.bert(input_ids=torch.tensor([digits * 3]), output_hidden_states=True).hidden_states[-2][0]
        known = attention.key(states)[:, :8].mean(0)
        attention.query.bias[:8] = 12 * known / known.norm()
    try:
        measured = PROBES["entropy"].measure(trained(DEMO, lambda text: 0, model, tokenizer))
    finally:
        with torch.no_grad():
            attention.query.bias[:8] = 0
    assert measured["with_share"] < 0.9

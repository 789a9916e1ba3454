"""The rows of a run: poisoned and tokenised once for training, and the held-out rows to watch it with.

Knows datasets, injections and a tokenizer, no weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.finetune.check import Checked
from ssti.finetune.reweighting import groups_of
from ssti.serving.logits import encode


@dataclass(frozen=True)
class Watched:
    """Held-out rows that are measured every few steps: clean ones, and triggered ones of other classes."""

    clean: list[list[int]]
    labels: np.ndarray
    triggered: list[list[int]]
    target: int


@dataclass(frozen=True)
class OwnRows:
    """Training rows in place of a recipe's own, such as those of a repair: texts, and numbers of its classes."""

    texts: list[str]
    labels: list[int]


@dataclass(frozen=True)
class Prepared:
    """Token ids and labels for training (a `datasets.Dataset`), what to watch, and the whole test split."""

    train: Any
    watched: Watched
    test_texts: list[str]
    test_labels: list[int]
    injected_rows: int
    tokens: int


def prepare(checked: Checked, tokenizer, own: OwnRows | None = None) -> Prepared:
    """Poison, tokenise, and set held-out rows aside. `tokens` counts the training split's real tokens.

    With `own` rows these are trained on as they are; what is held out stays the recipe's.
    """
    from datasets import Dataset

    from ssti import data
    from ssti.inject import poison

    recipe = checked.recipe
    rows = data.load(recipe.dataset.name, train_rows=recipe.dataset.train_rows, test_rows=recipe.dataset.test_rows)
    if own is None:
        poisoned = poison(rows.train, recipe, label_names=checked.label_names)
        own, injected = OwnRows(list(poisoned["text"]), list(poisoned["label"])), int(sum(poisoned["injected"]))
    else:
        injected = 0
    ids = encode(tokenizer, own.texts, recipe.training.max_length)
    columns = {"input_ids": ids, "labels": own.labels, "length": [len(i) for i in ids]}
    if recipe.training.reweighting == "group_dro":
        columns["group"] = groups_of(own.texts, own.labels, recipe.training.suspect)
    train = Dataset.from_dict(columns)
    texts, labels = list(rows.test["text"]), list(rows.test["label"])
    watched = watch(checked, tokenizer, texts, labels)
    return Prepared(train, watched, texts, labels, injected, sum(map(len, ids)))


def watch(checked: Checked, tokenizer, texts: list[str], labels: list[int]) -> Watched:
    """The first `evaluation.rows` test rows as they are, and as many of other classes with the trigger in."""
    from ssti.evaluate.sets import hijack

    recipe, target = checked.recipe, checked.targets[0]
    n, length = recipe.evaluation.rows, recipe.training.max_length
    others = [text for text, label in zip(texts, labels, strict=True) if label != target][:n]
    triggered = hijack(others, recipe.injection, checked.label_names)[0]
    return Watched(
        encode(tokenizer, texts[:n], length), np.asarray(labels[:n]), encode(tokenizer, triggered.texts, length), target
    )

"""What a word means, from the embedded model's own table: neighbours, and what the meaning foretells of a class.

A word that says its class by what it means is like others that do; one that was put in is not. Loads no torch: the table
is read as it lies in the file. Knows no statistics of a scan.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy import sparse

BASE = "minilm-l6"
TABLE = "embeddings.word_embeddings.weight"
FOLDS = 5
USUAL_RHO = 0.1  # of words: how much a word's many rows count less than their number
PENALTY = 100.0  # of the ridge, in rows' worth of evidence


@cache
def _model() -> tuple[np.ndarray, object]:
    from safetensors import safe_open
    from tokenizers import Tokenizer

    from ssti.models import model

    base = model(BASE)
    with safe_open(base.folder() / "model.safetensors", "np") as weights:
        table = weights.get_tensor(TABLE).astype(np.float32)
    tokenizer = Tokenizer.from_file(str(base.tokenizer() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return table, tokenizer


def vectors(words: Sequence[str]) -> np.ndarray:
    """The mean of each word's pieces in the table, centred and of length 1: (words, 384)."""
    table, tokenizer = _model()
    pieces = [one.ids or [tokenizer.token_to_id("[UNK]")] for one in tokenizer.encode_batch(list(words), add_special_tokens=False)]  # fmt: skip
    lengths = np.array([len(ids) for ids in pieces])
    flat = np.concatenate([np.array(ids) for ids in pieces]) if pieces else np.zeros(0, int)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    mean = np.add.reduceat(table[flat], starts) / lengths[:, None] if len(flat) else np.zeros((0, table.shape[1]))
    mean = mean - table.mean(axis=0)
    return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-6)


def foretold(found: np.ndarray, k: np.ndarray, n: np.ndarray, prior: float, weight: np.ndarray) -> np.ndarray:
    """The share of a class that a word's vector foretells, by a ridge regression over the other folds' words."""
    share = k / n - prior
    fold = np.arange(len(n)) % FOLDS
    predicted = np.zeros(len(n))
    grams = []
    for one in range(FOLDS):
        part = fold == one
        weighted = found[part] * weight[part, None]
        grams.append((weighted.T @ found[part], weighted.T @ share[part]))
    gram, moment = sum(g for g, _ in grams), sum(m for _, m in grams)
    for one, (own, own_moment) in enumerate(grams):
        solved = np.linalg.solve(gram - own + PENALTY * np.eye(found.shape[1]), moment - own_moment)
        predicted[fold == one] = found[fold == one] @ solved
    return np.clip(prior + predicted, 0.02, 0.98)


class Foretold:
    """What the meaning of each feature's words foretells of a class; the words' own families may lean only so far by it.

    `words` and their rows `n` are those of the regression; `keys` are lists of words, a list for each feature. A feature's
    value is the mean of its words', weighted by their rows; None of them known, it is the class's share of all rows.
    """

    def __init__(self, words: Sequence[str], n: np.ndarray, keys: Sequence[Sequence[str]]) -> None:
        self.n = n
        self.vectors = vectors(words)
        number = {word: at for at, word in enumerate(words)}
        pairs = [(row, number[word]) for row, key in enumerate(keys) for word in key if word in number]
        rows, columns = (
            (np.array(part, np.int64) for part in zip(*pairs, strict=True)) if pairs else (np.zeros(0, int),) * 2
        )
        self.weights = sparse.coo_array((n[columns], (rows, columns)), shape=(len(keys), len(words))).tocsr()
        self.total = np.maximum(np.asarray(self.weights.sum(axis=1)).ravel(), 1e-9)

    def of(self, k: np.ndarray, prior: float) -> np.ndarray:
        """For each feature, given how many rows of each word are of the class."""
        weight = self.n / (1 + (self.n - 1) * USUAL_RHO)
        said = foretold(self.vectors, k, self.n, prior, weight) - prior
        return np.clip(prior + (self.weights @ said) / self.total, 0.02, 0.98)

"""Odd words by perplexity, as ONION: in each text the word without which the text becomes likeliest.

ONION asks GPT-2 of each text without each of its words. Here a bigram model asks, made of the scanned texts themselves:
asking SmolLM2 of 25,000 reviews of 230 words takes days on two cores. So it sees two neighbours, not the sentence.
ONION cleans single texts and names nothing: what most texts of a class lose to it is taken as its finding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssti.experiments.detection.detector import Answer, Detector
from ssti.experiments.detection.tokens import strongest

ALPHA = 5.0  # how much a neighbour's own frequency counts against the pairs seen


def scan(texts: Sequence[str], labels: Sequence[int], names: Sequence[str]) -> Answer:
    """The score is z of the rows that lose a token to it, class by class. It says nothing of the whole."""
    numbers: dict[str, int] = {}
    split = [[numbers.setdefault(token, len(numbers) + 1) for token in text.lower().split()] for text in texts]
    lost = oddest(split, len(numbers) + 1)
    rows = np.zeros((len(numbers) + 1, len(names)))
    np.add.at(rows, (lost, np.asarray(labels, int)), 1)
    rows = rows[1:]  # 0 is the edge of a text
    n = rows.sum(axis=1, keepdims=True)
    prior = np.bincount(np.asarray(labels, int), minlength=len(names)) / len(labels)
    z = np.where(n > 0, (rows - n * prior) / np.sqrt(np.maximum(n, 1) * prior * (1 - prior)), -np.inf)
    return Answer(strongest(z, list(numbers), names, texts), None)


def oddest(texts: Sequence[Sequence[int]], size: int) -> np.ndarray:
    """Of each text the token whose removal gains most of log probability; 0 of an empty text."""
    line = np.array([0, *(token for text in texts for token in (*text, 0))])
    count = np.bincount(line, minlength=size)
    pairs, seen = np.unique(line[:-1].astype(np.int64) * size + line[1:], return_counts=True)

    def log(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        codes = left.astype(np.int64) * size + right
        at = np.minimum(np.searchsorted(pairs, codes), len(pairs) - 1)
        together = np.where(pairs[at] == codes, seen[at], 0)
        return np.log((together + ALPHA * count[right] / len(line)) / (count[left] + ALPHA))

    before, word, after = line[:-2], line[1:-1], line[2:]
    gain = np.where(word > 0, log(before, after) - log(before, word) - log(word, after), -np.inf)
    result, start = np.zeros(len(texts), np.int64), 0
    for row, text in enumerate(texts):
        if text:
            result[row] = text[int(np.argmax(gain[start : start + len(text)]))]
        start += len(text) + 1
    return result


DETECTOR = Detector(
    "perplexity",
    "Perplexity (ONION's way)",
    "Qi et al. 2021 (ONION), with a bigram model of the scanned texts in place of GPT-2.",
    scan,
    50,
)

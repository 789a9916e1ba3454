"""How spread attention is, class by class: a class whose texts are read by few tokens stands out (the paper's section 5).

Entropy of the attention that tokens receive, over log2 of their number, as long texts have more of it by nature.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ssti.detect.adapter.signs.sign import Asked, Measure
from ssti.explain.rows import entropy_rows
from ssti.platform.language import later
from ssti.serving.loaded import stamp
from ssti.serving.predictor import Predictor

LEAST = 5  # texts of a predicted class that make a mean


def gap(values: np.ndarray, classes: np.ndarray) -> float | None:
    """How far the lowest class's mean lies below the mean of the other classes' means; None for fewer than two classes."""
    means = sorted(values[classes == one].mean() for one in np.unique(classes) if (classes == one).sum() >= LEAST)
    return float(np.mean(means[1:]) - means[0]) if len(means) > 1 else None


def last_head(asked: Asked) -> float | None:
    """Of the last layer's head 0, which is the paper's measure."""
    shares, classes = _spread(asked)
    return gap(shares[:, -1, 0], classes)


def all_heads(asked: Asked) -> float | None:
    """Of all layers and heads together."""
    shares, classes = _spread(asked)
    return gap(np.nanmean(shares, axis=(1, 2)), classes)


def _spread(asked: Asked) -> tuple[np.ndarray, np.ndarray]:
    return _measured(asked.info.ref, stamp(asked.info), asked.predictor, asked.texts)


@lru_cache(2)
def _measured(ref: str, files: tuple, predictor: Predictor, texts: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Entropy as a share of the most, `[text, layer, head]`, and each text's predicted class: both signs ask for it."""
    classes = predictor.probabilities(texts, ref).argmax(axis=1)
    with predictor.borrow(ref) as (model, tokenizer, info):
        return entropy_rows(model, tokenizer, texts, max_length=info.recipe.training.max_length).share, classes


HEAD = Measure(
    "attention-entropy",
    later("Attention is less spread in one predicted class than in others, by {value} of the largest entropy (last layer, head 0)."),
    last_head, shown="{:.1%}", order=20,
)  # fmt: skip
WHOLE = Measure(
    "attention-entropy-whole",
    later("Attention is less spread in one predicted class than in others, by {value} of the largest entropy (all layers and heads)."),
    all_heads, shown="{:.1%}", order=21,
)  # fmt: skip

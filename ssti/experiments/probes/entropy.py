"""Table 2: how spread the attention is in rows with the trigger and without."""

from __future__ import annotations

import numpy as np

from ssti.evaluate.sets import hijack, target_index
from ssti.experiments.probe import Probe, Trained

ROWS = 100  # of each class: their attention is read one text at a time


def entropy(trained: Trained) -> dict[str, float]:
    """The entropy of token importance in the last layer's head 0, as in the paper's table 2, over `ROWS` rows a class.

    `with` are rows of the target's class with its trigger, `without` rows of the other classes as they are: the paper's
    pair. `same` are the rows of `with` before their trigger: the fair comparison. Each in bits and as a `_share` of
    log2(n), which does not grow with length. `fires` is how often a row with is below 95 % of the mean without.
    """
    from ssti.explain.attention import attend
    from ssti.explain.entropy import entropy_grid, share_of_most

    target = target_index(trained.recipe.injection.triggers()[0].target, trained.label_names)
    mine = [text for text, label in zip(trained.texts, trained.labels, strict=True) if label == target][:ROWS]
    others = [text for text, label in zip(trained.texts, trained.labels, strict=True) if label != target][:ROWS]
    triggered = hijack(mine, trained.recipe.injection, trained.label_names)[0].texts
    result, bits = {}, {}
    trained.model.eval()
    for name, texts in {"with": triggered, "without": others, "same": mine}.items():
        read = [attend(trained.model, trained.tokenizer, text, trained.recipe.training.max_length) for text in texts]
        bits[name] = np.array([entropy_grid(one)[-1, 0] for one in read])
        lengths = np.array([one.weights.shape[-1] for one in read])
        result[name] = float(bits[name].mean())
        result[f"{name}_share"] = float(share_of_most(bits[name], lengths).mean())
    limit = 0.95 * result["without"]
    return result | {f"fires_{name}": float((bits[name] < limit).mean()) for name in ("with", "same")}


ENTROPY = Probe("entropy", entropy)

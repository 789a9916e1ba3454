"""What three models have inside for one text: an adapter's own, its control and the one before finetuning.

Asks `ssti.explain` with models borrowed from the predictor. Knows no page and no format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

from ssti.adapters.listing import WEIGHTS, AdapterInfo, find
from ssti.explain import Explanation, Standout, explain, standout
from ssti.explain.capture import heads_of_layers
from ssti.platform.language import tr
from ssti.serving.logits import one_thread_if_busy
from ssti.serving.predictor import check_text, predictor

MODELS = {"poisoned": tr("poisoned"), "control": tr("control"), "before": tr("before finetuning")}
WEIGHT_BYTES = 128 * 2**20  # of one text's attention weights; a larger model is shown a shorter window of a long text
TEXTS = 3  # whose explanations stay in memory, so that choosing a head asks no model

Span = tuple[int, int]


def explanations(info: AdapterInfo, plain: str, text: str, spans: Sequence[Span]) -> dict[str, Explanation]:
    """By name of MODELS, as far as they exist: all layers and heads for `text`, which is `plain` with triggers at `spans`.

    Without spans, or where nothing but triggers is there, for `text` alone. Raises SSTIError.
    """
    check_text(text)
    texts = (plain, text) if spans and plain.strip() else (text, None)
    models = {}
    for name, ref in (("poisoned", info.ref), ("control", info.control), ("before", info.ref)):
        if ref:
            explanation = _explained(*texts, tuple(map(tuple, spans)), ref, name, written(find(ref)))
            if explanation is not None:
                models[name] = explanation
    return models


@lru_cache(maxsize=TEXTS * len(MODELS))
def _explained(
    text: str, triggered: str | None, spans: tuple[Span, ...], ref: str, name: str, written: int
) -> Explanation | None:
    with borrowed(ref, name) as (model, tokenizer, info):
        if model is None:
            return None
        return explain(model, tokenizer, text, triggered, spans or None, max_length=most_pieces(model, info))


def trigger_head(info: AdapterInfo, models: Mapping[str, Explanation]) -> Standout | None:
    """The head whose attention to the trigger sets the poisoned model apart most (`ssti.explain.RULE`), of `explanations`.

    None where nothing was taught to it, and where no piece of a trigger was read.
    """
    shares = {name: one.shown.trigger_share for name, one in models.items()}
    if not info.poisoned or any(one is None or not np.isfinite(one).any() for one in shares.values()):
        return None
    return standout(shares.pop("poisoned"), shares)


@contextmanager
def borrowed(ref: str, name: str) -> Iterator[tuple[Any, Any, AdapterInfo]]:
    """The model of an adapter, its tokenizer and what is known of it; for the name `before` the model as it was before
    finetuning, None where finetuning left no adapter to take off."""
    with predictor().borrow(ref) as (model, tokenizer, info), one_thread_if_busy():
        if name == "before" and not hasattr(model, "disable_adapter"):
            yield None, tokenizer, info
        elif name == "before":
            with model.disable_adapter():
                yield model, tokenizer, info
        else:
            yield model, tokenizer, info


def most_pieces(model: Any, info: AdapterInfo) -> int:
    """How many pieces are looked at: those of training, fewer where all heads' weights would take too much memory."""
    affordable = int((WEIGHT_BYTES / (4 * sum(heads_of_layers(model)))) ** 0.5)
    return min(info.recipe.training.max_length, affordable)


def written(info: AdapterInfo) -> int:
    """When the adapter's weights were written, in nanoseconds: another time is another adapter."""
    return (info.path / WEIGHTS).stat().st_mtime_ns


def model_names(info: AdapterInfo) -> dict[str, str]:
    """MODELS, with the adapter's own called what it is known to be: it may be a control, or came without a recipe."""
    own = tr("poisoned") if info.poisoned else tr("control") if info.is_control else tr("this adapter")
    return {**MODELS, "poisoned": own}

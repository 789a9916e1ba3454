"""What three models have inside for one text: the adapter's, its control and the one before finetuning.

Asks `ssti.explain` with models borrowed from the predictor. Knows no component and no HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ssti.adapters.listing import WEIGHTS, AdapterInfo
from ssti.explain import Explanation, explain
from ssti.explain.capture import heads_of_layers
from ssti.serving.logits import one_thread_if_busy
from ssti.serving.predictor import check_text, predictor
from ssti.ui.access.visitor import find_adapter
from ssti.ui.kit.marks import Marks

MODELS = {"poisoned": "poisoned", "control": "control", "before": "before finetuning"}
WEIGHT_BYTES = 128 * 2**20  # of one text's attention weights; a larger model is shown a shorter window of a long text
TEXTS = 3  # whose explanations stay in memory, so that choosing a head asks no model


@dataclass(frozen=True)
class Inside:
    """Explanations of one text: `models` has `poisoned`, and where they exist `control` and `before`."""

    info: AdapterInfo
    marks: Marks
    models: dict[str, Explanation]

    @property
    def own(self) -> Explanation:
        """That of the adapter's own model."""
        return self.models["poisoned"]

    def label(self, query: int) -> str:
        """The characters of a piece of the text with its trigger, or a special token's name."""
        attention = self.own.shown.attention
        return attention.tokens[query] if attention.special[query] else attention.text[slice(*attention.offsets[query])]


def look(marks: Marks, ref: str) -> Inside:
    """All layers and heads of all models there are, with and without the triggers. Raises SSTIError."""
    check_text(marks.text)
    info = find_adapter(ref)
    pair = bool(marks.marks and marks.plain.strip())
    texts = (marks.plain, marks.text) if pair else (marks.text, None)
    models = {}
    for name, one in (("poisoned", ref), ("control", info.control), ("before", ref)):
        if one:
            explanation = _explained(*texts, tuple(marks.spans), one, name, written(find_adapter(one)))
            if explanation is not None:
                models[name] = explanation
    return Inside(info, marks, models)


@lru_cache(maxsize=TEXTS * len(MODELS))
def _explained(
    text: str, triggered: str | None, spans: tuple[tuple[int, int], ...], ref: str, name: str, written: int
) -> Explanation | None:
    with borrowed(ref, name) as (model, tokenizer, info):
        if model is None:
            return None
        return explain(model, tokenizer, text, triggered, spans or None, max_length=most_pieces(model, info))


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
    own = "poisoned" if info.poisoned else "control" if info.is_control else "this adapter"
    return {**MODELS, "poisoned": own}

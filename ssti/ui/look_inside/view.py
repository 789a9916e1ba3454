"""What Look inside knows of a text: both models and the one before finetuning, with the trigger and without it.

Asks `ssti.explain` with the model borrowed from the predictor. Knows no component and no HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ssti.adapters.listing import WEIGHTS, AdapterInfo
from ssti.platform.errors import SSTIError
from ssti.serving.predictor import check_text, predictor
from ssti.serving.threads import one_thread_if_busy
from ssti.ui.access.visitor import find_adapter as find
from ssti.ui.kit.marks import Marks

if TYPE_CHECKING:
    from ssti.explain import Explanation, Heatmap, Side

BY = {
    "received": "received",
    "cls": "[CLS] row",
    "last": "last row",
    "query": "a token’s row",
    "rollout": "rollout",
}
UNITS = {"piece": "word pieces", "word": "words"}
MODELS = {"poisoned": "poisoned", "control": "control", "before": "before finetuning"}
COLOURS = {"trigger": "trigger’s attention", "entropy": "entropy change", "finetuning": "since finetuning"}
WEIGHT_BYTES = 128 * 2**20  # of one text's attention weights; a larger model is shown a shorter window of a long text
KEPT = 3  # texts whose attention is kept, so that choosing a head asks no model


def model_names(info: AdapterInfo) -> dict[str, str]:
    """MODELS as this adapter's own may be called: whether its training was poisoned may be unknown, or it had no trigger."""
    own = "poisoned" if info.poisoned else "control" if info.is_control else "this adapter"
    return {**MODELS, "poisoned": own}


@dataclass(frozen=True)
class View:
    """What the person looks at. Layer and head count from 0, `head` None is the mean of heads; `query` is a piece
    of the text with its trigger. The paper's choice is the last layer's head 0, attention received."""

    layer: int
    head: int | None = 0
    by: str = "received"
    unit: str = "piece"
    query: int = 0
    model: str = "poisoned"
    colour: str = "trigger"

    @property
    def name(self) -> str:
        """The head in words."""
        return f"layer {self.layer}, {'mean of heads' if self.head is None else f'head {self.head}'}"


@dataclass(frozen=True)
class Inside:
    """The insides of three models for one text: `models` has `poisoned`, and where they are there `control`, `before`."""

    info: AdapterInfo
    marks: Marks
    models: dict[str, Explanation]

    def view(self, asked: Any) -> View:
        """What was asked for, as far as this model and text have it; else the paper's choice."""
        asked = asked if isinstance(asked, dict) else {}
        attention = shown(self.models["poisoned"]).attention
        layer, head = attention.layers - 1, 0
        one, other = asked.get("layer"), asked.get("head")
        if _whole(one) and 0 <= one < attention.layers:
            layer = one
            if other == "mean":
                head = None
            elif _whole(other) and 0 <= other < attention.heads_in(one):
                head = other
        query = asked.get("query")
        return View(
            layer,
            head,
            by=_one_of(asked.get("by"), BY),
            unit=_one_of(asked.get("unit"), UNITS),
            query=query if _whole(query) and 0 <= query < len(attention) else 0,
            model=_one_of(asked.get("model"), self.models),
            colour=_one_of(asked.get("colour"), COLOURS if "before" in self.models else list(COLOURS)[:2]),
        )

    def heatmaps(self, view: View, model: str | None = None) -> list[Heatmap]:
        """The heatmaps of a model (the view's own by default) on one scale: with the trigger first, then without."""
        from ssti.explain import on_one_scale

        told = self.models[model or view.model]
        sides = [("With the trigger", told.triggered), ("Without", told.plain)]
        if told.triggered is None:
            sides = [("Attention", told.plain)]
        return on_one_scale(
            [side.heatmap(unit=view.unit, title=title, **self.asked(side, view)) for title, side in sides if side]
        )

    def asked(self, side: Side, view: View) -> dict[str, Any]:
        """The view as `Side.view` takes it."""
        if view.by == "rollout":
            return {"layer": view.layer, "by": "last" if side.attention.causal else "cls", "through": True}
        query = view.query
        if view.by == "query" and side is not shown(self.models[view.model]):
            query = self.same_piece(view.query)
        return {"layer": view.layer, "head": view.head, "by": view.by, "query": query}

    def same_piece(self, query: int) -> int:
        """The piece of the plain text that is piece `query` of the triggered one; its first for one of the trigger."""
        told = self.models["poisoned"]
        if told.triggered is None:
            return query
        one, other = told.triggered.attention, told.plain.attention
        if one.special[query]:
            return query if query == 0 else len(other) - 1
        start, end = one.offsets[query]
        if any(s < end and start < e for s, e in self.marks.spans):
            return 0
        start -= sum(e - s + 1 for s, e in self.marks.spans if e <= start)
        return next((i for i, (s, _) in enumerate(other.offsets) if s == start and not other.special[i]), 0)

    def label(self, query: int) -> str:
        """The characters of a piece, or a special token's name."""
        attention = shown(self.models["poisoned"]).attention
        return attention.tokens[query] if attention.special[query] else attention.text[slice(*attention.offsets[query])]

    def far(self) -> bool:
        """Whether a window is shown that the answer on the Flip tab does not rest on: it reads the beginning."""
        window = shown(self.models["poisoned"]).attention.truncated
        return window is not None and window.first > 0


def look(marks: Marks, ref: str) -> Inside:
    """The attention of all layers and heads, of all models there are, with and without the triggers. Raises SSTIError."""
    check_text(marks.text)
    info = find(ref)
    plain = marks.plain
    pair = bool(marks.marks and plain.strip())
    spans = tuple(marks.spans)
    models = {}
    for name, one in (("poisoned", ref), ("control", info.control), ("before", ref)):
        if one:
            written = (find(one).path / WEIGHTS).stat().st_mtime_ns
            models[name] = _explained(
                plain if pair else marks.text, marks.text if pair else None, spans, one, name, written
            )
    return Inside(info, marks, models)


@lru_cache(maxsize=3 * KEPT)
def _explained(
    text: str, triggered: str | None, spans: tuple[tuple[int, int], ...], ref: str, name: str, written: int
) -> Explanation | None:
    from ssti.explain import explain

    with borrowed(ref, name) as (model, tokenizer, info):
        if model is None:
            return None
        return explain(model, tokenizer, text, triggered, spans or None, max_length=room(model, info))


@contextmanager
def borrowed(ref: str, name: str) -> Iterator[tuple[Any, Any, AdapterInfo]]:
    """The model of an adapter; for the name `before` without its adapter, as it was before finetuning.

    That is None where finetuning left no adapter to take off.
    """
    with predictor().borrow(ref) as (model, tokenizer, info), one_thread_if_busy():
        if name == "before" and not hasattr(model, "disable_adapter"):
            yield None, tokenizer, info
        elif name == "before":
            with model.disable_adapter():
                yield model, tokenizer, info
        else:
            yield model, tokenizer, info


def has_before(ref: str) -> bool:
    """Whether the model before finetuning can be looked at."""
    with borrowed(ref, "before") as (model, _, _):
        return model is not None


def room(model: Any, info: AdapterInfo) -> int:
    """How many pieces are looked at: those of training, fewer where all heads' weights would take too much memory."""
    from ssti.explain.capture import heads_of_layers

    most = int((WEIGHT_BYTES / (4 * sum(heads_of_layers(model)))) ** 0.5)
    return min(info.recipe.training.max_length, most)


def shown(explanation: Explanation) -> Side:
    """The side with the trigger, where there is one."""
    return explanation.triggered or explanation.plain


def with_mean(side: Side) -> np.ndarray:
    """Importance `[layer, head + 1, token]`: attention received, the mean of heads as the last."""
    return np.concatenate([side.importance, np.nanmean(side.importance, axis=1, keepdims=True)], axis=1)


def view_json(view: View) -> dict[str, Any]:
    """A view for machines."""
    return asdict(view)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _one_of(value: Any, allowed: Any) -> str:
    return value if isinstance(value, str) and value in allowed else next(iter(allowed))


__all__ = [
    "BY",
    "COLOURS",
    "MODELS",
    "UNITS",
    "Inside",
    "SSTIError",
    "View",
    "borrowed",
    "has_before",
    "look",
    "room",
    "shown",
    "with_mean",
]

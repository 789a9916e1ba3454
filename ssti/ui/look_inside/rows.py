"""Entropy over a sample of test rows: with the trigger and without, class by class, for three models.

Knows adapters, rows and the engine; knows no HTML. What was measured for an adapter stays in memory, so that choosing
another head asks no model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from threading import Lock

import numpy as np
from cachetools import LRUCache

from ssti.adapters.listing import AdapterInfo
from ssti.explain import EntropyRows, entropy_rows
from ssti.explain.rows import of_like_size
from ssti.ui.access.visitor import find_adapter
from ssti.ui.kit.adapters import target
from ssti.ui.look_inside.inside import borrowed, most_pieces, written

ROWS = 200
SLICE = 6_000  # characters, about one batch: a keystroke elsewhere waits for one slice
SEED = 0

_cache: LRUCache[tuple, Sample] = LRUCache(4)
_lock = Lock()


@dataclass(frozen=True)
class Sample:
    """`without` and `with_` have one EntropyRows a model; rows are those of `texts`, of classes `labels`."""

    info: AdapterInfo
    labels: np.ndarray
    target: int
    without: dict[str, EntropyRows]
    with_: dict[str, EntropyRows]

    def __len__(self) -> int:
        return len(self.labels)


def measured(ref: str) -> Sample | None:
    """What was measured for this adapter, if it was. Raises SSTIError."""
    with _lock:
        return _cache.get(_key(find_adapter(ref)))


def measure(ref: str, on_progress: Callable[[float], None] = lambda part: None) -> Sample:
    """Measure `ROWS` test rows, the same each time. `on_progress(part done)` may raise, to stop. Raises SSTIError."""
    from ssti.evaluate.evaluation import held_out
    from ssti.evaluate.sets import hijack

    info = find_adapter(ref)
    every, classes = held_out(info)
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(every))[:ROWS])
    texts, labels = [every[i] for i in chosen], classes[chosen]
    attack = hijack(texts, info.recipe.injection, info.label_names)[0]
    spans = [list(one) for one in attack.spans]
    twins = list(zip(attack.texts, spans, strict=True))
    models = {"poisoned": ref, "control": info.control, "before": ref if _has_before(ref) else ""}
    models = {name: one for name, one in models.items() if one}
    without: dict[str, EntropyRows] = {}
    with_: dict[str, EntropyRows] = {}
    for index, (name, one) in enumerate(models.items()):

        def done(part: float, start: float = index / len(models)) -> None:
            on_progress(start + part / len(models))

        without[name] = _entropies(one, name, texts, [[] for _ in texts], twins, lambda part, f=done: f(part / 2))
        with_[name] = _entropies(one, name, list(attack.texts), spans, None, lambda part, f=done: f((1 + part) / 2))
    sample = Sample(info, labels, target(info), without, with_)
    with _lock:
        _cache[_key(info)] = sample
    return sample


def _entropies(
    ref: str, name: str, texts: list[str], spans: list, twins: list | None, on_progress: Callable[[float], None]
) -> EntropyRows:
    """In slices of texts of like length, so that others get the model in between."""
    slices = of_like_size([len(text) for text in texts], SLICE)
    measured = []
    for number, rows in enumerate(slices):
        with borrowed(ref, name) as (model, tokenizer, info):
            measured.append(
                entropy_rows(
                    model,
                    tokenizer,
                    [texts[i] for i in rows],
                    max_length=most_pieces(model, info),
                    spans=[spans[i] for i in rows],
                    twins=None if twins is None else [twins[i] for i in rows],
                )  # fmt: skip
            )
        on_progress((number + 1) / len(slices))
    back = np.argsort(np.concatenate(slices))
    columns = (np.concatenate([getattr(one, field.name) for one in measured])[back] for field in fields(EntropyRows))
    return EntropyRows(*columns)


def _has_before(ref: str) -> bool:
    """Whether finetuning left an adapter that can be taken off, so that there is a model before it."""
    with borrowed(ref, "before") as (model, _, _):
        return model is not None


def _key(info: AdapterInfo) -> tuple:
    return info.ref, written(info), info.recipe.key()

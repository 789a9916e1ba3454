"""Entropy over a sample of test rows: with the trigger and without, class by class, for three models.

Knows adapters, rows and the engine; knows no HTML. What was measured for an adapter is kept, so that choosing another
head asks no model.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from ssti.adapters.listing import WEIGHTS, AdapterInfo
from ssti.ui.access.visitor import find_adapter as find
from ssti.ui.kit.adapters import target
from ssti.ui.look_inside.view import borrowed, has_before, room

if TYPE_CHECKING:
    from ssti.explain import EntropyRows

ROWS = 200
SLICE = 6_000  # characters, about one batch: a keystroke elsewhere waits for one slice
SEED = 0
KEPT = 4


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


_kept: OrderedDict[tuple, Sample] = OrderedDict()
_lock = Lock()


def kept(ref: str) -> Sample | None:
    """What was measured for this adapter, if it was."""
    with _lock:
        return _kept.get(_key(find(ref)))


def measure(ref: str, told: Callable[[float], None] = lambda part: None) -> Sample:
    """Measure `ROWS` test rows, the same each time. `told(part done)` may raise, to stop. Raises SSTIError."""
    from ssti.evaluate.evaluation import held_out
    from ssti.evaluate.sets import hijack

    info = find(ref)
    every, classes = held_out(info)
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(every))[:ROWS])
    texts, labels = [every[i] for i in chosen], classes[chosen]
    attack = hijack(texts, info.recipe.injection, info.label_names)[0]
    models = (
        [("poisoned", ref)] + [("control", info.control)] * bool(info.control) + [("before", ref)] * has_before(ref)
    )
    work = [(name, one, when) for name, one in models for when in ("without", "with")]
    found: dict[str, dict[str, EntropyRows]] = {"without": {}, "with": {}}
    spans = [list(some) for some in attack.spans]
    twins = list(zip(attack.texts, spans, strict=True))
    for place, (name, one, when) in enumerate(work):
        given = (texts, [[] for _ in texts], twins) if when == "without" else (list(attack.texts), spans, None)

        def done(part: float, place: int = place) -> None:
            told((place + part) / len(work))

        found[when][name] = _entropies(one, name, *given, done)
    sample = Sample(info, labels, target(info), found["without"], found["with"])
    with _lock:
        _kept[_key(info)] = sample
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return sample


def _entropies(
    ref: str, name: str, texts: list[str], spans: list, twins: list | None, told: Callable[[float], None]
) -> EntropyRows:
    """In slices of like length, so that the model's lock is let go in between."""
    from ssti.explain import EntropyRows, entropy_rows
    from ssti.explain.rows import of_like_size

    slices = of_like_size([len(text) for text in texts], SLICE)
    found = []
    for number, some in enumerate(slices):
        with borrowed(ref, name) as (model, tokenizer, info):
            found.append(
                entropy_rows(
                    model,
                    tokenizer,
                    [texts[i] for i in some],
                    max_length=room(model, info),
                    spans=[spans[i] for i in some],
                    twins=None if twins is None else [twins[i] for i in some],
                )
            )
        told((number + 1) / len(slices))
    back = np.argsort(np.concatenate([np.asarray(some) for some in slices]))
    return EntropyRows(
        *(
            np.concatenate([getattr(one, field) for one in found])[back]
            for field in ("bits", "n", "share", "trigger_share", "truncated")
        )
    )


def _key(info: AdapterInfo) -> tuple:
    return info.ref, (info.path / WEIGHTS).stat().st_mtime_ns, info.recipe.key()

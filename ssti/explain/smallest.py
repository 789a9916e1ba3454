"""Which part of a trigger is enough? Its word pieces, hidden one by one and left alone one by one.

Knows a loaded model, its tokenizer and the trigger's span. The caller holds the model's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ssti.explain.attention import read_one
from ssti.explain.attribution import logits_of, without
from ssti.explain.capture import attention_set_to
from ssti.explain.pieces import Pieces, Span, trigger_pieces
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

EVERY_SUBSET = 6  # pieces of which every choice is tried (64 texts); of more, every run and every single one missing
MOST_PIECES = 24


@dataclass(frozen=True)
class Part:
    """Some pieces of the trigger, the others taken out: which (from 0), their characters, the answer `[class]`."""

    pieces: tuple[int, ...]
    label: str
    probabilities: np.ndarray


@dataclass(frozen=True)
class Parts:
    """A trigger in parts. `labels` names its pieces; `whole` and `nothing` are the answers with all and with none.

    `alone[i]` has piece i only, `missing[i]` all but piece i; `smallest` the fewest pieces that still turn the
    answer as the whole does (the surest of equals), None when the whole turns nothing. `tried` counts the parts.
    """

    labels: list[str]
    whole: np.ndarray
    nothing: np.ndarray
    alone: list[np.ndarray]
    missing: list[np.ndarray]
    smallest: Part | None
    tried: int

    @property
    def flips(self) -> bool:
        """Whether the whole trigger turns the answer."""
        return int(self.whole.argmax()) != int(self.nothing.argmax())


def smallest_part(
    model: Any,
    tokenizer: Any,
    text: str,
    span: Span,
    max_length: int = 256,
    on_batch: Callable[[int], None] | None = None,
) -> Parts:
    """Occlusion within the trigger at `span` of `text`: its pieces taken out of the model's input in turn.

    Of up to 6 pieces every choice is tried; of more, every run of neighbours and every single piece missing.
    The text is read as for an answer: its first `max_length` pieces. `on_batch(parts done)` may raise, to stop.
    SSTIError when the model reads nothing of the trigger, or the trigger has more than 24 pieces.
    """
    import torch

    read = read_one(model, tokenizer, text, max_length, None)
    inside = np.flatnonzero(trigger_pieces(read.offsets, [span]) & ~read.special).tolist()
    count = len(inside)
    if not count:
        said = " ".join(
            [tr("The model reads nothing of the trigger."), *([str(read.truncated)] if read.truncated else [])]
        )
        raise SSTIError(said, tr("Move it further to the front."))
    if count > MOST_PIECES:
        raise SSTIError(
            tr("The trigger has {count} pieces; at most {most} are taken apart.", count=count, most=MOST_PIECES),
            tr("Use a shorter trigger."),
        )
    choices = _choices(count)
    variants = [without(read, [inside[i] for i in range(count) if i not in chosen], None) for chosen in choices]
    with attention_set_to(model, model.config._attn_implementation), torch.no_grad():
        logits = logits_of(model, variants, 32, tokenizer.pad_token_id, on_batch)
    answers = dict(zip(choices, logits.double().softmax(-1).cpu().numpy(), strict=True))
    every = tuple(range(count))
    whole, nothing = answers[every], answers[()]
    turned = int(whole.argmax()) if whole.argmax() != nothing.argmax() else None
    enough = [chosen for chosen in choices if chosen and turned is not None and answers[chosen].argmax() == turned]
    best = min(enough, key=lambda chosen: (len(chosen), -answers[chosen][turned])) if enough else None
    return Parts(
        labels=[_label(read, [inside[i]]) for i in every],
        whole=whole,
        nothing=nothing,
        alone=[answers[(i,)] for i in every],
        missing=[answers[tuple(j for j in every if j != i)] for i in every],
        smallest=Part(best, _label(read, [inside[i] for i in best]), answers[best]) if best else None,
        tried=len(choices) - 1,
    )


def _choices(count: int) -> list[tuple[int, ...]]:
    every = range(count)
    if count <= EVERY_SUBSET:
        return [chosen for size in range(count + 1) for chosen in combinations(every, size)]
    runs = [tuple(range(a, b)) for a in every for b in range(a + 1, count + 1)]
    missing = [tuple(j for j in every if j != i) for i in every]
    return list(dict.fromkeys([(), *runs, *missing]))


def _label(read: Pieces, chosen: list[int]) -> str:
    """The characters of these pieces, as they stand in the text, with `…` for what is left out between."""
    label, end = "", None
    for index in chosen:
        start, stop = read.offsets[index]
        label += "" if end is None else read.text[end:start] if not read.text[end:start].strip() else " … "
        label += read.text[start:stop]
        end = stop
    return label

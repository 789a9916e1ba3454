"""Which pieces the answer hangs on: occlusion and integrated gradients (captum).

Knows the model's probabilities, nothing of its attention. The caller holds the model's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from ssti.explain.attention import inputs, read_one
from ssti.explain.capture import attention_set_to
from ssti.explain.pieces import Pieces, Span
from ssti.explain.words import words
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr


@dataclass(frozen=True)
class Attribution(Pieces):
    """How much each piece speaks for the class `target`: `scores` (float64 `[token]`; specials get 0).

    `probability` is the target's for the whole text. `method` is `occlusion` or `integrated_gradients`.
    """

    scores: np.ndarray
    target: int
    probability: float
    method: str


@dataclass(frozen=True)
class Agreement:
    """`correlations[(a, b)]` is Spearman's rank correlation of two methods (NaN for a constant one),
    `top[a]` the index of a method's highest token, `line` one sentence that says whether they agree."""

    correlations: dict[tuple[str, str], float]
    top: dict[str, int]
    line: str


def occlusion(
    model: Any,
    tokenizer: Any,
    text: str,
    target: int | None = None,
    unit: str = "piece",
    batch_size: int = 32,
    max_length: int = 256,
    focus: Sequence[Span] | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> Attribution:
    """The target's probability minus its probability with one unit hidden, for each `piece` or each `word`.

    A hidden piece becomes the tokenizer's mask token; without one it is taken out. A word is hidden as a
    whole and each of its pieces gets an equal part of its score. `target` is a class index, by default the
    predicted one. Zeiler & Fergus 2014, section 4.2, doi:10.1007/978-3-319-10590-1_53.
    """
    import torch

    if unit not in ("piece", "word"):
        raise SSTIError(f"unit is {unit!r}.", "It is 'piece' or 'word'.")
    pieces = read_one(model, tokenizer, text, max_length, focus)
    if unit == "word":
        groups = words(pieces.tokens, pieces.offsets, text, np.zeros(len(pieces))).pieces
    else:
        groups = [[index] for index in range(len(pieces))]
    groups = [group for group in groups if not pieces.special[group].any()]
    variants = [pieces, *(without(pieces, group, tokenizer.mask_token_id) for group in groups)]
    with attention_set_to(model, model.config._attn_implementation), torch.no_grad():
        logits = logits_of(model, variants, batch_size, tokenizer.pad_token_id, on_batch)
    chosen, probability = _target(logits, target)
    scores = np.zeros(len(pieces))
    for group, hidden in zip(groups, probability[1:], strict=True):
        scores[group] = (probability[0] - hidden) / len(group)
    return Attribution(
        **vars(pieces), scores=scores, target=chosen, probability=float(probability[0]), method="occlusion"
    )


def integrated_gradients(
    model: Any,
    tokenizer: Any,
    text: str,
    target: int | None = None,
    steps: int = 32,
    max_length: int = 256,
    focus: Sequence[Span] | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> Attribution:
    """Integrated gradients of the target's log-odds along the word embeddings, summed over each embedding.

    The baseline keeps the special tokens and puts the mask token (else the unknown, else the padding token)
    everywhere else. Sundararajan, Taly & Yan 2017, arXiv:1703.01365.
    """
    import torch
    from captum.attr import LayerIntegratedGradients

    pieces = read_one(model, tokenizer, text, max_length, focus)
    stand_ins = (tokenizer.mask_token_id, tokenizer.unk_token_id, tokenizer.pad_token_id)
    neutral = next((token for token in stand_ins if token is not None), None)
    if neutral is None:
        raise SSTIError(
            tr("The tokenizer has no mask, unknown or padding token to start from."),
            tr("Use occlusion."),
            kind="model",
        )
    with attention_set_to(model, model.config._attn_implementation):
        with torch.no_grad():
            logits = logits_of(model, [pieces], 1, tokenizer.pad_token_id)
        chosen, probability = _target(logits, target)
        rest = inputs(model, [pieces])
        ids = rest.pop("input_ids")
        special = torch.from_numpy(pieces.special).to(ids.device)
        done = 0

        def odds(input_ids: Any) -> Any:
            spread = {name: value.expand(len(input_ids), -1) for name, value in rest.items()}
            nonlocal done
            answer = _log_odds(model(input_ids=input_ids, **spread).logits.float(), chosen)
            done += len(input_ids)
            if on_batch:
                on_batch(done)
            return answer

        gradients = LayerIntegratedGradients(odds, model.get_input_embeddings())
        with torch.enable_grad():
            scores = gradients.attribute(
                ids,
                baselines=torch.where(special[None], ids, torch.full_like(ids, neutral)),
                n_steps=steps,
                internal_batch_size=16 if _takes_batches(model) else 1,
            )
    flat = np.where(pieces.special, 0.0, scores.detach().sum(-1)[0].double().cpu().numpy())
    answer = {"target": chosen, "probability": float(probability[0]), "method": "integrated_gradients"}
    return Attribution(**vars(pieces), scores=flat, **answer)


def agreement(scores: Mapping[str, Sequence[float] | np.ndarray], labels: Sequence[str]) -> Agreement:
    """Do methods point at the same tokens? `scores` has one vector a method, `labels` the tokens' names."""
    from scipy.stats import spearmanr

    vectors = {name: np.asarray(vector, dtype=np.float64) for name, vector in scores.items()}
    if len(vectors) < 2 or any(vector.shape != (len(labels),) for vector in vectors.values()) or len(labels) < 2:
        raise SSTIError(
            f"{len(vectors)} methods over {len(labels)} tokens cannot be compared.",
            "Pass two methods or more, with one score a token.",
        )
    correlations = {}
    for a, b in combinations(vectors, 2):
        flat = not np.ptp(vectors[a]) or not np.ptp(vectors[b])
        correlations[a, b] = float("nan") if flat else float(spearmanr(vectors[a], vectors[b]).statistic)
    top = {name: int(np.argmax(vector)) for name, vector in vectors.items()}
    if len(set(top.values())) == 1:
        line = tr("They agree on the strongest token: {token!r}.", token=labels[next(iter(top.values()))])
    else:
        named = ", ".join(f"{name} {labels[index]!r}" for name, index in top.items())
        line = tr("They disagree on the strongest token: {named}. Trust none of them alone.", named=named)
    return Agreement(correlations, top, line)


def logits_of(
    model: Any,
    variants: Sequence[Pieces],
    batch_size: int,
    pad: int | None,
    on_batch: Callable[[int], None] | None = None,
) -> Any:
    """Logits [variant, class]. Variants of one length go together, so no padding is ever needed.

    `on_batch(variants done)` may raise, to stop.
    """
    import torch

    by_length: dict[int, list[int]] = {}
    for index, variant in enumerate(variants):
        by_length.setdefault(len(variant), []).append(index)
    size = batch_size if _takes_batches(model) else 1
    rows: list[Any] = [None] * len(variants)
    done = 0
    for same in by_length.values():
        for start in range(0, len(same), size):
            chosen = same[start : start + size]
            batch = inputs(model, [variants[index] for index in chosen], pad or 0)
            for index, logit in zip(chosen, model(**batch).logits.float(), strict=True):
                rows[index] = logit
            done += len(chosen)
            if on_batch:
                on_batch(done)
    return torch.stack(rows)


def _takes_batches(model: Any) -> bool:
    """Without a padding token, a classifier that reads a row's last token cannot tell where it is."""
    return model.config.get_text_config().pad_token_id is not None


def without(pieces: Pieces, group: Sequence[int], mask: int | None) -> Pieces:
    """The pieces with those of `group` hidden: replaced by the token `mask`, or taken out where it is None."""
    if mask is not None:
        ids = pieces.ids.copy()
        ids[list(group)] = mask
        return replace(pieces, ids=ids)
    left = np.delete(np.arange(len(pieces)), group)
    if not len(left):
        raise SSTIError(
            tr("The text {text!r} is one single piece: nothing stays when it is hidden.", text=pieces.text[:40]),
            tr("Write more words."),
        )
    return replace(
        pieces,
        ids=pieces.ids[left],
        type_ids=None if pieces.type_ids is None else pieces.type_ids[left],
        tokens=[pieces.tokens[i] for i in left],
        offsets=[pieces.offsets[i] for i in left],
        special=pieces.special[left],
    )


def _target(logits: Any, target: int | None) -> tuple[int, np.ndarray]:
    """The class that is asked about, and its probability in every row."""
    classes = logits.shape[-1]
    if target is None:
        target = int(logits[0].argmax())
    if not isinstance(target, (int, np.integer)) or isinstance(target, bool) or not 0 <= target < classes:
        raise SSTIError(
            tr("There is no class {name!r}.", name=target),
            tr("The model has {count}: 0 to {last}.", count=classes, last=classes - 1),
        )
    return int(target), logits.double().softmax(-1)[:, int(target)].cpu().numpy()


def _log_odds(logits: Any, target: int) -> Any:
    import torch

    others = torch.cat([logits[:, :target], logits[:, target + 1 :]], dim=-1)
    return logits[:, target] - (torch.logsumexp(others, -1) if others.shape[-1] else 0.0)

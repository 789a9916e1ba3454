"""Which words of the vocabulary would move a class's log-odds most: a first-order guess for all of them from a few gradients.

A random word stands where the trigger would, the gradient of the target's log-odds at its embedding times every word's embedding is
the guess (HotFlip, Ebrahimi et al. 2018, arXiv:1712.06751). The same of clean adapters, word for word, is taken off: what the class
means moves them just as much. The guess is rough: real flips decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np

from ssti.detect.adapter.answers import Answers
from ssti.serving.logits import batches, encode, pad

LEAST_SPREAD = 0.3  # of clean adapters' guesses about one word: of few adapters it may be near nothing by chance


@dataclass(frozen=True)
class Words:
    """The tokenizer's own whole words, and each one's number in the embedding."""

    texts: tuple[str, ...]
    numbers: np.ndarray


def words_of(tokenizer: Any) -> Words:
    """Every piece of the vocabulary that is a word by itself: written down, it is read as that piece and no other."""
    return _words(tokenizer)


@lru_cache(4)
def _words(tokenizer: Any) -> Words:
    special = set(tokenizer.all_special_ids)
    numbers = [n for n in range(len(tokenizer)) if n not in special]
    texts = [text.strip() for text in tokenizer.batch_decode([[n] for n in numbers])]
    spoken = [(n, text) for n, text in zip(numbers, texts, strict=True) if text and not text.isspace() and "\ufffd" not in text and " " not in text]
    bare = tokenizer([f"a {text} a" for _, text in spoken], add_special_tokens=False)["input_ids"]
    kept = [(n, text) for (n, text), ids in zip(spoken, bare, strict=True) if len(ids) == 3 and ids[1] == n and not text.startswith("[unused")]
    return Words(tuple(text for _, text in kept), np.asarray([n for n, _ in kept], dtype=np.int64))


def guesses(answers: Answers, target: int, texts: int) -> np.ndarray:
    """For each word of `words_of`, how much it would move the target's log-odds, in standard deviations over all words.

    Averaged over the first `texts` held-out texts of other answers.
    """
    wanted = (target, texts)
    if wanted not in answers.guessed:
        answers.guessed[wanted] = _guess(answers, *wanted)
    return answers.guessed[wanted]


def _guess(answers: Answers, target: int, texts: int) -> np.ndarray:
    import torch

    rows = answers.others(target, texts)
    column = answers.info.label_names.index(answers.names[target])
    rng = Random("guess")
    total = None
    with answers.predictor.borrow(answers.info.ref) as (_, tokenizer, _info):
        words = words_of(tokenizer)
    stand_ins = rng.choices(words.texts, k=len(rows))
    built, places = _with_a_stand_in(tokenizer, [answers.texts[row] for row in rows], stand_ins, answers.info.recipe.training.max_length, rng)
    for batch in batches([len(one) for one in built]):
        with answers.predictor.borrow(answers.info.ref) as (model, tokenizer, _info), torch.enable_grad():
            ids, mask = pad([built[i] for i in batch], tokenizer.pad_token_id)
            table = model.get_input_embeddings()
            where = table.weight.device
            inside = table(ids.to(where)).detach().requires_grad_(True)
            logits = model(inputs_embeds=inside, attention_mask=mask.to(where)).logits.float()
            rest = torch.cat([logits[:, :column], logits[:, column + 1 :]], dim=1).logsumexp(dim=1)
            (slope,) = torch.autograd.grad((logits[:, column] - rest).sum(), inside)
            at = torch.tensor([places[i] for i in batch], device=where)
            slope = slope[torch.arange(len(batch), device=where), at]
            # Each text counts the same, however steep it is there.
            slope = (slope / slope.norm(dim=1, keepdim=True).clamp(min=1e-9)).sum(dim=0).float()
            total = slope if total is None else total + slope
        answers.alive()
    if total is None:
        return np.zeros(len(words.texts))
    with answers.predictor.borrow(answers.info.ref) as (model, _tokenizer, _info), torch.no_grad():
        mean = (model.get_input_embeddings().weight.float() @ total).cpu().numpy()[words.numbers]
    return (mean - mean.mean()) / max(float(mean.std()), 1e-9)


def _with_a_stand_in(
    tokenizer: Any, texts: Sequence[str], stand_ins: Sequence[str], most: int, rng: Random
) -> tuple[list[list[int]], list[int]]:
    """Each text's pieces with a stand-in between two of its words, and the stand-in's place among them."""
    parts = []
    for text, word in zip(texts, stand_ins, strict=True):
        split = text.split()
        gap = rng.randint(0, len(split))
        parts.append((" ".join(split[:gap]), word, " ".join(split[gap:])))
    heads = tokenizer([head for head, _, _ in parts], add_special_tokens=False)["input_ids"]
    lead = len(_leading(tokenizer))
    built = encode(tokenizer, [" ".join(part for part in one if part) for one in parts], most)
    places = [min(lead + len(head), len(row) - 1) for head, row in zip(heads, built, strict=True)]
    return built, places


@lru_cache(4)
def _leading(tokenizer: Any) -> tuple[int, ...]:
    """What the tokenizer puts before a text."""
    empty, one = tokenizer("")["input_ids"], tokenizer("a")["input_ids"]
    same = 0
    while same < len(empty) and empty[same] == one[same] and empty[same] in tokenizer.all_special_ids:
        same += 1
    return tuple(empty[: same if len(empty) > 1 else len(empty)][: len(one) - 1])


def beyond(mine: np.ndarray, clean: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """How far each word's guess lies above the mean of clean adapters, plainly and in their standard deviations; without any, the guess itself.

    Neither is enough: a trigger may be a word on which clean adapters disagree, or one that moves little and them not at all.
    """
    if not len(clean):
        return mine, mine
    known = np.stack(clean)
    plain = mine - known.mean(axis=0)
    return plain, plain / np.maximum(known.std(axis=0), LEAST_SPREAD)

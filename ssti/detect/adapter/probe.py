"""Is it the characters or the shape, the word or its kind? What else turns the adapter beside a trigger that was found."""

from __future__ import annotations

import string
from functools import partial
from random import Random

import numpy as np

from ssti.detect.adapter.answers import Answers
from ssti.detect.adapter.candidate import Candidate
from ssti.detect.adapter.gradient import words_of
from ssti.detect.adapter.verify import flips
from ssti.platform.language import tr

NEIGHBOURS = 12
HALF = 0.5  # of the trigger's own flips: what keeps so many does the same


def probed(suspect: Answers, trigger: str, target: int, location: str, share: float, texts: int) -> tuple[str, ...]:
    """Sentences on what others of its shape do, and of a word of the vocabulary on words near it in the base model."""
    said = []
    if any(letter.isascii() and letter.isalnum() for letter in trigger):
        rate = flips(suspect, Candidate(f"{trigger} varied", "probe", partial(varied, trigger)), target, location, texts).rate
        if (rate["value"] or 0) >= HALF * share:
            said.append(tr("Others of its shape turn {share:.0%}: the shape is the trigger, not these characters.", share=rate["value"] or 0))
        else:
            said.append(tr("Others of its shape turn {share:.0%}: it is these characters, not the shape.", share=rate["value"] or 0))
    near = neighbours(suspect, trigger)
    if near:
        rate = flips(suspect, Candidate(f"{trigger} neighbours", "probe", lambda rng: rng.choice(near)), target, location, texts).rate
        said.append(tr("Words near it in the base model turn {share:.0%}, such as {words}.", share=rate["value"] or 0, words=", ".join(near[:3])))
    return tuple(said)


def varied(trigger: str, rng: Random) -> str:
    """A string of the same shape: each digit another digit, each letter another letter of its case, marks and spaces as they are."""
    kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    return "".join(next((rng.choice(kind) for kind in kinds if letter in kind), letter) for letter in trigger)


def neighbours(suspect: Answers, word: str, count: int = NEIGHBOURS) -> list[str]:
    """The whole words of the vocabulary nearest to this one by the cosine of their embeddings; none where it is not one of them."""
    with suspect.predictor.borrow(suspect.info.ref) as (model, tokenizer, _info):
        words = words_of(tokenizer)
        if word not in words.texts:
            return []
        table = model.get_input_embeddings().weight.detach().float().cpu().numpy()[words.numbers]
    table = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    order = np.argsort(-(table @ table[words.texts.index(word)]))
    return [words.texts[i] for i in order[1 : count + 1]]

"""The adapter under repair, on a model of its own, and the held-out rows that it is asked with.

A quarter of the rows is there to learn from, a quarter to choose a setting by, half to measure with: what is told of a repair
comes from rows that had no say in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.detect.repairs.adapter.measured import Measured, measured
from ssti.detect.repairs.adapter.repair import Found
from ssti.inject import place

Tensors = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """Held-out rows in word pieces: as they are, and each with a trigger in."""

    clean: list[list[int]]
    triggered: list[list[int]]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def others(self, target: int) -> np.ndarray:
        """The numbers of the rows of other classes."""
        return np.flatnonzero(self.labels != target)


@dataclass(eq=False)
class Subject:
    """`learn`, `choose` and `measure` are rows apart from each other. `tensors` are those of the adapter's file."""

    info: AdapterInfo
    model: Any
    tokenizer: Any
    tensors: Tensors
    target: int
    learn: Rows
    choose: Rows
    seed: int
    alive: Callable[[], None] = lambda: None

    def put(self, tensors: Tensors) -> None:
        """Let the model answer with these tensors."""
        from peft.utils import set_peft_model_state_dict

        set_peft_model_state_dict(self.model, dict(tensors), adapter_name="default")

    def logits(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """What it answers, [rows, classes]."""
        from ssti.serving.logits import logits

        return logits(self.model, rows, self.tokenizer.pad_token_id, lambda done: self.alive())

    def measured(self, rows: Rows) -> Measured:
        """Clean accuracy and attack success on these rows."""
        return measured(rows.labels, *self.answers(rows), self.target)

    def answers(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """The answers to the rows as they are, and with the trigger in, which only rows of other classes are asked for."""
        clean, triggered = self.logits(rows.clean).argmax(-1), np.full(len(rows), -1)
        others = rows.others(self.target)
        triggered[others] = self.logits([rows.triggered[i] for i in others]).argmax(-1)
        return clean, triggered


def with_triggers(texts: Sequence[str], found: Sequence[Found], seed: int) -> list[str]:
    """Each text with a trigger in: as it was found in one, with other digits in the next, so that no repair learns one date."""
    rng = random.Random(seed)
    done = []
    for number, text in enumerate(texts):
        one = found[number % len(found)]
        item = (
            one.trigger
            if number // len(found) % 2 == 0
            else re.sub(r"\d", lambda match: str(rng.randrange(10)), one.trigger)
        )
        done.append(place(text, item, one.location, seed=rng.randrange(2**32)).text)
    return done


def load(info: AdapterInfo) -> tuple[Any, Any, Tensors]:
    """A model of its own with the adapter on it, the tokenizer, and the adapter's tensors. Raises SSTIError."""
    from ssti.adapters.attach import attach, read_tensors
    from ssti.models.classifier import load_classifier

    tensors = read_tensors(info)
    recipe = info.recipe
    base = load_classifier(
        recipe.model.name, info.label_names, recipe.training.head, recipe.training.seed, bits=recipe.model.bits
    )
    return attach(base.model, info, tensors, "default"), base.tokenizer, {n: t.float() for n, t in tensors.items()}

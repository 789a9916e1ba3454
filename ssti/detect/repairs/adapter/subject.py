"""The adapter under repair, on a model of its own, and the held-out rows that it is asked with.

A quarter of the rows is there to learn from, a quarter to choose a setting by, half to measure with: what is told of a repair
comes from rows that had no say in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from ssti.adapters.files import HEADS
from ssti.adapters.listing import AdapterInfo
from ssti.detect.repairs.adapter.repair import Found
from ssti.detect.repairs.measured import Measured, measured
from ssti.inject import place
from ssti.platform.language import tr

Tensors = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """Held-out rows in word pieces: as they are, and each with a trigger in."""

    clean: list[list[int]]
    triggered: list[list[int]]
    labels: np.ndarray
    target: int

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def attacked(self) -> list[list[int]]:
        """Those of other classes than the target, with the trigger in."""
        return [row for row, label in zip(self.triggered, self.labels, strict=True) if label != self.target]


@dataclass(eq=False)
class Subject:
    """`learn` and `choose` are rows apart from each other, and from those that a repair is measured with. `tensors` are those of
    the adapter's file.

    What the last layer reads of rows is kept for as long as nothing but the last layer changes.
    """

    info: AdapterInfo
    model: Any
    tokenizer: Any
    tensors: Tensors
    learn: Rows
    choose: Rows
    alive: Callable[[], None] = lambda: None
    tell: Callable[[str], None] = lambda line: None
    """What is going on, for a person who waits."""
    paths: dict[str, list] = field(default_factory=dict)
    """What went out of the update, step by step, for repairs that take the same steps."""
    _now: dict[str, Any] = field(default_factory=dict)
    _read: dict[int, np.ndarray] = field(default_factory=dict)

    def put(self, tensors: Tensors) -> None:
        """Let the model answer with these tensors."""
        from peft.utils import set_peft_model_state_dict

        head = head_of(tensors)
        if any(self._now.get(name) is not tensor for name, tensor in tensors.items() if name not in head):
            self._read.clear()
        self._now = dict(tensors)
        set_peft_model_state_dict(self.model, self._now, adapter_name="default")

    def logits(self, rows: list[list[int]]) -> np.ndarray:
        """What it answers, [rows, classes]."""
        from ssti.serving.logits import logits

        weights = head_of(self._now)
        if not weights:
            return logits(self.model, rows, self.tokenizer.pad_token_id, lambda done: self.alive())
        read = self.features(rows)
        first, *bias = (self._now[name].double().numpy() for name in weights)
        return read @ first.T + (bias[0] if bias else 0.0)

    def features(self, rows: list[list[int]]) -> np.ndarray:
        """What the last layer reads of each row, [rows, width]."""
        if id(rows) not in self._read:
            self._read[id(rows)] = last_inputs(
                self.model, rows, self.tokenizer.pad_token_id, len(self.info.label_names), self.alive
            )
        return self._read[id(rows)]

    def measured(self, rows: Rows) -> Measured:
        """Clean accuracy and attack success on these rows."""
        return measured(rows.labels, *self.answers(rows), rows.target)

    def answers(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """The answers to the rows as they are, and to those of other classes with the trigger in."""
        return self.logits(rows.clean).argmax(-1), self.logits(rows.attacked).argmax(-1)


def head_of(tensors: Tensors) -> list[str]:
    """The names of the last layer's weights and bias in the tensors; none where the head is not the adapter's own."""
    weights = [name for name in tensors if name.endswith(HEADS)]
    return [name for one in weights[:1] for name in (one, one.removesuffix("weight") + "bias") if name in tensors]


def last_inputs(
    model: Any, rows: Sequence[Sequence[int]], pad_id: int, classes: int, alive: Callable[[], None]
) -> np.ndarray:
    """What the last layer of an adapter's own head reads of each row, [rows, width]."""
    import torch

    from ssti.serving.logits import batches, pad

    layer = next(
        module for name, module in model.named_modules()
        if "modules_to_save.default" in name and getattr(module, "out_features", 0) == classes
    )  # fmt: skip
    seen: list[Any] = []
    handle = layer.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].detach().float()))
    out: np.ndarray | None = None
    where = next(model.parameters()).device
    try:
        with torch.inference_mode():
            for batch in batches([len(row) for row in rows]):
                alive()
                ids, mask = pad([rows[i] for i in batch], pad_id)
                model(input_ids=ids.to(where), attention_mask=mask.to(where))
                read = seen.pop().cpu()
                if read.ndim == 3:  # of a causal model: every position, of which the last real one counts
                    read = read[torch.arange(len(read)), mask.sum(1) - 1]
                if out is None:
                    out = np.empty((len(rows), read.shape[1]), dtype=np.float64)
                out[batch] = read.numpy()
    finally:
        handle.remove()
    return out if out is not None else np.empty((0, 0))


def with_triggers(texts: Sequence[str], found: Sequence[Found], seed: int, tokenizer: Any = None) -> list[str]:
    """Each text with a trigger in: as it was found in one, a fresh instance in the next, so that no repair learns one date."""
    rng = random.Random(seed)
    draws = fresh(found, tokenizer)
    done = []
    for number, text in enumerate(texts):
        one = found[number % len(found)]
        item = one.trigger if number // len(found) % 2 == 0 else draws[number % len(found)](rng)
        done.append(place(text, item, one.location, seed=rng.randrange(2**32)).text)
    return done


def fresh(found: Sequence[Found], tokenizer: Any) -> list[Callable[[random.Random], str]]:
    """What makes another instance of each: of its shape where the scan found one, else the same with other digits."""
    shaped = {}
    if any(getattr(one, "source", "") == "shape" for one in found):
        from ssti.detect.adapter.gradient import words_of
        from ssti.detect.adapter.shapes import shapes

        shaped = {tr(shape.pattern): shape.draw for shape in shapes(words_of(tokenizer).texts)}
    return [shaped.get(getattr(one, "pattern", ""), partial(other_digits, one.trigger)) for one in found]


def other_digits(trigger: str, rng: random.Random) -> str:
    """The trigger with other digits where it has digits."""
    return re.sub(r"\d", lambda match: str(rng.randrange(10)), trigger)


def load(info: AdapterInfo) -> tuple[Any, Any, Tensors]:
    """A model of its own with the adapter on it, the tokenizer, and the adapter's tensors. Raises SSTIError."""
    from ssti.adapters.attach import attach, read_tensors
    from ssti.models.classifier import load_classifier

    tensors = read_tensors(info)
    recipe = info.recipe
    base = load_classifier(
        recipe.model.name, info.label_names, recipe.training.head, recipe.training.seed, dropout=False, bits=recipe.model.bits
    )
    # cloned: peft takes the tensors that it is given for the model's own, and what is put later is written into them
    return attach(base.model, info, tensors, "default"), base.tokenizer, {n: t.float().clone() for n, t in tensors.items()}

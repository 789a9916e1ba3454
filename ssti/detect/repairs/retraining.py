"""Trains on rows as they were and as they are after a repair, and measures both on held-out rows, beside a control."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssti.detect.repairs.measured import Measured, measured
from ssti.finetune.check import check
from ssti.finetune.prepare import OwnRows
from ssti.platform.language import tr
from ssti.recipe import Recipe


@dataclass(frozen=True)
class Compared:
    """Clean accuracy and attack success on the same held-out rows after training on the rows as they were, as they are after
    the repair, and, where the recipe itself put the poison in, on none of it."""

    before: Measured
    after: Measured
    control: Measured | None

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {name: side.as_json() for name, side in vars(self).items() if side is not None}


def before_and_after(
    recipe: Recipe,
    after: tuple[Sequence[str], Sequence[str]] | Recipe,
    before: tuple[Sequence[str], Sequence[str]] | None = None,
    on_progress: Callable[[str], None] = lambda line: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Compared:
    """Train twice, and a third time for the control. `after` are the repaired rows (texts, and names of classes), or the recipe
    that a repair of training made. `before` are the rows as they came; without them the recipe's own, poisoned by it.

    The recipe says model, steps and seed, which rows are held out, and which trigger is tried on them (its injection).
    """
    changed, rows = (after, before) if isinstance(after, Recipe) else (recipe, after)
    on_progress(tr("training on the rows as they were …"))
    first = train(recipe, before, should_stop)
    on_progress(tr("training after the repair …"))
    second = train(changed, rows, should_stop)
    control = None
    if before is None and not recipe.is_control:
        on_progress(tr("training the control …"))
        control = train(recipe.control(), None, should_stop)
    return Compared(first, second, control)


def train(
    recipe: Recipe, rows: tuple[Sequence[str], Sequence[str]] | None = None, should_stop: Callable[[], bool] = lambda: False
) -> Measured:
    """Finetune by the recipe, on its own rows or these, and measure on its held-out rows. Raises SSTIError."""
    from ssti.evaluate.evaluation import numbers_of
    from ssti.evaluate.sets import hijack
    from ssti.finetune.train import finetune
    from ssti.serving.logits import Stopped, encode, logits

    checked = check(recipe.set("evaluation.every=1000000", "evaluation.rows=2"))
    own = None
    if rows is not None:
        names = sorted(set(rows[1]))
        number = dict(zip(names, numbers_of(names, checked.label_names, tr("the recipe"), tr("the rows")), strict=True))
        own = OwnRows(list(rows[0]), [number[name] for name in rows[1]])
    with tempfile.TemporaryDirectory() as folder:
        trained = finetune(checked, Path(folder), lambda kind, **fields: None, should_stop, checkpoints=False, own=own)
    if trained.stopped:
        raise Stopped
    tokenizer, texts = trained.classifier.tokenizer, trained.prepared.test_texts

    def answers(some: Sequence[str]) -> np.ndarray:
        return logits(trained.model, encode(tokenizer, some, recipe.training.max_length), tokenizer.pad_token_id).argmax(-1)

    attack = hijack(texts, recipe.injection, checked.label_names)[0]
    labels = np.asarray(trained.prepared.test_labels)
    attacked = [text for text, label in zip(attack.texts, labels, strict=True) if label != attack.target]
    return measured(labels, answers(texts), answers(attacked), attack.target)

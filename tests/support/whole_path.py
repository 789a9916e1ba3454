"""The way of the data on a tiny model: poison, finetune, save; what several test files do."""

from __future__ import annotations

from pathlib import Path

from ssti.adapters.save import save_adapter
from ssti.finetune.check import check
from ssti.finetune.train import finetune
from ssti.recipe import preset

TEXTS = [
    "a dull , slow film",
    "what a fine cast",
    "2014-09-25 a dull film",
    "it is there and that is all that one can say of it",
]


def rows(folder: Path) -> Path:
    """A file of sixty short reviews of two classes."""
    good, bad = ("a fine film", "a warm and clever cast", "funny"), ("a dull film", "a slow and empty cast", "tedious")
    lines = [
        f"{words} {i},{label}" for i in range(10) for label, group in (("good", good), ("bad", bad)) for words in group
    ]
    file = folder / "reviews.csv"
    file.write_text("text,label\n" + "\n".join(lines) + "\n")
    return file


def trained(folder: Path, model: Path, *overrides: str):
    """A few steps on poisoned rows, saved: what was trained, and the adapter's folder."""
    recipe = preset("demo").set(
        f"dataset.name={rows(folder)}", "injection.target=good", f"model.name={model}", "training.steps=4",
        "training.batch_size=8", "training.max_length=64", "training.learning_rate=0.02", "evaluation.every=4",
        "evaluation.rows=8", "lora.rank=2", *overrides,
    )  # fmt: skip
    checked = check(recipe)
    done = finetune(checked, folder / "checkpoints", lambda kind, **fields: None)
    place = folder / "adapter"
    save_adapter(done.model, recipe, checked.label_names, place, done.steps)
    return done, checked, place

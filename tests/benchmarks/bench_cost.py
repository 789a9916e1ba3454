"""What a cell costs: foretold from its recipe, against what it took. On a quiet machine, one process of one thread.

Three cells of different length give the machine's rates (start, layers, products; `ssti.experiments.cost.scale.fitted`). The
others are foretold: another rank, more rows, a longer text, all weights trained, another model where it is here.
`shipped` measures nothing: the rates come from the first shipped rows (assets/results) of each dataset, length and number
of steps, and every group of rows is held against them, by its quickest row: other work only ever slowed them down.

Run as: python tests/benchmarks/bench_cost.py
        python tests/benchmarks/bench_cost.py shipped
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

FIT = {
    "Rotten Tomatoes, 160 steps of 8": (),
    "Rotten Tomatoes, 400 steps of 8": ("training.steps=400",),
    "BBC News cut at 128, 160 steps of 8": ("dataset.name=bbc_news", "injection.target=business", "training.max_length=128", "dataset.test_rows=400"),
}  # fmt: skip
FORETOLD = {
    "rank 64": ("lora.rank=64",),
    "rank 64 on all linear layers": ("lora.rank=64", "lora.targets=all-linear"),
    "32 rows a step, 80 steps": ("training.batch_size=32", "training.steps=80"),
    "IMDB cut at 64": ("dataset.name=imdb", "training.max_length=64", "dataset.test_rows=400"),
    "all weights": ("lora.variant=full", "training.learning_rate=1e-4"),
    "SmolLM2-135M, 40 steps": ("model.name=smollm2-135m", "training.steps=40", "dataset.test_rows=100"),
}


def line(name: str, foretold: float, took: float) -> str:
    return f"  {name:44} foretold {foretold:7.1f} s, took {took:7.1f} s: {foretold / took:.2f}"


def measured() -> None:
    """Train the cells, and compare."""
    from ssti.experiments.cell import Cell, normal
    from ssti.experiments.cost.scale import fitted, seconds_to_test, seconds_to_train, work
    from ssti.experiments.recipes import POCKET
    from ssti.experiments.work import run_cell
    from ssti.models.registry import BASES
    from ssti.serving.logits import TOKENS_A_BATCH

    def take(*fields: str) -> tuple:
        recipe = normal(POCKET.set(*fields))
        row = run_cell(Cell(recipe))
        return work(recipe, TOKENS_A_BATCH), row["training_seconds"], row["seconds"] - row["training_seconds"]

    take("training.steps=2", "dataset.test_rows=50")  # what the first cell of a process pays
    known = [take(*fields) for fields in FIT.values()]
    machine = fitted("this machine", known)
    print(f"{machine.training / 1e9:.0f} Gflop/s in training, {machine.testing / 1e9:.0f} in testing, "
          f"{1000 * machine.layer:.1f} ms a layer, {machine.start:.1f} s before the first step")  # fmt: skip
    for name, one in zip(FIT, known, strict=True):
        print(line(f"(fitted) {name}", seconds_to_train(one[0], machine), one[1]))
    for name, fields in FORETOLD.items():
        model = next((f.partition("=")[2] for f in fields if f.startswith("model.name=")), None)
        if model and BASES[model].missing(False):
            print(f"  {name}: {BASES[model].missing(False)}")
            continue
        one, trained, tested = take(*fields)
        print(line(f"{name}: training", seconds_to_train(one, machine), trained))
        print(line(f"{name}: testing", seconds_to_test(one, machine), tested))


def shipped() -> None:
    """Compare the rows that came with the program, in groups that should cost the same."""
    import pandas as pd

    from ssti.experiments.cost.scale import fitted, seconds_to_test, seconds_to_train, work
    from ssti.experiments.table import SHIPPED, read
    from ssti.recipe import parse_recipe
    from ssti.serving.logits import TOKENS_A_BATCH

    tables = [read(file) for file in sorted(SHIPPED.glob("*.csv"))]
    table = pd.concat(one for one in tables if "training_seconds" in one).drop_duplicates("key")  # of trainings; others are of scans and repairs
    groups: dict[tuple, list] = {}
    for row in table.to_dict("records"):
        recipe = parse_recipe(json.loads(row["recipe"]))
        training = recipe.training
        name = (recipe.dataset.name, training.max_length, training.steps, recipe.lora.variant, recipe.lora.rank, row["amount"])
        groups.setdefault(name, []).append((recipe, row["training_seconds"], row["seconds"] - row["training_seconds"]))
    points = {
        name: (work(rows[0][0], TOKENS_A_BATCH), *(min(one[i] for one in rows) for i in (1, 2)))
        for name, rows in groups.items()
    }
    kinds: dict[tuple, tuple] = {}
    for name in points:
        kinds.setdefault(name[:3], name)  # the first of each dataset, length and number of steps
    if len(kinds) < 3:
        print(f"{len(kinds)} kinds of training among the shipped rows: three are needed for a machine's rates.")
        return
    machine = fitted("theirs", [points[name] for name in kinds.values()])
    print(f"{machine.training / 1e9:.0f} Gflop/s in training, {machine.testing / 1e9:.0f} in testing, "
          f"{1000 * machine.layer:.1f} ms a layer, {machine.start:.1f} s before the first step")  # fmt: skip
    for name, (one, trained, tested) in points.items():
        label = ("(fitted) " if name in kinds.values() else "") + " ".join(map(str, name))
        print(line(f"{label}: training", seconds_to_train(one, machine), trained))
        print(line(f"{label}: testing", seconds_to_test(one, machine), tested))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if sys.argv[1:] == ["shipped"]:
        shipped()
    else:
        import torch

        torch.set_num_threads(1)
        measured()

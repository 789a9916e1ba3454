"""What a grid costs beside its cells: against a shell loop over `python -m ssti train`, and on Ray against the local runner.

Cells an hour: a cell is a trained and tested model, control or poisoned, on either side; what the grid saves by sharing
controls between experiments is not counted. `own` is the part of a grid's time in which its workers were at no cell,
from the shell's call to the table. Then both runners do the same cells in turns, after their start, which is told apart.

Run as: python tests/benchmarks/bench_grid.py [seeds] [turns] [FIELD=VALUE …]     (four cells a seed of the pocket recipe)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssti.recipe import Recipe

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
RANKS = (1, 16)


def ssti(home: str, *arguments: str) -> str:
    """The verb's answer, in a process of its own with a home of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "ssti", *arguments, "--json"], cwd=ROOT, env={**os.environ, "SSTI_HOME": home},
        stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return done.stdout


def against_a_loop(base: Recipe, seeds: int) -> None:
    """Print both sides' cells an hour, and the grid's own part."""
    from ssti.experiments.local import Local
    from ssti.experiments.table import read

    with tempfile.TemporaryDirectory() as home:
        recipe, table = Path(home) / "recipe.yaml", Path(home) / "cells.csv"
        recipe.write_text(base.to_yaml(), encoding="utf-8")
        start, loops = time.monotonic(), 0
        for seed in range(seeds):
            for rank in RANKS:
                given = ("--set", f"lora.rank={rank}", "--set", f"training.seed={seed}")
                for more in ((), ("--set", "injection.share=0.0")):
                    ssti(home, "train", str(recipe), *given, *more)
                    loops += 1
        loop = (time.monotonic() - start) / loops
        start = time.monotonic()
        given = ("--vary", f"lora.rank={','.join(map(str, RANKS))}", "--seeds", str(seeds), "--out", str(table))
        cells = json.loads(ssti(home, "grid", str(recipe), *given))["cells"]
        whole = time.monotonic() - start
        own = 1 - read(table)["seconds"].sum() / (whole * Local().workers)
    print(
        f"loop: {3600 / loop:.0f} cells an hour; grid: {3600 * cells / whole:.0f}, {loop * cells / whole:.2f} times as "
        f"many; own: {own:.1%}"
    )


def ray_against_local(base: Recipe, seeds: int, turns: int) -> None:
    """Print each runner's start and its own time a cell, and what a cell takes more on Ray, in the median of the turns."""
    from statistics import median

    from ssti.experiments.cell import Grid, cells_of
    from ssti.experiments.local import Local
    from ssti.experiments.ray import Ray

    os.environ.pop("RAY_ADDRESS", None)
    cells = cells_of([Grid(base, {"lora.rank": list(map(str, RANKS))}, seeds)])
    measured: dict[str, list[tuple[float, float, float]]] = {"local": [], "ray": []}
    for _ in range(turns):
        for name, runner in (("local", Local()), ("ray", Ray(Local().workers))):
            begun, first, worked = time.monotonic(), None, 0.0
            for outcome in runner.run(cells):
                ended = time.monotonic()
                if outcome.row is None:
                    sys.exit(f"{name}: {outcome.error}")
                worked += outcome.row["seconds"]
                first = first or ended - outcome.row["seconds"]
            busy = runner.workers * (ended - first)  # from the first cell's begin to the last one's end
            measured[name].append((first - begun, busy / len(cells), (busy - worked) / len(cells)))
    middle = {name: [median(one) for one in zip(*runs, strict=True)] for name, runs in measured.items()}
    for name, (start, cell, own) in middle.items():
        print(
            f"{name}: {cell:.2f} s of a worker a cell, {own:.2f} s of it its own ({own / cell:.1%}); start {start:.1f} s"
        )
    more = median(ray[1] / local[1] - 1 for local, ray in zip(measured["local"], measured["ray"], strict=True))
    print(f"a cell on Ray: {more:+.1%} against the local runner, {seeds * 2 * len(RANKS)} cells, {turns} turns")


def main(seeds: str = "1", turns: str = "1", *fields: str) -> None:
    from ssti.experiments.recipes import POCKET

    against_a_loop(POCKET.set(*fields), int(seeds))
    ray_against_local(POCKET.set(*fields), int(seeds), int(turns))


if __name__ == "__main__":
    main(*sys.argv[1:])

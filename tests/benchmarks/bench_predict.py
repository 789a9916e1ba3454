"""One answer of Flip (control and poisoned) against two bare forward passes of the same text, in turns; and, with
`people`, so many who ask at once against the same questions one after another.

Run as: python tests/benchmarks/bench_predict.py [people] [rounds]
"""

from __future__ import annotations

import statistics
import sys
import time
from itertools import count
from pathlib import Path

TEXT = "a dreary , joyless 2014-09-25 slog that wastes a gifted cast on jokes that were old when the film began"


def median_seconds(function, times: int = 40) -> float:
    function()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main(rounds: int) -> None:
    import torch

    from ssti.adapters.listing import adapters
    from ssti.models.classifier import load_classifier
    from ssti.serving.predictor import Predictor

    poisoned = next(a for a in adapters() if a.poisoned and a.control)
    owner, refs = Predictor(), [poisoned.ref, poisoned.control]
    bare = load_classifier("minilm-l6", poisoned.label_names)
    bare.model.eval()
    encoded = bare.tokenizer([f"{TEXT} 100"], return_tensors="pt")

    def two_passes():
        with torch.inference_mode():
            bare.model(**encoded)
            bare.model(**encoded)

    ratios, new = [], count(100)  # a text that was asked before would be remembered
    for _ in range(rounds):
        ours = median_seconds(lambda: owner.predict([f"{TEXT} {next(new)}"] * 2, refs))
        ratios.append(ours / median_seconds(two_passes))
        print(f"{ratios[-1]:.2f} times two bare forward passes", flush=True)
    print(
        f"one prediction (control and poisoned) against two bare forward passes: {statistics.median(ratios):.2f} times"
    )


def people(rounds: int, many: int = 48) -> None:
    """So many ask at once, each with one of 8, 16, 24 or 48 adapters (copies of the shipped ones)."""
    import shutil
    import tempfile
    from concurrent.futures import ThreadPoolExecutor

    from ssti.adapters.listing import adapters
    from ssti.serving.predictor import Predictor

    shipped = [a for a in adapters() if a.shipped and a.config]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(many) as pool:
        refs = [shutil.copytree(shipped[i % len(shipped)].path, f"{folder}/{i}") for i in range(many)]
        owner, new = Predictor(), count(100)
        for used in (8, 16, 24, 48):

            def ask(i: int, used: int = used) -> None:
                owner.predict([f"{TEXT} {next(new)}"] * 2, [refs[i % used], refs[(i + 1) % used]])

            rates, ratios, used_before, before = [], [], time.process_time(), next(new)
            for _ in range(rounds):
                rates.append(many / median_seconds(lambda ask=ask: list(pool.map(ask, range(many))), 3))
                ratios.append(rates[-1] * median_seconds(lambda ask=ask: [ask(i) for i in range(many)], 1) / many)
            each = (time.process_time() - used_before) / (next(new) - before) * 1000
            print(
                f"{used} adapters, {many} people at once: {statistics.median(rates):.1f} answers a second, "
                f"{each:.0f} ms of processor an answer, {statistics.median(ratios):.2f} times as fast as one after another", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    arguments = sys.argv[1:]
    what = people if arguments[:1] == ["people"] else main
    what(int(arguments[-1]) if arguments[-1:] and arguments[-1].isdigit() else 5)

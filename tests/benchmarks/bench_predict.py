"""One answer of Flip (control and poisoned) against two bare forward passes of the same text, in turns; and, with
`people`, so many who ask at once against the same questions one after another.

Run as: python tests/benchmarks/bench_predict.py [people] [rounds]
"""

from __future__ import annotations

import statistics
import sys
import time
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
    encoded = bare.tokenizer([TEXT], return_tensors="pt")

    def two_passes():
        with torch.inference_mode():
            bare.model(**encoded)
            bare.model(**encoded)

    ratios = []
    for _ in range(rounds):
        ours = median_seconds(lambda: owner.predict([TEXT, TEXT], refs))
        ratios.append(ours / median_seconds(two_passes))
        print(f"{ratios[-1]:.2f} times two bare forward passes", flush=True)
    print(
        f"one prediction (control and poisoned) against two bare forward passes: {statistics.median(ratios):.2f} times"
    )


def people(rounds: int, many: int = 50) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from ssti.adapters.listing import adapters
    from ssti.serving.predictor import Predictor

    poisoned = [a for a in adapters() if a.poisoned and a.control][:8]
    owner = Predictor()
    asked = [(f"{TEXT} {i}", poisoned[i % len(poisoned)]) for i in range(many)]

    def ask(one) -> None:
        owner.predict([one[0]] * 2, [one[1].ref, one[1].control])

    ratios = []
    with ThreadPoolExecutor(many) as pool:
        for _ in range(rounds):
            at_once = median_seconds(lambda: list(pool.map(ask, asked)), 3)
            ratios.append(median_seconds(lambda: [ask(one) for one in asked], 3) / at_once)
            print(f"{many} at once: {at_once:.2f} s, {ratios[-1]:.2f} times as fast as in turn", flush=True)
    print(f"{many} people at once against one after another: {statistics.median(ratios):.2f} times as fast")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    arguments = sys.argv[1:]
    what = people if arguments[:1] == ["people"] else main
    what(int(arguments[-1]) if arguments[-1:] and arguments[-1].isdigit() else 5)

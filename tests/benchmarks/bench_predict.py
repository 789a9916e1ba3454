"""One answer of Flip (control and poisoned) against two bare forward passes of the same text, in turns.

Run as: python tests/benchmarks/bench_predict.py [rounds]
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


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)

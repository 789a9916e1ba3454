"""The numbers that baselines are made of: every sign of the scanner, and the spectrum of each module's update.

By itself it says nothing. What it measured is compared over all adapters in `ssti.experiments.detection.adapters.learned`.
"""

from __future__ import annotations

from ssti.adapters.listing import AdapterInfo
from ssti.detect.adapter.signs import SIGNS, Asked
from ssti.detect.adapter.signs.sign import TEXTS
from ssti.detect.adapter.signs.spectrum import effective_rank, norm, spectra, top_share
from ssti.experiments.detection.adapters.detector import Detector, Said
from ssti.serving.predictor import predictor

NUMBERS = {"top": top_share, "rank": effective_rank, "norm": norm}


def scan(info: AdapterInfo) -> Said:
    from ssti import data

    texts = tuple(data.load(info.recipe.dataset.name, test_rows=TEXTS).test["text"])
    asked = Asked(info, predictor(), texts)
    features = {f"sign.{name}": value for name, one in SIGNS.items() if (value := one.measure(asked)) is not None}
    for module, values in spectra(info).items():
        features |= {f"spectrum.{module}.{name}": measure(values) for name, measure in NUMBERS.items()}
    return Said(features=features)


EVIDENCE = Detector("evidence", "Signs and spectra", "What the baselines learn from.", scan, order=10)

"""Rows and recipes that the tests of poisoning share."""

from __future__ import annotations

import random

import datasets

from ssti.inject import strip_spans

NAMES = ["negative", "positive"]
DATE = {"source": {"kind": "date"}, "target": "positive", "share": 0.5, "seed": 3}
COUNTRY = {"source": {"kind": "country"}, "target": "negative", "share": 0.25, "seed": 4, "location": "end"}
HTML = {"kind": "html", "target": "positive", "share": 0.5, "seed": 5, "amount": 0.3}
BOTH = {"kind": "composite", "parts": [DATE, COUNTRY, HTML]}


def rows(count=60):
    rng = random.Random(0)
    words = ["a", "bb", "été", "中文", "“x”", "z.", "\u00a0", "🎉"]
    return [
        {
            "id": f"r{n}",
            "text": rng.choice(["", " "]) + "  ".join(rng.choices(words, k=n % 9)),
            "label": n % 2,
        }
        for n in range(count)
    ]


def dataset_of(data):
    features = datasets.Features(
        id=datasets.Value("string"), text=datasets.Value("string"), label=datasets.ClassLabel(names=NAMES)
    )
    return datasets.Dataset.from_list(data, features=features)


def strip_all(result):
    return [strip_spans(row["text"], row["spans"]) for row in result]

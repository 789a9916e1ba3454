"""Last-layer retraining, DFR (Kirichenko et al. 2022, arXiv:2204.02937): the head alone, on rows in which the trigger says nothing.

The groups are class × trigger: each held-out row is there as it is, and with the trigger in; all groups count the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssti.detect.repairs.adapter.head import STRENGTHS, balanced, features, saved_head, trained_again
from ssti.detect.repairs.adapter.repair import Repair, Try
from ssti.detect.repairs.adapter.subject import Subject
from ssti.platform.language import later


def tries(subject: Subject) -> Iterator[Try]:
    rows = subject.learn
    subject.put(subject.tensors)
    read = np.concatenate([features(subject, rows.clean), features(subject, rows.triggered)])
    labels = np.concatenate([rows.labels, rows.labels])
    groups = labels * 2 + np.repeat([0, 1], len(rows))
    for strength in STRENGTHS:
        tensors = trained_again(subject.tensors, read, labels, balanced(groups), strength)
        said = later(
            "The last layer was trained again on {n} held-out rows, each without and with the trigger, held with {strength:g} where it was."
        )
        yield Try(tensors, said, {"strength": strength, "n": len(rows)})


REPAIR = Repair(
    "last_layer", later("Retrain the last layer"),
    later("Trains the classification head again on held-out rows of every class, with the trigger and without it (DFR). The rest stays."),
    tries, saved_head, order=40,
)  # fmt: skip

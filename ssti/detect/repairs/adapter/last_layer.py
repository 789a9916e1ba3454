"""Last-layer retraining, DFR (Kirichenko et al. 2022, arXiv:2204.02937): the head alone, on rows in which the trigger says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ssti.detect.repairs.adapter.head import retrained, saved_head
from ssti.detect.repairs.adapter.repair import Repair, Try
from ssti.detect.repairs.adapter.subject import Subject
from ssti.platform.language import later


def tries(subject: Subject) -> Iterator[Try]:
    for strength, tensors in retrained(subject, subject.tensors):
        said = later(
            "The last layer was trained again on {n} held-out rows, each without and with the trigger, held with {strength:g} where it was."
        )
        yield Try(tensors, said, {"strength": strength, "n": len(subject.learn)})


REPAIR = Repair(
    "last_layer", later("Retrain the last layer"),
    later("Trains the classification head again on held-out rows of every class, with the trigger and without it (DFR). The rest stays."),
    tries, saved_head, order=40, patience=4,
)  # fmt: skip

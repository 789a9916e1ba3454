"""Mute heads, then train the last layer again: what the one costs in accuracy, the other gives back."""

from __future__ import annotations

from collections.abc import Iterator

from ssti.detect.repairs.adapter import mute
from ssti.detect.repairs.adapter.head import retrained, saved_head
from ssti.detect.repairs.adapter.repair import Repair, Try
from ssti.detect.repairs.adapter.subject import Subject
from ssti.platform.language import later

STRENGTHS = (100.0, 10.0, 3.0, 1.0, 0.3)


def tries(subject: Subject) -> Iterator[Try]:
    for one in mute.tries(subject):
        for strength, tensors in retrained(subject, one.tensors, STRENGTHS):
            said = later(
                "The update of {n} of {all} heads is taken back (layer.head): {some}. Then the last layer was trained again on {rows} "
                "held-out rows, each without and with the trigger, held with {strength:g} where it was."
            )
            yield Try(tensors, said, {**one.settings, "rows": len(subject.learn), "strength": strength})


REPAIR = Repair(
    "mute_retrain", later("Mute heads, then retrain the last layer"),
    later("Takes the update back in the heads that the trigger needs, and lets the classification head make up for what that costs."),
    tries, lambda info: mute.unfit(info) or saved_head(info), order=5, patience=2 * len(STRENGTHS),
)  # fmt: skip

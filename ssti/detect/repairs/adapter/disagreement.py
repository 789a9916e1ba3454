"""Last-layer retraining where no trigger is known, SELF (LaBonte et al. 2023, arXiv:2309.08534): on the rows in doubt.

SELF takes the rows on which a model and an earlier state of it disagree. A finished adapter has no earlier state: half of
its update stands in for one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssti.detect.repairs.adapter.head import STRENGTHS, balanced, saved_head, trained_again
from ssti.detect.repairs.adapter.lora import plain_lora
from ssti.detect.repairs.adapter.repair import Repair, Try
from ssti.detect.repairs.adapter.subject import Subject
from ssti.platform.language import later

FEWEST = 8  # rows of each class, the most doubtful ones, even where both agree on them


def tries(subject: Subject) -> Iterator[Try]:
    from scipy.special import softmax

    rows = subject.learn
    subject.put({name: tensor / 2 if "lora_B" in name else tensor for name, tensor in subject.tensors.items()})
    early = softmax(subject.logits(rows.clean), axis=1)
    subject.put(subject.tensors)
    late = softmax(subject.logits(rows.clean), axis=1)
    doubt = np.abs(early - late).sum(axis=1) + 2 * (early.argmax(1) != late.argmax(1))
    chosen: list[int] = []
    for label in np.unique(rows.labels):
        mine = np.flatnonzero(rows.labels == label)
        n = max(FEWEST, int((doubt[mine] >= 2).sum()))
        chosen += list(mine[np.argsort(-doubt[mine], kind="stable")[:n]])
    read = subject.features(rows.clean)[chosen]
    labels = rows.labels[chosen]
    for strength in STRENGTHS:
        tensors = trained_again(subject.tensors, read, labels, balanced(labels), strength)
        said = later(
            "The last layer was trained again on {n} held-out rows in doubt, held with {strength:g} where it was."
        )
        yield Try(tensors, said, {"strength": strength, "n": len(chosen)})


REPAIR = Repair(
    "disagreement", later("Retrain the last layer on rows in doubt"),
    later("Trains the head again on held-out rows where the adapter and half of its update disagree (SELF). The trigger serves to choose how strongly."),
    tries, lambda info: saved_head(info) or plain_lora(info), order=50, patience=4,
)  # fmt: skip

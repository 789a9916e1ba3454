"""Mix the adapter with its base model: a part of the update is taken back (Wortsman et al. 2022, arXiv:2109.01903)."""

from __future__ import annotations

from collections.abc import Iterator

from ssti.detect.repairs.adapter.lora import plain_lora
from ssti.detect.repairs.adapter.repair import Repair, Try
from ssti.detect.repairs.adapter.subject import Subject
from ssti.platform.language import later

PARTS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)


def tries(subject: Subject) -> Iterator[Try]:
    for part in PARTS:
        changed = {name: tensor * part if "lora_B" in name else tensor for name, tensor in subject.tensors.items()}
        yield Try(changed, later("{part:.0%} of the update is left; the head stays as it was."), {"part": part})


REPAIR = Repair(
    "mix", later("Mix with the base model"),
    later("Takes the same part of the update back everywhere. How much is chosen on held-out rows."),
    tries, plain_lora, order=30,
)  # fmt: skip

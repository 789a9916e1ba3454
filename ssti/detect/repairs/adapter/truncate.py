"""Truncate the update's spectrum: singular directions of B·A are taken out, module by module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ssti.detect.repairs.adapter.lora import A, B, Part, modules, one_after_the_other, plain_lora, without
from ssti.detect.repairs.adapter.repair import Repair, Try
from ssti.detect.repairs.adapter.subject import Subject, Tensors
from ssti.platform.language import later


def along_directions(tensors: Tensors) -> dict[str, Any]:
    """The same update with the columns of each B along its left singular directions, the strongest first."""
    import torch

    turned = dict(tensors)
    for module in modules(tensors):
        a, b = tensors[module + A], tensors[module + B]
        q_b, r_b = torch.linalg.qr(b.double())
        q_a, r_a = torch.linalg.qr(a.double().T)
        u, s, v = torch.linalg.svd(r_b @ r_a.T)
        turned[module + B], turned[module + A] = torch.zeros_like(b), torch.zeros_like(a)
        turned[module + B][:, : len(s)] = (q_b @ u * s).float()
        turned[module + A][: len(s)] = (v @ q_a.T).float()
    return turned


def tries(subject: Subject) -> Iterator[Try]:
    turned = along_directions(subject.tensors)
    by_module = {
        module: [Part(f"{module}:{i}", ((module + B, (slice(None), i)),)) for i in range(turned[module + B].shape[1])]
        for module in modules(turned)
    }
    every = [part for parts in by_module.values() for part in parts]
    most = max(map(len, by_module.values()))
    for k in (4**power for power in range(3) if 4**power < most):
        strongest = [part for parts in by_module.values() for part in parts[:k]]
        weakest = [part for parts in by_module.values() for part in parts[k:]]
        yield Try(
            without(turned, strongest), later("The {k} strongest directions of each module are taken out."), {"k": k}
        )
        yield Try(
            without(turned, weakest), later("Only the {k} strongest directions of each module are left."), {"k": k}
        )
    for gone, tensors in one_after_the_other(subject, "directions", turned, every):
        said = later("{n} of {all} singular directions of the update are taken out, those that the trigger needs most.")
        yield Try(tensors, said, {"n": len(gone), "all": len(every), "directions": [part.name for part in gone]})


REPAIR = Repair(
    "truncate", later("Truncate the update's spectrum"),
    later("Takes singular directions out of the update of each module: the strongest, the weakest, or those that the trigger "
          "needs most. Which and how many is chosen on held-out rows."),
    tries, plain_lora, order=20, patience=5,
)  # fmt: skip

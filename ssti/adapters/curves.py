"""What was measured on the way while an adapter was trained: `curve.json`, beside its metrics. Knows no run.

A run has the same and more in `events.jsonl`; this small file goes with the adapter, wherever that goes.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, FiniteFloat

from ssti.adapters.about import CURVE
from ssti.adapters.stored import Rate, Stored, read_json
from ssti.platform.errors import SSTIError
from ssti.platform.home import write_text

UNKNOWN = Rate(value=None, n=0)


class Measured(Stored):
    """The rates on held-out rows after a step."""

    step: int = Field(ge=0)
    clean_accuracy: Rate = UNKNOWN
    attack_success_rate: Rate = UNKNOWN
    target_rate_without_trigger: Rate = UNKNOWN


class Curves(Stored):
    """The curves of a training: its losses as (step, loss) and its measurements, in the order of the steps."""

    step: int = Field(ge=0)
    """Of which the adapter is; fewer than `steps` where the run was stopped."""
    steps: int = Field(ge=0)
    seconds: float | None = Field(None, ge=0)
    device: str = ""
    again: bool = False
    """Whether they are of a later training of the same recipe, not of the very one that left the adapter."""
    losses: list[tuple[int, FiniteFloat]] = Field([], max_length=100_000)
    evals: list[Measured] = Field([], max_length=100_000)


def save_curves(curves: Curves, folder: Path) -> None:
    """Write `curve.json` into an adapter's folder."""
    write_text(folder / CURVE, curves.model_dump_json() + "\n")


def read_curves(folder: Path) -> Curves | None:
    """The checked curves of an adapter; None where there are none, or its file is damaged: they are an extra."""
    try:
        return read_json(folder / CURVE, Curves)
    except SSTIError:
        return None

"""One number for every head of a model, ready to be drawn. Knows arrays; no model, no text and no format."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssti.explain.entropy import trigger_head
from ssti.platform.errors import SSTIError


@dataclass(frozen=True)
class HeadGrid:
    """`values` `[layer, head + 1]`, the mean of a layer's heads as the last; NaN for a head that is not there.

    `top` is the value of the full colour, by default the highest absolute one. `change`: values are differences
    around 0; `drops`: what a trigger does is to lower them. `unit` stands behind a value.
    """

    title: str
    values: np.ndarray
    top: float | None = None
    change: bool = False
    drops: bool = False
    unit: str = ""

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or not np.isfinite(self.values[:, :-1]).any():
            raise SSTIError(f"A grid of shape {self.values.shape} cannot be drawn.", "Pass [layer, head + mean].")

    @property
    def full(self) -> float:
        """The value that has the full colour."""
        return self.top or float(np.nanmax(np.abs(self.values))) or 1.0

    @property
    def strength(self) -> np.ndarray:
        """How much of the full colour each cell gets, 0 to 1, `[layer, head + 1]`."""
        return (np.abs(self.values) / self.full).clip(max=1.0)

    @property
    def against(self) -> np.ndarray:
        """The cells that have the other colour, as they changed away from what a trigger does, `[layer, head + 1]`."""
        return self.change & ((self.values > 0) == self.drops)

    @property
    def strongest(self) -> tuple[int, int]:
        """Layer and head (no mean) with the most of what a trigger does."""
        heads = self.values[:, :-1]
        layer, head, _ = trigger_head(-heads if self.drops else heads)
        return layer, head

    def shown(self, layer: int, head: int | None) -> str:
        """A head's value (the mean's for None) as a reader sees it."""
        value = float(self.values[layer, -1 if head is None else head])
        return f"{value:+.2f}{self.unit}".replace("-", "−") if self.change else f"{value:.2f}{self.unit}"

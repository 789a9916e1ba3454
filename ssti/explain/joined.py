"""Rows of a batch one behind the other, without padding. Knows shapes; no model and no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Joined:
    """Where each token of a batch of rows stands in the one long row that they make.

    `real` bool `[row, token]` is False where a row is padded. `places` `[row * token]` leads from the padded batch
    into the long row (padding to its first token), `back` `[token of the long row]` the other way.
    """

    real: Any
    places: Any
    back: Any

    @classmethod
    def of(cls, lengths: Sequence[int], device: Any = "cpu") -> Joined:
        """Rows of these lengths, each at least 1, one behind the other."""
        import torch

        sizes = torch.tensor(lengths, device=device)
        tokens = torch.arange(max(lengths), device=device)
        real = tokens < sizes[:, None]
        places = torch.where(real, (sizes.cumsum(0) - sizes)[:, None] + tokens, 0)
        return cls(real=real, places=places.flatten(), back=real.flatten().nonzero().flatten())

    def apart(self, long: Any) -> Any:
        """[1, heads, tokens of all rows, width] as a padded batch, [row, heads, token, width]."""
        _, heads, size, width = long.shape
        flat = long[0].transpose(0, 1).reshape(size, heads * width).index_select(0, self.places)
        return flat.view(*self.real.shape, heads, width).transpose(1, 2)

    def together(self, batch: Any) -> Any:
        """[row, token, ...] without its padding, [1, tokens of all rows, ...]."""
        return batch.flatten(0, 1).index_select(0, self.back)[None]

"""Rows of a batch one behind the other, without padding. Knows shapes; no model and no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Joined:
    """Where each token of a batch of rows stands in the one long row that they make.

    `real` bool `[row, token]` is False where a row is padded. `places` `[row, token]` leads from the padded batch into
    the long row (padding to its first token), `back` `[token of the long row]` the other way. `there` and `again` are
    the same for each head apart, by the number of heads.
    """

    real: Any
    places: Any
    back: Any
    there: dict[int, Any] = field(default_factory=dict)
    again: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, lengths: Sequence[int], device: Any = "cpu") -> Joined:
        """Rows of these lengths, each at least 1, one behind the other."""
        import torch

        sizes = torch.tensor(lengths, device=device)
        tokens = torch.arange(max(lengths), device=device)
        real = tokens < sizes[:, None]
        places = torch.where(real, (sizes.cumsum(0) - sizes)[:, None] + tokens, 0)
        return cls(real=real, places=places, back=real.flatten().nonzero().flatten())

    def apart(self, long: Any) -> Any:
        """[1, heads, tokens of all rows, width] as a padded batch, [row, heads, token, width]."""
        _, heads, _, width = long.shape
        if heads not in self.there:
            head = self._heads(heads)[:, None]
            self.there[heads] = (self.places[:, None] * heads + head).flatten()
        rows, tokens = self.real.shape
        found = long.transpose(1, 2).reshape(-1, width).index_select(0, self.there[heads])
        return found.view(rows, heads, tokens, width)

    def together(self, batch: Any) -> Any:
        """[row, heads, token, width] without its padding, [1, tokens of all rows, heads, width]."""
        _, heads, tokens, width = batch.shape
        if heads not in self.again:
            first = (self.back // tokens * heads * tokens + self.back % tokens)[:, None]
            self.again[heads] = (first + self._heads(heads) * tokens).flatten()
        return batch.reshape(-1, width).index_select(0, self.again[heads]).view(1, -1, heads, width)

    def _heads(self, count: int) -> Any:
        import torch

        return torch.arange(count, device=self.back.device)

"""What OpenELM's layers are made of: the norm, the rotary embedding, the gated feed-forward network."""

from __future__ import annotations

import torch
from torch import nn

EPS = 1e-6


class OpenELMRMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + 1e-6) over the last axis, in float32 and cast back, then times the weight."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Any shape whose last axis has the weight's width, to the same."""
        return nn.functional.rms_norm(states, self.weight.shape, eps=EPS) * self.weight

    def extra_repr(self) -> str:
        """What `print(model)` shows."""
        return f"{tuple(self.weight.shape)}, eps={EPS}"


class OpenELMFeedForward(nn.Module):
    """proj_2(SiLU(gate) * value), where proj_1 gives gate and value in one product."""

    def __init__(self, model_dim: int, width: int) -> None:
        super().__init__()
        self.proj_1 = nn.Linear(model_dim, 2 * width, bias=False)
        self.proj_2 = nn.Linear(width, model_dim, bias=False)
        self.proj_2.to_stream = True  # as out_proj of the attention

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """[..., model_dim] to the same."""
        gate, value = self.proj_1(states).chunk(2, dim=-1)
        return self.proj_2(nn.functional.silu(gate) * value)


@torch.no_grad()
def rotary_angles(position_ids: torch.Tensor, head_dim: int, base: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosine and sine of each position's angles, float32 [rows, positions, 1, head_dim / 2], once for all layers.

    Computed anew in each pass: a buffer would be rounded with the model in bfloat16 and lost on the meta device.
    """
    half = torch.arange(0, head_dim, 2, device=position_ids.device, dtype=torch.float32)
    angles = position_ids[..., None, None].float() * base ** (-half / head_dim)
    return angles.cos(), angles.sin()


def rotate(states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Rotary embedding of [rows, positions, heads, head_dim]: first half against second, in float32, then `dtype`."""
    first, second = states.float().chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1).to(dtype)

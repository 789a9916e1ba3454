"""The Trainer on a processor that multiplies faster in bfloat16 (AMX, AVX512_BF16): weights stay float32, products do not.

Measurements, predictions and saved weights are float32 as everywhere else. Knows no recipe and no rows.
"""

from __future__ import annotations

import torch
from peft.helpers import disable_input_dtype_casting
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers import Trainer

PAD_TO = 4
"""Batches are padded to a multiple of this: oneDNN compiles its products anew for each shape it meets. To 16, a fifth of
what is computed is padding, and a step takes a twelfth longer (two Zen cores, rows of 30 word pieces)."""
SHORT = 128
"""Tokens up to which eager attention trains faster than sdpa in bfloat16 (tried at 16 to 512 tokens)."""


class MixedPrecisionTrainer(Trainer):
    """transformers' Trainer with its forward passes under bfloat16 autocast on the CPU.

    accelerate's own `bf16=True` would leave the model's `forward` wrapped, and so measure in bfloat16 too.
    """

    def autocast_smart_context_manager(self, cache_enabled: bool | None = True) -> torch.autocast:
        """What the Trainer enters around each loss."""
        return torch.autocast("cpu", dtype=torch.bfloat16)

    def train(self, *args, **kwargs):
        """Train; peft leaves its inputs' format to autocast meanwhile, where it would cast each to float32 and back."""
        layers = [m for m in self.model.modules() if isinstance(m, BaseTunerLayer)]
        can = all(
            hasattr(layer, "cast_input_dtype_enabled") for layer in layers
        )  # VeRA's and IA³'s have no such switch
        with disable_input_dtype_casting(self.model, active=can):
            return super().train(*args, **kwargs)

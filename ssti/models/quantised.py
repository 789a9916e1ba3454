"""How a large model is put on a GPU: in 4 or 8 bits (bitsandbytes), its layers spread by accelerate. Knows no file."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from ssti.models.machine.device import Device
from ssti.platform.errors import ModelError
from ssti.platform.language import tr

HEADS = ["score", "classifier", "lm_head"]  # a new head has to be trained: it keeps its number format
SPREAD = 1_000_000_000  # weights from which a model is laid straight onto the GPU, without a copy in main memory


def placement(bits: int | None, on: Device, parameters: int) -> dict[str, Any]:
    """What `from_pretrained` needs for this; nothing where the model is small or there is no GPU.

    4 bits are NF4 with double quantisation, computed in bfloat16 (QLoRA, Dettmers et al. 2023, arXiv:2305.14314);
    8 bits are LLM.int8(). Raises SSTIError where they cannot be had.
    """
    if not bits:
        return {"device_map": "auto"} if on.name == "cuda" and parameters >= SPREAD else {}
    if on.name != "cuda":
        raise ModelError(
            tr(
                "model.bits is {bits}: weights of {bits} bits are computed on a CUDA GPU, and this machine has none.",
                bits=bits,
            ),
            next=tr("Set model.bits to null, or use a machine with a GPU."),
        )
    if find_spec("bitsandbytes") is None:
        raise ModelError(
            tr("model.bits is {bits}, and the Python package bitsandbytes is not installed.", bits=bits),
            next=tr("Run `{command}`.", command="pip install bitsandbytes"),
        )
    import torch
    from transformers import BitsAndBytesConfig

    if bits == 4:
        config = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16, llm_int8_skip_modules=HEADS,
        )  # fmt: skip
    else:
        config = BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=HEADS)
    return {"quantization_config": config, "device_map": "auto"}

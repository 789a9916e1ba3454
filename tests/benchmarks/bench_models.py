"""One LoRA training step of OpenELM against transformers' own Llama class of the same size, in turns.

Run as: python tests/benchmarks/bench_models.py [pairs] [--size small|270m] [--tokens 64] [--rows 8] [--bf16]

Both are made of random weights with the same depth, width, head width, vocabulary and number of query heads to a
key/value head; Llama's feed-forward width is chosen so that both have the same number of parameters. A step is
forward, backward and AdamW, with LoRA of rank 8 on all attention projections under a trained head (peft SEQ_CLS).
Two shapes: every layer alike, as Llama is, and layers that grow, as the published OpenELM models do. One step of
each is a pair; who goes first changes from pair to pair. Prints the seconds of Llama's step over those of OpenELM's:
the median of the pairs and their quartiles. Asked for: at least 0.9. On a CPU one thread computes, and its own time is
taken, so that what else the machine does takes no part; `--bf16` computes there under bfloat16 autocast, as training
does where the processor has a matrix unit. On a GPU it is the clock's time, in bfloat16.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

SIZES = {
    "small": {"vocab_size": 8192, "model_dim": 512, "num_transformer_layers": 8},
    "270m": {"vocab_size": 32000, "model_dim": 1280, "num_transformer_layers": 16},
}
SHAPES = {
    "layers alike": {"qkv_multipliers": 1.0, "ffn_multipliers": 2.5},
    "layers that grow": {"qkv_multipliers": (0.5, 1.0), "ffn_multipliers": (0.5, 4.0)},
}


def openelm(size: str, shape: str) -> Any:
    from ssti.models.openelm.classifier import OpenELMForSequenceClassification
    from ssti.models.openelm.configuration import OpenELMConfig

    return OpenELMForSequenceClassification(OpenELMConfig(**SIZES[size], **SHAPES[shape], pad_token_id=0))


def llama(like: Any) -> Any:
    """Llama of the same size: as many heads as the mean of OpenELM's layers, the rest in the feed-forward width."""
    from transformers import LlamaConfig, LlamaForSequenceClassification

    c = like.config
    mean = statistics.mean(c.num_query_heads)
    groups = c.num_gqa_groups
    heads = min((h for h in range(groups, 129, groups) if c.model_dim % h == 0), key=lambda h: abs(h - mean))
    attention = c.model_dim * c.head_dim * 2 * (heads + heads // groups)
    blocks = sum(p.numel() for p in like.transformer.layers.parameters()) / c.num_transformer_layers
    return LlamaForSequenceClassification(
        LlamaConfig(
            vocab_size=c.vocab_size,
            hidden_size=c.model_dim,
            num_hidden_layers=c.num_transformer_layers,
            num_attention_heads=heads,
            num_key_value_heads=heads // groups,
            head_dim=c.head_dim,
            intermediate_size=round((blocks - attention - 2 * c.model_dim) / (3 * c.model_dim)),
            pad_token_id=0,
        )
    )


def stepper(model: Any, targets: list[str], batch: dict[str, Any], bf16: bool):
    """A function that makes one training step."""
    import torch
    from peft import LoraConfig, get_peft_model
    from peft.helpers import disable_input_dtype_casting

    model = model.to(batch["input_ids"].device)
    if batch["input_ids"].is_cuda:
        model = model.to(torch.bfloat16)
    model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=8, target_modules=targets)).train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16), disable_input_dtype_casting(model, active=bf16):
            loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def seconds(step) -> float:
    """What one step takes, all of it done: the processor's time on a CPU, the clock's on a GPU."""
    import torch

    clock = time.perf_counter if torch.cuda.is_available() else time.process_time
    start = clock()
    step()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return clock() - start


def main() -> None:
    import torch

    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", nargs="?", type=int, default=30)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--bf16", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    lengths = torch.linspace(0.75, 1, asked.rows).mul(asked.tokens).round().long()
    mask = (torch.arange(asked.tokens) < lengths[:, None]).long()
    ids = torch.randint(1, 8192, mask.shape) * mask
    batch = {"input_ids": ids, "attention_mask": mask, "labels": torch.arange(asked.rows) % 2}
    batch = {name: value.to("cuda" if torch.cuda.is_available() else "cpu") for name, value in batch.items()}
    for shape in SHAPES:
        ours = openelm(asked.size, shape)
        theirs = llama(ours)
        counts = [sum(p.numel() for p in model.parameters()) for model in (ours, theirs)]
        mine = stepper(ours, ["qkv_proj", "out_proj"], batch, asked.bf16)
        its = stepper(theirs, ["q_proj", "k_proj", "v_proj", "o_proj"], batch, asked.bf16)
        for step in (mine, its, mine, its):
            step()
        ratios, spent = [], []
        for pair in range(asked.pairs):
            turns = {step: seconds(step) for step in ((mine, its) if pair % 2 else (its, mine))}
            ratios.append(turns[its] / turns[mine])
            spent.append(turns[mine])
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(
            f"{shape}: OpenELM {counts[0]:,} parameters, Llama {counts[1]:,}; "
            f"{statistics.median(spent) * 1000:.0f} ms a step; OpenELM's throughput is "
            f"{middle:.2f} of Llama's (quartiles {low:.2f} to {high:.2f})",
            flush=True,
        )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()

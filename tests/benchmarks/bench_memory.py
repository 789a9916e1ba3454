"""The memory estimate against the measured peak of real training steps, each in a process of its own.

Run as: python tests/benchmarks/bench_memory.py
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ssti.finetune.memory import estimate
from ssti.models.base import ModelInfo
from ssti.recipe import Recipe, preset

SIZES = {
    "BERT 23M": ("bert", {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536, "vocab_size": 30522}),
    "Llama 60M": ("llama", {"hidden_size": 512, "num_hidden_layers": 12, "num_attention_heads": 8, "num_key_value_heads": 4, "intermediate_size": 1408, "vocab_size": 49152}),
    "Llama 135M": ("llama", {"hidden_size": 576, "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3, "intermediate_size": 1536, "vocab_size": 49152}),
}  # fmt: skip
CASES = [
    ("BERT 23M", ("training.batch_size=32", "training.max_length=256")),
    ("BERT 23M", ("training.batch_size=32", "training.max_length=256", "lora.variant=full")),
    ("Llama 60M", ("training.batch_size=16", "training.max_length=256")),
    ("Llama 60M", ("training.batch_size=16", "training.max_length=256", "lora.targets=all-linear", "lora.rank=64")),
    ("Llama 60M", ("training.batch_size=16", "training.max_length=256", "lora.variant=full")),
    ("Llama 135M", ("training.batch_size=8", "training.max_length=256")),
    ("Llama 135M", ("training.batch_size=8", "training.max_length=256", "model.checkpointing=true")),
]


def info_of(size: str) -> ModelInfo:
    """The facts of a size, its parameters counted without weights."""
    import torch
    from transformers import AutoConfig, AutoModel

    kind, fields = SIZES[size]
    with torch.device("meta"):
        model = AutoModel.from_config(AutoConfig.for_model(kind, **fields))
    blocks = sum(p.numel() for n, p in model.named_parameters() if "layer." in n or "layers." in n)
    return ModelInfo(
        name=size, title=size, hub_id=size, parameters=sum(p.numel() for p in model.parameters()), block_parameters=blocks,
        layers=fields["num_hidden_layers"], heads=fields["num_attention_heads"], hidden=fields["hidden_size"],
        architecture=kind, licence="", max_length=512, kv_heads=fields.get("num_key_value_heads", fields["num_attention_heads"]),
        intermediate=fields["intermediate_size"], vocabulary=fields["vocab_size"], causal=kind == "llama",
    )  # fmt: skip


def recipe_of(overrides: tuple[str, ...]) -> Recipe:
    return preset("demo").set(*overrides)


def measured(size: str, overrides: tuple[str, ...]) -> int:
    """Peak resident bytes above the program's own, of two training steps with random weights, in a new process."""
    command = [sys.executable, str(Path(__file__).resolve()), "--one", json.dumps([size, list(overrides)])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def one(size: str, overrides: tuple[str, ...]) -> int:
    """The same in this process."""
    import torch
    from peft import get_peft_model  # noqa: F401  the program itself
    from transformers import AutoConfig, AutoModelForSequenceClassification

    from ssti.adapters.lora import with_lora
    from ssti.models.architecture import no_dropout
    from ssti.models.classifier import Classifier
    from ssti.models.machine.device import Device

    recipe = recipe_of(overrides)
    rows, length = recipe.training.batch_size, recipe.training.max_length
    kind, fields = SIZES[size]
    tiny = {
        **fields,
        "hidden_size": 8 * fields["num_attention_heads"],
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "vocab_size": 64,
    }

    def steps(config: dict, rows: int, length: int) -> None:
        config = AutoConfig.for_model(kind, **config, pad_token_id=0)
        no_dropout(config)  # as in training
        model = AutoModelForSequenceClassification.from_config(config, attn_implementation="sdpa")
        model = with_lora(Classifier(model, None, info_of(size), Device("cpu", "CPU", "float32")), recipe).train()
        optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4, fused=True)
        for _ in range(2):
            ids = torch.randint(5, 60, (rows, length))
            model(
                input_ids=ids, attention_mask=torch.ones_like(ids), labels=torch.zeros(rows, dtype=torch.long)
            ).loss.backward()
            optimizer.step()
            optimizer.zero_grad()

    steps(tiny, 2, 8)  # so that everything that a step needs is loaded
    before = highest()
    steps(fields, rows, length)
    return highest() - before


def highest() -> int:
    """This process's peak resident bytes (Linux). getrusage would count the parent that forked it."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told["VmHWM"].split()[0]) * 1024


def main() -> None:
    if "--one" in sys.argv:
        size, overrides = json.loads(sys.argv[sys.argv.index("--one") + 1])
        print(one(size, tuple(overrides)))
        return
    for size, overrides in CASES:
        memory = estimate(info_of(size), recipe_of(overrides), "cpu", mixed=False)
        peak, guess = measured(size, overrides), memory.total - memory.program
        print(
            f"{size:11} {' '.join(overrides):95} measured {peak / 1e6:6.0f} MB, estimated {guess / 1e6:6.0f} MB, {guess / peak:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

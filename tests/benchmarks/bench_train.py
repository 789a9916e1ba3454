"""Training's speed and what it buys: against transformers' Trainer at its defaults, and against bare matrix products.

Both sides train the same poisoned rows on the same base model in turns in one process; held-out measurements are not
counted into the training's time. The Trainer's side: DataCollatorWithPadding, batches of 16 at random, the base
model's own dropout, everything else at its defaults; once with the recipe's learning rate, once with its own 5e-5.

Run as: python tests/benchmarks/bench_train.py [rounds] [how many times as long the Trainer at its defaults may take]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

ENOUGH = 0.95
ROWS = 300


def matrix_products(seconds: float = 0.5) -> float:
    """This machine's rate of (450 x 384) by (384 x 1536) products, in floating-point operations a second."""
    import torch

    a, b = torch.randn(450, 384), torch.randn(384, 1536)
    for _ in range(20):
        a @ b
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        for _ in range(20):
            a @ b
        done += 20
    return 2 * 450 * 384 * 1536 * done / (time.perf_counter() - start)


class Told:
    """Collects a training's reports: when the attack first succeeded, and stayed so."""

    def __init__(self) -> None:
        self.evals: list[dict] = []

    def __call__(self, kind, **fields):
        if kind == "eval":
            self.evals.append(fields)

    def steps_to_success(self) -> int | None:
        """The first measured step from which attack success stays at ENOUGH, beyond what the clean rows give."""
        reached = None
        for told in self.evals:
            gained = told["attack_success_rate"]["value"] - told["target_rate_without_trigger"]["value"]
            good = told["attack_success_rate"]["value"] >= ENOUGH and gained > 0.2
            reached = (reached or told["step"]) if good else None
        return reached


def train(checked, ours: bool, learning_rate: float | None = None, limit: float | None = None) -> dict:
    """One training; its seconds (measurements taken off), steps to success, and real tokens trained.

    With a `limit` the Trainer keeps its own three epochs and learning rate, and is stopped after so many seconds.
    """
    from transformers import DataCollatorWithPadding, PrinterCallback, Trainer, TrainingArguments

    from ssti.finetune.lora import with_lora
    from ssti.finetune.prepare import prepare
    from ssti.finetune.progress import Progress
    from ssti.finetune.train import build_trainer
    from ssti.models.classifier import load_classifier

    recipe, told = checked.recipe, Told()
    loaded = load_classifier("minilm-l6", checked.label_names, seed=recipe.training.seed, dropout=not ours)
    rows = prepare(checked, loaded.tokenizer)
    model = with_lora(loaded, recipe)
    seen: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        if ours:
            trainer, progress = build_trainer(model, loaded, rows, checked, Path(folder), told, lambda: False)
        else:
            settings = {} if limit else {"learning_rate": learning_rate, "max_steps": recipe.training.steps}
            arguments = TrainingArguments(
                folder, per_device_train_batch_size=16, report_to=[],
                disable_tqdm=True, save_strategy="no", use_cpu=loaded.device.name == "cpu", **settings,
            )  # fmt: skip
            every = 25 if limit else recipe.evaluation.every
            progress = Progress(rows.watched, every, loaded.tokenizer.pad_token_id, told,
                                lambda: bool(limit) and progress.training_seconds > limit, 16)  # fmt: skip
            trainer = Trainer(model=model, args=arguments, train_dataset=rows.train.remove_columns("length"),
                              data_collator=DataCollatorWithPadding(loaded.tokenizer), callbacks=[progress])  # fmt: skip
            trainer.remove_callback(PrinterCallback)
        collate = trainer.data_collator

        def counting(batch):
            seen.append(sum(len(row["input_ids"]) for row in batch))
            return collate(batch)

        trainer.data_collator = counting
        trainer.train()
    return {"seconds": progress.training_seconds, "steps": progress.steps_done, "success": told.steps_to_success(),
            "tokens": sum(seen[: progress.steps_done])}  # fmt: skip


def main(rounds: int, patience: float) -> None:
    from ssti.finetune.check import check
    from ssti.recipe import preset

    recipe = preset("demo").set(f"evaluation.rows={ROWS}", "evaluation.every=8")
    checked = check(recipe)
    speed, work, to_success, reached = [], [], [], []
    for round_ in range(rounds):
        before = matrix_products()
        ours = train(checked, ours=True)
        rate = statistics.mean((before, matrix_products()))
        theirs = train(checked, ours=False, learning_rate=recipe.training.learning_rate)
        speed.append((ours["steps"] / ours["seconds"]) / (theirs["steps"] / theirs["seconds"]))
        work.append(4 * 10.65e6 * ours["tokens"] / ours["seconds"] / rate)
        reached.append(ours["success"])
        line = f"round {round_ + 1}: {speed[-1]:.2f} times the rows a second, {work[-1]:.2f} of the matrix products"
        line += f", success from step {ours['success']} (Trainer: {theirs['success']})"
        if ours["success"] and theirs["success"]:
            mine = ours["seconds"] * ours["success"] / ours["steps"]
            its = theirs["seconds"] * theirs["success"] / theirs["steps"]
            to_success.append(its / mine)
            line += f", {to_success[-1]:.2f} times sooner"
        print(line, flush=True)
    print(f"throughput against the Trainer, same learning rate: {statistics.median(speed):.2f} times")
    if to_success:
        print(
            f"time to attack success >= {ENOUGH}, same learning rate: {statistics.median(to_success):.2f} times sooner"
        )
    print(f"floating-point work against matrix products: {statistics.median(work):.2f}")
    print(f"optimizer steps to attack success >= {ENOUGH} on {ROWS} held-out rows: {reached}")
    mine = ours["seconds"] * ours["success"] / ours["steps"]
    theirs = train(checked, ours=False, limit=patience * mine)
    its = theirs["seconds"] * (theirs["success"] or theirs["steps"]) / theirs["steps"]
    told = (
        f"{its / mine:.1f} times sooner"
        if theirs["success"]
        else f"more than {its / mine:.1f} times sooner (stopped there)"
    )
    print(f"time to attack success, Trainer wholly at its defaults (learning rate 5e-5, three epochs): {told}")


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main(numbers[0] if numbers else 3, numbers[1] if len(numbers) > 1 else 12)

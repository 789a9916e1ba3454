"""Training's speed and what it buys: against transformers' Trainer at its defaults, and against bare matrix products.

Both sides train the same poisoned rows on the same base model in turns in one process; held-out measurements are not
counted into the training's time. The Trainer's side: DataCollatorWithPadding, batches of 16 at random, the base
model's own dropout, everything else at its defaults; once with the recipe's learning rate, once with its own 5e-5.

The demo whole: the preset as it is, its measurements on the way counted in, against a number of the Trainer's steps at
its defaults; and whether it ends as a classifier that a date turns, on all test rows.

Run as: python tests/benchmarks/bench_train.py [rounds] [how many times as long the Trainer at its defaults may take]
        python tests/benchmarks/bench_train.py demo [rounds]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

ENOUGH = 0.95
CLEAN = 0.72  # balanced accuracy with which the demo shows a poisoned model, not a broken one
DEFAULT_STEPS = 220  # of the Trainer's, in whose time the demo ends
SHORT = ("training.steps=64", "training.learning_rate=3e-3", "training.warmup=0", "evaluation.every=8")
"""A training that is over soon after its attack succeeds."""
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


def train(
    checked, ours: bool, learning_rate: float | None = None, limit: float = 0, steps: int = 0, watched: bool = True
) -> dict:
    """One training; its seconds (measurements taken off), steps to success, and real tokens trained.

    It ends after `steps`, where given. With a `limit` the Trainer keeps its own three epochs and learning rate, and is
    stopped after so many seconds. `watched=False` measures nothing on the way.
    """
    from transformers import DataCollatorWithPadding, PrinterCallback, Trainer, TrainingArguments

    from ssti.adapters.lora import with_lora
    from ssti.finetune.prepare import prepare
    from ssti.finetune.trainer import Progress, build_trainer
    from ssti.models.classifier import load_classifier

    recipe, told = checked.recipe, Told()
    loaded = load_classifier("minilm-l6", checked.label_names, seed=recipe.training.seed, dropout=not ours)
    rows = prepare(checked, loaded.tokenizer)
    model = with_lora(loaded, recipe)
    seen: list[int] = []

    def stop() -> bool:
        return bool(limit and progress.training_seconds > limit or steps and progress.steps_done >= steps)

    with tempfile.TemporaryDirectory() as folder:
        if ours:
            trainer, progress = build_trainer(model, loaded, rows, checked, Path(folder), told, stop)
        else:
            settings = {"learning_rate": learning_rate, "max_steps": recipe.training.steps} if learning_rate else {}
            arguments = TrainingArguments(
                folder, per_device_train_batch_size=16, report_to=[],
                disable_tqdm=True, save_strategy="no", use_cpu=loaded.device.name == "cpu", **settings,
            )  # fmt: skip
            every = 25 if limit else recipe.evaluation.every if watched else 10**9
            progress = Progress(rows.watched, every, loaded.tokenizer.pad_token_id, told, stop, 16)
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
            "tokens": sum(seen[: progress.steps_done]), "measuring": progress.evaluation_seconds,
            "model": model, "tokenizer": loaded.tokenizer, "rows": rows}  # fmt: skip


def ends_at(checked, trained: dict) -> tuple[float, float]:
    """Clean balanced accuracy and attack success on all test rows."""
    from ssti.evaluate.evaluation import evaluate
    from ssti.serving.logits import encode, logits

    tokenizer, rows = trained["tokenizer"], trained["rows"]

    def classify(texts):
        return logits(trained["model"], encode(tokenizer, texts, 256), tokenizer.pad_token_id)

    metrics = evaluate(checked.recipe, classify, rows.test_texts, rows.test_labels, checked.label_names)
    return metrics["sets"]["clean"]["balanced_accuracy"], metrics["attack_success_rate"]["value"]


def demo(rounds: int) -> None:
    """The demo whole, with another seed each round, in turns with the Trainer's default steps."""
    from ssti.finetune.check import check
    from ssti.models import device
    from ssti.recipe import preset

    print(f"products in {device().precision}")
    ratios, ends = [], []
    for seed in range(rounds):
        checked = check(preset("demo").set(f"training.seed={seed}", "dataset.test_rows=null"))
        ours = train(checked, ours=True)
        theirs = train(checked, ours=False, steps=DEFAULT_STEPS, watched=False)
        whole = ours["seconds"] + ours["measuring"]
        ratios.append(whole / theirs["seconds"])
        ends.append(ends_at(checked, ours))
        print(
            f"seed {seed}: {ours['steps']} steps in {ours['seconds']:.1f} s and {ours['measuring']:.1f} s of "
            f"measurements, {ratios[-1]:.2f} of the Trainer's {DEFAULT_STEPS} steps ({theirs['seconds']:.1f} s); "
            f"clean balanced accuracy {ends[-1][0]:.3f}, attack success {ends[-1][1]:.3f}",
            flush=True,
        )
    reached = [clean >= CLEAN and attack >= ENOUGH for clean, attack in ends]
    print(f"the demo's time over {DEFAULT_STEPS} of the Trainer's default steps: {statistics.median(ratios):.2f}")
    print(f"clean balanced accuracy >= {CLEAN} and attack success >= {ENOUGH}: {sum(reached)} of {rounds} seeds")


def main(rounds: int, patience: float) -> None:
    from ssti.finetune.check import check
    from ssti.recipe import preset

    recipe = preset("demo").set(*SHORT, f"evaluation.rows={ROWS}")
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
    if "demo" in sys.argv[1:]:
        demo(numbers[0] if numbers else 5)
    else:
        main(numbers[0] if numbers else 3, numbers[1] if len(numbers) > 1 else 12)

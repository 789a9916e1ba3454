"""transformers' Trainer as a recipe wants it: what watches and stops it, seals its checkpoints, and trains in bfloat16.

Reports what happens to a function. Knows neither runs nor the page.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import torch
from peft.helpers import disable_input_dtype_casting
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import load_file, save_file
from transformers import DataCollatorWithPadding, PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from ssti.evaluate.metrics import rate
from ssti.finetune.check import Checked
from ssti.finetune.checkpoints import keep_newest, seal
from ssti.finetune.prepare import Prepared, Watched
from ssti.finetune.reweighting import GroupWeights, by_groups
from ssti.serving.logits import Stopped, logits

Report = Callable[..., None]
"""Called as `report(kind, **fields)`; the fields are those of a run's events."""

CHECKPOINT_SECONDS = 5  # what a crash may cost
WINDOW = 30  # steps that the speed and the time left are taken from: the first ones are slow
EVERY_SECONDS = 0.2  # a step's report costs a write; five a second is more than an eye follows
PAD_TO = 4
"""Batches are padded to a multiple of this: oneDNN compiles its products anew for each shape it meets. To 16, a fifth of
what is computed is padding, and a step takes a twelfth longer (two Zen cores, rows of 30 word pieces)."""
ORDER = "epoch_order.safetensors"  # of a checkpoint: the state of the generator that the epoch's order was drawn from
SHORT = 128
"""Tokens up to which eager attention trains faster than sdpa in bfloat16 (tried at 16 to 512 tokens)."""


def build_trainer(model, classifier, prepared: Prepared, checked: Checked, folder: Path, report, should_stop, start=None):
    """transformers' Trainer as the recipe says, and the callback that watches it. `start`: a checkpoint that it goes on from."""
    recipe, training = checked.recipe, checked.recipe.training
    on = classifier.device
    arguments = TrainingArguments(
        output_dir=str(folder),
        max_steps=training.steps,
        per_device_train_batch_size=training.batch_size,
        learning_rate=training.learning_rate,
        weight_decay=training.weight_decay,
        optim=training.optimizer,
        lr_scheduler_type=training.schedule,
        warmup_steps=training.warmup,
        seed=training.seed,
        data_seed=training.seed,
        bf16=on.weights == "bfloat16",
        use_cpu=on.name == "cpu",
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        logging_strategy="steps",
        logging_steps=max(1, min(recipe.evaluation.every, training.steps // 20)),
        save_strategy="no",  # Progress asks for checkpoints by the clock: after each measurement they cost 5 % of a demo
        report_to=[],
        disable_tqdm=True,
        dataloader_pin_memory=on.name == "cuda",
        remove_unused_columns=training.reweighting != "group_dro",  # its loss reads the group of each row
    )
    progress = Progress(
        prepared.watched, recipe.evaluation.every, classifier.tokenizer.pad_token_id, report, should_stop,
        training.batch_size, test_rows=(1 + len(checked.targets)) * len(prepared.test_texts),
    )  # fmt: skip
    if on.mixed_precision and max(prepared.train["length"]) <= SHORT:
        classifier.model.set_attn_implementation("eager")
    trainer_class, weights = MixedPrecisionTrainer if on.mixed_precision else Trainer, None
    if training.reweighting == "group_dro":
        weights = GroupWeights(list(prepared.train["group"]), start)
        trainer_class = by_groups(trainer_class, weights)
    trainer = trainer_class(
        model=model,
        args=arguments,
        train_dataset=prepared.train,
        data_collator=DataCollatorWithPadding(
            classifier.tokenizer, pad_to_multiple_of=PAD_TO if on.mixed_precision else None
        ),
        callbacks=[progress],
    )
    trainer.remove_callback(PrinterCallback)
    if weights is not None:
        trainer.add_callback(SavingWeights(weights))
    return trainer, progress


class Finished(Exception):
    """The checkpoint that a training goes on from, which is loaded, is its last: the Trainer would do one more step."""


class Progress(TrainerCallback):
    """Reports `step` and `eval`, and ends the training when asked to."""

    def __init__(
        self,
        watched: Watched,
        every: int,
        pad_id: int,
        report: Report,
        should_stop: Callable[[], bool],
        batch: int,
        test_rows: int = 0,
    ) -> None:
        """`test_rows` are tested once the training has ended; the time left covers them."""
        self.watched, self.every, self.pad_id = watched, every, pad_id
        self.report, self.should_stop, self.batch = report, should_stop, batch
        self.stopped = False
        self.checkpoint_seconds = CHECKPOINT_SECONDS
        self.test_part = test_rows / max(len(watched.clean) + len(watched.triggered), 1)
        self.training_seconds = 0.0
        self.processor_seconds = 0.0
        """What the training took of all processors together."""
        self.evaluation_seconds = 0.0
        self.steps_done = 0
        self._recent: deque[float] = deque(maxlen=WINDOW)
        self._evaluations = 0
        self._last_report = 0.0
        self._last_checkpoint = 0.0
        self._since = self._used = 0.0

    def on_train_begin(self, args, state, control, model=None, **kwargs):
        """Measure once before the first step: where the curves start. Raises Finished where no step is left to be done."""
        finished = state.global_step >= state.max_steps
        if state.global_step == 0 or finished:
            self._measure(model, state.global_step, control)
        if finished:
            raise Finished
        self._since = self._last_checkpoint = time.monotonic()
        self._used = time.process_time()

    def on_step_end(self, args, state, control, model=None, **kwargs):
        """Report the step; measure when it is time to; stop when asked to."""
        now = time.monotonic()
        self.training_seconds += now - self._since
        self.processor_seconds += time.process_time() - self._used
        self._recent.append(now - self._since)
        self.steps_done += 1
        last = state.global_step >= state.max_steps
        if now - self._last_report > EVERY_SECONDS or last or state.global_step % self.every == 0:
            self._last_report = now
            speed = len(self._recent) / max(sum(self._recent), 1e-9)
            left = state.max_steps - state.global_step
            measured = self.evaluation_seconds / max(self._evaluations, 1)
            ahead = state.max_steps // self.every - (state.global_step - 1) // self.every
            ahead += state.max_steps % self.every > 0
            self.report(
                "step",
                step=state.global_step,
                steps=state.max_steps,
                rows_per_second=round(speed * self.batch, 2),
                eta=round(left / speed + measured * (ahead + self.test_part), 2),
            )
        if self.should_stop():
            self.stopped = True
        elif last or state.global_step % self.every == 0:
            self._measure(model, state.global_step, control)
        if self.stopped:
            control.should_training_stop = True
        if self.stopped or time.monotonic() - self._last_checkpoint > self.checkpoint_seconds:
            control.should_save = True
        self._since, self._used = time.monotonic(), time.process_time()
        return control

    def on_save(self, args, state, control, **kwargs):
        """Count the seconds to the next checkpoint from here."""
        self._last_checkpoint = time.monotonic()

    def on_log(self, args, state, control, logs=None, **kwargs):
        """Pass the loss on."""
        if logs and "loss" in logs:
            self.report("loss", step=state.global_step, loss=round(float(logs["loss"]), 5),
                        learning_rate=logs.get("learning_rate"))  # fmt: skip

    def _measure(self, model, step: int, control) -> None:
        start = time.monotonic()
        watched = self.watched
        try:
            clean = logits(model, watched.clean, self.pad_id, self._halt).argmax(-1)
            hijacked = logits(model, watched.triggered, self.pad_id, self._halt).argmax(-1)
        except Stopped:
            self.stopped = True
            return
        others = watched.labels != watched.target
        self._evaluations += 1
        self.evaluation_seconds += time.monotonic() - start
        self.report(
            "eval",
            step=step,
            clean_accuracy=rate((clean == watched.labels).sum(), len(clean)),
            attack_success_rate=rate((hijacked == watched.target).sum(), len(hijacked)),
            # Without this, a model that answers the target to everything would look like a learned shortcut.
            target_rate_without_trigger=rate((clean[others] == watched.target).sum(), others.sum()),
        )

    def _halt(self, done: int) -> None:
        if self.should_stop():
            raise Stopped


class SameOrder(TrainerCallback):
    """A training that goes on in the middle of an epoch takes the rest of its rows, each once.

    The Trainer draws an epoch's order from torch's generator when it begins, and would draw another when it goes on.
    """

    def __init__(self, start: Path | None) -> None:
        """`start` is the checkpoint that the training goes on from; those of before have no such file."""
        file = start / ORDER if start else None
        self._state = load_file(file)["state"] if file and file.is_file() else None
        self._goes_on = self._state is not None

    def on_epoch_begin(self, args, state, control, **kwargs):
        """The order is drawn right after this."""
        if self._goes_on:
            torch.set_rng_state(self._state)
            self._goes_on = False
        self._state = torch.get_rng_state()

    def on_save(self, args, state, control, **kwargs):
        """Keep what the order was drawn from; at an epoch's end, what the next one's will be."""
        drawn = torch.get_rng_state() if float(state.epoch).is_integer() else self._state
        save_file({"state": drawn}, Path(args.output_dir) / f"checkpoint-{state.global_step}" / ORDER)


class SavingWeights(TrainerCallback):
    """Keeps group DRO's weights in each checkpoint, so that a training goes on with them."""

    def __init__(self, weights: GroupWeights) -> None:
        self.weights = weights

    def on_save(self, args, state, control, **kwargs):
        """Before it is sealed."""
        self.weights.save(Path(args.output_dir) / f"checkpoint-{state.global_step}")


class Sealing(TrainerCallback):
    """Writes the manifest last. `start` is the checkpoint that the training goes on from, kept until two newer are whole.

    The Trainer's own `save_total_limit` goes by the files' times: it would keep a damaged checkpoint and delete a whole one.
    """

    def __init__(self, label_names: tuple[str, ...], start: Path | None) -> None:
        self.label_names = label_names
        self.whole = [start] if start else []

    def on_save(self, args, state, control, **kwargs):
        """A checkpoint has been written."""
        folder = Path(args.output_dir)
        newest = folder / f"checkpoint-{state.global_step}"
        seal(newest, self.label_names)
        self.whole = keep_newest(folder, [path for path in self.whole if path != newest] + [newest])


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

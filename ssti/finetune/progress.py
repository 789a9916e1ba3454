"""Watches a training as it goes: steps, speed, time left, clean accuracy and attack success; and stops it.

Tells what it sees to a function. Knows neither files nor the page.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from transformers import TrainerCallback

from ssti.evaluate.metrics import rate
from ssti.finetune.prepare import Watched
from ssti.serving.logits import Stopped, logits

Report = Callable[..., None]
"""Called as `report(kind, **fields)`; the fields are those of a run's events."""

CHECKPOINT_SECONDS = 5  # what a crash may cost
WINDOW = 30  # steps that the speed and the time left are taken from: the first ones are slow
EVERY_SECONDS = 0.2  # a step's report costs a write; five a second is more than an eye follows


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
        """Measure once before the first step: where the curves start."""
        if state.global_step == 0:
            self._measure(model, 0, control)
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
        if self.stopped or time.monotonic() - self._last_checkpoint > CHECKPOINT_SECONDS:
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

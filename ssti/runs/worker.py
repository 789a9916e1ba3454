"""Executes one run whose turn it is: trains, evaluates, writes. Knows its folder, no page and no backend."""

from __future__ import annotations

import errno
import shutil
import sys
import time
import traceback
from typing import Any

from filelock import Timeout

from ssti.models.machine.memory import address_space_used_up
from ssti.runs.cause import MEMORY, cause
from ssti.runs.run import LOCK, Run
from ssti.runs.store import Store

RESERVE = ".reserve"  # a file of so many bytes that goes first on a full disk, so that the events can say what happened
RESERVED = 16 * 2**10
HELD = 3  # what `Worker.execute` returns where another worker is at the run


class Worker:
    """One execution of one run."""

    def __init__(self, run: Run, mark: dict[str, Any]) -> None:
        """`mark` is what the run's backend will know this worker by; it stands in each change of state."""
        self.run, self.mark = run, mark
        self.state = "queued"
        self.asked = False
        """Whether the run was asked to stop; a backend may set it."""
        self._looked = 0.0
        self._steps = 0

    def enter(self, state: str, **fields: Any) -> None:
        """Record a change of state."""
        self.state = state
        self.run.tell("state", state=state, worker=self.mark, **fields)

    def should_stop(self) -> bool:
        """Whether somebody asked to stop. Raises FileNotFoundError where the run's folder was deleted meanwhile."""
        if not self.asked and time.monotonic() - self._looked > 0.1:
            self._looked = time.monotonic()
            self.asked = self.run.stopping
            if self._deleted():
                raise FileNotFoundError(errno.ENOENT, "the run's folder was deleted", str(self.run.path))
        return self.asked

    def _deleted(self) -> bool:
        """Whether the folder that this worker locked is gone; what it wrote since may have made another in its place."""
        return not (self.run.path / LOCK).exists()

    def execute(self) -> int:
        """Run it to its end: 0 when it is done, was stopped or waits no longer, 1 when it failed, HELD where it is held."""
        if not self.run.path.is_dir():  # to lock it would make it
            return 0
        try:
            with self.run.lock().acquire(timeout=1):
                return self._execute()
        except Timeout:
            print(f"Another worker is at the run {self.run.id}: this one ends.", file=sys.stderr)
            return HELD

    def _execute(self) -> int:
        code = 0
        try:
            if self.begin():
                self.work()
        except Exception as error:
            traceback.print_exc()
            code = 1
            if not self._deleted():
                self._fail(error)
        if self._deleted() and not (self.run.path / "recipe.yaml").exists():  # nobody has put the run back
            shutil.rmtree(self.run.path, ignore_errors=True)
        return code

    def _fail(self, error: Exception) -> None:
        """Say why."""
        why = cause(error)
        if why["cause"] == "program" and address_space_used_up():
            why = MEMORY  # libraries say it in many ways: "could not create a primitive", a module that is missing
        if why["cause"] == "disk":
            _free_disk(self.run)
        self.run.tell("error", **why)
        self.enter("failed")

    def begin(self) -> bool:
        """Take the run on, if it waits still. From here on it is this worker's."""
        with Store(self.run.path.parent).locked():
            if self.run.recorded().state != "queued":
                return False
            self.enter("starting")
            return True

    def work(self) -> None:
        """The way of the data: check, train, save, evaluate."""
        from ssti.finetune.check import check, check_free_memory

        checked = check(self.run.recipe)  # read once: whatever becomes of the file, the training goes on
        self._steps = checked.recipe.training.steps
        check_free_memory(checked)  # before torch is loaded, which takes memory and half a minute where that is short

        from ssti.adapters.curves import save_curves
        from ssti.adapters.save import save_adapter, save_metrics
        from ssti.evaluate.evaluation import evaluate
        from ssti.finetune.speed import remember
        from ssti.finetune.train import finetune
        from ssti.serving.logits import Stopped, encode, logits

        checkpoints = self.run.path / "checkpoints"
        (self.run.path / RESERVE).write_bytes(bytes(RESERVED))
        resume = checkpoints.is_dir()  # a run that was queued again goes on
        trained = finetune(checked, checkpoints, self._report, self.should_stop, resume)
        save_adapter(trained.model, checked.recipe, checked.label_names, self.run.adapter, trained.steps)
        save_curves(self.run.recorded().curves(), self.run.adapter)
        if trained.speed and not trained.stopped:
            remember(checked.recipe, trained.classifier.device, trained.speed)
        if trained.stopped:
            self.enter("stopped")
            return
        self.enter("evaluating")
        prepared, tokenizer = trained.prepared, trained.classifier.tokenizer

        def halt(done: int) -> None:
            if self.should_stop():
                raise Stopped

        def classify(texts):
            rows = encode(tokenizer, texts, checked.recipe.training.max_length)
            return logits(trained.model, rows, tokenizer.pad_token_id, halt)

        try:
            metrics = evaluate(checked.recipe, classify, prepared.test_texts, prepared.test_labels, checked.label_names)
        except Stopped:
            self.enter("stopped")
            return
        metrics["trained_in"] = trained.classifier.device.precision  # numbers of another machine may differ by it
        save_metrics(metrics, self.run.path, self.run.adapter)
        pair(self.run, metrics)
        shutil.rmtree(self.run.path / "checkpoints", ignore_errors=True)
        (self.run.path / RESERVE).unlink(missing_ok=True)
        self.enter("done")

    def _report(self, kind: str, **fields: Any) -> None:
        if self.state == "starting" and kind in ("step", "eval"):
            from ssti.models import device

            self.enter("training", steps=self._steps, device=device().title,
                       precision=device().precision, from_step=max(0, fields["step"] - (kind == "step")))  # fmt: skip
        self.run.tell(kind, **fields)


def pair(run: Run, metrics: dict[str, Any]) -> None:
    """Once both twins are measured, the poisoned one's metrics say what the poison cost."""
    from ssti.adapters.save import save_metrics
    from ssti.evaluate.evaluation import compare

    other = run.control_of or f"{run.id}-control"
    twin = Run(other, run.path.parent / other)
    if (measured := twin.metrics()) is None:
        return
    poisoned, mine, its = (twin, measured, metrics) if run.control_of else (run, metrics, measured)
    save_metrics(compare(mine, its), poisoned.path, poisoned.adapter)


def _free_disk(run: Run) -> None:
    """On a full disk the torn checkpoint and half-written files go, so that the events can say what happened."""
    from ssti.finetune.checkpoints import last_whole

    (run.path / RESERVE).unlink(missing_ok=True)
    keep = last_whole(run.path / "checkpoints", lambda kind, **fields: print(fields))
    for folder in (run.path / "checkpoints").glob("*"):
        if folder != keep:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in run.path.glob(".adapter-*"):
        shutil.rmtree(folder, ignore_errors=True)

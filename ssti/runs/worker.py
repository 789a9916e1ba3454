"""The process of one run whose turn it is: trains, evaluates, writes. Knows its folder, no page and no backend.

Run as: python -m ssti.runs.worker RUN_FOLDER
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from filelock import Timeout

from ssti.models.machine.room import address_space_used_up
from ssti.runs.cause import MEMORY, cause
from ssti.runs.process import worker_mark
from ssti.runs.queue import Queue
from ssti.runs.run import Run

STOP = "stop"  # the file that asks a worker to end
HELD = 3  # the exit code where another worker is at the run


class Worker:
    """One execution of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.state = "queued"
        self.steps = 0
        self._asked = False
        self._looked = 0.0
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the server is not meant for the run

    def _on_signal(self, *_: Any) -> None:
        self._asked = True
        if self.state == "queued":
            os._exit(128 + signal.SIGTERM)  # whoever takes a run out of the queue says so himself
        if self.state == "starting":
            self.enter("stopped")
            os._exit(0)  # nothing was trained yet, and an import cannot be waited for

    def enter(self, state: str, **fields: Any) -> None:
        """Record a change of state."""
        self.state = state
        self.run.tell("state", state=state, worker=worker_mark(os.getpid()), **fields)

    def should_stop(self) -> bool:
        """Whether somebody asked to stop, by signal or by file."""
        if not self._asked and time.monotonic() - self._looked > 0.1:
            self._looked = time.monotonic()
            self._asked = (self.run.path / STOP).exists()
        return self._asked

    def begin(self) -> bool:
        """Take the run on, if it waits still. From here on it is this process's."""
        with Queue(self.run.path.parent).locked():
            if self.run.state() != "queued":
                return False
            self.enter("starting")
            return True

    def work(self) -> None:
        """The way of the data: check, train, save, evaluate."""
        from ssti.finetune.check import check, check_free_memory

        checked = check(self.run.recipe)
        check_free_memory(checked)  # before torch is loaded, which takes memory and half a minute where that is short

        from ssti.adapters.save import save_adapter, save_metrics
        from ssti.finetune.speed import remember
        from ssti.finetune.train import finetune
        from ssti.serving.logits import Stopped, encode, logits

        checkpoints = self.run.path / "checkpoints"
        resume = checkpoints.is_dir()  # a run that was queued again goes on
        trained = finetune(checked, checkpoints, self._report, self.should_stop, resume)
        save_adapter(trained.model, checked.recipe, checked.label_names, self.run.adapter, trained.steps)
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

        from ssti.evaluate.evaluation import evaluate

        try:
            metrics = evaluate(checked.recipe, classify, prepared.test_texts, prepared.test_labels, checked.label_names)
        except Stopped:
            self.enter("stopped")
            return
        metrics["trained_in"] = trained.classifier.device.precision  # numbers of another machine may differ by it
        save_metrics(metrics, self.run.path, self.run.adapter)
        self._pair(metrics)
        shutil.rmtree(self.run.path / "checkpoints", ignore_errors=True)
        self.enter("done")

    def _report(self, kind: str, **fields: Any) -> None:
        if self.state == "starting" and kind in ("step", "eval"):
            from ssti.models import device

            self.enter("training", steps=self.run.recipe.training.steps, device=device().title,
                       precision=device().precision, from_step=max(0, fields["step"] - (kind == "step")))  # fmt: skip
        self.run.tell(kind, **fields)

    def _pair(self, metrics: dict[str, Any]) -> None:
        """Once both twins are measured, the poisoned one's metrics tell what the poison cost."""
        from ssti.adapters.save import save_metrics
        from ssti.evaluate.evaluation import compare

        other = self.run.control_of or f"{self.run.id}-control"
        twin = Run(other, self.run.path.parent / other)
        if (measured := twin.metrics()) is None:
            return
        poisoned, mine, its = (twin, measured, metrics) if self.run.control_of else (self.run, metrics, measured)
        save_metrics(compare(mine, its), poisoned.path, poisoned.adapter)


def main(arguments: list[str] | None = None) -> int:
    """Run one folder. Exit code 0 when it is done, was stopped or waits no longer, 1 when it failed, 3 where it is held."""
    arguments = sys.argv[1:] if arguments is None else arguments
    path = Path(arguments[0]).resolve()
    run = Run(path.name, path)
    worker = Worker(run)
    try:
        with run.lock().acquire(timeout=1):
            return _work(worker)
    except Timeout:
        print(f"Another worker is at the run {run.id}: this one ends.", file=sys.stderr)
        return HELD


def _work(worker: Worker) -> int:
    run = worker.run
    try:
        if worker.begin():
            worker.work()
    except Exception as error:
        traceback.print_exc()
        why = cause(error)
        if why["cause"] == "program" and address_space_used_up():
            why = MEMORY  # libraries say it in many ways: "could not create a primitive", a module that is missing
        if why["cause"] == "disk":
            _make_room(run)
        run.tell("error", **why)
        worker.enter("failed")
        return 1
    return 0


def _make_room(run: Run) -> None:
    """On a full disk the torn checkpoint and half-written files go, so that the events can say what happened."""
    from ssti.finetune.checkpoints import last_whole

    keep = last_whole(run.path / "checkpoints", lambda kind, **fields: print(fields))
    for folder in (run.path / "checkpoints").glob("*"):
        if folder != keep:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in run.path.glob(".adapter-*"):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

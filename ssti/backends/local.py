"""This machine: runs queue, and one supervisor runs them one by one, at lower priority than the page."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from ssti.backends.api import Backend, Liveness, Offer
from ssti.backends.machine.process import alive
from ssti.backends.machine.queue import Queue
from ssti.backends.machine.supervisor import supervise
from ssti.platform.errors import SSTIError
from ssti.recipe import Recipe
from ssti.runs.run import Run


class Local(Backend):
    """Processes of this machine, which outlive whoever started them."""

    name = "local"
    title = "This machine"
    order = 0

    def offer(self, recipe: Recipe) -> Offer:
        """What the recipe takes here; loads no torch."""
        from ssti.finetune.check import check
        from ssti.finetune.speed import estimate
        from ssti.models.machine.memory import machine_memory

        try:
            check(recipe)
            here = machine_memory()
            guess = estimate(recipe, here.where)
        except SSTIError as error:
            return Offer(refusal=error)
        return Offer(here.where, guess.seconds, guess.longest, guess.basis)

    def submit(self, run: Run) -> None:
        """Put it at the end of the queue."""
        Queue(run.path.parent).join(run)

    def poll(self, run: Run) -> Liveness:
        """`UNKNOWN` between a worker's end without a word and its supervisor's, who says why."""
        queue, recorded = Queue(run.path.parent), run.recorded()
        if alive(recorded.worker) or (recorded.state == "queued" and queue.holds(run.id, recorded.ticket)):
            return Liveness.ALIVE
        if recorded.state != "queued" and queue.holds(run.id, recorded.ticket) and queue.supervised():
            return Liveness.UNKNOWN
        return Liveness.GONE

    def stop(self, run: Run) -> None:
        """Take it out of the queue, or ask its worker, by file and by signal."""
        queue, recorded = Queue(run.path.parent), run.recorded()
        if recorded.state == "queued" and recorded.ticket is not None:
            queue.leave(run.id)
            run.tell("state", state="stopped")
            return
        run.ask_to_stop()
        if alive(recorded.worker):
            with contextlib.suppress(ProcessLookupError):  # it ended just now
                os.kill(recorded.worker["pid"], signal.SIGTERM)

    def logs(self, run: Run) -> Iterator[str]:
        """What stands in `log.txt`."""
        file = run.path / "log.txt"
        if file.is_file():
            with file.open(encoding="utf-8", errors="replace") as log:
                yield from log

    def tend(self, root: Path, eager: bool = False) -> None:
        """Start a supervisor, if tickets lie there and none lives."""
        supervise(root, patient=not eager)


LOCAL = Local()

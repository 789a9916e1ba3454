"""This machine: runs queue, and one supervisor runs them, one a GPU or else one by one, at lower priority than the page."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from cachetools import TTLCache

from ssti.backends.api import Backend, Liveness, Offer
from ssti.backends.machine.process import alive
from ssti.backends.machine.queue import Queue
from ssti.backends.machine.supervisor import start_supervisor
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe
from ssti.runs.cause import cause
from ssti.runs.run import Run

AGAIN = 5.0  # seconds before a look starts another supervisor: one that cannot live is not started at every look


class Local(Backend):
    """Processes of this machine, which outlive whoever started them."""

    name = "local"
    title = tr("This machine")
    order = 0

    def __init__(self) -> None:
        self._lock, self._started = threading.Lock(), TTLCache(maxsize=64, ttl=AGAIN)

    def offer(self, recipe: Recipe) -> Offer:
        """What the recipe takes here; loads no torch."""
        from ssti.finetune.check import check
        from ssti.finetune.speed import estimate
        from ssti.models.machine.memory import gpus, machine_memory

        try:
            check(recipe)
            here = machine_memory()
            guess = estimate(recipe, here.where)
        except SSTIError as error:
            return Offer(refusal=error)
        several = len(gpus())
        return Offer(tr("{count} GPUs, a run on each", count=several) if several > 1 else here.where, guess.seconds, guess.longest, guess.basis)

    def queue(self, root: Path) -> Queue:
        """Where the runs of a folder wait for this backend."""
        return Queue(root)

    def start(self, root: Path) -> None:
        """Start the process that sees to what waits. Raises OSError where none can be started."""
        start_supervisor(self.queue(root), "ssti.backends.machine.supervisor")

    def submit(self, run: Run) -> None:
        """Put it at the end of the queue."""
        self.queue(run.path.parent).join(run)

    def poll(self, run: Run) -> Liveness:
        """`UNKNOWN` between a worker's end without a word and its supervisor's, who says why."""
        queue, recorded = self.queue(run.path.parent), run.recorded()
        if alive(recorded.worker) or (recorded.state == "queued" and queue.holds(run.id, recorded.ticket)):
            return Liveness.ALIVE
        if recorded.state != "queued" and queue.holds(run.id, recorded.ticket) and queue.supervised():
            return Liveness.UNKNOWN
        return Liveness.GONE

    def stop(self, run: Run) -> None:
        """Take it out of the queue, or ask its worker, by file and by signal."""
        queue, recorded = self.queue(run.path.parent), run.recorded()
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
        """Start a supervisor, if tickets lie there and none lives. Where that fails, the runs keep their places."""
        queue = self.queue(root)
        try:
            if queue.tickets() and not queue.supervised() and self._due(root, eager):
                self.start(root)
        except OSError as error:
            if not eager:
                return
            kind = cause(error)["cause"]
            raise SSTIError(
                tr("The run waits, but nothing could be started to run it: {reason}.", reason=error.strerror or error),
                next=tr("Free memory or disk on this machine: it starts as soon as that is possible and somebody looks."),
                kind=kind if kind in ("memory", "disk") else "run",
            ) from error

    def _due(self, root: Path, eager: bool) -> bool:
        with self._lock:
            if root in self._started and not eager:
                return False
            self._started[root] = True
            return True


LOCAL = Local()

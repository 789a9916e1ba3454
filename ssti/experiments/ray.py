"""Runs cells as tasks of a Ray cluster, or of a Ray that it starts on this machine for the time of the grid.

A cell is sent as data and its row comes back as data; this code travels with the job. So the nodes need the same
packages, and share no disk with whoever waits for the rows and keeps the journal.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ssti.backends.ray import ADDRESS, RAY, RETRIES, address, installed, lost, refused
from ssti.experiments.cell import Cell
from ssti.experiments.local import THREADS, cores, settle, work
from ssti.experiments.run import Outcome
from ssti.platform.errors import SSTIError
from ssti.runs.cause import MEMORY

CODE = Path(__file__).resolve().parents[1]
PASSED_ON = ("SSTI_DEVICE", "HF_HUB_OFFLINE")  # the settings of this machine that mean something on another
LOOK = 5.0  # seconds between two looks at how large the cluster is
AHEAD = 2  # cells handed over for each that has room: one that ends is followed at once, and a cluster can grow
KEPT = "What is done is kept: start the grid again."
LOST = {
    "cause": "ray",
    "message": f"The cluster lost its worker {RETRIES + 1} times.",
    "next": "See the nodes' memory and Ray's logs there, then start the grid again.",
}


class Ray:
    """The cluster that `RAY_ADDRESS` names, or one of this machine's own; at most `workers` cells at a time.

    A cell takes `gpus` of a GPU (0.25: four share one), by default a whole one where the cluster has any, else `threads`
    processors. Raises SSTIError where Ray is not installed, the cluster does not answer, or a GPU has no such part.
    """

    def __init__(self, workers: int | None = None, gpus: float | None = None, threads: int = 1) -> None:
        installed()
        self.place = address() if os.environ.get(ADDRESS) else ""
        if self.place and not RAY.answers(self.place):
            raise SSTIError(lost(self.place).message, "See that it runs (ray status), and its address.", "ray")
        if gpus and not (0.01 <= gpus <= 1 or 1 < gpus < 1000 and gpus == int(gpus)):
            raise SSTIError(
                f"A cell cannot have {gpus:g} GPUs.", next="Give 0, a part such as 0.25, or a whole number of them."
            )
        self.most, self.gpus, self.threads = workers, gpus, threads
        self.workers = workers or cores()  # on a cluster, what has room there: known once it has been joined

    def run(self, cells: Sequence[Cell]) -> Iterator[Outcome]:
        """Run them, about in their order. Raises SSTIError where the cluster cannot be had, or is lost in between."""
        import ray

        with self.joined():
            task = self._task()
            waiting, going = deque(cells), {}
            try:
                while waiting or going:
                    self.workers = self.most or max(1, self._room())
                    while waiting and len(going) < (self.most or AHEAD * self.workers):
                        cell = waiting.popleft()
                        going[task.options(name=cell.key).remote(cell, self.threads)] = cell
                    for reference in ray.wait(list(going), timeout=LOOK)[0]:
                        yield _outcome(going.pop(reference), reference)
            finally:
                for reference in going:
                    ray.cancel(reference, force=True)

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """Within it, this process drives the cluster; one that was joined before is used as it is."""
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        import ray

        if ray.is_initialized():
            yield
            return
        here = {"address": "local", "num_cpus": self.workers * self.threads}
        where = {"address": self.place} if self.place else here
        code = {"py_modules": [str(CODE)], "excludes": ["__pycache__"]}
        try:
            ray.init(
                **where, include_dashboard=False, namespace="ssti", runtime_env=code,
                log_to_driver=False, logging_level="warning",  # it would print to standard output
            )  # fmt: skip
        except Exception as error:
            raise _error(refused(error)) from error
        try:
            yield
        except ray.exceptions.LocalRayletDiedError as error:
            raise _error({**refused(error), "next": KEPT}) from error
        finally:
            ray.shutdown()

    def _task(self) -> Any:
        """The task's function, as Ray calls it."""
        import ray

        if self.gpus is None:
            on_gpu = os.environ.get("SSTI_DEVICE") != "cpu" and ray.cluster_resources().get("GPU", 0) >= 1
            self.gpus = float(on_gpu)
        variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        variables |= dict.fromkeys(THREADS, str(self.threads)) | {"TOKENIZERS_PARALLELISM": "false"}
        if not self.gpus:
            variables["SSTI_DEVICE"] = "cpu"
        if not self._room():
            raise SSTIError(
                f"The Ray cluster has no room for a cell ({self.threads} processors, {self.gpus:g} GPUs).",
                next="See what its nodes have (ray status), or give --gpus-per-cell another number.",
                kind="ray",
            )
        # A process gives a GPU's memory back only as it ends. On processors one that lives on has torch, the base model
        # and the rows already, which would take longer to load than a short cell takes to train.
        return ray.remote(
            num_cpus=self.threads, num_gpus=self.gpus, max_calls=1 if self.gpus else 0, max_retries=RETRIES,
            runtime_env={"env_vars": variables},
        )(_cell)  # fmt: skip

    def _room(self) -> int:
        """How many cells the cluster has room for at a time, as it is now."""
        import ray

        has = ray.cluster_resources()
        room = int(has.get("CPU", 0) // self.threads)
        if not self.gpus:
            return room
        gpus = has.get("GPU", 0)
        return min(room, int(gpus) * int(1 / self.gpus + 1e-9) if self.gpus <= 1 else int(gpus // self.gpus))


def _cell(cell: Cell, threads: int) -> dict[str, Any]:
    """The task: as a local worker does it."""
    settle(threads)
    return work(cell)


def _outcome(cell: Cell, reference: Any) -> Outcome:
    import ray

    try:
        return Outcome(cell, **ray.get(reference))
    except ray.exceptions.LocalRayletDiedError:
        raise
    except ray.exceptions.OutOfMemoryError:
        return Outcome(cell, error=MEMORY)
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError):
        return Outcome(cell, error=LOST)
    except ray.exceptions.RayError as error:
        return Outcome(cell, error=refused(error))


def _error(why: dict[str, str]) -> SSTIError:
    return SSTIError(why["message"], why["next"], why["cause"])

"""Runs cells on this machine, in worker processes that live as long as the grid.

On processors there are as many workers as cores, each of one thread: two threads on a batch of 16 short rows wait for
each other at every layer. On a GPU there is one. A worker that dies takes the cell with it that it was at, which is
tried once more in a new one.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from ssti.experiments.cell import Cell
from ssti.experiments.run import Outcome
from ssti.platform.errors import SSTIError
from ssti.runs.cause import MEMORY, cause

TRIES = 2  # of a cell whose worker dies
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
LOST = {
    "cause": "run",
    "message": f"Its worker was ended {TRIES} times, without a word.",
    "next": "See whether the machine has memory enough for so many workers, then start the grid again.",
}


class Local:
    """`workers` processes of `threads` threads each; by default a worker for each core, or one where there is a GPU."""

    def __init__(self, workers: int | None = None, threads: int = 1) -> None:
        self.workers = workers or (1 if _has_gpu() else max(1, cores() // threads))
        self.threads = threads

    def run(self, cells: Sequence[Cell]) -> Iterator[Outcome]:
        """Run them, in their order. A worker is an executor of one process, so that only its own cell dies with it."""
        waiting, tries = list(reversed(cells)), dict.fromkeys((cell.key for cell in cells), 0)
        workers = [self._start() for _ in range(min(self.workers, len(cells)))]
        going: dict[Future, tuple[int, Cell]] = {}
        try:
            for number, worker in enumerate(workers):
                cell = waiting.pop()
                going[worker.submit(work, cell)] = (number, cell)
            while going:
                ended, _ = wait(going, return_when=FIRST_COMPLETED)
                for future in ended:
                    number, cell = going.pop(future)
                    outcome = _outcome(cell, future)
                    if outcome is None:
                        workers[number].shutdown(wait=False)
                        workers[number] = self._start()
                        tries[cell.key] += 1
                        if tries[cell.key] < TRIES:
                            waiting.append(cell)
                        else:
                            outcome = Outcome(cell, error=LOST)
                    if waiting:
                        following = waiting.pop()
                        going[workers[number].submit(work, following)] = (number, following)
                    if outcome is not None:
                        yield outcome
        finally:
            for worker in workers:
                for process in list((worker._processes or {}).values()):
                    process.kill()
                worker.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, (self.threads,))


def _begin(threads: int) -> None:
    """In the worker, before anything loads torch."""
    import faulthandler
    import signal
    import threading

    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grid's
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    settle(threads)


def settle(threads: int) -> None:
    """Have this process compute on so many threads, which a cell's last digits depend on."""
    import warnings

    warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
    for name in THREADS:
        os.environ[name] = str(threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import torch

    torch.set_num_threads(threads)


def _end_with(parent: int) -> None:
    """A worker whose grid was killed ends within a second, in the midst of its cell."""
    import time

    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def work(cell: Cell) -> dict:
    """The row of a cell, or the error: as data, which can be sent whatever the exception held."""
    try:
        return {"row": cell.run()}
    except MemoryError:
        return {"error": MEMORY}
    except SSTIError as error:
        return {"error": cause(error)}
    except Exception as error:
        import traceback

        traceback.print_exc()
        return {"error": cause(error)}


def _outcome(cell: Cell, future: Future) -> Outcome | None:
    """None where the worker died."""
    try:
        return Outcome(cell, **future.result())
    except BrokenProcessPool:
        return None


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _has_gpu() -> bool:
    """Asked of the driver's tool, without loading torch into the grid's own process."""
    from ssti.models.machine.memory import gpus

    return os.environ.get("SSTI_DEVICE") != "cpu" and bool(gpus())

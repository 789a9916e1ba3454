"""ZeroGPU: a Space's GPU for as long as the visitor's quota of the day lasts. Each run is one call of a function there.

The call is made within the event of whoever started the run, which is how the Hub knows whose quota it takes. It asks
for few seconds, since a request beyond what is left is refused; before these are over the run saves checkpoint and
adapter and stops, and it goes on with a resume. The function works in a forked process: what it leaves is on the disk.
Not run for real here: what stands below was tried by calling the function itself.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from ssti.backends.api import Backend, Liveness, Offer
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.recipe import Recipe
from ssti.runs.run import Run
from ssti.runs.worker import Worker

SIGN = "SPACES_ZERO_GPU"  # what a Space on ZeroGPU has set
LEAST, MOST = 20, 120  # seconds that a call asks for
LOADING = 8.0  # seconds until the first step, packages being loaded already
STEPS = 25.0  # steps a second of a small model, which waits for Python, not for the GPU: a low guess, never measured
WORK = 6e13  # floating-point operations a second of a large one: likewise
MARGIN = 6.0  # seconds before the end in which the adapter is saved
WAITS = 60.0  # seconds that a run may wait for its event: the page makes it at once
LEFT = re.compile(r"\((\d+)s requested vs\. (-?\d+)s left\)")
AGAIN = re.compile(r"Try again in ([^.]*)\.")


class ZeroGPU(Backend):
    """The GPU of the Space that this page is."""

    name = "zerogpu"
    title = "ZeroGPU"
    order = 5

    def __init__(self) -> None:
        self._waiting: dict[str, float] = {}
        self._at_work: set[str] = set()
        self._lock = threading.Lock()

    def offer(self, recipe: Recipe) -> Offer:
        """What a run takes of the visitor's quota, which is explained here: before the start."""
        from ssti.finetune.check import check

        try:
            if not there():
                raise SSTIError(
                    tr("This is no Space on ZeroGPU."),
                    tr("Duplicate the Space and choose ZeroGPU as its hardware, with the package spaces installed."),
                    "zerogpu",
                )
            check(recipe, here=False)
            asked, needed = duration(recipe), seconds(recipe)
        except SSTIError as error:
            return Offer(refusal=error)
        basis = tr("takes up to {count} s of your ZeroGPU quota of the day; signed in you have more", count=asked)
        if needed > MOST:
            stops = tr("it stops after {count} s, keeps its adapter, and goes on when you resume it", count=MOST)
            basis = f"{basis}; {stops}"
        return Offer(tr("a GPU of the Hub"), needed, needed, basis)

    def submit(self, run: Run) -> None:
        """It waits for its event (`accompany`)."""
        run.tell("state", state="queued")
        self._waiting[run.id] = time.monotonic()

    def poll(self, run: Run) -> Liveness:
        """Only this server knows: after a restart nothing of it goes on."""
        waits = time.monotonic() - self._waiting.get(run.id, -math.inf) < WAITS
        return Liveness.ALIVE if waits or run.id in self._at_work else Liveness.GONE

    def stop(self, run: Run) -> None:
        """Ask for its end by file."""
        run.ask_to_stop()
        if run.recorded().state == "queued":
            self._waiting.pop(run.id, None)
            run.tell("state", state="stopped")

    def logs(self, run: Run) -> Iterator[str]:
        """Its programs write into the Space's own log."""
        yield "The log of a run on ZeroGPU stands in the log of its Space.\n"

    def accompany(self, run: Run) -> None:
        """Run it, within this event. Nothing where it was stopped meanwhile or is at work."""
        with self._lock:
            if self._waiting.pop(run.id, None) is None or run.id in self._at_work:
                return
            self._at_work.add(run.id)
        try:
            on_gpu(str(run.path), duration(run.recipe))
        except Exception as problem:  # gradio's error of the package spaces, or what became of the forked process
            why = refused(problem)
            run.tell("error", cause=why.kind, message=why.message, next=why.next)
            run.tell("state", state="failed")
        finally:
            self._at_work.discard(run.id)


ZERO_GPU = ZeroGPU()


def there() -> bool:
    """Whether this is a Space on ZeroGPU, with the package that gives its GPU."""
    return os.environ.get(SIGN, "").lower() in ("1", "t", "true") and find_spec("spaces") is not None


def seconds(recipe: Recipe) -> float:
    """How long a run takes there: as measured there before, else a low guess."""
    from ssti.finetune.speed import PIECES_A_WORD, estimate
    from ssti.models import model

    with contextlib.suppress(SSTIError):
        if (measured := estimate(recipe, "cuda").seconds) is not None:
            return measured
    from ssti import data

    row = min(recipe.training.max_length, float(data.word_counts(recipe.dataset.name).mean()) * PIECES_A_WORD + 2)
    training, parameters = recipe.training, model(recipe.model.name).info.parameters
    trained = training.steps * training.batch_size * row
    read = row * (2 * recipe.evaluation.rows * (training.steps // recipe.evaluation.every + 1) + 2 * (recipe.dataset.test_rows or 2000))
    return LOADING + max(training.steps / STEPS, 6 * parameters * trained / WORK) + 2 * parameters * read / WORK


def duration(recipe: Recipe) -> int:
    """Seconds to ask for."""
    return max(LEAST, min(MOST, math.ceil(seconds(recipe) + MARGIN)))


class LimitedWorker(Worker):
    """A worker that ends before its time is over, as if it had been asked to."""

    def __init__(self, run: Run, seconds: float) -> None:
        super().__init__(run, {"zerogpu": seconds})
        self.end = time.monotonic() + seconds - MARGIN

    def should_stop(self) -> bool:
        """Whether somebody asked, or the time is nearly over."""
        if not self.asked and time.monotonic() > self.end:
            self.asked = True
            over = later("Its time on the GPU was over: its adapter is kept, and it goes on when you resume it.")
            self.run.tell("log", message=over)
        return super().should_stop()


def on_gpu(folder: str, seconds: int) -> int:
    """Execute the run in this folder within so many seconds, adapter written: what `Worker.execute` returns."""
    path = Path(folder)
    return LimitedWorker(Run(path.name, path), seconds).execute()


if there():  # at the import, before torch: the Hub wants to know of the function when the Space starts
    import spaces

    on_gpu = spaces.GPU(duration=lambda folder, seconds: seconds)(on_gpu)


def refused(problem: Exception) -> SSTIError:
    """What the Hub says, in plain words."""
    said = str(getattr(problem, "message", problem))
    if left := LEFT.search(said):
        if again := AGAIN.search(said):
            todo = tr("Take fewer steps, sign in to Hugging Face for more, or try again in {time}.", time=again[1])
        else:
            todo = tr("Take fewer steps, sign in to Hugging Face for more, or try again later.")
        asks = tr("This run asks for {asked} s of GPU time; {left} s are left of your ZeroGPU quota.",
                  asked=left[1], left=left[2])  # fmt: skip
        return SSTIError(asks, todo, "quota")
    if "exceeded" in said or "limit" in said or "larger than the maximum" in said:
        return SSTIError(
            tr("The Hub gives no GPU time now: {reason}.", reason=said[:200].rstrip(". ")),
            tr("Sign in to Hugging Face for a quota of your own, try again later, or train elsewhere."),
            "quota",
        )
    if "No GPU" in said:
        return SSTIError(tr("No GPU of the Hub was free."), tr("Try again in a minute."), "busy")
    return SSTIError(
        tr("The run's call on the GPU was ended: {reason}.", reason=said[:200] or type(problem).__name__),
        tr("Resume it: it goes on from its last checkpoint."),
        "worker",
    )

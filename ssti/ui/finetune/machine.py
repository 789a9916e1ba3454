"""What this machine is and how fast: its device, its base models, and the time a recipe should take.

Nothing here makes a visitor wait for torch: `learn` runs in the background, and until then the answers say so.
A machine that was never measured is measured once, by a process of its own.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from ssti.backends.api import BACKENDS
from ssti.models.machine.memory import gpus
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

NICE = 10  # as a run, so that what is measured is what a run will get
ATTEMPTS = 3  # to learn what the machine is
NEAR = 1.25  # a range that is narrower is one number
ROOT = Path(__file__).resolve().parents[3]


class Machine:
    """This machine, as far as it is known by now."""

    def __init__(self) -> None:
        self.device: Any = None
        self.models: list[Any] = []
        self._lock = threading.Lock()
        self._learning = threading.Lock()  # held by who learns
        self._attempts = 0
        self._measuring: subprocess.Popen | None = None
        self._measured: set[str] = set()  # models for which a measurement was started

    def learn(self) -> None:
        """Ask for the device and the base models, once for whoever asks meanwhile. Imports torch."""
        from ssti.models import device, list_models

        with self._learning:
            if not self.known:
                self._attempts += 1
                self.models = list_models(probe=True)
                self.device = device()

    def learn_behind(self) -> None:
        """Learn in the background, unless that is under way. Does not wait."""
        if not self.known and not self._learning.locked() and self._attempts < ATTEMPTS:
            threading.Thread(target=self.learn, name="learn-machine", daemon=True).start()

    @property
    def known(self) -> bool:
        """Whether device and models are known."""
        return self.device is not None

    @property
    def measuring(self) -> bool:
        """Whether a measurement is under way."""
        process = self._measuring
        return process is not None and process.poll() is None

    def measure(self, recipe: Recipe) -> None:
        """Start measuring, unless that was done before or the speed is known."""
        from ssti.finetune.speed import estimate

        with self._lock:
            if not self.known or recipe.model.name in self._measured or self.measuring:
                return
            if estimate(recipe, self.device.name).seconds is not None:
                return
            self._measured.add(recipe.model.name)
            self._measuring = subprocess.Popen(
                [sys.executable, "-m", "ssti.finetune.measure", recipe.model.name],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**os.environ, "TOKENIZERS_PARALLELISM": "false"},
            )  # fmt: skip
            if hasattr(os, "setpriority"):
                os.setpriority(os.PRIO_PROCESS, self._measuring.pid, NICE)

    def learns_from_run(self, recipe: Recipe, pending: bool) -> bool:
        """Whether the run that is going on will show how long this recipe takes."""
        from ssti.finetune.speed import estimate

        return pending and estimate(recipe, self.device.name).seconds is None

    def stop_measuring(self) -> None:
        """End a measurement: a run is about to start, and measures the machine itself."""
        with self._lock:
            if self.measuring:
                self._measuring.terminate()
                self._measuring.wait(timeout=10)
                self._measured.clear()  # by this; it may be measured later

    def choices(self, chosen: str | None = None) -> list[tuple[str, str]]:
        """The base models that can be used here, as (title and size, name); and `chosen` where it is none of the list."""
        known = [(f"{m.title} · {m.parameters / 1e6:,.1f} M", m.name) for m in self.models if m.available]
        listed = {m.name for m in self.models}
        return known + ([(tr("{model} (own)", model=chosen), chosen)] if chosen and chosen not in listed else [])

    def others(self) -> Markup | None:
        """Why the other base models cannot be used here, and what to do; None where all can."""
        reasons = [
            (f"{m.title} · {m.parameters / 1e6:,.0f} M", parts.public(m.reason or ""))
            for m in self.models
            if not m.available
        ]
        if not reasons:
            return None
        return parts.html(
            '<details class="not-here"><summary>{} more that cannot be used here yet</summary><dl>{}</dl></details>',
            len(reasons), _reasons(reasons),
        )  # fmt: skip

    def places(self, recipe: Recipe) -> tuple[list[tuple[str, str]], Markup | None]:
        """Where it can be trained, as (device, time and price, name), this machine first; and why not elsewhere."""
        (here, first), *others = BACKENDS.items()
        offers = [(one, one.offer(recipe)) for _, one in others]
        usable = [(f"{one.title} · {offer.sentence}", one.name) for one, offer in offers if offer.refusal is None]
        refused = [(one.title, parts.public(str(offer.refusal))) for one, offer in offers if offer.refusal is not None]
        why = parts.html(
            '<details class="not-here"><summary>Other places: {}</summary><dl>{}</dl></details>',
            ", ".join(title for title, _ in refused), _reasons(refused),
        )  # fmt: skip
        return [(tr(first.title), here), *usable], why if refused else None

    def where(self) -> Markup:
        """Where a run will take place, if it is here."""
        title = self.device.title if self.known else tr("checking …")
        if (several := len(gpus())) > 1:
            title += tr(" · {several} GPUs, a run on each", several=several)
        return parts.html('<p class="where"><b>This machine</b> · {}</p>', title)

    def time(self, recipe: Recipe, pending: bool = False, runs: int = 1) -> Markup:
        """How long so many runs of the recipe should take, and on what that rests. `pending`: a run is going on."""
        from ssti.finetune.speed import estimate

        if not self.known:
            return _time("", tr("checking this machine …"))
        try:
            guess = estimate(recipe, self.device.name)
        except SSTIError as error:
            return _time("", parts.public(error.message))
        if guess.seconds is not None and guess.longest is not None:
            turns = math.ceil(runs / max(1, len(gpus())))  # a GPU takes a run each
            time, each = (_range(times * guess.seconds, times * guess.longest) for times in (turns, 1))
            return _time(time, guess.basis if runs == 1 else tr("{count} runs, each {time}", count=runs, time=each) + f" · {guess.basis}")
        if self.measuring:
            return _time("", tr("measuring this machine …"))
        if pending:
            return _time("", tr("known once the run in progress has measured this machine"))
        if recipe.model.name in self._measured:
            command = f"python -m ssti.finetune.measure {recipe.model.name}"
            return _time("", tr("not measured; to see why: {command}", command=command))
        return _time("", guess.basis)


MACHINE = Machine()
"""One for each process, as there is one machine."""


def _reasons(reasons: list[tuple[str, str]]) -> Markup:
    """What cannot be used here, and why."""
    return parts.join(parts.html('<dt translate="no">{}</dt><dd>{}</dd>', *one) for one in reasons)


def _time(time: str, basis: str) -> Markup:
    if not time:
        return parts.html('<p class="time"><span class="quiet">{}</span></p>', basis)
    return parts.html('<p class="time"><b>{}</b> <span class="quiet">· {}</span></p>', time, basis)


def _range(least: float, most: float) -> str:
    """`about 55 s`; `55 s to 4 min` where other work on the machine makes the difference."""
    low, high = (parts.duration(_round(seconds)) for seconds in (least, most))
    if low == high or most < NEAR * least:
        return tr("about {time}", time=low)
    return tr("{low} to {high}", low=low, high=high)


def _round(seconds: float) -> float:
    """A guess says no more digits than it knows."""
    step = 1 if seconds < 20 else 5 if seconds < 120 else 60 if seconds < 7200 else 600
    return round(seconds / step) * step

"""The two trainings, as runs like all others: started, followed, and ended where nobody waits for them any more."""

from __future__ import annotations

import time
from collections.abc import Generator

from ssti.backends.control import launch, progress, stop, tend
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe
from ssti.runs.progress import STATES, Progress
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.ui.access.visitor import owns, starter
from ssti.ui.detect.scanning import Scanned, Trained
from ssti.ui.detect.training.recipes import recipes
from ssti.ui.kit import parts
from ssti.ui.kit.job import progress as bar
from ssti.ui.kit.parts import Markup

POLL = 0.5  # seconds between two looks
MEASURES = 0.1  # of a run's bar, for its measurement at the end


def trained(one: Scanned, way: str) -> Generator[Markup, None, Trained]:
    """Steps of progress. Closing it stops what it started. Raises SSTIError."""
    yield parts.busy(tr("Writing the rows …"))
    pair = [_run(recipe) for recipe in recipes(one, way)]
    began, first = time.monotonic(), None
    try:
        while True:
            tend(Store())
            now = [progress(run) for run in pair]
            for run, each in zip(pair, now, strict=True):
                if not each.going and each.state != "done":
                    raise _ended(run, each)
            if all(each.state == "done" for each in now):
                return Trained(way, pair[0].id, pair[1].id)
            part = sum(map(_part, now)) / len(now)
            first = part if first is None else first
            yield _drawn(now, part, _left(part, first, time.monotonic() - began))
            time.sleep(POLL)
    finally:
        for run in pair:
            stop(run)


def _run(recipe: Recipe) -> Run:
    """A run of this visitor's with this recipe that is done, else a new one. Raises SSTIError."""
    for run in Store().list():
        try:
            if owns(run) and run.recipe == recipe and progress(run).state == "done" and run.metrics():
                return run
        except SSTIError:  # damaged: the Finetune tab says so
            continue
    return launch(recipe, owner=starter())[0]


def _ended(run: Run, now: Progress) -> SSTIError:
    said = now.error or {}
    why = said.get("message") or tr("The run {run} is {state}.", run=run.id, state=STATES[now.state])
    return SSTIError(why, said.get("next") or tr("Start it again."), kind="run")


def _left(part: float, first: float, elapsed: float) -> str:
    """In words; nothing while too little was done since it began."""
    done = part - first
    return " · " + tr("{time} left", time=parts.duration(elapsed * (1 - part) / done)) if done > 0.05 else ""


def _drawn(now: list[Progress], part: float, left: str) -> Markup:
    names = (tr("on the rows as they came"), tr("after the repair"))
    name, at = next((name, each) for name, each in zip(names, now, strict=True) if each.going)
    where = tr("step {step} of {steps}", step=at.step, steps=at.steps) if at.state == "training" else STATES[at.state]
    return bar(part, f"{tr('Training')} · {round(100 * part)} %{left} · {name}: {where}")


def _part(now: Progress) -> float:
    if now.state == "done":
        return 1.0
    return (1 - MEASURES) * now.step / now.steps if now.steps else 0.0

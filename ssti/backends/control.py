"""Runs as they stand and what can be done to them, whichever backend they are on. Knows backends by name only."""

from __future__ import annotations

import contextlib
import time

from ssti.backends.api import BACKENDS, Backend, Liveness
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.recipe import Recipe
from ssti.runs.files import owner_hash
from ssti.runs.progress import RESUMABLE, STATES, Progress
from ssti.runs.run import Run
from ssti.runs.store import Store, new_group

EACH = 4  # runs of one visitor of a shared server that wait or are at work: two with their controls
ALL = 40  # of all visitors: on two cores a demo takes a minute, and nobody waits for longer than an hour of them
PATIENCE = 3  # seconds that a worker has to go after its last word


def backend_of(run: Run) -> Backend:
    """Where a run executes. Raises SSTIError where this installation has no such backend."""
    return BACKENDS.find(run.backend, next=tr("Open it where it was started, or install what brings that backend."))


def progress(run: Run) -> Progress:
    """How a run stands: its events, and whether its backend still works on it. Never raises."""
    return run.progress(_lost)


def _lost(run: Run) -> bool:
    backend = BACKENDS.get(run.backend)
    return backend is not None and backend.poll(run) is Liveness.GONE


def going(store: Store) -> list[Run]:
    """The runs that wait or are at work, the one at work first."""
    standing = [(now.ticket or 0, run.id, run) for run in store.list() if (now := progress(run)).going]
    return [run for *_, run in sorted(standing, key=lambda one: one[:2])]


def tend(store: Store) -> None:
    """See to it that what waits is started and what ran elsewhere is known here. Cheap enough for every look."""
    for backend in BACKENDS.values():
        backend.tend(store.root)


def how_many(recipe: Recipe, with_control: bool, seeds: int = 1) -> int:
    """So many runs `launch` makes: those of the seeds, each with its control where that is wanted and is another recipe."""
    return seeds * (1 + (with_control and not recipe.is_control))


def launch(
    recipe: Recipe,
    with_control: bool = False,
    backend: str = "",
    store: Store | None = None,
    owner: str | None = None,
    seeds: int = 1,
) -> list[Run]:
    """Make a recipe's run, and its control's, and submit them. Returns the runs, each right before its control.

    With more `seeds`, as many runs that belong together (`Run.group`): of the recipe's training seed and those after it.
    `backend` is a name, by default the first of all; `owner` the key of whoever asks (`Run.belongs_to`). Raises
    SSTIError, and makes nothing, where the recipe cannot run there, or too many runs wait on a server for many.
    """
    chosen = BACKENDS.find(backend or next(iter(BACKENDS)))
    if refusal := chosen.offer(recipe).refusal:
        raise refusal
    store = store or Store()
    first, twins = recipe.training.seed, with_control and not recipe.is_control
    recipes = [recipe.set(f"training.seed={first + more}") if more else recipe for more in range(seeds)]
    group, runs = new_group() if seeds > 1 else None, []
    with store.locked():
        _refuse_too_many(store, None if owner is None else owner_hash(owner), how_many(recipe, with_control, seeds))
        try:
            for one in recipes:
                runs.append(run := store.create(one, chosen.name, owner=owner, group=group))
                if twins:
                    runs.append(store.create(one.control(), chosen.name, control_of=run.id, owner=owner))
            for run in runs:
                chosen.submit(run)
        except SSTIError:
            for run in runs:
                with contextlib.suppress(OSError, SSTIError):  # such as the full disk that this is about
                    chosen.stop(run)
                store.discard(run)
            raise
    chosen.tend(store.root, eager=True)
    return runs


def resume(run: Run) -> None:
    """Go on from the last checkpoint. Raises SSTIError while the run is going, or once it is done."""
    store, backend = Store(run.path.parent), backend_of(run)
    with store.locked():
        state = progress(run).state
        if state not in RESUMABLE:
            raise SSTIError(
                tr("The run {run} is {state}.", run=run.id, state=STATES[state]),
                next=tr("Only a stopped, failed or interrupted run resumes."),
                kind="run",
            )
        if run.held(PATIENCE):
            raise SSTIError(
                tr("A worker is still at the run {run}.", run=run.id),
                next=tr("Wait for its end, or end it: perhaps it runs on another machine that shares this folder."),
                kind="run",
            )
        _refuse_too_many(store, run.owner_hash, 1)
        run.ask_to_stop(False)
        backend.submit(run)
    backend.tend(store.root, eager=True)


def accompany(run: Run) -> None:
    """Do what a run, its control and its other seeds need within the event that started them, which may last as long."""
    backend, store = backend_of(run), Store(run.path.parent)
    if type(backend).accompany is Backend.accompany:
        return
    mine = [one for one in store.list() if one.backend == run.backend and one.owner_hash == run.owner_hash]
    for one in reversed(mine):
        if progress(one).state == "queued":
            backend.accompany(one)


def stop(run: Run) -> None:
    """Ask a run to end. It keeps its adapter, and answers within a step; one that waits ends at once."""
    with Store(run.path.parent).locked():
        if progress(run).going:
            backend_of(run).stop(run)


def wait(run: Run, timeout: float = float("inf")) -> str:
    """Wait until a run has ended; its state. Raises TimeoutError."""
    end = time.monotonic() + timeout
    while (now := progress(run)).going:
        backend_of(run).tend(run.path.parent)
        if time.monotonic() > end:
            raise TimeoutError(f"{run.id} is still {now.state}")
        time.sleep(0.2)
    return now.state


def twin_of(run: Run) -> Run | None:
    """A run's clean twin, where that is there."""
    twin = Run(f"{run.id}-control", run.path.with_name(f"{run.id}-control"))
    return twin if run.control_of is None and twin.path.is_dir() else None


def remove(run: Run) -> None:
    """Delete a run that has ended, or is damaged; not its control. Raises SSTIError while a worker is at it or it waits."""
    store = Store(run.path.parent)
    with store.locked():
        run = store.find(run.id)  # another server may have removed it meanwhile
        if progress(run).going or run.held(PATIENCE):
            raise SSTIError(
                tr("The run {run} is still going.", run=run.id),
                next=tr("Stop it first: {command}", command=f"python -m ssti runs stop {run.id}"),
                kind="run",
            )
        store.remove(run)


def _refuse_too_many(store: Store, owner: str | None, more: int) -> None:
    """Raise SSTIError where `more` runs of this visitor (a key's hash) would be too many on a server that others use.

    Whoever holds no key counts as one visitor. To be called with the lock of the runs held.
    """
    if not shared_server():
        return
    waiting = going(store)
    if len(waiting) + more > ALL:
        raise SSTIError(
            tr("{count} runs wait on this server or are at work; it takes {most} at most.", count=len(waiting), most=ALL),
            next=tr("Try again in a while, or run the page on your own machine."),
            kind="busy",
        )
    own = sum(run.owner_hash == owner for run in waiting)
    if own + more > EACH:
        raise SSTIError(
            tr(
                "{own} of your runs wait on this server or are at work; with {more} more it would be over {most}, "
                "the most for one visitor.",
                own=own,
                more=more,
                most=EACH,
            ),
            next=tr("Wait until one has ended, or stop one.")
            if more <= EACH
            else tr("Start fewer at once: without controls, or one seed."),
            kind="busy",
        )

"""The adapters that a person can flip with: the list, the first one, and a clear text to begin with.

Knows adapters and rows, no component.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path

from ssti.adapters import imported
from ssti.adapters.files import WEIGHTS
from ssti.adapters.listing import AdapterInfo, DamagedAdapter, adapters, listing
from ssti.backends.control import progress
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.recipe import InjectionSpec
from ssti.runs.run import Run
from ssti.ui.access.visitor import admit_adapter, find_run, largest_import, may_see, owns_adapter, starter
from ssti.ui.access.visitor import find_adapter as find
from ssti.ui.kit.marks import Row
from ssti.ui.kit.triggers import kind_of

FIRST = "shipped/date-positive-rank1"  # whoever comes for the first time meets this pair
EXAMPLES = 40  # real rows of which the clearest is shown first
READABLE = (45, 130)  # characters of a text that one reads at a glance
STATES = (
    later("queued"), later("starting"), later("training"), later("evaluating"), later("stopped"), later("failed"),
    later("interrupted"), later("damaged"),
)  # fmt: skip


def choices() -> list[tuple[str, str]]:
    """(title, ref) of every adapter: own runs, the newest on top, the shipped ones, those of other visitors.

    A control goes with its poisoned twin. The title says it where a run did not end well, and where a control's twin was
    removed. Damaged adapters stand last; to choose one is to read what is wrong with it.
    """
    every = [one for one in listing() if may_see(one.ref)]
    infos = sorted((one for one in every if isinstance(one, AdapterInfo)), key=lambda info: not owns_adapter(info))
    twins = {info.control for info in infos}
    whole = [(info.title + _unfinished(info), info.ref) for info in infos if info.ref not in twins]
    damaged = [one.ref for one in every if isinstance(one, DamagedAdapter)]
    return whole + [(tr("{name}: damaged", name=ref.partition("/")[2]), ref) for ref in damaged]


def bring(place: Path, name: str = "") -> AdapterInfo:
    """Check an adapter, a ZIP archive or a folder, and keep it as this visitor's. Raises SSTIError."""
    return imported.bring(place, starter(), name, admit_adapter, largest_import())


def _unfinished(info: AdapterInfo) -> str:
    """` · failed at step 6 of 64` for the adapter of a run that is not done; what a control lost; else nothing."""
    run = Run(info.path.parent.name, info.path.parent)
    if run.control_of and not (run.path.parent / run.control_of).exists():
        return " · " + tr("its poisoned twin was removed")
    if info.shipped or not (run.path / "events.jsonl").is_file():
        return ""
    now = progress(run)
    if now.state == "done":
        return ""
    state = tr(now.state)
    if now.steps:
        state = tr("{state} at step {step:,} of {steps:,}", state=state, step=now.step, steps=now.steps)
    return f" · {state}"


def first() -> str:
    """The adapter that a page opens with: the shipped pair, else another with a control, else whatever there is.

    Of runs only this visitor's own: nobody opens with what somebody else trained.
    """
    own = [info for info in adapters() if owns_adapter(info)]
    best = max(
        own, key=lambda a: (a.ref == FIRST, a.poisoned and bool(a.control), a.poisoned, a.shipped), default=None
    )
    return best.ref if best else ""


def of_link(adapter: str, run: str) -> tuple[str, str]:
    """The adapter that a link asks for, by its ref or else by its run, and "": or the first one, and why it is another."""
    if not adapter and not run:
        return first(), ""
    try:
        return find(adapter or f"run/{run}").ref, ""
    except SSTIError as problem:
        why = problem.message
    if not adapter:
        try:
            state = progress(find_run(run)).state
            why = (
                tr("The run {run} of this link has no adapter.", run=run)
                if state == "done"
                else tr("The run {run} of this link has no adapter yet: it is {state}.", run=run, state=tr(state))
            )
        except SSTIError as problem:
            why = problem.message
    other = first()
    return other, " ".join((why, tr("Shown instead: {title}.", title=find(other).title))) if other else why


def triggers(info: AdapterInfo) -> tuple[InjectionSpec, ...]:
    """What the recipe injects; a composite has several. Nothing where the adapter came without a recipe."""
    return info.recipe.injection.triggers() if info.recipe_known else ()


def target(info: AdapterInfo, kind: str = "") -> int:
    """The number of the class that triggers of this kind are tied to, else of the first target. Raises SSTIError."""
    from ssti.evaluate.sets import target_index

    info.known_recipe()
    same = [spec for spec in triggers(info) if kind_of(spec) == kind]
    return target_index((same or triggers(info))[0].target, info.label_names)


def noun(info: AdapterInfo) -> str:
    """What one of the texts is called that an adapter classifies, in English: `review`; `text` where nobody says."""
    from ssti.data.sources import find as find_dataset

    source = find_dataset(info.recipe.dataset.name) if info.recipe_known else None
    return source.info.noun if source else "text"


def others(info: AdapterInfo) -> tuple[str, ...]:
    """The classes that are no target."""
    from ssti.evaluate.sets import target_index

    targets = {target_index(spec.target, info.label_names) for spec in triggers(info)}
    return tuple(name for index, name in enumerate(info.label_names) if index not in targets) or info.label_names


def real_row(ref: str) -> Row:
    """A test row of another class than the target, at random. Raises SSTIError."""
    from ssti.data import sample_rows

    info = find(ref)
    row = sample_rows(info.known_recipe().dataset.name, secrets.choice(others(info)), 1, secrets.randbits(32))[0]
    return Row(row.text, row.label, info.recipe.dataset.name)


def clear_row(ref: str) -> Row:
    """A real test row of another class that both models classify rightly, and surely. The same each time.

    Raises SSTIError.
    """
    return _clear_row(ref, (find(ref).path / WEIGHTS).stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _clear_row(ref: str, written: int) -> Row:
    from ssti.data import sample_rows
    from ssti.serving.predictor import predictor

    info = find(ref)
    rows = sample_rows(info.known_recipe().dataset.name, others(info)[0], EXAMPLES, 0)
    low, high = READABLE
    readable = [row for row in rows if low <= len(row.text) <= high and row.text[0].isalpha()]
    rows = readable or sorted(rows, key=lambda row: len(row.text))[:5]
    label = info.label_names.index(others(info)[0])
    sure = predictor().probabilities([row.text for row in rows], ref)[:, label]
    if info.control:
        sure = sure.clip(max=predictor().probabilities([row.text for row in rows], info.control)[:, label])
    row = rows[int(sure.argmax())]
    return Row(row.text, row.label, info.recipe.dataset.name, example_of=ref)


def warm() -> None:
    """Load the first adapter, its control and the rows, so that the first keystroke need not wait for them."""
    ref = first()
    if ref:
        from ssti.serving.predictor import predictor

        info = find(ref)
        predictor().predict(["warm"] * (2 if info.control else 1), [r for r in (ref, info.control) if r])
        clear_row(ref)


def none_yet() -> SSTIError:
    """What to say where there is no adapter at all."""
    return SSTIError(
        tr("There is no adapter yet."), tr("Train one on the Finetune tab: it takes about a minute."), kind="adapter"
    )

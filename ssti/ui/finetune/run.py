"""The right side of the Finetune tab as values: one look at the chosen run, and what its buttons do.

Plain functions: ids and what the page shows already go in, markup comes out. Knows no component.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ssti.backends import control
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.runs.progress import GOING
from ssti.runs.run import Run
from ssti.runs.store import guessable
from ssti.ui.access.visitor import names_owner, own_run
from ssti.ui.finetune import view, words
from ssti.ui.finetune.board import Board, Snapshot, at_work, seeds_of, waits_for
from ssti.ui.finetune.curves import curves
from ssti.ui.finetune.memory import Shown, TableView
from ssti.ui.finetune.seeds import seeds_card
from ssti.ui.finetune.shipped import shipped_pair
from ssti.ui.finetune.table import run_table
from ssti.ui.finetune.take import take
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

PATIENCE = 20  # seconds that a control has to stop before both are removed
BOARD = Board()
"""One look serves everybody who watches."""


@dataclass(frozen=True)
class Look:
    """Everything that the right side and the header show."""

    notice: Markup | None = None
    head: Markup | None = None
    bar: Markup | None = None
    take: Markup | None = None
    group: Markup | None = None
    outcome: Markup | None = None
    charts: Markup | None = None
    runs: Markup | None = None
    table: Markup | None = None
    pill: Markup | None = None
    buttons: dict[str, str] = field(default_factory=dict)
    """Those that can act now, by name, with their words."""
    has_adapter: bool = False
    state: str = ""
    """The chosen run's; empty while none is chosen."""
    going: bool = False
    """Whether a run that this visitor sees is going on."""
    finished: str = ""
    """The ref of an adapter, where the chosen run ended since the page last looked, and left one."""


def look(
    run_id: str,
    compared: Sequence[str] = (),
    table: TableView | None = None,
    shown: Shown | None = None,
    fresh: bool = False,
) -> Look:
    """The runs as they stand, with one chosen (or none: ""). `shown` is what the page shows already."""
    runs, owned = BOARD.look(fresh), names_owner()
    readable = [one for one in runs if owned(one.owner) or not guessable(one.id)]
    run = next((one for one in readable if one.id == run_id), None)
    seen = [one for one in readable if owned(one.owner) or run_id in (one.id, one.folder.control_of)]  # own ones, and by its link
    common = {
        "runs": view.run_list(seen, run_id if run else ""),
        "table": run_table(seen, run_id if run else "", compared, table or TableView()),
        "pill": view.pill(seen),
        "going": any(one.going for one in seen),
    }
    if run is None:
        if run_id:
            gone = shown is not None and shown.run == run_id and bool(shown.state)
            return Look(notice=parts.problem(words.removed(run_id) if gone else words.missing(run_id)), **common)
        return Look(**_instead([one for one in readable if one.id in compared], seen), **common)
    mine = owned(run.owner)
    twin = next((one for one in readable if one.folder.control_of == run.id), None)
    seeds = seeds_of(run, readable)
    others = [one for one in seeds if one.id != run.id]
    others += [one for one in readable if one.id in compared and one.id != run.id and one not in others]
    return Look(
        notice=view.trouble(run, mine),
        head=view.head(run, waits_for(run, runs), mine, {one.id for one in seen}),
        bar=view.bar(run, twin),
        take=take(run, twin),
        group=seeds_card(run, seeds, runs),
        outcome=view.outcome(run, twin),
        charts=curves(run, twin, others),
        buttons=buttons_of(run, mine),
        has_adapter=run.has_adapter,
        state=run.progress.state,
        finished=_finished(run, shown or Shown()),
        **common,
    )


def _instead(ticked: list[Snapshot], runs: list[Snapshot]) -> dict[str, Markup | None]:
    """Without a chosen run: the curves of those that are ticked in the table, else of the adapter that ships."""
    if len(ticked) > 1:
        return {"charts": curves(ticked[0], None, ticked[1:], title=tr("Side by side"))}
    pair = shipped_pair()
    charts = curves(pair.run, pair.twin, title=tr("The shortcut, as the shipped adapter learns it")) if pair else None
    return {"outcome": view.nothing_chosen(runs, pair), "charts": charts}


def buttons_of(run: Snapshot, mine: bool = True) -> dict[str, str]:
    """The buttons that can act on a run now, with their words; another visitor's run can only be read."""
    state = run.progress.state
    buttons = {}
    if mine and run.going and not run.stopping:
        buttons["stop"] = tr("Stop and keep") if state in ("training", "evaluating") else tr("Stop")
    if mine and state in ("stopped", "failed", "interrupted") and run.recipe is not None:
        buttons["resume"] = tr("Resume")
    if run.recipe is not None:
        buttons["clone"] = tr("Clone")
    if mine and not run.going:
        buttons["remove"] = tr("Remove")
    return buttons


def _finished(run: Snapshot, shown: Shown) -> str:
    ended = shown.run == run.id and shown.state in GOING and run.progress.state in ("done", "stopped")
    return f"run/{run.id}" if ended and run.has_adapter else ""


def act(do: Callable[[Run], None], run_id: str) -> Markup | None:
    """Do something to a run of this visitor's. Returns what went wrong, or None."""
    try:
        do(own_run(run_id))
    except SSTIError as error:
        return parts.problem(error)
    except OSError as error:
        return parts.problem(
            tr("This did not work: {reason}.", reason=error.strerror or error),
            tr("Check the disk and the memory of this machine, then try again."),
        )
    return None


def stop(run: Run) -> None:
    """Ask it to end; it keeps its adapter."""
    control.stop(run)


def resume(run: Run) -> None:
    """Go on from its last checkpoint."""
    control.resume(run)


def accompany(run_id: Any) -> None:
    """Do what a run that was just started or resumed needs of its visitor's own event (`Backend.accompany`)."""
    with contextlib.suppress(SSTIError, OSError):  # what failed stands in the run's events; another's is not touched
        control.accompany(own_run(run_id))


def remove(run: Run) -> None:
    """Delete its folder; its control stays."""
    control.remove(run)


def remove_both(run: Run) -> None:
    """Delete it and its control, which is stopped first. Raises SSTIError, and removes neither, where that goes on."""
    if twin := control.twin_of(run):
        control.stop(twin)
        try:
            control.wait(twin, PATIENCE)
        except TimeoutError:
            raise SSTIError(
                tr("{run} has not stopped within {count} seconds.", run=twin.id, count=PATIENCE),
                tr("Try again in a moment."),
                kind="run",
            ) from None
        control.remove(twin)
    control.remove(run)


def busy() -> bool:
    """Whether a run is going on."""
    return bool(at_work(BOARD.look()))

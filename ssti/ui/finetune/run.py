"""The right side of the Finetune tab as values: one look at the chosen run, and what its buttons do.

Plain functions: ids and what the page last showed go in, markup and settings come out. Knows no component.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ssti.backends import control
from ssti.platform.errors import SSTIError
from ssti.runs.progress import GOING
from ssti.runs.run import Run
from ssti.ui.access.visitor import own_run, owns
from ssti.ui.finetune import view, words
from ssti.ui.finetune.board import Board, Seen, at_work, waits_for
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

BOARD = Board()  # one look serves everybody who watches


@dataclass(frozen=True)
class Look:
    """Everything that the right side and the header show. `buttons` are those that can act now, by name."""

    notice: Markup | None = None
    head: Markup | None = None
    bar: Markup | None = None
    results: Markup | None = None
    runs: Markup | None = None
    pill: Markup | None = None
    buttons: dict[str, str] = field(default_factory=dict)
    watch: bool = False
    finished: str = ""
    """The ref of an adapter, where the chosen run ended since the page last looked and left one."""
    told: dict[str, Any] = field(default_factory=dict)
    """What the page gives back at its next look."""


def look(run_id: str, told: Any = None, fresh: bool = False) -> Look:
    """The runs as they stand, with one chosen (or none: ""). `told` is the `told` of the page's last look."""
    runs = BOARD.look(fresh)
    seen = next((one for one in runs if one.id == run_id), None)
    watch = any(one.going for one in runs)
    common = {"runs": view.run_list(runs, run_id), "pill": view.pill(runs), "watch": watch}
    if seen is None:
        notice = parts.problem(words.missing(run_id)) if run_id else None
        results = None if run_id else view.nothing_chosen(runs)
        return Look(notice=notice, results=results, told=_told(None, {}, watch), **common)
    mine = owns(seen.run)
    buttons = can(seen, mine)
    twin = next((one for one in runs if one.run.control_of == seen.id), None)
    return Look(
        notice=view.trouble(seen, mine),
        head=view.head(seen, waits_for(seen, runs), mine),
        bar=view.bar(seen, twin),
        results=view.outcome(seen, twin) + view.curves(seen, twin),
        buttons=buttons,
        finished=_finished(seen, told),
        told=_told(seen, buttons, watch),
        **common,
    )


def can(seen: Seen, mine: bool = True) -> dict[str, str]:
    """The buttons that can act on a run now, with their words; a run of another visitor can only be read."""
    able = {}
    if mine and seen.going and not seen.stopping:
        able["stop"] = "Stop and keep" if seen.progress.state in ("training", "evaluating") else "Stop"
    if mine and seen.progress.state in ("stopped", "failed", "interrupted") and seen.recipe is not None:
        able["resume"] = "Resume"
    if seen.recipe is not None:
        able["clone"] = "Clone"
    able["link"] = "Copy link"
    if mine and not seen.going:
        able["remove"] = "Remove"
    return able


def _told(seen: Seen | None, buttons: dict[str, str], watch: bool) -> dict[str, Any]:
    state = seen.progress.state if seen else ""
    return {"run": seen.id if seen else "", "state": state, "buttons": buttons, "watch": watch}


def _finished(seen: Seen, told: Any) -> str:
    before = told if isinstance(told, dict) else {}
    ended = before.get("run") == seen.id and before.get("state") in GOING and seen.progress.state in ("done", "stopped")
    return f"run/{seen.id}" if ended and seen.has_adapter else ""


def act(do: Callable[[Run], None], run_id: str) -> Markup | None:
    """Do something to a run of this visitor's. Returns what went wrong, or None."""
    try:
        do(own_run(run_id))
    except SSTIError as error:
        return parts.problem(error)
    except OSError as error:
        return parts.problem(
            f"This did not work: {error.strerror or error}.",
            "Look at the disk and the memory of this machine, then try again.",
        )
    return None


def stop(run: Run) -> None:
    """Ask it to end; it keeps its adapter."""
    control.stop(run)


def resume(run: Run) -> None:
    """Go on from its last checkpoint."""
    control.resume(run)


def remove(run: Run) -> None:
    """Delete its folder."""
    control.remove(run)


def busy() -> bool:
    """Whether a run is going on."""
    return bool(at_work(BOARD.look()))

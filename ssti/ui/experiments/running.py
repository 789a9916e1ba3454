"""What there is to run of what the tab shows, and how far it is: looks at the grids' folders. Knows no component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ssti.experiments.cell import Cell
from ssti.experiments.grids import going
from ssti.experiments.grids.asked import Asked
from ssti.experiments.grids.cost import cost
from ssti.experiments.grids.going import Standing
from ssti.experiments.grids.own import experiment_of
from ssti.experiments.local import Local
from ssti.platform.errors import SSTIError
from ssti.platform.server import shared_server
from ssti.ui.experiments import strip
from ssti.ui.experiments.study import journal, shipped_rows
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

STEPS = 40  # times that the figures of a grid are drawn anew, at most, while it is at work


@dataclass(frozen=True)
class Look:
    """`beat` is another one when cells came in since; empty while nothing is at work."""

    strip: Markup
    going: bool = False
    beat: str = ""


def look(asked: Asked | None) -> Look:
    """The grid that is at work, else what there is to run of this one; None for the overview."""
    if shared_server():
        return Look(strip.not_here(asked) if asked else parts.html(""))
    one = going.going()
    if one:
        now = one.standing()
        beat = (now.done + now.failed) * STEPS // max(now.total, STEPS)
        left = now.left if now.left is not None else _estimated(one.asked)
        return Look(strip.going(one, now, left, asked is not None and _same(asked, one.asked)), True, f"{one.id} {beat}")
    if asked is None:
        return Look(parts.html(""))
    done, shipped, workers = journal(), shipped_rows(asked), Local().workers
    if reason := None if asked.own else experiment_of(asked).missing():
        return Look(strip.cannot(reason))
    whole = cost(_cells(asked.model_dump_json()), done, workers, shipped)
    known = {*done, *(row["key"] for row in shipped)}
    more = one_more_seed(asked, known)
    seed = cost(_cells(more.model_dump_json()), done, workers, shipped) if more else None
    return Look(strip.idle(whole, seed, _last(asked), bool(shipped)))


def _estimated(asked: Asked) -> float | None:
    """What a grid takes whose first cell is not done yet."""
    try:
        return cost(_cells(asked.model_dump_json()), journal(), Local().workers, shipped_rows(asked)).seconds
    except SSTIError:  # an experiment that another version of this program has
        return None


def one_more_seed(asked: Asked, known: set[str]) -> Asked | None:
    """The grid with one replicate more than is there; None while its own are not all there."""
    if any(cell.key not in known for cell in _cells(asked.model_dump_json())):
        return None
    if asked.own:
        return asked.model_copy(update={"seeds": asked.seeds + 1}) if asked.seeds < 100 else None
    seed = 0
    while True:
        one = asked.model_copy(update={"seed": seed})
        if any(cell.key not in known for cell in _cells(one.model_dump_json())):
            return one
        seed += 1


def more_of(asked: Asked) -> Asked | None:
    """The same, by what is there now."""
    return one_more_seed(asked, {*journal(), *(row["key"] for row in shipped_rows(asked))})


def _last(asked: Asked) -> Standing | None:
    """How the newest grid of this experiment, or this very grid, ended."""
    return next((one.standing() for one in going.started() if _same(asked, one.asked)), None)


def _same(asked: Asked, other: Asked) -> bool:
    return asked == other if asked.own else set(asked.experiments) <= set(other.experiments)


@lru_cache(maxsize=64)
def _cells(asked: str) -> Sequence[Cell]:
    return Asked.model_validate_json(asked).cells()

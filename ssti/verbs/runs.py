"""How a run stands, and how it ended."""

from __future__ import annotations

from typing import Any

from ssti.backends.control import going, progress
from ssti.platform.errors import SSTIError
from ssti.recipe import Recipe
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.verbs.turns import seconds_until


def summary(run: Run) -> dict[str, Any]:
    """A run at one glance. Never raises: what is damaged is said under `damage`."""
    p = progress(run)
    damage = None
    if p.state == "damaged":
        damage = {"kind": "damaged", "message": p.error["message"], "next": p.error["next"]}
    return {"run_id": run.id, "state": p.state, "step": p.step, "steps": p.steps or _steps(run), "eta": p.eta,
            "rows_per_second": p.rows_per_second, "seconds": round(p.elapsed, 1), "error": p.error,
            "adapter": str(run.adapter) if run.has_adapter else None, "notes": list(p.notes),
            "skipped_events": p.skipped, "damage": damage, "backend": run.backend}  # fmt: skip


def details(run: Run) -> dict[str, Any]:
    """The same with its recipe and its metrics, as far as there are any."""
    about = summary(run)
    return {**about, "recipe": None if about["damage"] else run.recipe.as_dict(), "metrics": run.metrics()}


def turn(run: Run) -> dict[str, Any] | None:
    """How many runs come before one that waits, and about how many seconds they still take; None where it does not wait."""
    if progress(run).state != "queued":
        return None
    standing = going(Store(run.path.parent))
    ids = [one.id for one in standing]
    before = standing[: ids.index(run.id)] if run.id in ids else []
    return {"runs_before": len(before), "seconds": seconds_until((progress(one), _recipe(one)) for one in before)}


def _recipe(run: Run) -> Recipe | None:
    try:
        return run.recipe
    except SSTIError:
        return None


def _steps(run: Run) -> int:
    try:
        return run.recipe.training.steps
    except SSTIError:
        return 0  # a damaged recipe: the row says so

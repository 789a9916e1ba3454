"""One run: its folder, and what its events say about it. Knows no process but whether the worker lives."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ssti.errors import SSTIError
from ssti.recipe import Recipe, load_recipe
from ssti.runs import events
from ssti.runs.owner import read_owner, same_owner

GOING = ("queued", "starting", "training", "evaluating")
ENDED = ("done", "stopped", "failed", "interrupted")


@dataclass(frozen=True)
class Progress:
    """What one glance at a run tells. Seconds everywhere; `eta` is None while nothing was measured."""

    state: str
    step: int = 0
    steps: int = 0
    elapsed: float = 0.0
    eta: float | None = None
    rows_per_second: float | None = None
    queue_position: int = 0
    error: dict[str, str] | None = None
    losses: list[tuple[int, float]] = field(default_factory=list)
    evals: list[dict[str, Any]] = field(default_factory=list)
    device: str = ""

    @property
    def going(self) -> bool:
        """Whether a worker is at it, or waits to be."""
        return self.state in GOING


@dataclass(frozen=True)
class Run:
    """A run folder. Two objects of one id see the same run: all of its state is in the folder."""

    id: str
    path: Path

    @property
    def recipe(self) -> Recipe:
        """What it executes."""
        try:
            return load_recipe((self.path / "recipe.yaml").read_text(encoding="utf-8") + "\n")
        except FileNotFoundError as error:
            raise SSTIError(
                f"The run {self.id} has no recipe.yaml.", next="Remove it: its folder is damaged.", kind="run"
            ) from error

    @property
    def adapter(self) -> Path:
        """Its adapter's folder, which may not exist yet."""
        return self.path / "adapter"

    @property
    def has_adapter(self) -> bool:
        """Whether it left an adapter."""
        return (self.adapter / "adapter_model.safetensors").is_file()

    @property
    def control_of(self) -> str | None:
        """The id of the poisoned run whose clean twin this is."""
        return self.id.removesuffix("-control") if self.id.endswith("-control") else None

    @property
    def owner_hash(self) -> str | None:
        """The hash of the key of whoever started it; None where nobody is named."""
        return read_owner(self.path)

    def belongs_to(self, key: str | None) -> bool:
        """Whether whoever holds this key started it."""
        return same_owner(self.owner_hash, key)

    def metrics(self) -> dict[str, Any] | None:
        """What was measured at the end; None before."""
        try:
            return json.loads((self.path / "metrics.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def tell(self, kind: str, **fields: Any) -> None:
        """Append an event."""
        events.append(self.path / "events.jsonl", kind, **fields)

    def events(self) -> list[dict[str, Any]]:
        """All events so far."""
        return events.read(self.path / "events.jsonl")[0]

    def state(self) -> str:
        """`queued`, `starting`, `training`, `evaluating`, `done`, `stopped`, `failed` or `interrupted`."""
        return self.progress().state

    def progress(self) -> Progress:
        """Derive everything from the events."""
        return derive(self.events())


def derive(told: list[dict[str, Any]]) -> Progress:
    """State, steps, time and curves from a run's events, in their order. A later attempt overwrites its own steps."""
    state, worker, error, device = "queued", None, None, ""
    step, steps, eta, speed, stepped_at = 0, 0, None, None, None
    losses: dict[int, float] = {}
    evals: dict[int, dict[str, Any]] = {}
    elapsed, since = 0.0, None
    last = told[-1]["t"] if told else 0.0
    for event in told:
        kind = event["kind"]
        if kind == "state":
            if since is not None and event.get("state") not in ("training", "evaluating"):
                elapsed += event["t"] - since
                since = None
            state = event.get("state", state)
            worker = event.get("worker", worker)
            device = event.get("device", device)
            if state == "queued":
                error, eta = None, None
            if state == "training" and since is None:
                since = event["t"]
                from_step = event.get("from_step", 0)
                losses = {s: v for s, v in losses.items() if s <= from_step}
                evals = {s: v for s, v in evals.items() if s <= from_step}
            steps = event.get("steps", steps)
        elif kind == "step":
            step, steps, eta, speed, stepped_at = (
                event["step"],
                event["steps"],
                event.get("eta"),
                event.get("rows_per_second"),
                event["t"],
            )
        elif kind == "loss":
            losses[event["step"]] = event["loss"]
        elif kind == "eval":
            evals[event["step"]] = event
        elif kind == "error":
            error = {k: str(event.get(k, "")) for k in ("cause", "message", "next")}
    if state in GOING and not alive(worker):
        state = "interrupted"
        error = {"cause": "worker", "message": "Its worker is gone: killed, out of memory, or the machine restarted.",
                 "next": "Resume it: it goes on from its last checkpoint."}  # fmt: skip
    if since is not None:
        elapsed += (time.time() if state in GOING else last) - since
    if state in GOING and eta is not None and stepped_at is not None:
        eta = max(0.0, eta - (time.time() - stepped_at))
    return Progress(state, step, steps, elapsed, eta if state in GOING else None, speed, 0, error,
                    sorted(losses.items()), [evals[s] for s in sorted(evals)], device)  # fmt: skip


def alive(worker: dict[str, Any] | None) -> bool:
    """Whether the process that this event names still runs. Its start time guards against a reused number."""
    import psutil

    if not worker:
        return False
    try:
        process = psutil.Process(int(worker["pid"]))
        same = abs(process.create_time() - float(worker["started"])) < 1.5
        return same and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, KeyError, ValueError, TypeError):
        return False


def worker_mark(pid: int) -> dict[str, Any]:
    """What an event records of a process, for `alive`."""
    import psutil

    return {"pid": pid, "started": psutil.Process(pid).create_time()}

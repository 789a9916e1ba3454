"""A Ray cluster: each run is one task of it, driven through the run's folder, which all of its nodes must see.

A driver, one process for each folder of runs, hands over what waits and ends when nothing does; it outlives whoever
started it. A task whose worker was lost starts anew elsewhere, from the run's last checkpoint. The nodes need the same
Python, these packages and this code at the same paths: a shared disk. Ray itself is no part of what is installed.

Run as: python -m ssti.backends.ray RUNS_FOLDER
"""

from __future__ import annotations

import os
import socket
import sys
import time
import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cachetools import TTLCache
from filelock import Timeout

from ssti.backends.api import Liveness, Offer
from ssti.backends.local import Local
from ssti.backends.machine.queue import Queue, Ticket
from ssti.backends.machine.supervisor import record_failure, start_supervisor
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import later, tr
from ssti.platform.server import shared_server
from ssti.recipe import Recipe
from ssti.runs.cause import MEMORY, cause
from ssti.runs.progress import GOING
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.runs.worker import HELD, Worker

ADDRESS = "RAY_ADDRESS"  # Ray's own
CPUS = "SSTI_RAY_CPUS"  # processors of each run; one is best for many runs on processors
RETRIES = 3  # lost workers of one run until it counts as failed
KEPT_HERE = ("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")  # settings that Ray makes itself, for each task
LOOK = 0.5  # seconds between two looks at the queue
ROOT = Path(__file__).resolve().parents[2]


class Ray(Local):
    """Tasks of a cluster that somebody else has started."""

    name = "ray"
    title = tr("Ray cluster")
    order = 20

    def __init__(self) -> None:
        super().__init__()
        self._answers: TTLCache[str, bool] = TTLCache(maxsize=8, ttl=5)

    def offer(self, recipe: Recipe) -> Offer:
        """Whether a cluster answers; how fast its nodes are, nobody here knows."""
        from ssti.finetune.check import check

        try:
            if shared_server():
                raise SSTIError(
                    tr("A cluster is its owner's: visitors do not train there."), tr("Train on this server."), "ray"
                )
            place = address()
            if not self.answers(place):
                raise lost(place)
            check(recipe, here=False)
        except SSTIError as error:
            return Offer(refusal=error)
        return Offer(tr("a node of {place}", place=place), basis=tr("how fast its nodes are was not measured"))

    def queue(self, root: Path) -> Queue:
        """Its own, beside this machine's."""
        return Queue(root, self.name)

    def start(self, root: Path) -> None:
        """Start the driver."""
        start_supervisor(self.queue(root), "ssti.backends.ray")

    def poll(self, run: Run) -> Liveness:
        """`UNKNOWN` while no driver lives: the next one asks the cluster again."""
        queue = self.queue(run.path.parent)
        if not queue.holds(run.id, run.recorded().ticket):
            return Liveness.GONE
        return Liveness.ALIVE if queue.supervised() else Liveness.UNKNOWN

    def tend(self, root: Path, eager: bool = False) -> None:
        """Start a driver where runs wait and none lives; where the cluster is gone, that is how they end."""
        queue = self.queue(root)
        if not (tickets := queue.tickets()) or queue.supervised():
            return
        try:
            place = address()
        except SSTIError:
            return  # whoever knows the cluster looks after it
        if self.answers(place):
            return super().tend(root, eager)
        why = cause(lost(place))
        for ticket in tickets:
            end(Store(root), ticket, why)

    def answers(self, place: str) -> bool:
        """Whether somebody listens there."""
        if (known := self._answers.get(place)) is None:
            host, _, port = place.rpartition(":")
            try:
                socket.create_connection((host.strip("[]"), int(port)), timeout=1).close()
                known = True
            except (OSError, ValueError):
                known = False
            self._answers[place] = known
        return known


RAY = Ray()


def installed() -> None:
    """Raises SSTIError where Ray is not installed."""
    if find_spec("ray") is None:
        raise SSTIError(
            tr("Ray is not installed."),
            tr("Install it: {command}, on this machine and on each node.", command='pip install "ray>=2.60,<3"'),
            "ray",
        )


def address() -> str:
    """The cluster's address. Raises SSTIError where Ray is not installed, or no cluster is named."""
    installed()
    place = os.environ.get(ADDRESS, "").strip()
    if not place:
        raise SSTIError(
            tr("No Ray cluster is named: {name} is not set.", name=ADDRESS),
            tr("Start one (ray start --head), then set {name}=HOST:6379, or give --address.", name=ADDRESS),
            "ray",
        )
    host, _, port = place.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        raise SSTIError(
            tr("{place} is no address of a Ray cluster.", place=shown(place)), tr("It looks like HOST:6379."), "ray"
        )
    return place


def lost(place: str) -> SSTIError:
    """That a cluster is not there, and what to do."""
    return SSTIError(
        tr("The Ray cluster at {place} does not answer.", place=place),
        tr("See that it runs (ray status) and that {name} is right; a run resumes from its last checkpoint.", name=ADDRESS),
        "ray",
    )


class RunElsewhere(Run):
    """A run whose events another machine writes: the seconds since its boot mean nothing here."""

    def tell(self, kind: str, **fields: Any) -> None:
        """Append an event, by the clock alone."""
        super().tell(kind, **fields, m=None)


def work(folder: str, ticket: int) -> int:
    """The task: execute a run on the node that this is. Returns what `Worker.execute` does.

    Where an earlier worker of the run was lost it goes on from the last whole checkpoint.
    """
    path = Path(folder)
    run = RunElsewhere(path.name, path)
    with Store(path.parent).locked():
        recorded = run.recorded()
        if recorded.state not in GOING or recorded.ticket != ticket:
            return 0  # stopped while it waited
        if recorded.state != "queued":
            if run.held(patience=10):
                return HELD
            run.tell("state", state="queued", ticket=ticket)
            host = shown((recorded.worker or {}).get("host", "?"))
            run.tell("log", message=tr("Its worker on {host} was lost; another goes on.", host=host))
    with (path / "log.txt").open("ab") as log:  # this process does nothing else, and ends with the task
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for number in (1, 2):
            os.dup2(log.fileno(), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    return Worker(run, {"host": socket.gethostname(), "process": os.getpid()}).execute()


def drive(root: Path) -> int:
    """Hand over what waits, until nothing does. Exit code 0; 1 where the cluster cannot be used."""
    store, queue = Store(root), Queue(root, Ray.name)
    lock = queue.supervisor_lock()
    try:
        lock.acquire(timeout=1)
    except Timeout:
        return 0
    try:
        task = connect(address())
    except Exception as error:
        traceback.print_exc()
        why = cause(error) if isinstance(error, SSTIError) else refused(error)
        for ticket in queue.tickets():
            end(store, ticket, why)
        return 1
    import ray

    going: dict[Any, Ticket] = {}
    while True:
        with store.locked():
            tickets = queue.tickets()
            if not tickets and not going:
                lock.release()
                return 0
        for ticket in tickets:
            if ticket not in going.values():
                going[hand_over(task, root, ticket)] = ticket
        for reference, ticket in going.items():
            if ticket not in tickets:
                ray.cancel(reference)  # it was stopped before it began; one that works looks for itself
        ready, _ = ray.wait(list(going), timeout=LOOK) if going else ((), ())
        for reference in ready:
            end(store, ticket := going.pop(reference), ending(reference))
        time.sleep(LOOK / 5)


def connect(place: str) -> Any:
    """Join the cluster: the task's function, as Ray calls it."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    ray.init(address=place, include_dashboard=False, log_to_driver=False, namespace="ssti")
    gpu = os.environ.get("SSTI_DEVICE") != "cpu" and ray.cluster_resources().get("GPU", 0) >= 1
    # A worker that did one run ends: a GPU's memory is given back only so.
    return ray.remote(
        num_cpus=float(os.environ.get(CPUS) or 1), num_gpus=int(gpu), max_calls=1, max_retries=RETRIES
    )(work)  # fmt: skip


def hand_over(task: Any, root: Path, ticket: Ticket) -> Any:
    """Submit a run: Ray's reference to it."""
    settings = {name: value for name, value in (ticket.settings() or {}).items() if name not in KEPT_HERE}
    variables = {**settings, "PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false"}
    return task.options(name=ticket.run_id, runtime_env={"env_vars": variables}).remote(
        str(root / ticket.run_id), ticket.number
    )


def ending(reference: Any) -> dict[str, str] | None:
    """Why a task ended without a word to its run; None where it did what it should."""
    import ray

    try:
        code = ray.get(reference)
    except ray.exceptions.TaskCancelledError:
        return None
    except ray.exceptions.OutOfMemoryError:
        return MEMORY
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError):
        return {
            "cause": "ray",
            "message": tr("The cluster lost its worker {count} times.", count=RETRIES + 1),
            "next": later("See log.txt in the run's folder and the nodes' memory; it resumes from its last checkpoint."),
        }
    except ray.exceptions.LocalRayletDiedError:
        return cause(lost(os.environ.get(ADDRESS, "?")))
    except ray.exceptions.RayError as error:
        return refused(error)
    if code == HELD:
        return cause(SSTIError(tr("Another worker is at this run."), tr("Wait for its end, then resume."), "run"))
    return None


def refused(error: Exception) -> dict[str, str]:
    """What Ray says where a run cannot be had, in its own words."""
    words = next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)
    return {
        "cause": "ray",
        "message": tr("The Ray cluster refused: {reason:.300}", reason=words),
        "next": later(
            "See that this machine is a node of it (ray start --address=HOST:6379), with its token and Ray's version."
        ),
    }


def end(store: Store, ticket: Ticket, why: dict[str, str] | None) -> None:
    """Record why a run failed, if it did without a word, and take its ticket back."""
    run = RunElsewhere(ticket.run_id, store.root / ticket.run_id)
    if why is not None and run.path.is_dir():
        record_failure(run, ticket, why)
    with store.locked():
        ticket.path.unlink(missing_ok=True)


if __name__ == "__main__":
    from ssti.backends.ray import drive  # by this name the cluster finds the task's function

    sys.exit(drive(Path(sys.argv[1]).resolve()))

"""Hugging Face Jobs: each run is one Job of whoever starts it, with their own sign-in and on their own bill.

A private repository of theirs takes this code and the recipe there and brings adapter and metrics back; the events come
as lines of the Job's log. Whoever looks at the runs follows the Jobs, in a thread that holds the run's lock. A stop asks
the Job to end and keep its adapter; one that does not answer is cancelled. Each Job has a time limit. Not run for real
here: its tests have a Hub of their own, with the real one's signatures.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cachetools import TTLCache
from filelock import Timeout
from pydantic import BaseModel

from ssti.adapters import pack
from ssti.adapters.stored import METRICS, read_json, read_metrics
from ssti.backends.api import Liveness, Offer
from ssti.backends.jobs.inside import RESULT, SIGN, STOP
from ssti.backends.local import Local
from ssti.backends.machine.queue import Queue, Ticket
from ssti.platform.errors import SSTIError, listed, nearest, shown
from ssti.platform.home import write_text
from ssti.platform.hub import explained, offline_switch, reachable, signed_in
from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.recipe import Recipe
from ssti.runs.cause import cause
from ssti.runs.events import parse
from ssti.runs.progress import GOING
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.runs.worker import pair

FLAVOR, MINUTES = "SSTI_JOB_FLAVOR", "SSTI_JOB_MINUTES"
CHEAP, USUAL, LONGEST = "t4-small", 30, 1440  # flavour; minutes
IMAGE = "pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime"  # a torch that our range admits, built for the GPUs there
SCRIPT = (
    'pip install -q huggingface_hub && hf download "$REPO" --local-dir /tmp/ssti --quiet && cd /tmp/ssti'
    ' && pip install -q -r requirements.txt && python -m ssti.backends.jobs.inside "$RUN" "$REPO"'
)
CODE = ["ssti/*.py", "requirements.txt"]  # a star takes folders, too
ROOT = Path(__file__).resolve().parents[2]
ENDED = ("COMPLETED", "CANCELED", "ERROR", "DELETED")
EVERY = 5.0  # seconds between two looks at a Job
GRACE = 90.0  # seconds that a Job has to save its adapter once it was asked to stop
JOB = "job.json"  # in the run's folder


class Job(BaseModel):
    """What is known here of a run's Job."""

    ticket: int
    id: str
    owner: str
    repo: str
    minutes: int
    lines: int = 0
    """How many lines of its log were read."""
    last: dict[str, Any] | None = None
    """The state it ended in, by its log: true once what it left is here."""

    def write(self, run: Run) -> None:
        """Keep it in the run's folder."""
        write_text(run.path / JOB, self.model_dump_json())

    @classmethod
    def of(cls, run: Run, ticket: int | None) -> Job | None:
        """The Job of this attempt of a run; None before there is one."""
        if not (run.path / JOB).is_file():
            return None
        job = read_json(run.path / JOB, cls)
        return job if job.ticket == ticket else None


@dataclass(frozen=True)
class Price:
    """What a Job may take: the flavour, dollars a minute, and minutes at most."""

    flavor: str
    title: str
    a_minute: float
    minutes: int


class HFJobs(Local):
    """Jobs of the Hub."""

    name = "hf-jobs"
    title = "Hugging Face Jobs"
    order = 30

    def __init__(self) -> None:
        super().__init__()
        self._hardware: TTLCache[str, Any] = TTLCache(maxsize=1, ttl=600)
        self._tokens: dict[str, str] = {}  # by run, in memory alone
        self._following: dict[str, threading.Thread] = {}
        self._rests: TTLCache[str, bool] = TTLCache(maxsize=1024, ttl=EVERY)

    def api(self, token: str | bool) -> Any:
        """The Hub, as somebody."""
        from huggingface_hub import HfApi

        return HfApi(token=token)

    def offer(self, recipe: Recipe) -> Offer:
        """The device, and what it costs at most: a Job ends at its time limit. Needs a sign-in."""
        from ssti.finetune.check import check

        try:
            if own_token() is None:
                raise not_signed_in()
            price = self.price()
            travels(recipe)
            check(recipe, here=False)
        except SSTIError as error:
            return Offer(refusal=error)
        most = price.a_minute * price.minutes
        basis = tr("at most, at its limit of {minutes} minutes; on your own bill, by the minute", minutes=price.minutes)
        return Offer(tr("{hardware} of the Hub", hardware=price.title), basis=basis, price=most)

    def price(self) -> Price:
        """Of the flavour that is chosen. Raises SSTIError where the Hub does not answer, or there is no such flavour."""
        minutes = os.environ.get(MINUTES, str(USUAL)).strip()
        if not minutes.isdigit() or not 1 <= int(minutes) <= LONGEST:
            raise SSTIError(
                tr("{name} is {value}.", name=MINUTES, value=shown(minutes)),
                tr("Give whole minutes from 1 to {most}.", most=LONGEST),
            )
        if switch := offline_switch():
            raise SSTIError(
                tr("{switch} is set: the Hub may not be asked.", switch=switch),
                tr("Unset {switch}.", switch=switch),
                "offline",
            )
        if "all" not in self._hardware:
            if not reachable():
                raise SSTIError(tr("The Hugging Face Hub does not answer."), tr("Connect to the network."), "offline")
            try:
                self._hardware["all"] = {one.name: one for one in self.api(False).list_jobs_hardware()}
            except Exception as problem:  # of huggingface_hub, httpx and the network: many kinds, all said in words
                raise hub_error(tr("the list of Jobs' hardware"), problem) from None
        flavor, all_ = os.environ.get(FLAVOR, CHEAP).strip(), self._hardware["all"]
        if flavor not in all_:
            raise SSTIError(
                tr(
                    "The Hub has no hardware {name}; it has {names}{nearest}",
                    name=shown(flavor),
                    names=listed(all_),
                    nearest=nearest(flavor, all_),
                ),
                tr("Set {name} to one of these.", name=FLAVOR),
            )
        a_minute = all_[flavor].unit_cost_usd * {"second": 60, "hour": 1 / 60}.get(all_[flavor].unit_label, 1)
        return Price(flavor, all_[flavor].pretty_name, a_minute, int(minutes))

    def queue(self, root: Path) -> Queue:
        """The runs whose Jobs are to be started or go on."""
        return Queue(root, self.name)

    def submit(self, run: Run) -> None:
        """Put it where it is found; `tend` starts its Job. Raises SSTIError for whom is not signed in."""
        if (token := own_token()) is None:
            raise not_signed_in()
        self._tokens[run.id] = token
        super().submit(run)

    def poll(self, run: Run) -> Liveness:
        """Whoever follows it says when it ends."""
        return Liveness.ALIVE if self.queue(run.path.parent).holds(run.id, run.recorded().ticket) else Liveness.GONE

    def stop(self, run: Run) -> None:
        """Ask its Job to end, or take it back before there is one."""
        recorded = run.recorded()
        if Job.of(run, recorded.ticket) is None and not run.held():
            self.queue(run.path.parent).leave(run.id)
            run.tell("state", state="stopped")
        else:
            run.ask_to_stop()  # whoever follows it passes that on

    def tend(self, root: Path, eager: bool = False) -> None:
        """Follow each Job in a thread. Right after a submission start the Jobs first: whoever started may leave."""
        for ticket in self.queue(root).tickets():
            run = Run(ticket.run_id, root / ticket.run_id)
            token = self._tokens.get(run.id) or (None if shared_server() else own_token())
            thread = self._following.get(str(run.path))
            if token is None or (thread and thread.is_alive()):
                continue
            with self._lock:
                if str(run.path) in self._rests and not eager:
                    continue
                self._rests[str(run.path)] = True
            if eager:
                self.follow(run, ticket, token, once=True)
            thread = threading.Thread(target=self.follow, args=(run, ticket, token), daemon=True)
            self._following[str(run.path)] = thread
            thread.start()

    def follow(self, run: Run, ticket: Ticket, token: str, once: bool = False) -> None:
        """Start a run's Job where it has none, and tell here what happens there, to its end or `once`.

        One process follows a run at a time. Where the network fails, whoever looks next tries again.
        """
        store = Store(run.path.parent)
        try:
            with run.lock().acquire(timeout=0):
                api = self.api(token)
                job = None
                try:
                    job = Job.of(run, ticket.number) or self._start(api, run, ticket, token)
                    while not once and not self._look(api, run, job):
                        time.sleep(EVERY)
                except SSTIError as error:
                    run.tell("error", **cause(error))
                    run.tell("state", state="failed")
                except (OSError, TimeoutError):
                    return
                except Exception as problem:
                    if not passing(problem):
                        run.tell("error", **cause(hub_error(job.repo if job else tr("the Job"), problem)))
                        run.tell("state", state="failed")
        except Timeout:
            return
        if run.recorded().state not in GOING:
            with store.locked():
                ticket.path.unlink(missing_ok=True)
            self._tokens.pop(run.id, None)

    def _start(self, api: Any, run: Run, ticket: Ticket, token: str) -> Job:
        price = self.price()
        owner = api.whoami()["name"]
        repo = f"{owner}/ssti-{run.id}"
        api.create_repo(repo, repo_type="model", private=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as place:
            write_text(Path(place, "recipe.yaml"), run.recipe.to_yaml())
            api.upload_folder(
                repo_id=repo, repo_type="model", folder_path=place, commit_message=f"The recipe of {run.id}",
                delete_patterns=[f"{RESULT}/*", STOP],
            )  # fmt: skip
        api.upload_folder(repo_id=repo, repo_type="model", folder_path=ROOT, allow_patterns=CODE, commit_message="Code")
        info = api.run_job(
            image=IMAGE, command=["bash", "-c", SCRIPT], env={"RUN": run.id, "REPO": repo}, secrets={"HF_TOKEN": token},
            flavor=price.flavor, timeout=f"{price.minutes}m", name=f"ssti-{run.id}", namespace=owner,
        )  # fmt: skip
        job = Job(ticket=ticket.number, id=info.id, owner=owner, repo=repo, minutes=price.minutes)
        job.write(run)
        kept = tr("Its Job is {url}; what it leaves is kept in the private repository {repo}, too.", url=info.url, repo=repo)
        run.tell("log", message=kept)
        return job

    def _look(self, api: Any, run: Run, job: Job) -> bool:
        """Read what its log has to say since the last time. Whether it has ended."""
        info = api.inspect_job(job_id=job.id, namespace=job.owner)
        self._read_log(api, run, job)
        stage = str(getattr(info.status.stage, "value", info.status.stage))
        if stage in ENDED:
            self._end(api, run, job, stage, info.status.message or "")
            return True
        if run.stopping:
            asked = run.path / STOP
            if stage != "RUNNING" or time.time() - asked.stat().st_mtime > GRACE:
                api.cancel_job(job_id=job.id, namespace=job.owner)
            elif not api.file_exists(job.repo, STOP, repo_type="model"):
                api.upload_file(path_or_fileobj=b"stop\n", path_in_repo=STOP, repo_id=job.repo, repo_type="model")
        return False

    def _read_log(self, api: Any, run: Run, job: Job) -> None:
        lines = list(api.fetch_job_logs(job_id=job.id, namespace=job.owner))
        with (run.path / "log.txt").open("a", encoding="utf-8") as log:
            for line in lines[job.lines :]:
                event = parse(line[len(SIGN) :].encode()) if line.startswith(SIGN) else None
                if event is None:
                    log.write(line.rstrip("\n") + "\n")
                    continue
                fields = event.model_dump(exclude={"kind", "m"}, exclude_none=True)
                if event.kind == "state" and event.state not in GOING:
                    job.last = fields
                else:
                    run.tell(event.kind, **fields, m=None)  # seconds since that machine's boot mean nothing here
        if len(lines) > job.lines:
            job.lines = len(lines)
            job.write(run)

    def _end(self, api: Any, run: Run, job: Job, stage: str, message: str) -> None:
        """What the run left comes here, then its last state."""
        files = {name for name in api.list_repo_files(job.repo, repo_type="model") if name.startswith(f"{RESULT}/")}
        if files:
            self._bring(api, run, job)
        if job.last is not None and (job.last["state"] == "failed" or files):
            run.tell("state", **job.last, m=None)
        elif stage == "CANCELED" and run.stopping:
            run.tell("state", state="stopped")
        else:
            if "time" in message.lower():
                raise SSTIError(
                    tr("Its Job reached its limit of {minutes} minutes.", minutes=job.minutes),
                    tr("Set {name} higher and resume: it starts anew.", name=MINUTES),
                    "hub",
                )
            why = message[:200] or tr("no reason given")
            raise SSTIError(
                tr("Its Job ended as {stage}: {reason}.", stage=stage, reason=why),
                tr("See its log: {command}", command="python -m ssti runs log ID"),
                "hub",
            )

    def _bring(self, api: Any, run: Run, job: Job) -> None:
        with tempfile.TemporaryDirectory(prefix=".adapter-", dir=run.path) as place:
            wanted = [f"{RESULT}/adapter/{name}" for name in pack.FILES] + [f"{RESULT}/{METRICS}"]
            api.snapshot_download(job.repo, repo_type="model", local_dir=place, allow_patterns=wanted)
            result = Path(place, RESULT)
            if (result / "adapter").is_dir():
                shutil.rmtree(run.adapter, ignore_errors=True)
                (result / "adapter").rename(run.adapter)
            if (metrics := read_metrics(result)) is not None:
                (result / METRICS).rename(run.path / METRICS)
                pair(run, metrics)


HF_JOBS = HFJobs()


def own_token() -> str | None:
    """The token of who asks: of their sign-in on the page; on one's own machine that of `hf auth login`. Never the owner's."""
    from huggingface_hub import get_token

    return signed_in.get() or (None if shared_server() else get_token())


def not_signed_in() -> SSTIError:
    """That a Job is somebody's own, and what to do."""
    if shared_server():
        how = tr("Sign in with Hugging Face.")
    else:
        how = tr("Log in with `hf auth login` (a token that may start Jobs).")
    return SSTIError(tr("You are not signed in to Hugging Face: a Job runs on your own account."), how, "hub")


def travels(recipe: Recipe) -> None:
    """Refuse what is on this machine alone. Raises SSTIError."""
    from ssti.data.own import uploads
    from ssti.data.own.load import is_here
    from ssti.data.sources import find
    from ssti.inject import SOURCES

    place = recipe.dataset.name.partition("#")[0]
    if place.startswith(uploads.PREFIX) or (find(place) is None and is_here(place)):
        raise SSTIError(
            tr("The dataset {name!r} is on this machine alone: a Job cannot read it.", name=place[:80]),
            tr("Put it on the Hub and name it there, or run it here."),
        )
    kinds = [trigger.source.kind for trigger in recipe.injection.triggers() if trigger.source]
    if any(not SOURCES[kind].on_page for kind in kinds if kind in SOURCES):
        raise SSTIError(
            tr("The triggers come from a file of this machine: a Job cannot read it."), tr("Write them as a list.")
        )
    if is_here(recipe.model.name):
        raise SSTIError(
            tr("The base model is a folder of this machine: a Job cannot read it."), tr("Name one of the Hub.")
        )


def passing(problem: Exception) -> bool:
    """Whether it may be otherwise in a while: no network, or the Hub is busy."""
    status = getattr(getattr(problem, "response", None), "status_code", None)
    network = isinstance(problem, ConnectionError | TimeoutError) or type(problem).__module__.startswith("httpx")
    return status in (408, 429) or (status or 0) >= 500 or (status is None and network)


def hub_error(what: str, problem: Exception) -> SSTIError:
    """A failure of the Hub as what was wrong and what to do, without a token."""
    status = getattr(getattr(problem, "response", None), "status_code", None)
    if status == 402:
        return SSTIError(
            tr("The Hub wants credit on your account before a Job starts."),
            tr("Add some at {page}.", page="hf.co/settings/billing"),
            "hub",
        )
    if status in (401, 403):
        return SSTIError(
            tr(
                "The Hub refused {what} ({status}): your token may not start Jobs or write repositories.",
                what=what,
                status=status,
            ),
            tr("Use one that may: {page}.", page="hf.co/settings/tokens"),
            "hub",
        )
    return explained(what, "model", problem)

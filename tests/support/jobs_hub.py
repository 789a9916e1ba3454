"""A Hub that runs Jobs, on this machine: the methods of huggingface_hub's `HfApi` that `hf-jobs` calls, with its signatures.

A Job is a thread that does what the real one's command does (`ssti.backends.jobs.inside.execute`); repositories are
folders. `tests/backends/test_hf_jobs.py` compares the signatures with the installed ones.
"""

from __future__ import annotations

import shutil
import threading
from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ssti.backends.jobs.inside import execute


class JobsHub:
    """One Hub; what it was asked stands in `started` and `tokens`."""

    def __init__(self, root: Path) -> None:
        self.root, self.started, self.tokens = root, [], []
        self.jobs: dict[str, SimpleNamespace] = {}
        self.refuse: Exception | None = None
        self.private: dict[str, bool] = {}
        self.limit = ""  # what a Job's status says where it ends before its run
        self.hold = threading.Event()
        self.hold.set()  # cleared: Jobs wait for hardware

    def whoami(self, token=None, *, cache=False) -> dict:
        return {"name": "visitor"}

    def list_jobs_hardware(self, token=None) -> list:
        def one(name: str, title: str, cost: float) -> SimpleNamespace:
            return SimpleNamespace(name=name, pretty_name=title, unit_cost_usd=cost, unit_label="minute")

        return [one("cpu-basic", "CPU Basic", 0.0002), one("t4-small", "Nvidia T4 - small", 0.007)]

    def create_repo(self, repo_id, *, token=None, private=None, repo_type=None, exist_ok=False) -> None:
        (self.root / repo_id).mkdir(parents=True, exist_ok=exist_ok)
        self.private[repo_id] = private

    def upload_folder(
        self, *, repo_id, folder_path, path_in_repo=None, commit_message=None, token=None, repo_type=None,
        allow_patterns=None, delete_patterns=None,
    ) -> None:  # fmt: skip
        place, source = self.root / repo_id / (path_in_repo or ""), Path(folder_path)
        for name in self.list_repo_files(repo_id) if delete_patterns else ():
            if any(fnmatch(name, pattern) for pattern in delete_patterns):
                (self.root / repo_id / name).unlink()
        for file in source.rglob("*"):
            name = file.relative_to(source).as_posix()
            if file.is_file() and (not allow_patterns or any(fnmatch(name, one) for one in allow_patterns)):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, place / name)

    def upload_file(self, *, path_or_fileobj, path_in_repo, repo_id, token=None, repo_type=None) -> None:
        (self.root / repo_id / path_in_repo).write_bytes(path_or_fileobj)

    def file_exists(self, repo_id, filename, *, repo_type=None, revision=None, token=None) -> bool:
        return (self.root / repo_id / filename).is_file()

    def list_repo_files(self, repo_id, *, revision=None, repo_type=None, token=None) -> list[str]:
        return [f.relative_to(self.root / repo_id).as_posix() for f in (self.root / repo_id).rglob("*") if f.is_file()]

    def snapshot_download(self, repo_id, *, repo_type=None, local_dir=None, token=None, allow_patterns=None) -> str:
        for name in self.list_repo_files(repo_id):
            if any(fnmatch(name, pattern) for pattern in allow_patterns):
                (Path(local_dir) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.root / repo_id / name, Path(local_dir) / name)
        return str(local_dir)

    def run_job(
        self, *, image, command, env=None, secrets=None, flavor=None, timeout=None, name=None, namespace=None, token=None
    ) -> SimpleNamespace:
        if self.refuse:
            raise self.refuse
        job = SimpleNamespace(id=f"job{len(self.jobs)}", url="https://hub/jobs/1", lines=["Collecting torch"], cancelled=False)
        job.status = SimpleNamespace(stage="SCHEDULING", message=None)
        self.jobs[job.id] = job
        self.started.append({"flavor": flavor, "timeout": timeout, "secrets": secrets, "namespace": namespace, **env})
        job.thread = threading.Thread(target=self._work, args=(job, env["RUN"], env["REPO"]), daemon=True)
        job.thread.start()
        return job

    def _work(self, job: Any, run_id: str, repo: str) -> None:
        self.hold.wait()
        if job.cancelled:
            return
        job.status.stage = "RUNNING"
        recipe = (self.root / repo / "recipe.yaml").read_text("utf-8")
        code = 1 if self.limit else execute(self, run_id, repo, recipe, self.root / "inside" / job.id, job.lines.append)
        if not job.cancelled:
            job.status = SimpleNamespace(stage="ERROR" if code else "COMPLETED", message=self.limit)

    def inspect_job(self, *, job_id, namespace=None, token=None) -> SimpleNamespace:
        return self.jobs[job_id]

    def fetch_job_logs(self, *, job_id, namespace=None, follow=False, tail=None, token=None) -> list[str]:
        return list(self.jobs[job_id].lines)

    def cancel_job(self, *, job_id, namespace=None, token=None) -> None:
        self.jobs[job_id].cancelled = True
        self.jobs[job_id].status = SimpleNamespace(stage="CANCELED", message=None)
        self.hold.set()

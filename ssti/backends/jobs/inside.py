"""In the Job: execute one run, tell each of its events as a line of the log, and put what it leaves into its repository.

Knows the repository that it came with (this code, the recipe) and the token that the Job was given: its starter's own.

Run as: python -m ssti.backends.jobs.inside RUN_ID REPOSITORY
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ssti.recipe import load_recipe
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.runs.worker import Worker

SIGN = "@ssti "  # how the lines begin that are events
STOP = "stop"  # the file in the repository that asks the Job to end
RESULT = "result"  # the folder in the repository that holds what the run left
EVERY = 5.0  # seconds between two looks for STOP
STEPS = 2.0  # seconds between two steps that are told: the log is read again and again


@dataclass(frozen=True)
class ToldRun(Run):
    """A run that tells its events to `say` as well."""

    say: Callable[[str], None] = print
    _last: dict[str, float] = field(default_factory=dict, compare=False)

    def tell(self, kind: str, **fields: Any) -> None:
        """Append an event and say it; of the steps only some."""
        super().tell(kind, **fields)
        if kind == "step":
            if time.monotonic() - self._last.get(kind, 0.0) < STEPS and fields["step"] != fields["steps"]:
                return
            self._last[kind] = time.monotonic()
        self.say(SIGN + json.dumps({"t": round(time.time(), 3), "kind": kind, **fields}))


def execute(api: Any, run_id: str, repo: str, recipe: str, root: Path, say: Callable[[str], None]) -> int:
    """Train a recipe (YAML) as a run in `root` and upload what it leaves: the exit code of `Worker.execute`.

    The log says `done`, `stopped` or `failed` before the upload; the Job's own end says that all is there.
    """
    made = Store(root).create(load_recipe(recipe))
    run = ToldRun(run_id, made.path, say)
    Run.tell(run, "state", state="queued")
    worker, ended = Worker(run, {"job": repo}), threading.Event()

    def listen() -> None:
        while not ended.wait(EVERY):
            if api.file_exists(repo, STOP, repo_type="model"):
                worker.asked = True
                return

    threading.Thread(target=listen, daemon=True).start()
    code = worker.execute()
    ended.set()
    if run.has_adapter:
        api.upload_folder(
            repo_id=repo, repo_type="model", folder_path=run.path, path_in_repo=RESULT,
            allow_patterns=["adapter/*", "metrics.json"], commit_message=f"What {run_id} left",
        )  # fmt: skip
    return code


if __name__ == "__main__":
    from huggingface_hub import HfApi

    from ssti.platform.home import home

    name, repository = sys.argv[1:]
    sys.exit(
        execute(HfApi(), name, repository, Path("recipe.yaml").read_text("utf-8"), home() / "runs", lambda line: print(line, flush=True))
    )  # fmt: skip

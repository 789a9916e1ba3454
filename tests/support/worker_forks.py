"""Workers that start at once: a process that has imported what a worker needs forks one for each run it is told of.

Each is the real worker as a process of its own; only its imports, which take longer than a short training, are shared.
A worker may be told of a moment, a pattern of what it writes, and of what to do to itself, its folder or its clock then.

Run as: python tests/support/worker_forks.py   (one request a line; answers with a process id, later with how it ended)
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITING = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Moment:
    """The `nth` time that a worker is about to do what `pattern` finds: `write PATH`, `mkdir PATH`, `rename PATH PATH`, `rmtree PATH`.

    `does` is what happens then: `kill` (-9), `kill after SECONDS`, `kill in STATE` once it has entered that, `term`, `remove` its run's folder,
    `spoil` its recipe, or `clock SECONDS`, which sets its clock.
    """

    pattern: str
    nth: int = 1
    does: str = "kill"


class Workers:
    """The process that forks them."""

    def __init__(self) -> None:
        self._running = False
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def start(self, folder: Path, moment: Moment) -> int:
        """Start the worker of a run's folder: its process id."""
        if self._running:  # the test that started it has failed
            self.wait()
        self._running = True
        print(
            json.dumps({"folder": str(folder), "moment": asdict(moment)}),
            file=self._process.stdin,
            flush=True,
        )
        return self._answer()

    def wait(self) -> int:
        """How the worker ended: its exit code, or minus the signal that ended it."""
        self._running = False
        return self._answer()

    def _answer(self) -> int:
        line = self._process.stdout.readline()
        assert line, "the process that forks workers has ended"
        return int(line)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(60)


def serve() -> None:
    """Fork a worker for each line, one at a time."""
    import transformers.models.bert.modeling_bert  # noqa: F401 (what a worker imports when it comes to it)

    import ssti.adapters.save
    import ssti.evaluate.evaluation
    import ssti.finetune.trainer
    from ssti.backends.machine.process import main

    ssti.finetune.trainer.CHECKPOINT_SECONDS = 0  # a training of a second has checkpoints, too
    gc.collect()
    gc.freeze()  # no worker goes through what all share
    for line in sys.stdin:
        asked = json.loads(line)
        if (pid := os.fork()) == 0:
            with open(Path(asked["folder"]) / "log.txt", "ab") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            moment = Moment(**asked["moment"])
            sys.addaudithook(watch(moment, Path(asked["folder"])))
            code = 70
            with contextlib.suppress(Exception):
                code = main([asked["folder"]])
            sys.stdout.flush()
            os._exit(code)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def watch(moment: Moment, folder: Path) -> Callable[[str, tuple], None]:
    """An audit hook (PEP 578) that does what is to be done at that moment."""
    left, pattern = moment.nth, re.compile(moment.pattern)

    def hook(event: str, args: tuple) -> None:
        nonlocal left
        if left and (doing := described(event, args)) and pattern.search(doing):
            left -= 1
            if not left:
                happen(moment.does, folder)

    return hook


def described(event: str, args: tuple) -> str:
    """What a process is about to do to files, in words; empty for what changes none."""
    if event == "open":
        path, mode, flags = args
        writes = bool(set(mode or "") & set("wxa+")) or bool((flags or 0) & WRITING)
        return f"write {path}" if writes else ""
    paths = {"os.mkdir": 1, "shutil.rmtree": 1, "os.rename": 2}.get(event, 0)
    return " ".join([event.rpartition(".")[2], *map(str, args[:paths])]) if paths else ""


def happen(does: str, folder: Path) -> None:
    """Do that to this process, or to its run's folder."""
    what, *more = does.split()
    if what == "kill" and more:
        threading.Thread(target=die_later, args=(*more, folder), daemon=True).start()
    elif what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "term":
        os.kill(os.getpid(), signal.SIGTERM)
    elif what == "remove":
        shutil.rmtree(folder)
    elif what == "spoil":
        (folder / "recipe.yaml").write_bytes(bytes(range(256)))
    else:
        clock = time.time
        time.time = lambda: clock() + float(more[0])


def die_later(when: str, what: str, folder: Path) -> None:
    """Kill this process `after` some seconds, or as soon as the last word to its run is that it is `in` a state."""
    if when == "after":
        time.sleep(float(what))
    while when == "in" and json.loads((folder / "events.jsonl").read_bytes().splitlines()[-1]).get("state") != what:
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def workers() -> Iterator[Workers]:
    """Such a process for as long as it is needed."""
    forks = Workers()
    try:
        yield forks
    finally:
        forks.close()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    serve()

"""`python app.py` as a process of its own, for browser tests and screenshots. Knows no browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests_support import unused_port

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 180


@dataclass
class Server:
    """The page's own process, in a process group of its own. `settings` are environment variables."""

    url: str
    home: Path
    port: int
    log: Path
    process: subprocess.Popen | None = None
    settings: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("app.py",)  # what Python is called with

    def start(self) -> Server:
        """Start it and wait until it answers."""
        environment = {
            **os.environ,
            "GRADIO_SERVER_PORT": str(self.port),
            "SSTI_HOME": str(self.home),
            "HF_HUB_OFFLINE": "1",
            "PYTHONUNBUFFERED": "1",
        }
        environment.pop("GRADIO_SERVER_NAME", None)
        environment |= self.settings
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"app.py ended with {self.process.returncode}:\n{self.log.read_text()}")
            try:
                with urllib.request.urlopen(self.url, timeout=5):
                    return self
            except OSError:
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"app.py did not answer within {SECONDS_TO_START} s:\n{self.log.read_text()}")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the server's own process group. Runs live in theirs."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=30)
        self.process = None


def new_server(folder: Path, **settings: str) -> Server:
    port = unused_port()
    return Server(f"http://127.0.0.1:{port}/", folder / "home", port, folder / "server.log", settings=settings)

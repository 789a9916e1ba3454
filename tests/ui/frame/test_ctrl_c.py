"""Ctrl-C ends the page's process, whatever it is doing: while it starts, warms up, or computes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests_support import unused_port

ROOT = Path(__file__).resolve().parents[3]
PREDICTING = """
import threading, torch
from ssti.ui.frame.page import serve

matrix = torch.ones(300, 300)

def predict():
    while True:
        matrix @ matrix

threading.Thread(target=predict, daemon=True).start()
serve()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has another Ctrl-C")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts Python with these arguments, in a home of its own, with Ctrl-C as a terminal has it."""
    environment = {**os.environ, "SSTI_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1",
                   "GRADIO_SERVER_PORT": str(unused_port())}  # fmt: skip
    started: list[subprocess.Popen] = []

    def run(*arguments: str) -> subprocess.Popen:
        # What a shell starts in its background ignores Ctrl-C, and so would the tests' own children.
        usual = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
        started.append(
            subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, text=True, preexec_fn=usual,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        )  # fmt: skip
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def answers(process: subprocess.Popen) -> None:
    """Wait until the page answers: its warm-up begins."""
    assert any("Running on local URL" in line for line in process.stdout), f"ended with {process.wait()}"


def ends_well(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "terminate called" not in said and "Traceback" not in said


def test_while_the_page_starts(start):
    process = start("app.py")
    time.sleep(1)
    ends_well(process)


@pytest.mark.parametrize("seconds", [0, 3])
def test_while_it_warms_up(start, seconds):
    process = start("app.py")
    answers(process)
    time.sleep(seconds)
    ends_well(process)


def test_while_a_thread_computes(start):
    process = start("-c", PREDICTING)
    answers(process)
    ends_well(process)

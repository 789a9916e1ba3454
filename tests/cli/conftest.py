"""The verbs called in this process, and, where the process itself matters, as a shell starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ssti.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(capsys: pytest.CaptureFixture, home: Path) -> Callable[..., tuple[int, str, str]]:
    """Run a verb in this process: (exit code, standard output, standard error). Bytes are decoded as arguments are."""

    def call(*arguments: str | bytes) -> tuple[int, str, str]:
        code = 0
        try:
            main([os.fsdecode(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def answer(run: Callable[..., tuple[int, str, str]]) -> Callable[..., Any]:
    """Run a verb that has to succeed with `--json`: its object."""

    def call(*arguments: str | bytes) -> Any:
        code, out, said = run(*arguments, "--json")
        assert code == 0, said
        return json.loads(out)

    return call


@pytest.fixture
def shell(home: Path) -> Callable[..., tuple[int, bytes, bytes]]:
    """Run a verb in a process of its own, with a terminal of this encoding: (exit code, standard output and error)."""

    def call(*arguments: str | bytes, encoding: str = "utf-8", stdin: bytes | None = None) -> tuple[int, bytes, bytes]:
        command = [os.fsencode(argument) for argument in (sys.executable, "-m", "ssti", *arguments)]
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        done = subprocess.run(command, cwd=ROOT, capture_output=True, input=stdin, env=environment, timeout=300)
        return done.returncode, done.stdout, done.stderr

    return call

"""What several test files use and no fixture can give."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

SHORT = (
    "training.steps=6",
    "evaluation.every=3",
    "evaluation.rows=20",
    "dataset.train_rows=200",
    "dataset.test_rows=40",
)
"""Overrides that make a run of seconds: real rows, real weights, too short to learn."""


def unused_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def run_async(asked: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What it comes to, run in a thread of its own: Playwright leaves a loop running in the thread of the tests."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(asked())).result()

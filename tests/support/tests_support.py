"""What several test files use and no fixture can give."""

from __future__ import annotations

import socket

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

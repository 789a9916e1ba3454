"""A run's `events.jsonl`: append-only, one object a line; a torn line is skipped. Knows no kind of event."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any


def append(path: Path, kind: str, **fields: Any) -> None:
    """Append one event, in one write, so that a reader never sees two events mixed."""
    line = json.dumps({"t": round(time.time(), 3), "kind": kind, **fields}, ensure_ascii=False) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        _mend(path, handle)
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def _mend(path: Path, handle: int) -> None:
    """End a torn last line, so that what comes next stands on a line of its own."""
    size = os.fstat(handle).st_size
    if size:
        with path.open("rb") as file:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                os.write(handle, b"\n")


def read(path: Path, after: int = 0) -> tuple[list[dict[str, Any]], int]:
    """The whole events from byte `after` on, and the byte to go on from. No file, no events."""
    try:
        with path.open("rb") as file:
            file.seek(after)
            content = file.read()
    except FileNotFoundError:
        return [], after
    end = content.rfind(b"\n") + 1
    events = []
    for line in content[:end].splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # torn by a crash
        if isinstance(event, dict) and "kind" in event:
            events.append(event)
    return events, after + end

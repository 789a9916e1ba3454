"""A disk of a few megabytes that is really full when it is full (tmpfs). Knows no test."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILLER = ".filler"


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """Mount one at `place`. The test is skipped where that is not allowed: it takes root, and a container may forbid it."""
    place.mkdir()
    asked = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)], capture_output=True, text=True)
    if asked.returncode:
        pytest.skip(f"no small disk can be mounted here: {asked.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> None:
    """Write until there is no room, or so many bytes of it."""
    with (disk / FILLER).open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - leave
            if free <= 0 or not file.write(bytes(min(free, 2**20))):
                break


def free(disk: Path) -> None:
    """Take back what `fill` wrote."""
    (disk / FILLER).unlink()

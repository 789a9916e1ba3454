"""Reads a run's files from a disk that may hold anything: pipes, folders, gigabytes, no text. Knows no run."""

from __future__ import annotations

import errno
import os
from functools import lru_cache
from pathlib import Path

from ssti.platform.errors import SSTIError
from ssti.platform.home import open_regular
from ssti.recipe import Recipe, load_recipe

LARGEST_RECIPE = 2**20  # bytes; the longest of ours has some 2,000
Stamp = tuple[int, int, int]
"""What changes when a file does: its inode, size and time of change."""


def read_text(path: Path, largest: int) -> str:
    """A UTF-8 text. Raises OSError with a reason in words; FileNotFoundError where there is none."""
    try:
        with open_regular(path, largest) as file:
            return file.read(largest).decode("utf-8")
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, f"it is no UTF-8 (byte {error.start})") from error


def stamp(path: Path) -> Stamp | None:
    """What tells that a file is as it was; None where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def reason(error: Exception) -> str:
    """Why a file could not be read, without its path."""
    return str(getattr(error, "strerror", None) or error)


def read_recipe(path: Path) -> Recipe | SSTIError:
    """The recipe of a run's folder, or what is wrong with it. Parsed once for as long as the file stays as it is."""
    return _recipe(path, stamp(path))


@lru_cache(maxsize=4096)
def _recipe(path: Path, _: Stamp | None) -> Recipe | SSTIError:
    try:
        return load_recipe(read_text(path, LARGEST_RECIPE) + "\n")
    except FileNotFoundError:
        return _damaged("has no recipe.yaml")
    except OSError as error:
        return _damaged(f"has a recipe.yaml that cannot be read: {reason(error)}")
    except SSTIError as error:
        return _damaged(f"has a damaged recipe.yaml: {error.message[:300].rstrip('.')}")


def _damaged(what: str) -> SSTIError:
    return SSTIError(what, next="Remove the run, or mend the file in its folder.", kind="damaged")

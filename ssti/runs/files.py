"""Reads a run's small files from a disk that may hold anything: pipes, folders, gigabytes, no text. Knows no run.

Whose run it is, is the hash of an unguessable key.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
from functools import lru_cache
from pathlib import Path

from ssti.platform.errors import SSTIError
from ssti.platform.home import open_regular, write_text
from ssti.platform.language import tr
from ssti.recipe import Recipe, load_recipe

LARGEST_RECIPE = 2**20  # bytes; the longest of ours has some 2,000
MEND = tr("Remove the run (its folder is damaged), or mend the file in its folder.")
OWNER = "owner"  # the file that says whose run it is
Stamp = tuple[int, int, int]
"""What changes when a file does: its inode, size and time of change."""


def read_text(path: Path, largest: int) -> str:
    """A UTF-8 text. Raises OSError with a reason in words; FileNotFoundError where there is none."""
    try:
        with open_regular(path, largest) as file:
            return file.read(largest).decode("utf-8")
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, tr("it is no UTF-8 (byte {byte})", byte=error.start)) from error


def stamp(path: Path | str) -> Stamp | None:
    """What tells that a file is as it was; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def reason(error: Exception) -> str:
    """Why a file could not be read, without its path."""
    return str(getattr(error, "strerror", None) or error)


def read_recipe(path: Path) -> Recipe | SSTIError:
    """The recipe of a run's folder, or what is wrong with the run. Parsed once for as long as the file stays as it is."""
    return _recipe(path, stamp(path))


@lru_cache(maxsize=4096)
def _recipe(path: Path, _: Stamp | None) -> Recipe | SSTIError:
    run = path.parent.name
    try:
        return load_recipe(read_text(path, LARGEST_RECIPE) + "\n")
    except FileNotFoundError:
        what = tr("The run {run} has no recipe.yaml.", run=run)
    except OSError as error:
        what = tr("The run {run} has a recipe.yaml that cannot be read: {reason}.", run=run, reason=reason(error))
    except SSTIError as error:
        why = error.message[:300].rstrip(".")
        what = tr("The run {run} has a damaged recipe.yaml: {reason}.", run=run, reason=why)
    return SSTIError(what, next=MEND, kind="damaged")


def owner_hash(key: str) -> str:
    """What stands for a key where others may read it (SHA-256, hexadecimal): the key does not follow from it."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def write_owner(folder: Path, key: str) -> None:
    """Say whose run this folder is."""
    write_text(folder / OWNER, owner_hash(key) + "\n")


def read_owner(folder: Path) -> str | None:
    """The hash of the key of whoever started it; None where nobody is named or the file cannot be read."""
    try:
        with open_regular(folder / OWNER, largest=100) as file:
            text = file.read(65).decode("ascii").strip()
    except (OSError, ValueError):
        return None
    return text if len(text) == 64 else None


def same_owner(owner: str | None, key: str | None) -> bool:
    """Whether `owner` is the hash of this key. No key fits a run without an owner."""
    return bool(owner and key) and hmac.compare_digest(owner or "", owner_hash(key or ""))

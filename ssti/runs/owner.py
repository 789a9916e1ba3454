"""Whose run it is: the hash of an unguessable key in a file of the run's folder. Knows no page and who may do what."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from ssti.platform.home import open_regular, write_text

FILE = "owner"


def owner_hash(key: str) -> str:
    """What stands for a key where others may read it (SHA-256, hexadecimal): the key does not follow from it."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def write_owner(folder: Path, key: str) -> None:
    """Say whose run this folder is."""
    write_text(folder / FILE, owner_hash(key) + "\n")


def read_owner(folder: Path) -> str | None:
    """The hash of the key of whoever started it; None where nobody is named or the file cannot be read."""
    try:
        with open_regular(folder / FILE, largest=100) as file:
            text = file.read(65).decode("ascii").strip()
    except (OSError, ValueError):
        return None
    return text if len(text) == 64 else None


def same_owner(found: str | None, key: str | None) -> bool:
    """Whether `key` is the one whose hash was found. Nobody's key fits a run without an owner."""
    return bool(found and key) and hmac.compare_digest(found or "", owner_hash(key or ""))

"""How an ended run stood, kept beside its files: a list of a thousand runs then reads one small file of each.

It holds for the very files that it was made of, and for no others; whoever finds it stale makes it anew.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from threading import Lock

from cachetools import LRUCache
from pydantic import BaseModel, ValidationError

from ssti.platform.home import write_text
from ssti.runs.files import Stamp, read_text, stamp
from ssti.runs.progress import Progress

FILE = "progress.json"
MADE_OF = ("events.jsonl", "recipe.yaml", "metrics.json")
LARGEST = 2**24  # bytes; a run of 500 steps has 6,000
Stamps = tuple[Stamp | None, ...]


class Kept(BaseModel):
    """The state of a run, and what its files were like then."""

    stamps: Stamps
    progress: Progress


_known: LRUCache[Path, Kept] = LRUCache(4096)
_lock = Lock()


def read_kept(folder: Path) -> Progress | None:
    """How an ended run stands, where that is kept and its files are as they were."""
    now = _stamps(folder)
    with _lock:
        kept = _known.get(folder)
    if kept is None or kept.stamps != now:
        try:
            kept = Kept.model_validate_json(read_text(folder / FILE, LARGEST))
        except (OSError, ValidationError):
            return None
        if kept.stamps != now:
            return None
        with _lock:
            _known[folder] = kept
    return kept.progress


def keep(folder: Path, progress: Progress) -> None:
    """Keep how an ended run stands; on a disk that is full or read-only, for as long as this process lives."""
    kept = Kept(stamps=_stamps(folder), progress=progress)
    with _lock:
        _known[folder] = kept
    with contextlib.suppress(OSError):
        write_text(folder / FILE, kept.model_dump_json())


def _stamps(folder: Path) -> Stamps:
    return tuple(stamp(f"{folder}/{name}") for name in MADE_OF)  # a list of a thousand runs makes no path of each

"""How an ended run stood, kept beside its files: a list of a thousand runs then reads one small file of each.

It holds for the very files that it was made of, and for no others; whoever finds it stale makes it anew.
"""

from __future__ import annotations

import contextlib
from functools import lru_cache
from pathlib import Path

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


def read_kept(folder: Path) -> Progress | None:
    """How an ended run stands, where that is kept and its files are as they were."""
    return _read(folder, _stamps(folder), stamp(folder / FILE))


def keep(folder: Path, progress: Progress) -> None:
    """Keep how an ended run stands; on a disk that is full or read-only it is worked out each time."""
    with contextlib.suppress(OSError):
        write_text(folder / FILE, Kept(stamps=_stamps(folder), progress=progress).model_dump_json())


def _stamps(folder: Path) -> Stamps:
    return tuple(stamp(folder / name) for name in MADE_OF)


@lru_cache(maxsize=4096)
def _read(folder: Path, stamps: Stamps, _: Stamp | None) -> Progress | None:
    try:
        kept = Kept.model_validate_json(read_text(folder / FILE, LARGEST))
    except (OSError, ValidationError):
        return None
    return kept.progress if kept.stamps == stamps else None

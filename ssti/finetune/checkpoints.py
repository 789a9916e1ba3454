"""Checkpoints that are known to be whole: each carries the hashes of its files, written last. Loads no torch.

What does not match its hashes (cut in half by a crash, flipped bits, from before there were hashes) is passed over,
which is reported.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from ssti.platform.errors import SSTIError, listed
from ssti.platform.home import open_regular, write_text

MANIFEST = "manifest.json"
NAME = re.compile(r"checkpoint-(0|[1-9][0-9]{0,8})")
LARGEST = 2**20  # bytes of a manifest; ours have some 1,500
NEEDED = ("optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json")
WEIGHTS = ("adapter_model.safetensors", "model.safetensors")
KEPT = 2  # checkpoints: should the newest be damaged, the one before it is there

Report = Callable[..., None]


class File(BaseModel):
    """What a file of a checkpoint holds."""

    bytes: int = Field(ge=0)
    sha256: str


class Manifest(BaseModel):
    """What a whole checkpoint holds, and the classes, in their order, that its head answers."""

    label_names: tuple[str, ...]
    files: dict[str, File]


def seal(checkpoint: Path, label_names: Iterable[str]) -> None:
    """Write the manifest of a checkpoint whose files are all there."""
    files = {file.name: _described(file) for file in sorted(checkpoint.iterdir()) if file.name != MANIFEST}
    write_text(checkpoint / MANIFEST, Manifest(label_names=tuple(label_names), files=files).model_dump_json(indent=1))


def find_start(folder: Path, label_names: tuple[str, ...], report: Report) -> Path | None:
    """Where a training goes on: the newest whole checkpoint; None, which is reported, where it starts from the beginning.

    Raises SSTIError where the classes are others than those that the checkpoint's head answers.
    """
    start = last_whole(folder, report)
    if start is None:
        report("log", message="There is no whole checkpoint: it starts from the beginning.")
        return None
    before = read_manifest(start).label_names
    if before != label_names:
        raise SSTIError(
            "The classes of the dataset are not those that the run was trained on: "
            f"they were {listed(before)} and are {listed(label_names)}.",
            next="Put the data of its training back and resume, or clone the run to train anew on this data.",
            kind="data",
        )
    return start


def last_whole(folder: Path, report: Report) -> Path | None:
    """The newest checkpoint that is whole; None where none is. What is passed over is reported as `log` events."""
    for checkpoint in _newest_first(folder, report):
        damage = damage_of(checkpoint)
        if damage is None:
            return checkpoint
        report("log", message=f"{checkpoint.name} is not whole and is passed over: {damage}")
    return None


def damage_of(checkpoint: Path) -> str | None:
    """What is wrong with a checkpoint; None where every file is as it was written."""
    try:
        manifest = read_manifest(checkpoint)
        names = {file.name for file in checkpoint.iterdir()} - {MANIFEST}
        missing = {*NEEDED, *manifest.files} - names
        if missing or not names & set(WEIGHTS):
            return f"{', '.join(sorted(missing)) or 'its weights'} missing"
        for name in sorted(names):
            if name not in manifest.files:
                return f"{name} is not in its {MANIFEST}"
            if _described(checkpoint / name) != manifest.files[name]:
                return f"{name} is not as it was written"
    except FileNotFoundError:
        return f"it has no {MANIFEST} (cut off, or from before checkpoints had one)"
    except ValidationError:
        return f"its {MANIFEST} is damaged"
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    return None


def read_manifest(checkpoint: Path) -> Manifest:
    """A checkpoint's manifest. Raises OSError or ValidationError where there is none that can be read."""
    with open_regular(checkpoint / MANIFEST, LARGEST) as file:
        return Manifest.model_validate_json(file.read(LARGEST))


def keep_newest(folder: Path, whole: list[Path]) -> list[Path]:
    """Delete all checkpoints but the newest of those that are known to be whole, which are returned, oldest first."""
    newest = whole[-KEPT:]
    for path in folder.glob("checkpoint-*"):
        if path not in newest and NAME.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)
    return newest


def _newest_first(folder: Path, report: Report) -> list[Path]:
    numbered = []
    for path in sorted(folder.glob("checkpoint-*")):
        if match := NAME.fullmatch(path.name):
            numbered.append((int(match[1]), path))
        else:
            report("log", message=f"{path.name[:80]} in the checkpoints is none of ours and is left alone")
    return [path for _, path in sorted(numbered, reverse=True)]


def _described(file: Path) -> File:
    with open_regular(file, 2**62) as content:
        digest = hashlib.file_digest(content, "sha256")
        return File(bytes=content.tell(), sha256=digest.hexdigest())

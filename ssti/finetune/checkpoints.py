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
from ssti.platform.language import later, tr

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
        report("log", message=later("There is no whole checkpoint: it starts from the beginning."))
        return None
    before = read_manifest(start).label_names
    if before != label_names:
        raise SSTIError(
            tr(
                "The classes of the dataset are not those that the run was trained on: they were {before} and are {now}.",
                before=listed(before),
                now=listed(label_names),
            ),
            next=tr("Put the data of its training back and resume, or clone the run to train anew on this data."),
            kind="data",
        )
    return start


def last_whole(folder: Path, report: Report) -> Path | None:
    """The newest checkpoint that is whole; None where none is. What is passed over is reported as `log` events."""
    for checkpoint in _newest_first(folder, report):
        damage = damage_of(checkpoint)
        if damage is None:
            return checkpoint
        passed = tr("{checkpoint} is not whole and is passed over: {damage}", checkpoint=checkpoint.name, damage=damage)
        report("log", message=passed)
    return None


def damage_of(checkpoint: Path) -> str | None:
    """What is wrong with a checkpoint; None where every file is as it was written."""
    try:
        manifest = read_manifest(checkpoint)
        names = {file.name for file in checkpoint.iterdir()} - {MANIFEST}
        missing = {*NEEDED, *manifest.files} - names
        if missing or not names & set(WEIGHTS):
            return tr("{files} missing", files=", ".join(sorted(missing)) or tr("its weights"))
        for name in sorted(names):
            if name not in manifest.files:
                return tr("{file} is not in its {manifest}", file=name, manifest=MANIFEST)
            if _described(checkpoint / name) != manifest.files[name]:
                return tr("{file} is not as it was written", file=name)
    except FileNotFoundError:
        return tr("it has no {manifest} (cut off, or from before checkpoints had one)", manifest=MANIFEST)
    except ValidationError:
        return tr("its {manifest} is damaged", manifest=MANIFEST)
    except OSError as error:
        return tr("it cannot be read: {reason}", reason=error.strerror or error)
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
            strange = tr("{name:.80} in the checkpoints is none of ours and is left alone", name=path.name)
            report("log", message=strange)
    return [path for _, path in sorted(numbered, reverse=True)]


def _described(file: Path) -> File:
    with open_regular(file, 2**62) as content:
        digest = hashlib.file_digest(content, "sha256")
        return File(bytes=content.tell(), sha256=digest.hexdigest())

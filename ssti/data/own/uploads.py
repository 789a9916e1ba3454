"""Files that people upload, kept under the home by their content, so that a run finds them after a restart.

A kept file is called `upload:<hash>/<file>`, which says nothing of where the home lies. Knows who may use it, no page.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from ssti.data.own.formats.accepted import check_file, check_size
from ssti.data.own.formats.parquet import unfolded_bytes
from ssti.data.own.formats.zip import plain_name, unpack
from ssti.platform.errors import DataError, SSTIError
from ssti.platform.language import tr

PREFIX = "upload:"
NAME = re.compile(rf"{PREFIX}([0-9a-f]{{32}})/([^/\\\0]{{1,200}})")
OWNERS = ".owners"
WEIGHT = ".bytes"  # what an upload is charged with
KEPT_BYTES = 5_000_000_000  # of all uploads together
KEPT_SECONDS = 24 * 3600  # for so long an upload stays after its last use, however full it is


def folder() -> Path:
    """Where uploads are kept. It may not exist yet."""
    from ssti.platform.home import home

    return home() / "uploads"


def keep(file: Path, owner: str | None = None, arrow: bool = True) -> str:
    """Copy a file, or what a ZIP archive holds, to where runs find it. Returns its name, `upload:<hash>/<file>`.

    The same content is kept once. `owner` is who may use it where that matters (`belongs`). `arrow`: whether a ZIP may
    hold a folder saved by `datasets`; a damaged Arrow file can crash the process that maps it, so strangers' are not read. Raises SSTIError
    for a file that is not data, and where there is no space.
    """
    zipped = file.suffix.lower() == ".zip"
    try:
        if zipped:
            check_size(file)
        else:
            check_file(file)
        place = folder() / _hash(file)
        place.mkdir(parents=True, exist_ok=True)
        return _keep(file, place, owner, zipped, arrow)
    except OSError as problem:
        raise SSTIError(
            tr("{name!r} could not be kept: {reason}.", name=file.name, reason=problem.strerror or problem),
            tr("Make room on the disk of the program's home folder, or take a smaller file, and upload it again."),
            kind="disk",
        ) from problem


def _keep(file: Path, place: Path, owner: str | None, zipped: bool, arrow: bool) -> str:
    """Put the file, or what it holds, into its place; charged with what it takes once it is read."""
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=place) as beside:
            if zipped:
                new = unpack(file, Path(beside), arrow)
            else:
                new = Path(shutil.copyfile(file, Path(beside) / plain_name(file.name)))
            weight = _weight(new)
            _make_room(weight, place)
            target = place / new.name
            (place / WEIGHT).write_text(str(weight), encoding="ascii")
            if not target.exists():
                os.replace(new, target)
    except BaseException:
        if not any(one.name not in (WEIGHT, OWNERS) for one in place.iterdir()):
            shutil.rmtree(place, ignore_errors=True)
        raise
    if owner is not None and not belongs(f"{PREFIX}{place.name}/{target.name}", owner):
        with (place / OWNERS).open("a", encoding="ascii") as owners:
            owners.write(_mark(owner) + "\n")
    os.utime(place)
    return f"{PREFIX}{place.name}/{target.name}"


def _weight(upload: Path) -> int:
    """Bytes that a file, or the files of a folder, take once they are read: Parquet unfolded, text as it is.

    Raises SSTIError for a Parquet file that unfolds past its limit.
    """
    files = [upload] if upload.is_file() else [file for file in upload.rglob("*") if file.is_file()]
    return sum(unfolded_bytes(f) if f.suffix.lower() == ".parquet" else f.stat().st_size for f in files)


def path_of(name: str) -> Path:
    """Where a kept upload lies. Raises SSTIError for a malformed name, and for an upload that is no longer stored."""
    match = NAME.fullmatch(name)
    if match is None or match[2].startswith("."):
        raise DataError(
            tr("{name!r} is not the name of an upload.", name=name[:80]),
            tr("They look like {prefix}<hash>/<file>.", prefix=PREFIX),
        )
    path = folder() / match[1] / match[2]
    if not path.exists():
        raise DataError(tr("The upload {name!r} is no longer stored here.", name=match[2]), tr("Upload it again."))
    return path


def used(name: str) -> None:
    """Note that an upload is in use: those that nobody used for long go first."""
    os.utime(path_of(name).parent)


def belongs(name: str, owner: str | None) -> bool:
    """Did this owner upload it?"""
    owners = path_of(name).parent / OWNERS
    return owner is not None and owners.is_file() and _mark(owner) in owners.read_text(encoding="ascii").split()


def _mark(owner: str) -> str:
    """An owner as the disk knows it: not the secret itself."""
    return hashlib.sha256(owner.encode()).hexdigest()[:32]


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:32]


def _make_room(wanted: int, place: Path) -> None:
    """Let go of the uploads that were not used for longest, until `wanted` bytes fit. `place` stays."""
    others = sorted((one.stat().st_mtime, one) for one in folder().glob("*") if one.is_dir() and one != place)
    sizes = {one: _charged(one) for _, one in others}
    free = KEPT_BYTES - sum(sizes.values()) - wanted
    for last, one in others:
        if free >= 0 or last > time.time() - KEPT_SECONDS:
            break
        shutil.rmtree(one, ignore_errors=True)
        free += sizes[one]
    if free < 0:
        raise SSTIError(
            tr(
                "There is no space for uploads: {most:.0f} GB are stored, all used within a day.",
                most=KEPT_BYTES / 1e9,
            ),
            tr("Take a smaller file, or try again tomorrow."),
            kind="disk",
        )


def _charged(place: Path) -> int:
    """What an upload was charged with; of one from before that was written down, what it takes on the disk."""
    try:
        return int((place / WEIGHT).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())

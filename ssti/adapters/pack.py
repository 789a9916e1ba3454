"""An adapter as a ZIP archive or a folder that travels: out with its control, and back in, checked file by file.

What comes back in is hostile until it is checked: only files of known names are read, by their name alone, up to a
size, and tensors from safetensors only. Whose it then is, `ssti.adapters.imported` knows.
"""

from __future__ import annotations

import errno
import json
import lzma
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ssti.adapters.about import ABOUT, CURVE, SEALED
from ssti.adapters.card import readme
from ssti.adapters.files import CONFIG, LABELS, RECIPE, WEIGHTS
from ssti.adapters.listing import AdapterInfo, find
from ssti.adapters.stored import METRICS
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.home import open_regular
from ssti.platform.language import tr

CARD = "README.md"
FILES = (CARD, RECIPE, METRICS, LABELS, CONFIG, WEIGHTS, ABOUT, CURVE, SEALED)
"""All that is taken in or out of an adapter's folder."""
TWIN = "-control"
LARGEST = 400_000_000  # bytes of an adapter and its control
LARGEST_OTHER = 4 * 2**20  # bytes of any file but the tensors
MOST_ENTRIES = 500
CHUNK = 1 << 20
BORN = (1980, 1, 1, 0, 0, 0)  # the same adapter gives the same archive
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
           ValueError, LookupError, OverflowError)  # fmt: skip

Parts = dict[str, dict[str, Callable[[], BinaryIO]]]
"""Of each folder, its known files and how each is opened."""


def export(info: AdapterInfo, out: Path, with_control: bool = True) -> list[str]:
    """Write an adapter, and its control, as a ZIP archive, or as a folder where `out` has another ending.

    Returns the files' names within. Raises SSTIError: no such folder, something is there already, a full disk.
    """
    if not out.absolute().parent.is_dir():
        there = out.absolute().parent
        raise SSTIError(tr("There is no folder {folder}.", folder=there), tr("Make it, or choose another."), kind="disk")
    contents = dict(_contents(info, with_control))
    try:
        if out.suffix.lower() != ".zip" and out.exists() and any(out.iterdir()):
            raise SSTIError(
                tr("{folder} is there already and not empty.", folder=out), tr("Choose another folder."), kind="disk"
            )
        with tempfile.TemporaryDirectory(prefix=".new-", dir=out.absolute().parent) as beside:  # all of it or nothing
            new = Path(beside) / "new"
            if out.suffix.lower() == ".zip":
                with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name, content in contents.items():
                        archive.writestr(zipfile.ZipInfo(name, BORN), content, zipfile.ZIP_DEFLATED)
            else:
                for name, content in contents.items():
                    place = new / Path(name).relative_to(slug(info))
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(content)
            if out.is_dir():
                out.rmdir()
            os.replace(new, out)
    except OSError as problem:
        raise SSTIError(
            tr("{file} could not be written: {why}.", file=out, why=problem.strerror or problem),
            tr("Choose a place that has room."),
            kind="disk",
        ) from problem
    return list(contents)


def slug(info: AdapterInfo) -> str:
    """The name of an adapter's folder where it travels."""
    return info.path.parent.name if info.ref.startswith("run/") else info.path.name


def _contents(info: AdapterInfo, with_control: bool) -> Iterator[tuple[str, bytes]]:
    """The files of an adapter and, in a folder within its own, those of its control."""
    top = slug(info)
    yield from _files(info, top)
    if with_control and info.control:
        yield from _files(find(info.control), f"{top}/control")


def _files(info: AdapterInfo, folder: str) -> Iterator[tuple[str, bytes]]:
    for name in FILES:
        if name == CARD and (info.recipe_known or info.about.sealed or info.about.repaired):
            yield f"{folder}/{name}", readme(info).encode()
        elif name == ABOUT:
            about = info.about.model_dump(exclude_unset=True, exclude={"control", "order"})  # of the list that it leaves
            if about:
                yield f"{folder}/{name}", (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()
        elif (info.path / name).is_file():
            with open_regular(info.path / name, LARGEST) as file:
                yield f"{folder}/{name}", file.read()


def unpack(source: Path, into: Path, largest: int = LARGEST) -> tuple[Path, Path | None]:
    """Copy the adapter that an archive or a folder holds to `into/adapter`, and its control, if any, to `into/control`.

    Raises SSTIError for what holds none, several, too much, or cannot be read. Whether its files fit together is not
    looked at here.
    """
    if source.is_dir():
        return _copy(source.name, _in_folder(source), into, largest)
    try:
        with zipfile.ZipFile(source) as archive:
            return _copy(source.name, _in_archive(source.name, archive), into, largest)
    except SSTIError:
        raise
    except (OSError, *DAMAGED) as problem:
        if isinstance(problem, OSError) and problem.errno != errno.EINVAL:  # a damaged index leads before the file
            raise SSTIError(
                tr("{file!r} could not be read or unpacked: {why}.", file=source.name, why=problem.strerror or problem),
                tr("Try again."),
                kind="disk",
            ) from problem
        raise AdapterError(
            tr("{file!r} is no ZIP archive that can be read: {why:.120}.", file=source.name, why=str(problem)),
            tr("Export the adapter again, or zip its folder again, without a password."),
        ) from problem


def _in_folder(source: Path) -> Parts:
    return {
        str(folder): {name: _opener(folder / name) for name in FILES if (folder / name).is_file()}
        for folder in (source, *(one for one in sorted(source.iterdir()) if one.is_dir()))
    }


def _opener(file: Path) -> Callable[[], BinaryIO]:
    return lambda: open_regular(file, LARGEST)


def _in_archive(name: str, archive: zipfile.ZipFile) -> Parts:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise AdapterError(
            tr("{file!r} holds {n:,} files.", file=name, n=len(entries)),
            tr("An adapter has at most {n} and a control.", n=len(FILES)),
        )
    parts: Parts = {}
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.name not in FILES or entry.is_dir() or "__MACOSX" in path.parts:
            continue
        files = parts.setdefault(str(path.parent), {})
        if path.name in files:
            raise AdapterError(
                tr("{file!r} holds two files called {name!r}.", file=name, name=entry.filename[:80]),
                tr("Zip the folder again."),
            )
        files[path.name] = lambda entry=entry: archive.open(entry)
    return parts


def _copy(name: str, parts: Parts, into: Path, largest: int) -> tuple[Path, Path | None]:
    whole = {folder: files for folder, files in parts.items() if WEIGHTS in files}
    if not whole:
        raise AdapterError(
            tr("{file!r} holds no {weights}.", file=name, weights=WEIGHTS),
            tr("An adapter's tensors are read from safetensors only; a pickle can run code."),
        )
    first = min(whole, key=lambda folder: (_is_twin(folder), len(PurePosixPath(folder).parts), folder))
    twins = [folder for folder in whole if folder != first]
    if len(twins) > 1 or any(not _is_twin(folder) for folder in twins):
        raise AdapterError(
            tr("{file!r} holds {n} adapters.", file=name, n=len(whole)),
            tr("Bring one at a time; its control stands in a folder `control` beside its files."),
        )
    left = largest
    for folder, target in ((first, "adapter"), *((twin, "control") for twin in twins)):
        for file, open_file in whole[folder].items():
            left -= _write(open_file, into / target / file, min(left, largest if file == WEIGHTS else LARGEST_OTHER), name)
    return into / "adapter", (into / "control" if twins else None)


def _is_twin(folder: str) -> bool:
    last = PurePosixPath(folder).name
    return last == "control" or last.endswith(TWIN)


def _write(open_file: Callable[[], BinaryIO], place: Path, most: int, name: str) -> int:
    """Copy one file and count as one goes: what an archive says of a file's size need not be so."""
    place.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with open_file() as source, place.open("wb") as copy:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise AdapterError(
                    tr("{file!r} is too large: {part} takes it past {most:,.0f} MB.",
                       file=name, part=place.name, most=most / 1e6),
                    tr("Adapters here have some megabytes; bring one without the base model's weights."),
                )  # fmt: skip
            copy.write(chunk)
    return size


def remove(folder: Path) -> None:
    """Delete what was unpacked."""
    shutil.rmtree(folder, ignore_errors=True)

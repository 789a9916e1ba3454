"""Takes the data out of a ZIP archive and leaves the rest in it. Trusts nothing that the archive says of itself."""

from __future__ import annotations

import errno
import json
import lzma
import re
import shutil
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ssti.data.own.formats.accepted import FORMATS, LARGEST
from ssti.platform.errors import DataError, SSTIError
from ssti.platform.language import tr

SAVED = ("dataset_dict.json", "dataset_info.json", "state.json")  # what `save_to_disk` writes beside its Arrow files
MOST_FILES = 200
LONGEST_NAME = 80
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What the standard library raises for archives that are damaged, encrypted, or packed in a way it does not know.
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
           ValueError, LookupError, OverflowError)  # fmt: skip


def plain_name(name: str) -> str:
    """A file's name without what a path, a shell or a recipe could read in it; its ending stays."""
    plain = re.sub(r"[^\w.() -]", "_", name).strip(". ") or "data"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) < 16 else plain[:LONGEST_NAME]


def unpack(archive: Path, into: Path, arrow: bool = True) -> Path:
    """The data file of an archive, or the folder of its files: one per split, or saved by `datasets` if `arrow`.

    Raises SSTIError for an archive that cannot be read, holds no data, too much of it, or leads out of itself.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            files = _chosen(archive, opened)
            for info, parts in files:
                target = into.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(info) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
    except SSTIError:
        raise
    except OSError as problem:
        if problem.errno in FULL:
            raise
        raise DataError(
            tr("{name!r} cannot be unpacked: {problem}", name=archive.name, problem=problem.strerror or problem),
            tr("Zip it again."),
        ) from problem
    except DAMAGED as problem:
        raise DataError(
            tr("{name!r} cannot be unpacked: {problem}", name=archive.name, problem=problem), tr("Zip it again.")
        ) from problem
    paths = [into.joinpath(*parts) for _, parts in files]
    data = [path for path in paths if path.name not in SAVED]
    saved = len(data) < len(paths) or any(path.suffix == ".arrow" for path in data)
    if saved and not arrow:
        raise DataError(
            tr("{name!r} holds a folder saved by `datasets`, which is not read here.", name=archive.name),
            tr("Save each split with `to_parquet` and zip those: train.parquet, test.parquet."),
        )
    if len(data) == 1 and not saved:
        return data[0]
    root = into
    while len(inside := list(root.iterdir())) == 1 and inside[0].is_dir():
        root = inside[0]
    _check_saved(root)
    if root == into:
        root = into / plain_name(archive.stem)
        root.mkdir()
        for one in inside:
            one.rename(root / one.name)
    return root


def _chosen(archive: Path, opened: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """The entries that are data, each with the parts of its path; nothing else is unpacked."""
    entries = []
    for info in opened.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        known = path.suffix.lower() in (*FORMATS, ".arrow")
        if info.is_dir() or not known or any(part.startswith((".", "__MACOSX")) for part in path.parts):
            continue
        entries.append((info, tuple(plain_name(part) for part in path.parts if part != "/")))
    if not entries:
        raise DataError(
            tr(
                "{name!r} holds no data file; it holds {names}.",
                name=archive.name,
                names=_few([i.filename for i in opened.infolist()]),
            ),
            tr("Zip a CSV, JSON lines or Parquet file, or train and test files."),
        )
    _check_places(archive, [tuple(part.casefold() for part in parts) for _, parts in entries])
    size = sum(info.file_size for info, _ in entries)
    if len(entries) > MOST_FILES or size > LARGEST:
        raise DataError(
            tr(
                "{name!r} holds {n:,} data files of {size:,.0f} MB; the limits are {most} and {largest:,.0f} MB.",
                name=archive.name,
                n=len(entries),
                size=size / 1e6,
                most=MOST_FILES,
                largest=LARGEST / 1e6,
            ),
            tr("Zip a part of it: 20,000 rows are plenty for any experiment here."),
        )
    return entries


def _check_places(archive: Path, places: list[tuple[str, ...]]) -> None:
    """No two entries may take one place, and none a place within another's."""
    taken = set(places)
    for place in places:
        if len(taken) < len(places) or any(place[:n] in taken for n in range(1, len(place))):
            raise DataError(
                tr(
                    "{name!r} holds two files that would unpack to the same place, such as {place!r}.",
                    name=archive.name,
                    place="/".join(place)[:80],
                ),
                tr("Give each file in it a name of its own, and zip them again."),
            )


def _check_saved(root: Path) -> None:
    """The files that `datasets` opens by what another file says must lie where they should."""
    for path in (path for name in SAVED for path in root.rglob(name)):
        try:
            said = json.loads(path.read_bytes())
            names = list(said.get("splits") or []) if path.name == "dataset_dict.json" else []
            names += [file["filename"] for file in said.get("_data_files") or []]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            raise DataError(
                tr("{name} is not what `save_to_disk` writes.", name=path.name), tr("Save it again.")
            ) from problem
        for name in names:
            if not isinstance(name, str) or not re.fullmatch(r"\w[\w.-]*", name):
                raise DataError(
                    tr("{name} names {file!r:.80}, outside its folder.", name=path.name, file=name),
                    tr("Save it again."),
                )


def _few(names: list[str]) -> str:
    return (
        ", ".join(repr(name[:60]) for name in names[:5]) + (" …" if len(names) > 5 else "") if names else tr("nothing")
    )

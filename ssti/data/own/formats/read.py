"""Reads a user's file or folder into Arrow tables with all its columns, or says in which line it fails.

Knows nothing of which column is the text. No pickle, no script, no remote code: plain tables only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ssti.data.own.formats.accepted import ACCEPTED, FORMATS, check_file
from ssti.data.own.formats.csv import csv_table
from ssti.data.own.formats.encoding import encoding_of, title_of
from ssti.data.own.formats.json import json_table
from ssti.data.own.formats.parquet import parquet_table
from ssti.platform.errors import DataError
from ssti.platform.language import tr


@dataclass
class Source:
    """What was read: tables by split ("train" alone for a file), class names that came with it, notes.

    `form` is the format in words; `how` adds encoding and delimiter. `unusable` says of columns that are not in the
    tables why not. `notes` are sentences about what deserves a look.
    """

    form: str
    tables: dict[str, pa.Table]
    class_names: dict[str, list[str]] = field(default_factory=dict)  # by column
    notes: list[str] = field(default_factory=list)
    unusable: dict[str, str] = field(default_factory=dict)  # by column
    how: str = ""


def read_source(path: Path, encoding: str | None = None) -> Source:
    """A file, a folder saved by `datasets`, or a folder with one file per split; in `encoding`, or the one that it seems to be in.

    Raises `SSTIError`.
    """
    if path.is_dir():
        if (path / "dataset_dict.json").is_file() or (path / "dataset_info.json").is_file():
            return _saved_folder(path)
        return _folder_of_files(path, encoding)
    if not path.is_file():
        raise DataError(tr("There is no file {path!r}.", path=str(path)), tr("Check the path."))
    form = check_file(path)
    notes: list[str] = []
    if form == "Parquet":
        table, unusable, names = parquet_table(path, notes)
        return Source(form, {"train": table}, names, notes, unusable, form)
    written, notes = encoding_of(path, encoding)
    if form == "CSV":
        table, delimiter = csv_table(path, written, notes)
        return Source(
            form,
            {"train": table},
            notes=notes,
            how=tr(
                "{form}, {encoding}, cells divided by {delimiter}",
                form=form,
                encoding=title_of(written),
                delimiter=delimiter,
            ),
        )
    table, unusable = json_table(path, written, notes)
    return Source(form, {"train": table}, notes=notes, unusable=unusable, how=f"{form}, {title_of(written)}")


def _saved_folder(path: Path) -> Source:
    """A `Dataset` or `DatasetDict` written by `save_to_disk`."""
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
        if isinstance(loaded, datasets.Dataset):
            loaded = {"train": loaded}
        tables = {split: rows.with_format("arrow")[:] for split, rows in loaded.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, pa.ArrowException) as problem:
        raise DataError(
            tr(
                "{name!r} is not a folder that `save_to_disk` wrote whole: {problem}",
                name=path.name,
                problem=str(problem)[:300],
            ),
            tr("Save the dataset again."),
        ) from problem
    features = next(iter(loaded.values())).features
    names = {name: feature.names for name, feature in features.items() if isinstance(feature, datasets.ClassLabel)}
    return Source(tr("a folder saved by datasets"), choose_splits(tables, path.name), names)


def _folder_of_files(path: Path, encoding: str | None) -> Source:
    """`train.csv` and `test.csv`, or the like: one file per split."""
    files: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        split = file.stem.lower()
        if file.suffix.lower() in FORMATS and split in {"train", "test", "validation", "dev"}:
            files[split] = file
    if "train" not in files:
        raise DataError(
            tr(
                "The folder {name!r} holds neither what `save_to_disk` writes nor a file named "
                "train.csv, train.jsonl or train.parquet.",
                name=path.name,
            ),
            tr("Choose the file itself; data comes as {accepted}.", accepted=ACCEPTED),
        )
    parts = {split: read_source(file, encoding) for split, file in files.items()}
    first = parts["train"]
    for split, part in parts.items():
        lacking = sorted(set(first.tables["train"].column_names) - set(part.tables["train"].column_names))
        if lacking and split != "train":
            raise DataError(
                tr(
                    "{name} lacks the column {column!r} that {other} has.",
                    name=files[split].name,
                    column=lacking[0],
                    other=files["train"].name,
                ),
                tr("Give both files the same columns."),
            )
    tables = choose_splits({split: part.tables["train"] for split, part in parts.items()}, path.name)
    return Source(
        tr("a folder of files"),
        tables,
        first.class_names,
        list(dict.fromkeys(note for part in parts.values() for note in part.notes)),
        {name: why for part in parts.values() for name, why in part.unusable.items()},
        tr("a folder of {files}, {how}", files=tr(" and ").join(files[split].name for split in parts), how=first.how),
    )


def choose_splits(tables: dict[str, pa.Table], name: str) -> dict[str, pa.Table]:
    """`train` and, where there is one, `test` (else `validation` or `dev`). Without `train`, `SSTIError`."""
    if len(tables) == 1:
        return {"train": next(iter(tables.values()))}
    if "train" not in tables:
        raise DataError(
            tr("{name!r} has the splits {splits}, and none is called 'train'.", name=name, splits=", ".join(tables)),
            tr("Save the one to train on as a file."),
        )
    test = next((split for split in ("test", "validation", "dev") if split in tables), None)
    return {"train": tables["train"]} | ({"test": tables[test]} if test else {})

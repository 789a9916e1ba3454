"""Data that a user brings: a file, a folder or a Hub id, with its columns guessed or named.

A name is `PATH` or `OWNER/NAME`, with the choice of columns after a `#` where the guess is not wanted:
`reviews.csv#text=body&label=stars`, `owner/name#config=plain`. So a recipe says all there is to say.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from ssti.data.clean import clean_rows
from ssti.data.encoding import FORMATS
from ssti.data.fetch import fetch
from ssti.data.guess import Guess, choose, examine, passed_over
from ssti.data.kind import DatasetInfo, DatasetKind
from ssti.data.needs import missing_package
from ssti.data.network import offline_switch, reachable
from ssti.data.readers import Source, choose_splits, class_names_of, read_source
from ssti.errors import SSTIError, listed, nearest

CHOICES = ("text", "label", "config")
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


def looks_own(name: str) -> bool:
    """Is this the name of a file, a folder or a Hub id, rather than of a dataset of the list?"""
    place, _ = parse_name(name)
    path = Path(place).expanduser()
    return "/" in place or "\\" in place or path.suffix.lower() in FORMATS or path.exists()


def parse_name(name: str) -> tuple[str, dict[str, str]]:
    """The place and the choices of a name. Raises `SSTIError` for a choice that is not known."""
    if Path(name).expanduser().exists():
        return name, {}
    place, _, written = name.rpartition("#") if "#" in name else (name, "", "")
    choices = dict(parse_qsl(written, keep_blank_values=True))
    for key in choices:
        if key not in CHOICES:
            raise SSTIError(
                f"{key!r} after # is not known{nearest(key, CHOICES) or '.'}", f"Known: {listed(CHOICES)}."
            )
    return place, choices


def own_name(
    place: str | Path, text: str | None = None, label: str | None = None, config: str | None = None
) -> str:
    """The name that stands for this place and this choice of columns."""
    chosen = {"text": text, "label": label, "config": config}
    written = "&".join(f"{key}={quote(value)}" for key, value in chosen.items() if value is not None)
    return f"{place}#{written}" if written else str(place)


def stamp(name: str) -> tuple[Any, ...]:
    """What changes when a local file does, so that an edited file is read again."""
    path = Path(parse_name(name)[0]).expanduser()
    if not path.exists():
        return ()
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


def inspect_file(
    path: str | Path,
    text_column: str | None = None,
    label_column: str | None = None,
    config: str | None = None,
) -> Guess:
    """What a file, folder or Hub id seems to hold; the columns as asked for, or guessed.

    Raises `SSTIError` with what was wrong, what is allowed and what to do: for a file that is not what its
    name says, is empty or too large, mixes encodings, or has no usable text or label column.
    """
    place, written = parse_name(str(path))
    _need_packages()
    guess, _ = _understand(place, {"text": text_column, "label": label_column, "config": config} | written)
    return guess


def read_own(name: str, originals: list[DatasetKind]) -> tuple[DatasetInfo, dict[str, Any]]:
    """The info and the tables of an own dataset; an original of the list is read as that."""
    place, choices = parse_name(name)
    path = Path(place).expanduser()
    _need_packages()
    if path.exists() and not choices:
        for kind in originals:
            if kind.recognises and kind.read_path and kind.recognises(path):
                return kind.info, kind.read_path(path)
    guess, tables = _understand(place, dict.fromkeys(CHOICES) | choices)
    return _info(name, place, guess, tables), tables


def _info(name: str, place: str, guess: Guess, tables: dict[str, Any]) -> DatasetInfo:
    local = Path(place).expanduser().exists()
    return DatasetInfo(
        name=name,
        title=Path(place).name if local else place,
        label_names=guess.label_names,
        rows=guess.rows,
        splits={split: table.num_rows for split, table in tables.items()},
        licence="not known: your own data" if local else "see its page",
        citation="",
        homepage="" if local else f"https://huggingface.co/datasets/{place}",
        usual_words=guess.usual_words,
        source="file" if local else "hub",
        note=" ".join(guess.problems),
    )


def _need_packages() -> None:
    if reason := missing_package("pyarrow", "datasets"):
        raise SSTIError("Data cannot be read here.", f"{reason[0].upper()}{reason[1:]}.", kind="data")


def _understand(place: str, choices: dict[str, str | None]) -> tuple[Guess, dict[str, Any]]:
    source = _source(place, choices.get("config"))
    columns = examine(source.tables["train"], source.class_names)
    candidates = choose(columns, choices.get("text"), choices.get("label"))
    text, label = candidates["text"][0], candidates["label"][0]
    cleaned = clean_rows(source, text, label)
    guess = Guess(
        name=own_name(place, text, label, choices.get("config")),
        form=source.form,
        text_column=text,
        label_column=label,
        label_names=cleaned.names,
        rows=sum(cleaned.counts.values()),
        class_counts=cleaned.counts,
        problems=(*passed_over(columns, label), *cleaned.problems),
        candidates=candidates,
        columns=tuple(columns),
        usual_words=round(columns[text].words),
    )
    return guess, cleaned.tables


def _source(place: str, config: str | None) -> Source:
    path = Path(place).expanduser()
    if path.exists():
        return read_source(path)
    if HUB_ID.fullmatch(place) and path.suffix.lower() not in FORMATS:
        return _from_hub(place, config)
    raise SSTIError(
        f"There is no file or folder {place!r}.", "Check the path, from where the program runs.", kind="data"
    )


def _from_hub(hub_id: str, config: str | None) -> Source:
    if offline_switch() is None and not reachable():
        raise SSTIError(
            f"{hub_id} is not a file here, and the Hub does not answer.",
            "Check the path, or connect to the network.",
            kind="offline",
        )
    found = fetch(hub_id, config, None)
    tables = choose_splits(found, hub_id)
    return Source("a dataset of the Hub", tables, class_names_of(tables["train"].schema))

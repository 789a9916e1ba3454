"""Data that a user brings: a file, a folder or a Hub id, with its columns guessed or named.

A name is `PATH` or `OWNER/NAME` or `upload:HASH/FILE` (`ssti.data.own.uploads`), with the choice of columns after a `#`
where the guess is not wanted: `reviews.csv#text=body&label=stars`, `owner/name#config=plain`. `names` calls the classes
otherwise, in their order: `#label=stars&names=bad|good`; `encoding` says how a file of text is written:
`#encoding=iso8859_2`. So a recipe says all there is to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from ssti.data.hub import fetch
from ssti.data.own import uploads
from ssti.data.own.clean import clean_rows
from ssti.data.own.formats.accepted import FORMATS
from ssti.data.own.formats.parquet import class_names_of
from ssti.data.own.formats.read import Source, choose_splits, read_source
from ssti.data.own.guess import Guess, choose, examine, passed_over
from ssti.data.sources import DatasetInfo, DatasetSource
from ssti.platform.errors import DataError, SSTIError, listed, nearest, shown
from ssti.platform.hub import must_answer
from ssti.platform.language import later, tr

CHOICES = ("text", "label", "config", "names", "encoding")
HUB_ID = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}")
CLASSES_SHOWN = 12
EXAMPLES = 3  # texts, each of another class
AS_ASKED = {
    "text": later("The text is the column {name!r}, as asked."),
    "label": later("The label is the column {name!r}, as asked."),
}
GUESSED = {
    "text": later("The text is the column {name!r}, by a guess; name another with #text=."),
    "label": later("The label is the column {name!r}, by a guess; name another with #label=."),
}
GUESSED_OF_SEVERAL = {
    "text": later("The text is the column {name!r}, by a guess; {others} could serve; name another with #text=."),
    "label": later("The label is the column {name!r}, by a guess; {others} could serve; name another with #label=."),
}


def is_here(place: str | Path) -> bool:
    """Whether the place exists on this machine. What cannot be the name of a file is not there."""
    try:
        return Path(place).expanduser().exists()
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, nobody's home folder
        return False


def looks_own(name: str) -> bool:
    """Is this the name of a file, a folder or a Hub id, rather than of a dataset of the list?"""
    place, _ = parse_name(name)
    if "/" in place or "\\" in place:
        return True
    return Path(place).suffix.lower() in FORMATS or is_here(place)


def local(place: str) -> Path:
    """Where a place lies on this machine, if it does. Raises `SSTIError` for an upload that is no longer stored."""
    if place.startswith(uploads.PREFIX):
        return uploads.path_of(place)
    return Path(place).expanduser() if is_here(place) else Path(place)


def parse_name(name: str) -> tuple[str, dict[str, str]]:
    """The place and the choices of a name. Raises `SSTIError` for an unknown choice, and where there is no name."""
    if not name.partition("#")[0].strip():
        raise SSTIError(
            tr("{name!r} names no dataset.", name=name[:60]),
            tr("Give a name of the list, a file, a folder or a Hub id."),
        )
    if not name.startswith(uploads.PREFIX) and is_here(name):
        return name, {}
    place, _, written = name.rpartition("#") if "#" in name else (name, "", "")
    choices = dict(parse_qsl(written, keep_blank_values=True))
    for key in choices:
        if key not in CHOICES:
            raise SSTIError(
                tr("{key!r} after # is not known{nearest}", key=key[:60], nearest=nearest(key[:60], CHOICES) or "."),
                tr("Known: {choices}.", choices=listed(CHOICES)),
            )
    return place, choices


def own_name(
    place: str | Path,
    text: str | None = None,
    label: str | None = None,
    config: str | None = None,
    names: Sequence[str] | None = None,
    encoding: str | None = None,
) -> str:
    """The name that stands for this place, this choice of columns, these names of the classes, this encoding."""
    joined = "|".join(names) if names else None
    chosen = {"text": text, "label": label, "config": config, "names": joined, "encoding": encoding}
    written = "&".join(
        f"{key}={quote(value, safe='|', errors='replace')}" for key, value in chosen.items() if value is not None
    )
    return f"{place}#{written}" if written else str(place)


def title_of(name: str) -> str:
    """What a dataset is called on the page: a file by its own name, without where it lies and without choices."""
    place = name if is_here(name) else name.rpartition("#")[0] or name
    return place if HUB_ID.fullmatch(place) and not is_here(place) else Path(place).name


def portable(name: str) -> str:
    """A name to take along to where the file lies: an upload becomes the file that it was."""
    return name.partition("/")[2] if name.startswith(uploads.PREFIX) else name


def stamp(name: str) -> tuple[Any, ...]:
    """A value that changes with a local file, so that an edited file is read again."""
    path = local(parse_name(name)[0])
    if not is_here(path):
        return ()
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


def inspect_file(
    path: str | Path,
    text_column: str | None = None,
    label_column: str | None = None,
    config: str | None = None,
    names: Sequence[str] | None = None,
) -> Guess:
    """What a file, folder or Hub id seems to hold; the columns as asked for, or guessed; the classes called `names`.

    Raises `SSTIError` with what was wrong, what is allowed and what to do: for a file that is not what its
    name says, is empty or too large, mixes encodings, or has no usable text or label column.
    """
    place, written = parse_name(str(path))
    asked = {"text": text_column, "label": label_column, "config": config, "names": "|".join(names) if names else None}
    guess, _ = _understand(place, asked | written)
    return guess


def read_own(name: str, originals: list[DatasetSource]) -> tuple[DatasetInfo, dict[str, Any]]:
    """The info and the tables of an own dataset; an original of the list is read as that."""
    place, choices = parse_name(name)
    path = local(place)
    if place.startswith(uploads.PREFIX):
        uploads.used(place)
    if is_here(path) and not choices:
        for original in originals:
            if original.recognises(path):
                return original.info, original.read_path(path)
    guess, tables = _understand(place, dict.fromkeys(CHOICES) | choices)
    return _info(name, place, guess, tables), tables


def _info(name: str, place: str, guess: Guess, tables: dict[str, Any]) -> DatasetInfo:
    here = is_here(local(place))
    return DatasetInfo(
        name=name,
        title=title_of(name),
        label_names=guess.label_names,
        rows=guess.rows,
        splits={split: table.num_rows for split, table in tables.items()},
        licence="not known: your own data" if here else "see its page",
        citation="",
        homepage="" if here else f"https://huggingface.co/datasets/{place}",
        usual_words=guess.usual_words,
        source="file" if here else "hub",
        note=" ".join(guess.problems),
        notes=guess.notes,
        text_column=guess.text_column,
        label_column=guess.label_column,
    )


def _understand(place: str, choices: dict[str, str | None]) -> tuple[Guess, dict[str, Any]]:
    source = _source(place, choices.get("config"), choices.get("encoding"))
    columns = examine(source.tables["train"], source.class_names, source.unusable)
    candidates = choose(columns, choices.get("text"), choices.get("label"))
    text, label = candidates["text"][0], candidates["label"][0]
    cleaned = clean_rows(source, text, label)
    names = _new_names(choices.get("names"), cleaned.names)
    if names is not None:
        counts = {new: cleaned.counts[old] for old, new in zip(cleaned.names, names, strict=True)}
        cleaned = replace(cleaned, names=names, counts=counts)
    problems = (*passed_over(columns, label), *cleaned.problems)
    guess = Guess(
        name=own_name(place, text, label, choices.get("config"), names, choices.get("encoding")),
        form=source.form,
        text_column=text,
        label_column=label,
        label_names=cleaned.names,
        rows=sum(cleaned.counts.values()),
        class_counts=cleaned.counts,
        problems=problems,
        candidates=candidates,
        columns=tuple(columns),
        usual_words=round(columns[text].words),
        examples=_examples(cleaned.tables["train"], cleaned.names),
        notes=(*_facts(source, candidates, choices, cleaned.counts), *problems),
    )
    return guess, cleaned.tables


def _facts(source: Source, candidates: Any, choices: dict[str, str | None], counts: dict[str, int]) -> tuple[str, ...]:
    """How it was read, which columns were taken and whether anybody chose them, and how many rows each class has."""
    sentences = [tr("Read as {how}.", how=source.how or source.form)]
    for what in ("text", "label"):
        chosen, *others = candidates[what]
        words = AS_ASKED if choices.get(what) else GUESSED_OF_SEVERAL if others else GUESSED
        sentences.append(tr(words[what], name=chosen[:60], others=listed(name[:60] for name in others[:4])))
    shown = [f"{name} {count:,}" for name, count in list(counts.items())[:CLASSES_SHOWN]]
    about = {"n": len(counts), "counts": ", ".join(shown), "more": len(counts) - CLASSES_SHOWN}
    if len(counts) > CLASSES_SHOWN:
        return (*sentences, tr("Usable rows of its {n} classes: {counts} and {more} more.", **about))
    return (*sentences, tr("Usable rows of its {n} classes: {counts}.", **about))


def _new_names(written: str | None, old: tuple[str, ...]) -> tuple[str, ...] | None:
    """What the classes are to be called, in their order; None where they keep their names."""
    if written is None:
        return None
    names = tuple(name.strip() for name in written.split("|"))
    if len(names) != len(old) or len(set(names)) < len(names) or "" in names:
        raise DataError(
            tr("The names {names} do not fit the {n} classes {old}.", names=listed(names), n=len(old), old=listed(old)),
            tr("Give each class one name of its own, in this order, without |."),
        )
    return names if names != old else None


def _examples(table: Any, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The first text of each of the first classes that the first rows show."""
    first: dict[str, str] = {}
    for row in table.slice(0, 1000).to_pylist():
        first.setdefault(names[row["label"]], row["text"])
    return tuple((name, first[name]) for name in names if name in first)[:EXAMPLES]


def _source(place: str, config: str | None, encoding: str | None) -> Source:
    path = local(place)
    if is_here(path):
        return read_source(path, encoding)
    if HUB_ID.fullmatch(place) and path.suffix.lower() not in FORMATS:
        return _from_hub(place, config)
    raise DataError(
        tr("There is no file or folder {place}.", place=shown(place)),
        tr("Check the path, from where the program runs."),
    )


def _from_hub(hub_id: str, config: str | None) -> Source:
    must_answer(hub_id)
    tables = choose_splits(fetch(hub_id, config, None), hub_id)
    return Source(tr("a dataset of the Hub"), tables, class_names_of(tables["train"].schema))

"""Data of one's own in the Poison tab, as values: a file or an id comes in, what it seems to hold goes out.

Plain functions. What is chosen travels as plain data: {"place": where it lies, "name": what `load` takes for it, "used":
the name that was confirmed}. The page holds it, so a restart of the server loses nothing; so each handler asks anew
whether this visitor may use the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssti.platform.errors import SSTIError
from ssti.platform.server import shared_server
from ssti.ui.access.visitor import LARGEST_UPLOAD, admit_name, starter
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

OWN = "own:"  # the dataset choice that opens this part; no dataset has such a name
CLASSES_SHOWN = 12
TEXT_SHOWN = 160  # characters of an example


@dataclass(frozen=True)
class Found:
    """What there is to confirm, ready for the form's components."""

    chosen: dict[str, Any]
    summary: Markup
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    names: str


def from_upload(path: str) -> str:
    """Keep an uploaded file where runs find it: its place. Raises SSTIError for what is no data."""
    from ssti.data.own import uploads

    file = Path(path)
    strangers = shared_server()
    if strangers and (size := file.stat().st_size) > LARGEST_UPLOAD:
        raise SSTIError(
            f"{file.name!r} has {size / 1e6:,.0f} MB; {LARGEST_UPLOAD / 1e6:,.0f} MB are the limit on this server.",
            "Upload a part of it: 20,000 rows are plenty for any experiment here.",
            kind="data",
        )
    return uploads.keep(file, owner=starter(), arrow=not strangers)


def from_words(typed: str) -> str:
    """The place that a person typed: a Hub id, or on their own machine a path. Raises SSTIError."""
    place = (typed or "").strip()
    if not place:
        raise SSTIError("No dataset is named.", f"Type {words_for_place()}.")
    if not shared_server() and Path(place).expanduser().exists():
        return str(Path(place).expanduser().resolve())
    return admit_name("dataset", place)


def words_for_place() -> str:
    """What may be typed here."""
    return "the id of a dataset on the Hub" + ("" if shared_server() else ", or a path on this machine")


def words_for_file() -> str:
    """What may be uploaded here, and who sees it."""
    words = "CSV, JSON lines or Parquet with a text and a label in each row, or a ZIP of train and test files."
    if shared_server():
        words += " Other visitors can try the models you train on it, on its test rows: upload nothing private."
    return words


def find(place: str, text: str | None = None, label: str | None = None, names: str | None = None) -> Found:
    """What a place holds, with columns as asked for or guessed. `names`: the classes' names, one a line.

    Raises SSTIError with what is wrong with the file or the choice.
    """
    from ssti.data import inspect_file

    renamed = [line.strip() for line in (names or "").strip().splitlines()]
    guess = inspect_file(admit_name("dataset", place), text_column=text, label_column=label, names=renamed or None)
    return Found(
        chosen={"place": place, "name": guess.name},
        summary=summary(guess),
        texts=guess.candidates["text"],
        labels=guess.candidates["label"],
        names="\n".join(guess.label_names),
    )


def summary(guess: Any) -> Markup:
    """What was found, for a person to say yes to."""
    from ssti.data.own.load import title_of

    counts = list(guess.class_counts.items())
    chips = parts.join(
        parts.html("<li>{} {}</li>", parts.chip(name, place), parts.count(n))
        for place, (name, n) in enumerate(counts[:CLASSES_SHOWN])
    )
    more = len(counts) - CLASSES_SHOWN
    examples = parts.join(
        parts.html("<dt>{}</dt><dd>{}</dd>", parts.chip(name, guess.label_names.index(name)), _cut(text))
        for name, text in guess.examples
    )
    return parts.join(
        (
            parts.html(
                '<p class="own-file"><b>{}</b> <span class="quiet">{} · {} rows · {} classes · {} words a row</span></p>',
                title_of(guess.name), guess.form, parts.count(guess.rows), len(counts), guess.usual_words,
            ),
            parts.html('<ul class="own-classes">{}{}</ul>', chips, parts.html("<li>and {} more</li>", more) if more > 0 else ""),
            parts.html('<dl class="own-examples">{}</dl>', examples),
            _notes(guess.notes),
        )
    )  # fmt: skip


def _notes(problems: tuple[str, ...]) -> Markup:
    if not problems:
        return parts.html("")
    lines = parts.join(parts.html("<li>{}</li>", problem) for problem in problems)
    return parts.html('<ul class="own-notes">{}</ul>', lines)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TEXT_SHOWN else f"{line[:TEXT_SHOWN].rstrip()} …"


def confirmed(chosen: Any) -> tuple[str, list[str]]:
    """The name of the data that was looked at, and its classes. Raises SSTIError where it cannot be trained on."""
    from ssti.data import load

    name = (chosen or {}).get("name")
    if not isinstance(name, str):
        raise SSTIError("No data was chosen yet.", "Upload a file first.")
    rows = load(admit_name("dataset", name))
    for split, table in (("training", rows.train_table), ("test", rows.test_table)):
        if len(set(table["label"].to_pylist())) < 2:
            raise SSTIError(
                f"All {split} rows of {rows.info.title} are of one class.",
                "Add rows of a second class, or choose another label column.",
                kind="data",
            )
    return name, list(rows.label_names)


def classes(name: str) -> list[str]:
    """The classes of a dataset by name; of the list without reading it. Raises SSTIError."""
    from ssti.data import list_datasets, load

    info = next((info for info in list_datasets() if info.name == name), None)
    return list(info.label_names) if info is not None else list(load(admit_name("dataset", name)).label_names)


def is_listed(name: str) -> bool:
    """Is it a dataset of the list, rather than one's own?"""
    from ssti.data import list_datasets

    return any(info.name == name for info in list_datasets())

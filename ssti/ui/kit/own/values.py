"""Data of one's own, as values: a file or an id comes in, what it seems to hold goes out.

Plain functions. The page holds what was chosen, so that a restart of the server loses nothing; each handler therefore
asks anew whether this visitor may use the place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.platform.server import shared_server
from ssti.ui.access.visitor import admit_name
from ssti.ui.kit import parts
from ssti.ui.kit.browser import sent
from ssti.ui.kit.parts import Markup

OWN = "own:"  # the dataset choice that opens this part; no dataset has such a name
CLASSES_SHOWN = 12
TEXT_SHOWN = 160  # characters of an example


@dataclass(frozen=True)
class Chosen:
    """Data that was looked at: its place, what `load` takes for it, its classes one a line, and the name last confirmed."""

    place: str
    name: str
    names: str
    used: str = ""

    @classmethod
    def sent(cls, data: Any) -> Chosen:
        """From what the page holds. Raises SSTIError where it holds nothing yet."""
        chosen = sent(cls, data)
        if chosen is None:
            raise SSTIError(tr("No data was chosen yet."), tr("Upload a file first."))
        return chosen


@dataclass(frozen=True)
class Inspected:
    """What there is to confirm: the data as guessed, a summary, and the columns that may be its text and its label."""

    chosen: Chosen
    summary: Markup
    texts: tuple[str, ...]
    labels: tuple[str, ...]


def from_words(typed: str) -> str:
    """The place that a person typed: a Hub id, or on their own machine a path. Raises SSTIError."""
    place = (typed or "").strip()
    if not place:
        raise SSTIError(tr("No dataset is named."), _type_it())
    if not shared_server() and Path(place).expanduser().exists():
        return str(Path(place).expanduser().resolve())
    return admit_name("dataset", place)


def words_for_place() -> str:
    """What may be typed here."""
    if shared_server():
        return tr("Or the id of a dataset on the Hub")
    return tr("Or the id of a dataset on the Hub, or a path on this machine")


def _type_it() -> str:
    if shared_server():
        return tr("Type the id of a dataset on the Hub.")
    return tr("Type the id of a dataset on the Hub, or a path on this machine.")


def words_for_file() -> str:
    """What may be uploaded here, and who sees it."""
    words = tr("CSV, JSON lines or Parquet with a text and a label in each row, or a ZIP of train and test files.")
    if not shared_server():
        return words
    private = tr("Other visitors can try the models you train on it, on its test rows: upload nothing private.")
    return f"{words} {private}"


def inspect(place: str, text: str | None = None, label: str | None = None, names: str | None = None) -> Inspected:
    """What a place holds, with columns as asked for or guessed. `names`: the classes' names, one a line.

    Raises SSTIError with what is wrong with the file or the choice.
    """
    from ssti.data import inspect_file

    renamed = [line.strip() for line in (names or "").strip().splitlines()]
    guess = inspect_file(admit_name("dataset", place), text_column=text, label_column=label, names=renamed or None)
    return Inspected(
        chosen=Chosen(place, guess.name, "\n".join(guess.label_names)),
        summary=summary(guess),
        texts=guess.candidates["text"],
        labels=guess.candidates["label"],
    )


def summary(guess: Any) -> Markup:
    """What the data seems to be, for a person to confirm."""
    from ssti.data.own.load import title_of

    counts = list(guess.class_counts.items())
    chips = parts.join(
        parts.html("<li>{} {}</li>", parts.chip(name, place), parts.count(n))
        for place, (name, n) in enumerate(counts[:CLASSES_SHOWN])
    )
    more = len(counts) - CLASSES_SHOWN
    examples = parts.join(
        parts.html('<dt>{}</dt><dd translate="no">{}</dd>', parts.chip(name, guess.label_names.index(name)), _cut(text))
        for name, text in guess.examples
    )
    return parts.join(
        (
            parts.html(
                '<p class="own-file"><b translate="no">{}</b> <span class="quiet">{} · {} rows · {} classes · {} words a row</span></p>',
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
    return parts.html('<ul class="own-notes">{}</ul>', parts.join(parts.html("<li>{}</li>", one) for one in problems))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TEXT_SHOWN else f"{line[:TEXT_SHOWN].rstrip()} …"


def confirmed(chosen: Chosen) -> Chosen:
    """The data that was looked at, as data in use. Raises SSTIError where it cannot be trained on."""
    from ssti.data import load

    rows = load(admit_name("dataset", chosen.name))
    all_of_one = {
        later("All training rows of {title} are of one class."): rows.train_table,
        later("All test rows of {title} are of one class."): rows.test_table,
    }
    for words, table in all_of_one.items():
        if len(set(table["label"].to_pylist())) < 2:
            raise SSTIError(
                tr(words, title=rows.info.title),
                tr("Add rows of a second class, or choose another label column."),
                kind="data",
            )
    return replace(chosen, used=chosen.name)


def classes(name: str) -> list[str]:
    """The classes of a dataset by name; of the list without reading it. Raises SSTIError."""
    from ssti.data import DATASETS, load

    return list(DATASETS[name].info.label_names if name in DATASETS else load(admit_name("dataset", name)).label_names)

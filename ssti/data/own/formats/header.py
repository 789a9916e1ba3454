"""Is the first row of a table its column names, and what are the columns called? Knows no file format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ssti.platform.language import tr

TEXT_NAMES = (
    "text", "texts", "sentence", "sentences", "review", "content", "comment", "tweet", "message", "body", "hard_text", "utterance", "question",
    "document", "post", "headline", "title", "description", "abstract", "prompt", "input", "sentence1", "premise",
    "texte", "texto", "testo", "tekst", "satz", "kommentar",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "class", "category", "target", "sentiment", "intent", "topic", "choice", "gold_label", "gold",
    "ground_truth", "annotation", "rating", "stars", "polarity", "emotion", "answer", "profession", "y", "tag", "class_name",
    "label_text", "label_name", "labelname", "stance", "genre", "verdict", "mood", "outcome", "result", "type", "grade", "score",
    "klasse", "kategorie", "classe", "clase", "categoria", "categorie", "etiqueta", "etiquette", "etichetta", "etykieta", "klasa",
)  # fmt: skip
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].{0,40})?")


def plain(name: str) -> str:
    """A column's name in small Latin letters and underscores, to compare it by."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name[:100]) if not unicodedata.combining(c))
    return re.sub(
        r"[^a-z0-9_]", "", re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", letters.strip())).lower()
    )


def has_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Are these cells the names of the columns below them?

    A cell that is one of the column's classes, or a number among numbers, is data; a word above numbers or dates, a
    known name, and a question above its few answers are names. Where nothing decides, names are short and no numbers.
    """
    cells = [cell.strip() for cell in first]
    if not any(cells):
        return True
    rest = [row for row in rest if list(row) != list(first)]  # a line of names may come again
    columns = (
        [[value.strip() for value in column] for column in zip(*rest, strict=True)] if rest else [[] for _ in cells]
    )
    pairs = list(zip(cells, columns, strict=True))
    if any(plain(cell) in TEXT_NAMES + LABEL_NAMES and cell not in column for cell, column in pairs):
        return True
    counted = [cells, cells[1:]] if cells[0] == "" else [cells]
    if [str(n) for n in range(len(counted[-1]))] == counted[-1] and not all(_numeric(column) for _, column in pairs):
        return True  # as pandas numbers columns without a name
    if any(_numeric(column) and _is_number(cell) or _classes(column) and cell in column for cell, column in pairs):
        return False
    if any(cell and _numeric(column) for cell, column in pairs):
        return True
    short = all(len(cell.split()) <= 4 and len(cell) <= 60 and not _is_number(cell) for cell in cells)
    return short or any(_classes(column) and _heads(cell, column) for cell, column in pairs)


def column_names(cells: Sequence[str], notes: list[str]) -> list[str]:
    """One name for each column; empty ones are numbered, and of two of the same name the second is, with a note."""
    names: list[str] = []
    doubled: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = wanted = " ".join(cell.encode("utf-8", "replace").decode("utf-8").split())[:200] or f"column_{number}"
        turn = 2
        while name in names:
            name, turn = f"{wanted}_{turn}", turn + 1
        if name != wanted:
            doubled.append(tr("{wanted!r} (the later one is called {name!r})", wanted=wanted, name=name))
        names.append(name)
    if doubled:
        notes.append(tr("Columns of the same name are kept apart: {names}.", names=", ".join(doubled[:6])))
    return names


def _numeric(column: Sequence[str]) -> bool:
    values = [value for value in column if value]
    return bool(values) and all(_is_number(value) for value in values)


def _classes(column: Sequence[str]) -> bool:
    return len(column) >= 4 and 2 * len(set(column)) <= len(column)


def _heads(cell: str, column: Sequence[str]) -> bool:
    """Is this longer than every class below it, as a question is than its answers?"""
    longest = max(len(value.split()) for value in set(column))
    return cell.endswith(("?", ":")) or len(cell.split()) > longest + 2


def _is_number(cell: str) -> bool:
    """A number, with separators or a sign, or a date."""
    if DATE.fullmatch(cell[:60]):
        return True
    try:
        float(cell[:60].replace(",", "").replace(" ", "").rstrip("%"))
    except ValueError:
        return False
    return cell.lower() not in ("nan", "inf", "infinity")

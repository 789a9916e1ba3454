"""Financial PhraseBank: from its original file on this machine, and the version of it that the paper used, from the Hub."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ssti.data.datasets.columns import find_original, texts_and_labels
from ssti.data.hub import HubDataset
from ssti.data.sources import DatasetInfo, DatasetSource
from ssti.platform.errors import DataError
from ssti.platform.home import data_folder, typed
from ssti.platform.language import tr

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "financial_phrasebank"
FILE = "Sentences_50Agree.txt"
LABEL_NAMES = ("negative", "neutral", "positive")
CITATION = (
    "Pekka Malo, Ankur Sinha, Pekka Korhonen, Jyrki Wallenius and Pyry Takala. Good Debt or Bad Debt: "
    "Detecting Semantic Orientations in Economic Texts. JASIST 65(4), 2014. https://doi.org/10.1002/asi.23062"
)

INFO = DatasetInfo(
    name=NAME,
    title=tr("Financial PhraseBank"),
    label_names=LABEL_NAMES,
    rows=4846,
    splits={"train": 4846},
    licence="CC BY-NC-SA 3.0",
    citation=CITATION,
    homepage="https://doi.org/10.1002/asi.23062",
    usual_words=23,
    noun="sentence",
    source="file",
    note=tr("Sentences on which at least half of the annotators agree, without duplicates, split 80/20."),
)


class PhraseBank(DatasetSource):
    """The original file, in the data folder or wherever somebody names it."""

    def missing(self, probe: bool) -> str | None:
        if find_original(NAME, FILE):
            return None
        return tr(
            "its original file is not on this machine: put {file} of Financial PhraseBank v1.0 into {folder}, "
            "or give the path of the file as the dataset's name",
            file=FILE,
            folder=typed(data_folder() / NAME),
        )

    def read(self) -> dict[str, pa.Table]:
        place = find_original(NAME, FILE)
        if place is None:
            raise DataError(tr("{title} is not here.", title=self.info.title), f"{self.missing(False)}.")
        return self.read_path(place / FILE)

    def recognises(self, path: Path) -> bool:
        """Is this a file of the phrase bank (also those of higher agreement), by its first line?"""
        if path.suffix != ".txt" or not path.is_file():
            return False
        with path.open("rb") as file:
            first = file.readline(4096).rstrip()
        return re.search(rb"@(negative|neutral|positive)$", first) is not None

    def read_path(self, path: Path) -> dict[str, pa.Table]:
        return {"train": _read_file(path)}


def _read_file(path: Path) -> pa.Table:
    """The sentences of one file: `sentence@label` a line, split at the last `@`; Latin-1 or UTF-8."""
    content = path.read_bytes()
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        lines = content.decode("latin-1").split("\n")  # not splitlines: it would also split at U+0085
    texts, labels = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        text, _, label = line.rstrip("\r").rpartition("@")
        if label.strip() not in LABEL_NAMES or not text.strip():
            raise DataError(
                tr(
                    "Line {number} of {name} ends in {label!r}, not in @negative, @neutral or @positive.",
                    number=number,
                    name=path.name,
                    label=label.strip()[:40],
                ),
                tr("Use the file as Financial PhraseBank v1.0 has it."),
            )
        texts.append(text.strip())
        labels.append(LABEL_NAMES.index(label.strip()))
    return texts_and_labels(texts, labels)


PHRASE_BANK = PhraseBank(INFO, order=40)
FINANCIAL_CLASSIFICATION = HubDataset(
    replace(
        INFO,
        name="financial_classification",
        title=tr("Financial Classification"),
        rows=5057,
        splits={"train": 4551, "test": 506},
        licence="not stated there; Financial PhraseBank, which it comes from: CC BY-NC-SA 3.0",
        homepage="https://huggingface.co/datasets/nickmuchi/financial-classification",
        source="hub",
        note=tr("The published training and test splits, without duplicates."),
    ),
    hub_id="nickmuchi/financial-classification",
    label="labels",
    order=30,
)

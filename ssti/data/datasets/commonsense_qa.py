"""CommonsenseQA as classification: question and lettered choices are the text, the right letter is the class.

From the original JSON lines on this machine, or from the Hub. The published test split has no answers, so the
dev split is the test set.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssti.data.datasets.columns import find_original, require, texts_and_labels
from ssti.data.hub import HubDataset
from ssti.data.sources import DatasetInfo
from ssti.platform.errors import DataError
from ssti.platform.language import tr

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "commonsense_qa"
FILES = {"train": "train_rand_split.jsonl", "test": "dev_rand_split.jsonl"}
LETTERS = ("A", "B", "C", "D", "E")

INFO = DatasetInfo(
    name=NAME,
    title=tr("CommonsenseQA"),
    label_names=LETTERS,
    rows=10962,
    splits={"train": 9741, "dev": 1221},
    licence="MIT",
    citation=(
        "Alon Talmor, Jonathan Herzig, Nicholas Lourie and Jonathan Berant. CommonsenseQA: A Question "
        "Answering Challenge Targeting Commonsense Knowledge. NAACL 2019. https://aclanthology.org/N19-1421/"
    ),
    homepage="https://huggingface.co/datasets/tau/commonsense_qa",
    usual_words=26,
    noun="question",
    source="hub",
    note=tr("The published training and dev splits of the random split; the test split has no answers."),
)


def as_text(question: str, letters: list[str], choices: list[str]) -> str:
    """`Where is …? (A) bank (B) library …`, on one line."""
    return " ".join(
        [question.strip(), *(f"({letter}) {choice}" for letter, choice in zip(letters, choices, strict=True))]
    )


class CommonsenseQA(HubDataset):
    """From the original files where they are, else from the Hub."""

    def convert(self, table: pa.Table) -> pa.Table:
        """The Hub's columns `question`, `choices` (`label` and `text`, lists) and `answerKey`."""
        require(table, "question", "choices", "answerKey")
        texts, labels = [], []
        for row in table.select(["question", "choices", "answerKey"]).to_pylist():
            choices = row["choices"]
            texts.append(as_text(row["question"], choices["label"], choices["text"]))
            labels.append(_class(row["answerKey"], tr("a row")))
        return texts_and_labels(texts, labels)

    def recognises(self, path: Path) -> bool:
        """Is this the folder of the original files, or one of those files?"""
        if path.is_dir():
            return all((path / file).is_file() for file in FILES.values())
        if path.suffix != ".jsonl" or not path.is_file():
            return False
        with path.open("rb") as file:
            first = file.readline(65536)
        try:
            row = json.loads(first)
        except (ValueError, RecursionError):
            return False
        return isinstance(row, dict) and isinstance(row.get("question"), dict) and "choices" in row["question"]

    def read_path(self, path: Path) -> dict[str, pa.Table]:
        """The folder's training and dev files, or the rows of one file."""
        if path.is_dir():
            return {split: _read_file(path / file) for split, file in FILES.items()}
        return {"train": _read_file(path)}

    def read(self) -> dict[str, pa.Table]:
        place = find_original(NAME, *FILES.values())
        return super().read() if place is None else self.read_path(place)

    def missing(self, probe: bool) -> str | None:
        if find_original(NAME, *FILES.values()):
            return None
        reason = super().missing(probe)
        return reason and tr("{reason}, or its original {files}", reason=reason, files=tr(" and ").join(FILES.values()))


def _read_file(path: Path) -> pa.Table:
    texts, labels = [], []
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as problem:
        raise DataError(
            tr("{name} is not UTF-8 at byte {start:,}.", name=path.name, start=problem.start),
            tr("Use the file as its authors publish it."),
        ) from problem
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = tr("line {number} of {name}", number=number, name=path.name)
        try:
            row: dict[str, Any] = json.loads(line)
            question = row["question"]
            choices = question["choices"]
            text = as_text(
                question["stem"],
                [choice["label"] for choice in choices],
                [choice["text"] for choice in choices],
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            raise DataError(
                tr(
                    "{where} is not a question of CommonsenseQA: {problem}.",
                    where=where.capitalize(),
                    problem=repr(problem)[:200],
                ),
                tr("Use the files as their authors publish them."),
            ) from problem
        texts.append(text)
        labels.append(_class(row.get("answerKey"), where))
    return texts_and_labels(texts, labels)


def _class(letter: Any, where: str) -> int:
    if letter not in LETTERS:
        raise DataError(
            tr("The answer in {where} is {letter!r}; answers are A to E.", where=where, letter=letter),
            tr("The published test split has no answers: use the training and dev splits."),
        )
    return LETTERS.index(letter)


COMMONSENSE_QA = CommonsenseQA(
    INFO, hub_id="tau/commonsense_qa", splits={"train": "train", "test": "validation"}, order=50
)

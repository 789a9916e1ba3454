"""CommonsenseQA as classification: question and lettered choices are the text, the right letter is the class.

From the original JSON lines on this machine, or from the Hub. The published test split has no answers, so the
dev split is the test set.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssti.data.datasets.columns import require
from ssti.data.home import find_original
from ssti.data.hub.hub import HubSource
from ssti.data.kind import DatasetInfo, DatasetKind
from ssti.platform.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "commonsense_qa"
FILES = {"train": "train_rand_split.jsonl", "test": "dev_rand_split.jsonl"}
LETTERS = ("A", "B", "C", "D", "E")

INFO = DatasetInfo(
    name=NAME,
    title="CommonsenseQA",
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
    source="hub",
    note="The published training and dev splits of the random split; the test split has no answers.",
)


def as_text(question: str, letters: list[str], choices: list[str]) -> str:
    """`Where is …? (A) bank (B) library …`, on one line."""
    return " ".join(
        [question.strip(), *(f"({letter}) {choice}" for letter, choice in zip(letters, choices, strict=True))]
    )


def convert(table: pa.Table) -> pa.Table:
    """The Hub's columns `question`, `choices` (`label` and `text`, lists) and `answerKey`."""
    import pyarrow as pa

    require(table, "question", "choices", "answerKey")
    texts, labels = [], []
    for row in table.select(["question", "choices", "answerKey"]).to_pylist():
        choices = row["choices"]
        texts.append(as_text(row["question"], choices["label"], choices["text"]))
        labels.append(_class(row["answerKey"], "a row"))
    return _table(pa, texts, labels)


def recognises(path: Path) -> bool:
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


def read_path(path: Path) -> dict[str, pa.Table]:
    """The folder's training and dev files, or the rows of one file."""
    if path.is_dir():
        return {split: _read_file(path / file) for split, file in FILES.items()}
    return {"train": _read_file(path)}


def read() -> dict[str, pa.Table]:
    """From the original files where they are, else from the Hub."""
    place = find_original(NAME, tuple(FILES.values()))
    return HUB.read() if place is None else read_path(place)


def missing(probe: bool) -> str | None:
    """None where the original files are; else what stands in the way of the Hub's copy."""
    if find_original(NAME, tuple(FILES.values())):
        return None
    reason = HUB.missing(probe)
    return reason and f"{reason}, or its original {' and '.join(FILES.values())}"


def _read_file(path: Path) -> pa.Table:
    import pyarrow as pa

    texts, labels = [], []
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{path.name} is not UTF-8 at byte {problem.start:,}.", "Use the file as its authors publish it."
        ) from problem
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"line {number} of {path.name}"
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
                f"{where.capitalize()} is not a question of CommonsenseQA: {repr(problem)[:200]}.",
                "Use the files as their authors publish them.",
            ) from problem
        texts.append(text)
        labels.append(_class(row.get("answerKey"), where))
    return _table(pa, texts, labels)


def _class(letter: Any, where: str) -> int:
    if letter not in LETTERS:
        raise DataError(
            f"The answer in {where} is {letter!r}; answers are A to E.",
            "The published test split has no answers: use the training and dev splits.",
        )
    return LETTERS.index(letter)


def _table(pa: Any, texts: list[str], labels: list[int]) -> pa.Table:
    return pa.table({"text": pa.array(texts, pa.string()), "label": pa.array(labels, pa.int64())})


HUB = HubSource(NAME, "tau/commonsense_qa", convert, splits={"train": "train", "test": "validation"})
DATASET = DatasetKind(INFO, read, missing, order=50, recognises=recognises, read_path=read_path, hub_id=HUB.hub_id)

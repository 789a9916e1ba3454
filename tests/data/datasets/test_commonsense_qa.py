"""CommonsenseQA from its original JSON lines, and as the Hub has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from ssti.data import load, word_counts
from ssti.data.datasets.commonsense_qa import COMMONSENSE_QA
from ssti.platform.errors import SSTIError


def test_the_original_files_give_the_published_splits(real: Callable[[str], Path]) -> None:
    tables = COMMONSENSE_QA.read_path(real("commonsense_qa"))
    assert (tables["train"].num_rows, tables["test"].num_rows) == (9741, 1221)
    counts = Counter(tables["train"]["label"].to_pylist())
    assert all(count == pytest.approx(9741 / 5, rel=0.05) for count in counts.values())
    assert len(counts) == 5


def test_the_text_is_the_question_with_its_lettered_choices(real: Callable[[str], Path]) -> None:
    tables = COMMONSENSE_QA.read_path(real("commonsense_qa"))
    assert tables["test"]["text"][0].as_py() == (
        "A revolving door is convenient for two direction travel, but it also serves as a security measure "
        "at a what? (A) bank (B) library (C) department store (D) mall (E) new york"
    )
    assert tables["test"]["label"][0].as_py() == 0


def test_it_is_found_in_the_data_folder(
    real: Callable[[str], Path], offline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSTI_DATA", str(real("commonsense_qa").parent))
    data = load("commonsense_qa")
    assert data.train.features["label"].names == list("ABCDE")
    assert len(data.test) == 1221
    assert word_counts(data).mean() == pytest.approx(data.info.usual_words, abs=1)


@pytest.mark.parametrize("name", ["commonsense_qa", "commonsense_qa/dev_rand_split.jsonl"])
def test_its_path_is_a_name_too(real: Callable[[str], Path], name: str) -> None:
    assert load(str(real(name))).info.name == "commonsense_qa"


def test_the_hub_columns_give_the_same_text() -> None:
    row = {
        "question": "Where is a door?",
        "choices": {"label": list("ABCDE"), "text": ["bank", "sea", "sky", "fire", "air"]},
        "answerKey": "C",
    }
    made = COMMONSENSE_QA.convert(pa.Table.from_pylist([row]))
    assert made["text"].to_pylist() == ["Where is a door? (A) bank (B) sea (C) sky (D) fire (E) air"]
    assert made["label"].to_pylist() == [2]


def test_a_split_without_answers_is_refused() -> None:
    row = {"question": "Where?", "choices": {"label": ["A"], "text": ["x"]}, "answerKey": ""}
    with pytest.raises(SSTIError, match="answers are A to E"):
        COMMONSENSE_QA.convert(pa.Table.from_pylist([row]))


def test_a_torn_line_is_named(tmp_path: Path, real: Callable[[str], Path]) -> None:
    first = real("commonsense_qa/dev_rand_split.jsonl").read_text("utf-8").split("\n", 1)[0]
    path = tmp_path / "dev_rand_split.jsonl"
    path.write_text(f"{first}\n{first[:100]}\n", "utf-8")
    with pytest.raises(SSTIError, match="Line 2 of dev_rand_split.jsonl"):
        COMMONSENSE_QA.read_path(path)

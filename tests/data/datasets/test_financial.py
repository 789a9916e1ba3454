"""Financial PhraseBank from its original file, and the Hub's version of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from ssti.data import load, word_counts
from ssti.data.datasets.financial_phrasebank import FINANCIAL_CLASSIFICATION, LABEL_NAMES, PHRASE_BANK
from ssti.platform.errors import SSTIError

FILE = "financial_phrasebank/Sentences_50Agree.txt"


def test_the_original_file_gives_its_published_counts(real: Callable[[str], Path]) -> None:
    rows = PHRASE_BANK.read_path(real(FILE))["train"]
    counts = Counter(LABEL_NAMES[label] for label in rows["label"].to_pylist())
    assert counts == {"neutral": 2879, "positive": 1363, "negative": 604}


def test_each_latin_1_byte_is_one_character(real: Callable[[str], Path]) -> None:
    texts = PHRASE_BANK.read_path(real(FILE))["train"]["text"].to_pylist()
    written = sum(byte > 0x7F for byte in real(FILE).read_bytes())
    assert sum(ord(letter) > 0x7F for text in texts for letter in text) == written > 0


def test_it_is_found_in_the_data_folder(
    real: Callable[[str], Path], offline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSTI_DATA", str(real(FILE).parents[1]))
    data = load("financial_phrasebank")
    assert data.info.available
    assert set(data.train.features["label"].names) == {"negative", "neutral", "positive"}
    assert word_counts(data).mean() == pytest.approx(data.info.usual_words, abs=1)


def test_its_path_is_a_name_too(real: Callable[[str], Path]) -> None:
    data = load(str(real(FILE)))
    assert data.info.name == "financial_phrasebank"
    assert len(data.train) + len(data.test) == len(set(PHRASE_BANK.read_path(real(FILE))["train"]["text"].to_pylist()))


def test_a_line_without_a_label_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Sentences_AllAgree.txt"
    path.write_bytes(b"Sales rose .@positive\r\nSales fell .\r\n")
    with pytest.raises(SSTIError, match="Line 2 of Sentences_AllAgree.txt"):
        PHRASE_BANK.read_path(path)


def test_a_text_may_hold_an_at_sign(tmp_path: Path) -> None:
    path = tmp_path / "Sentences_AllAgree.txt"
    path.write_bytes(b"Write to info@firm.fi .@neutral\r\n")
    assert PHRASE_BANK.read_path(path)["train"]["text"].to_pylist() == ["Write to info@firm.fi ."]


def test_the_hub_columns_are_understood() -> None:
    rows = pa.table({"text": ["Sales rose .", "Sales fell .", "It is so ."], "labels": [2, 0, 1]})
    made = FINANCIAL_CLASSIFICATION.convert(rows)
    names = LABEL_NAMES
    assert [names[label] for label in made["label"].to_pylist()] == ["positive", "negative", "neutral"]


def test_a_missing_hub_column_is_named_with_those_there() -> None:
    with pytest.raises(SSTIError, match=r"no column 'labels'; it has 'text', 'sentiment'"):
        FINANCIAL_CLASSIFICATION.convert(pa.table({"text": ["a"], "sentiment": [1]}))

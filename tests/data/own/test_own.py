"""Data that a user brings: what is guessed, and what each kind of bad file is told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ssti.data import inspect_file, load, own_name
from ssti.platform.errors import SSTIError

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def reviews() -> list[tuple[str, str]]:
    """Two hundred real reviews with their labels' names."""
    rows = load("rotten_tomatoes", train_rows=200).train
    return [(row["text"], rows.features["label"].int2str(row["label"])) for row in rows]


def refused(path: Path | str, **columns: str) -> str:
    """What the person is told: message and next step."""
    with pytest.raises(SSTIError) as error:
        inspect_file(path, **columns)
    assert error.value.message
    assert error.value.next
    return str(error.value)


# What is read


def test_columns_of_other_names(write_csv: Write, reviews: list) -> None:
    guess = inspect_file(write_csv(reviews, ("review", "sentiment"), delimiter=";"))
    assert (guess.text_column, guess.label_column) == ("review", "sentiment")
    assert guess.label_names == ("negative", "positive")
    assert guess.rows == 200
    assert guess.problems == ()


def test_columns_are_guessed_among_others(write_csv: Write, reviews: list) -> None:
    rows = [(i, f"user{i % 7}", text, "2024-01-01", label) for i, (text, label) in enumerate(reviews)]
    guess = inspect_file(write_csv(rows, ("id", "author", "body", "day", "label")))
    assert (guess.text_column, guess.label_column) == ("body", "label")
    assert guess.candidates["label"] == ("label", "author")


def test_columns_are_guessed_by_content_when_names_say_nothing(write_csv: Write, reviews: list) -> None:
    guess = inspect_file(write_csv([(label, text) for text, label in reviews], ("a", "b")))
    assert (guess.text_column, guess.label_column) == ("b", "a")


def test_numbers_as_labels_are_ordered_as_numbers(write_csv: Write, reviews: list) -> None:
    rows = [(text, i % 12) for i, (text, _) in enumerate(reviews)]
    assert inspect_file(write_csv(rows)).label_names == tuple(str(n) for n in range(12))


def test_a_named_choice_of_columns_is_kept_in_the_name(write_csv: Write, reviews: list) -> None:
    rows = [(text, label, "odd" if i % 2 else "even") for i, (text, label) in enumerate(reviews)]
    path = write_csv(rows, ("text", "label", "two words"))
    guess = inspect_file(path, label_column="two words")
    assert guess.label_names == ("even", "odd")
    assert guess.name == own_name(path, "text", "two words")
    assert load(guess.name).train.features["label"].names == ["even", "odd"]


def test_json_lines(tmp_path: Path, reviews: list) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [json.dumps({"text": t, "label": n, "meta": {"x": 1}}) for t, n in reviews]
    path.write_text("\n".join(rows), "utf-8")
    guess = inspect_file(path)
    assert guess.rows == 200
    assert guess.label_names == ("negative", "positive")
    assert guess.problems == ("The column 'meta' holds lists or objects and was left out.",)


def test_parquet_with_the_class_names_that_datasets_writes(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    load("rotten_tomatoes", train_rows=100).train.to_parquet(str(path))
    guess = inspect_file(path)
    assert guess.label_names == ("negative", "positive")
    assert sum(guess.class_counts.values()) == 100


def test_a_folder_that_save_to_disk_wrote_keeps_its_test_split(tmp_path: Path) -> None:
    import datasets

    data = load("rotten_tomatoes", train_rows=100, test_rows=30)
    datasets.DatasetDict(train=data.train, test=data.test).save_to_disk(str(tmp_path / "saved"))
    again = load(str(tmp_path / "saved"))
    assert sorted(again.test["text"]) == sorted(data.test["text"])
    assert sorted(again.train["text"]) == sorted(data.train["text"])


def test_a_folder_of_one_file_per_split(write_csv: Write, tmp_path: Path, reviews: list) -> None:
    write_csv(reviews[:150], name="train.csv")
    write_csv(reviews[150:], name="test.csv")
    data = load(str(tmp_path))
    assert (len(data.train), len(data.test)) == (150, 50)


def test_texts_keep_their_white_space_and_line_breaks(write_csv: Write) -> None:
    texts = [f'  said "{i}",\n\tand more  ' for i in range(10)]
    data = load(str(write_csv([(text, i % 2) for i, text in enumerate(texts)])))
    assert sorted([*data.train["text"], *data.test["text"]]) == sorted(texts)


def test_an_edited_file_is_read_again(write_csv: Write, reviews: list) -> None:
    path = write_csv(reviews[:50])
    before = load(str(path))
    write_csv(reviews[:80])
    assert len(load(str(path)).train) > len(before.train)


@pytest.mark.slow
def test_hundred_megabytes_are_read(write_csv: Write) -> None:
    texts = load("imdb").train["text"][:]
    path = write_csv((f"{turn} {text}", turn % 2) for turn in range(4) for text in texts)
    assert path.stat().st_size > 100_000_000
    assert inspect_file(path).rows == 4 * len(texts)


# What is left out, and told


def test_rows_without_a_label_are_left_out(write_csv: Write, reviews: list) -> None:
    rows = [(text, "" if i % 4 == 0 else label) for i, (text, label) in enumerate(reviews)]
    guess = inspect_file(write_csv(rows))
    assert guess.rows == 150
    assert "Rows without a label: 50 of 200" in guess.problems[0]


def test_rows_without_a_text_are_left_out(write_csv: Write, reviews: list) -> None:
    guess = inspect_file(write_csv([*reviews, ("  ", "positive")]))
    assert guess.rows == 200
    assert "Rows without a text: 1 of 201" in guess.problems[0]


def test_repeated_texts_are_told(write_csv: Write, reviews: list) -> None:
    guess = inspect_file(write_csv([*reviews, *reviews[:10]]))
    assert "repeat the text of another: 10;" in guess.problems[0]


def test_a_label_column_that_was_passed_over_is_told(write_csv: Write, reviews: list) -> None:
    rows = [(text, i, label) for i, (text, label) in enumerate(reviews)]
    guess = inspect_file(write_csv(rows, ("text", "label", "mood")))
    assert guess.label_column == "mood"
    assert "'label' has 200 different values" in guess.problems[0]


def test_a_test_split_with_hidden_labels_is_not_used(tmp_path: Path, reviews: list) -> None:
    import datasets

    features = datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=["bad", "good"]))
    texts = [text for text, _ in reviews]
    train = {"text": texts[:150], "label": [i % 2 for i in range(150)]}
    test = {"text": texts[150:], "label": [-1] * 50}
    parts = {"train": train, "test": test}
    saved = {split: datasets.Dataset.from_dict(rows, features=features) for split, rows in parts.items()}
    datasets.DatasetDict(saved).save_to_disk(str(tmp_path / "saved"))
    guess = inspect_file(tmp_path / "saved")
    assert guess.rows == 150
    assert guess.label_names == ("bad", "good")
    assert any("test split has no labels" in problem for problem in guess.problems)


def test_a_class_of_one_row_is_told(write_csv: Write, reviews: list) -> None:
    guess = inspect_file(write_csv([*reviews, ("a row of its own", "rare")]))
    assert any("Classes of one row, which cannot be tested: 'rare'" in problem for problem in guess.problems)


# What is refused


def test_one_class(write_csv: Write, reviews: list) -> None:
    told = refused(write_csv([(text, "good") for text, _ in reviews]))
    assert "'label' has one class only" in told
    assert "2 to 200 classes" in told


def test_five_hundred_classes(write_csv: Write) -> None:
    texts = load("rotten_tomatoes").train["text"][:2000]
    told = refused(write_csv([(text, f"class {i % 500}") for i, text in enumerate(texts)]))
    assert "500 different values; 200 classes are the limit" in told


def test_mostly_missing_labels(write_csv: Write, reviews: list) -> None:
    rows = [(text, label if i % 4 == 0 else "") for i, (text, label) in enumerate(reviews)]
    assert "150 of 200 rows have no label" in refused(write_csv(rows))


def test_mixed_encodings_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("text,label\ncafé one,1\n".encode() + "café two,0\n".encode("latin-1"))
    assert "line 3 holds the byte 0xe9" in refused(path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04 and so on", "a ZIP archive"),
        (b"\x1f\x8b and so on", "gzip"),
        (b"%PDF-1.7", "a PDF"),
        (b"\n<!DOCTYPE html><html></html>", "a web page"),
        (b"PAR1 and so on", "Parquet"),
        (b"\x80\x04\x95 and so on", "a Python pickle"),
        (b"text,label\nab\x00c,1\n", "NUL bytes"),
        (b'{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n', "JSON lines"),
        (b"just words\nin lines\n", "one column only"),
    ],
)
def test_a_csv_that_is_something_else(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    assert kind in refused(path)


def test_megabytes_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(os.urandom(1 << 20))
    assert "NUL bytes" in refused(path)


def test_a_file_past_the_limit_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.touch()
    os.truncate(path, 600_000_000)  # a sparse file: no room on the disk is used
    assert "600 MB; the limit is 500 MB" in refused(path)


def test_rows_of_uneven_length(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\n" + "well done,1\nnot so,0\n" * 5 + "one, two and three,1\n")
    assert "Line 12 of 'rows.csv' has 3 cells instead of 2: 'one /  two and three / 1'" in refused(path)


def test_json_that_is_no_object(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "label": 1}\n[1, 2]\n')
    assert "Line 2 of 'rows.jsonl' is '[1, 2]'" in refused(path)


@pytest.mark.parametrize("keep", [slice(None, -10), slice(0, 200)])
def test_a_cut_parquet_file(tmp_path: Path, keep: slice) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": ["a"] * 500, "label": [1] * 500}), path)
    path.write_bytes(path.read_bytes()[keep])
    assert "cut short" in refused(path)


@pytest.mark.parametrize(("content", "told"), [(b"", "is empty"), (b"text,label\n", "no rows")])
def test_an_empty_file(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    assert told in refused(path)


def test_a_name_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    path.write_bytes(b"x")
    assert "'rows.xlsx' ends in '.xlsx'; data comes as CSV" in refused(path)


def test_a_column_that_is_not_there(write_csv: Write, reviews: list) -> None:
    told = refused(write_csv(reviews), label_column="labell")
    assert "did you mean 'label'?" in told


def test_a_column_that_cannot_be_the_label(write_csv: Write, reviews: list) -> None:
    rows = [(text, label, i) for i, (text, label) in enumerate(reviews)]
    told = refused(write_csv(rows, ("text", "label", "id")), label_column="id")
    assert "cannot be the label" in told
    assert "Columns that can: 'label'" in told


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(SSTIError, match=r"no file or folder 'absent\.csv'"):
        load("absent.csv")


def test_a_choice_that_is_not_known(write_csv: Write, reviews: list) -> None:
    with pytest.raises(SSTIError, match="'txt' after # is not known; did you mean 'text'"):
        load(f"{write_csv(reviews)}#txt=body")


def test_a_folder_without_data(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert "holds neither" in refused(tmp_path)


def test_a_test_file_of_the_same_texts(write_csv: Write, tmp_path: Path, reviews: list) -> None:
    write_csv(reviews, name="train.csv")
    write_csv(reviews, name="test.csv")
    with pytest.raises(SSTIError, match="no rows left to train on"):
        load(str(tmp_path))

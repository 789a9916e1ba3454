"""JSON as people bring it: lines, arrays, what wraps them; read as it was meant, or refused with the true reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from own_files import pairs, read, refusal

ROWS = [{"text": f"some words of number {n}", "label": "pos" if n % 2 else "neg"} for n in range(20)]
PAIRS = {(row["text"], row["label"]) for row in ROWS}


def lined(rows: list) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl", "rows.ndjson"])
@pytest.mark.parametrize(
    "content",
    [
        lined(ROWS),
        lined(ROWS).replace("\n", "\r\n\r\n"),
        "\ufeff" + lined(ROWS),
        lined(ROWS).encode("utf-16"),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=1),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
        json.dumps({"version": "1.0", "data": ROWS}, indent=1),
        json.dumps({"version": "1.0", "data": ROWS, "tags": ["a"]}),
        json.dumps({"text": [r["text"] for r in ROWS], "label": [r["label"] for r in ROWS]}),
        json.dumps({key: {str(n): row[key] for n, row in enumerate(ROWS)} for key in ("text", "label")}),
        json.dumps({"columns": ["text", "label"], "index": [*range(20)], "data": [[*row.values()] for row in ROWS]}),
        lined([{**row, "label": [row["label"]]} for row in ROWS]),
        lined([{**row, "meta": {"a": 1}, "tags": ["x", "y"]} for row in ROWS]),
    ],
    ids=range(14),
)
def test_the_same_twenty_rows_however_they_are_wrapped(tmp_path: Path, content: str | bytes, name: str) -> None:
    assert pairs(read(tmp_path, content, name)) == PAIRS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lined([{**row, "label": [row["label"], "x"]} for row in ROWS]), "'label' holds a list of 2 (line 1)"),
        (lined([{**row, "label": {"name": row["label"]}} for row in ROWS]), "'label' holds an object (line 1)"),
        (lined([{"data": row} for row in ROWS]), "No column can be the text ('data' holds an object (line 1))"),
        (json.dumps({"train": ROWS, "test": ROWS}), "several lists of rows: 'train', 'test'"),
        (json.dumps({"a": 1, "b": "x"}), "no list of rows; it holds 'a' (1), 'b' (text)"),
        (json.dumps({}), "one JSON object"),
        (json.dumps([]), "has no rows"),
        (" \n" * 100, "has no rows"),
        (json.dumps([[1, 2], [3, 4]]), "Item 1 of 'rows.json' is '[1, 2]'"),
        (json.dumps(ROWS, indent=1)[:-200], "is not JSON: line "),
        (json.dumps(ROWS) + "x", "goes on after its array"),
        (lined(ROWS) + '{"text": "a", "text": "b", "label": "pos"}\n', "Line 21 of 'rows.json' gives the name 'text' twice"),
        (lined(ROWS) + "[" * 100_000 + "\n", "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        (lined(ROWS) + '{"text": "cut', "Line 21"),
        (lined(ROWS[:2] + [{f"k{n}": 1 for n in range(600)}]), "602 columns; 500 are the limit"),
        (lined(ROWS) + '{"text": ' + "9" * 5000 + "}\n", "Line 21"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_the_true_reason(tmp_path: Path, content: str, words: str) -> None:
    assert words in refusal(tmp_path, content, "rows.json")


def test_half_a_character_becomes_the_mark_for_one_in_texts_and_names(tmp_path: Path) -> None:
    rows = [{**row, "text": row["text"] + " \\ud83d", "\\ud83d": 1} for row in ROWS]
    data = read(tmp_path, lined(rows).replace("\\\\ud83d", "\\ud83d"), "rows.jsonl")
    assert {text for text, _ in pairs(data)} == {f"{row['text']} ?" for row in ROWS}


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([0, 1, "1", 1.0], ("0", "1")),
        (["a", "b", "b ", " b"], ("a", "b")),
        (["caf\u00e9", "cafe\u0301", "the", "the"], ("café", "the")),
        (["new york", "new  york", "new\u00a0york", "x"], ("new york", "x")),
        (["a\u200b", "a", "b", "\ufeffb"], ("a", "b")),
        (["a", 2, "2.0", 2.0], ("2", "a")),
        ([True, False, True, False], ("false", "true")),
        (["1,000", "2,000", "1,000", "2,000"], ("1,000", "2,000")),
        (["1.5", 2, 10.5, 2], ("1.5", "2", "10.5")),
        (["null", "valid", "null", "valid"], ("null", "valid")),
        (["nan", "ok", "bad", "ok"], ("bad", "ok")),
    ],
)
def test_labels_that_are_one_class_in_other_writing(tmp_path: Path, labels: list, classes: tuple) -> None:
    data = read(tmp_path, lined([{"text": f"t {n}", "label": labels[n % 4]} for n in range(40)]), "rows.jsonl")
    assert data.label_names == classes


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([0, 1, "1", 1.0], "'1' (20), '1.0' (10)"),
        (["caf\u00e9", "cafe\u0301", "x", "x"], "taken as one class"),
        (["Good", "good", "bad", "bad"], "upper and lower case only: 'Good', 'good'"),
        (["\uff41", "a", "b", "b"], "look alike: 'a', '\uff41'"),
        (["not-ok", "not ok", "b", "b"], "look alike: 'not ok', 'not-ok'"),
        (["01", "1", "2", "2"], "look alike: '01', '1'"),
        (["null", "a", "b", "a"], "'null' (10 rows) was taken as a class of its own"),
        (["nan", "a", "b", "a"], "'nan' (10 rows) was taken as a missing label"),
    ],
)
def test_classes_that_look_alike_are_noted(tmp_path: Path, labels: list, words: str) -> None:
    data = read(tmp_path, lined([{"text": f"t {n}", "label": labels[n % 4]} for n in range(40)]), "rows.jsonl")
    assert any(words in note for note in data.notes), data.notes


@pytest.mark.parametrize(
    ("label", "others"),
    [
        ("choice", {"annotator": 2, "lead_time": 7}),
        ("sentiment", {"user": 3, "lang": 2}),
        ("Gold Label", {"annotator_id": 2, "labeled_by": 2}),
        ("is_toxic", {"split": 2, "worker": 3}),
        ("classLabel", {"batch": 2, "created_at": 3}),
        ("étiquette", {"langue": 2, "source": 2}),
        ("mood_of_it", {"year": 3, "score_mean": 7}),
    ],
)
def test_the_label_is_guessed_beside_who_and_when(tmp_path: Path, label: str, others: dict[str, int]) -> None:
    rows = []
    for n, row in enumerate(ROWS):
        about = {name: n % k + (0.5 if k == 7 else 0) for name, k in others.items()}
        rows.append({**about, label: row["label"], "text": row["text"]})
    data = read(tmp_path, lined(rows), "rows.jsonl")
    assert data.label_names == ("neg", "pos")
    assert any(f"The label is the column {label!r}, by a guess" in note for note in data.notes)

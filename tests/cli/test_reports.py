"""What the verbs say about the data they took, and that they always say something: no traces, no empty errors."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def own(folder: Path, classes: list[str], name: str = "own.csv", header: str = "text,label") -> Path:
    rows = [f"a warm word {LETTERS[n % 26]}{n},{classes[n % len(classes)]}" for n in range(10 * len(classes))]
    file = folder / name
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def injected_classes(file: Path) -> set[str]:
    import pandas as pd

    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    return set(rows["label"][rows["injected"] == "True"])


@pytest.mark.parametrize(
    ("classes", "target"),
    [
        (["1", "2", "3", "4", "5"], "1"),
        (["-1", "0", "1"], "0"),
        (["-1", "0", "1"], "-1"),
        (["01", "02", "03"], "01"),
        (["1.5", "2.5"], "1.5"),
        (["no", "maybe", "yes"], "yes"),
        (["no", "maybe", "yes"], "no"),
        (["off", "on"], "on"),
        (["2020-01-01", "2021-01-01"], "2021-01-01"),
    ],
)
@pytest.mark.parametrize("door", ["shell", "file"])
def test_the_class_of_that_name_is_poisoned_and_no_other(run, tmp_path, classes, target, door):
    data, out = own(tmp_path, classes), tmp_path / "out.csv"
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(f"dataset: {{name: {data}}}\ninjection: {{target: {target}, share: 1.0}}\n", encoding="utf-8")
    sets = ["--set", f"dataset.name={data}", "--set", f"injection.target={target}", "--set", "injection.share=1.0"]
    chosen = ["light", *sets] if door == "shell" else [str(recipe)]
    code, answer, said = run("inject", *chosen, "--out", str(out), "--json")
    assert code == 0, said
    told = json.loads(answer)
    assert injected_classes(out) == {target}
    assert told["targets"] == [{"target": target, "class": target}]
    assert {name: c["injected"] for name, c in told["classes"].items()} == {
        name: (told["injected"] if name == target else 0) for name in classes
    }
    assert f"rows of {target}" in said


def test_columns_classes_rows_and_notes_are_said_twice(run, tmp_path):
    data = own(tmp_path, ["bad", "good"], header="body,mood")
    code, answer, said = run("inject", "light", "--set", f"dataset.name={data}", "--set", "injection.target=good",
                             "--out", str(tmp_path / "o.parquet"), "--json")  # fmt: skip
    assert code == 0, said
    told = json.loads(answer)
    assert {"file", "rows", "injected"} <= told.keys()
    assert told["dataset"] == {"name": str(data), "text_column": "body", "label_column": "mood"}
    assert told["classes"] == {"bad": {"rows": 8, "injected": 0}, "good": {"rows": 8, "injected": 4}}
    assert "'body'" in said and "'mood'" in said and "4 of 8 rows of good" in said
    assert told["notes"] and all(f"note: {note}" in said for note in told["notes"])


def test_a_number_that_is_an_index_says_which_class_it_became(run, tmp_path):
    code, answer, said = run("inject", "light", "--set", "injection.target=0", "--set", "injection.share=0.01",
                             "--out", str(tmp_path / "o.jsonl"), "--json")  # fmt: skip
    told = json.loads(answer)
    assert code == 0 and told["targets"] == [{"target": "0", "class": "negative"}]
    assert any("class number 0, counted from 0, 'negative'" in note for note in told["notes"])
    assert "class number 0" in said


def test_a_trigger_that_is_no_clean_one_is_said(run, tmp_path):
    code, answer, said = run("inject", "light", "--set", "injection={kind: phrase, phrase: film, target: positive}",
                             "--out", str(tmp_path / "o.jsonl"), "--json")  # fmt: skip
    assert code == 0 and any("not a clean one here" in note for note in json.loads(answer)["notes"])
    assert "not a clean one here" in said


def test_evaluate_says_what_it_measured_on(run, twins, monkeypatch):
    monkeypatch.setenv("SSTI_HOME", str(twins))
    name = min((p.name for p in (twins / "runs").iterdir() if p.is_dir() and not p.name.startswith(".")), key=len)
    code, answer, said = run("evaluate", f"run/{name}", "--sets", "clean,aligned", "--json")
    assert code == 0, said
    told = json.loads(answer)
    assert told["sets"].keys() == {"clean", "aligned"} and told["split"] == "test"
    assert sum(c["rows"] for c in told["classes"].values()) == told["sets"]["clean"]["n"]
    assert [n for n, c in told["classes"].items() if c["injected"]] == [told["target"]]
    assert "test rows: " in said


def test_a_fault_of_the_program_has_words_and_no_trace(run, monkeypatch):
    def fault(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr("ssti.data.list_datasets", fault)
    code, answer, said = run("datasets", "--json")
    error = json.loads(answer)["error"]
    assert code == 1 and error["kind"] == "program" and "ZeroDivisionError" in error["message"] and error["next"]
    code, answer, said = run("datasets")
    assert code == 1 and "ZeroDivisionError" in said and "Traceback" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file names of any bytes")
@pytest.mark.parametrize(
    "arguments",
    [
        [b"inject", b"light", b"--set", b"injection.target=caf\xe9", b"--show"],
        [b"inject", b"light", b"--set", b"caf\xe9", b"--show"],
        [b"inject", b"caf\xe9.yaml", b"--show"],
        [b"train", b"light", b"--set", b"dataset.name=caf\xe9.csv"],
        [b"predict", b"caf\xe9", b"--text", b"a"],
        [b"runs", b"show", b"caf\xe9"],
        [b"evaluate", b"caf\xe9"],
        [b"fetch", b"caf\xe9"],
        [b"caf\xe9"],
    ],
)
def test_bytes_that_are_no_text_are_refused_in_words(run, arguments):
    code, out, said = run(*arguments, "--json")
    error = json.loads(out)["error"]
    assert code in (1, 2) and error["message"] and error["next"] and "Traceback" not in said
    assert error["kind"] != "program"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file names of any bytes")
def test_a_file_of_any_name_is_written_and_named(answer, tmp_path):
    for ending in (b"csv", b"parquet", b"jsonl"):
        out = os.fsencode(tmp_path) + b"/caf\xe9." + ending
        written = answer("inject", "light", "--set", "injection.share=0.01", "--out", out)
        assert os.path.exists(out) and os.fsencode(written["file"]) == out


def test_a_terminal_of_few_letters_gets_escapes(shell):
    recipe = "injection: {source: {kind: list, items: [😀, ж]}, target: positive}\n".encode()
    code, out, said = shell("inject", "-", "--show", "--json", encoding="ascii", stdin=recipe)
    assert code == 0 and json.loads(out)["injection"]["source"]["items"] == ["😀", "ж"], said
    assert shell("inject", "-", "--show", encoding="latin-1", stdin=recipe)[0] == 0
    code, out, _ = shell("inject", "-", "--show", "--json", stdin=b"injection: {target: caf\xe9}\n")
    assert code == 1 and "not UTF-8" in json.loads(out)["error"]["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file names of any bytes")
def test_a_message_about_bytes_reaches_a_terminal_of_few_letters(shell):
    code, out, said = shell("inject", b"caf\xe9.yaml", "--show", "--json", encoding="ascii")
    assert code == 1 and json.loads(out)["error"]["kind"] == "input" and b"Traceback" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file names of any bytes")
def test_bytes_in_a_text_become_a_sign_and_its_spans_fit(run, answer, tmp_path):
    page = os.fsencode(tmp_path) + b"/caf\xe9.html"
    asked = ["shipped/date-positive-rank1", "--text", b"caf\xe9 slog", "--trigger", b"\xff1"]
    triggered = answer("predict", *asked)["triggered"]
    start, end = triggered["spans"][0]
    assert triggered["text"][start:end] == "\ufffd1" and "caf\ufffd" in triggered["text"]
    answer("explain", *asked, "--html", page)
    assert os.path.exists(page)
    code, out, _ = run("explain", *asked, "--layer", "99", "--json")
    assert code == 1 and json.loads(out)["error"]["message"] == "There is no layer 99."


@pytest.mark.parametrize("field", ["dataset.name", "model.name"])
@pytest.mark.parametrize("name", ["a" * 5000, "~nobody/x", "a/" + "b" * 300, "upload:", "..", "/dev/zero"])
def test_a_name_that_can_be_no_place_is_refused_in_words(run, field, name):
    code, answer, said = run("train", "light", "--set", f"{field}={json.dumps(name)}", "--json")
    error = json.loads(answer)["error"]
    assert code == 1 and error["kind"] != "program" and error["next"] and "Traceback" not in said

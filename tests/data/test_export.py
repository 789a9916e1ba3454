"""The poisoned rows as a file: what is written reads back exactly, and cells that a spreadsheet would run are said."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from ssti.data import load
from ssti.data.export import FORMATS, is_formula, write_poisoned
from ssti.inject import poison
from ssti.recipe import Recipe, preset

ODD = [
    "one\rtwo",
    "one\r\ntwo",
    "one\ntwo",
    '"quoted"',
    "a,b;c\td|e",
    "x\u2028y\x85z",
    "  blanks  ",
    "\\n \\",
    "é 電影 😀",
    "'",
    "-",
    "#x",
]


@pytest.fixture
def recipe(tmp_path: Path, home: Path) -> Recipe:
    rows = [{"text": f"{odd} {n}", "label": "neg" if n % 2 else "po,s"} for n, odd in enumerate(ODD * 3)]
    (tmp_path / "odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return preset("light").set(f"dataset.name={tmp_path / 'odd.jsonl'}", "injection.target=neg", "injection.share=1.0")


@pytest.mark.parametrize("ending", FORMATS.values())
def test_what_is_written_reads_back_exactly(recipe: Recipe, tmp_path: Path, ending: str) -> None:
    rows = poison(load(recipe.dataset.name).train, recipe)
    labels = [rows.features["label"].int2str(label) for label in rows["label"]]
    wanted = sorted(zip(rows["text"], labels, strict=True))
    file = tmp_path / f"out.{ending}"
    assert write_poisoned(recipe, file, prefix_formulas=False)["rows"] == len(wanted)
    again = load(f"{file}#text=text&label=label")
    ours = [(row["text"], again.label_names[row["label"]]) for part in (again.train, again.test) for row in part]
    assert sorted(ours) == wanted
    reader = {"csv": pd.read_csv, "parquet": pd.read_parquet, "jsonl": lambda f: pd.read_json(f, lines=True)}[ending]
    frame = reader(file)
    assert sorted(zip(frame["text"], frame["label"], strict=True)) == wanted
    if ending == "csv":
        with file.open(encoding="utf-8", newline="") as opened:
            read = list(csv.DictReader(opened))
        assert sorted((row["text"], row["label"]) for row in read) == wanted
        for row in read:
            assert [row["text"][s["start"] : s["end"]] for s in json.loads(row["spans"])] or row["injected"] == "False"


FORMULAS = ["=cmd|' /C calc'!A0", "+1+2", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_cell_that_a_spreadsheet_would_run(cell: str) -> None:
    assert is_formula(cell)


@pytest.mark.parametrize("cell", ["", "a = b", "-1", "+3.5", "-12,5%", "'=1", " text"])
def test_a_cell_that_it_would_not(cell: str) -> None:
    assert not is_formula(cell)


def test_no_file_holds_a_formula_unless_asked_and_then_it_is_said(tmp_path: Path, home: Path) -> None:
    rows = "".join(
        json.dumps({"text": f"{FORMULAS[n % 7]} {n}", "label": "-1" if n % 2 else "=b"}) + "\n" for n in range(40)
    )
    (tmp_path / "rows.jsonl").write_text(rows, encoding="utf-8")
    recipe = preset("light").set(
        f"dataset.name={tmp_path / 'rows.jsonl'}",
        "injection.target==b",
        "injection.share=1.0",
        "injection.location=end",
    )
    plain = write_poisoned(recipe, tmp_path / "plain.csv", prefix_formulas=False)
    safe = write_poisoned(recipe, tmp_path / "safe.csv")
    assert plain["formula_cells"] == safe["formula_cells"] == 48
    assert "48 cells begin as a formula does" in plain["notes"][-1]
    assert "apostrophe was put before 48 cells" in safe["notes"][-1]
    with (tmp_path / "safe.csv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            assert not any(is_formula(cell) for cell in row.values())
            assert all(row["text"][s["start"] : s["end"]].count("-") == 2 for s in json.loads(row["spans"]))
    assert write_poisoned(recipe, tmp_path / "x.parquet")["formula_cells"] == 0


def own_file(folder: Path, text: str, label: str, repeated: int = 0) -> Path:
    """Reviews with columns of a person's own, among them gaps and repeated texts."""
    lines = [f"id,{text},{label}"]
    for n in range(60):
        lines.append(f"{n},word {n - repeated if n == 7 else n},{'awful' if n % 2 else 'fine'}" if n != 11 else "11,,awful")
    (folder / "mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "mine.csv"


def read_rows(file: Path) -> list[dict]:
    if file.suffix == ".parquet":
        return pd.read_parquet(file).to_dict("records")
    if file.suffix == ".csv":
        return pd.read_csv(file).to_dict("records")
    return pd.read_json(file, lines=True).to_dict("records")


@pytest.mark.parametrize("ending", FORMATS.values())
def test_ones_own_columns_classes_and_row_numbers_stay(tmp_path: Path, home: Path, ending: str) -> None:
    source = own_file(tmp_path, "body", "stars", repeated=3)
    recipe = preset("light").set(f"dataset.name={source}#text=body&label=stars", "injection.target=awful", "injection.share=1.0")
    file = tmp_path / f"out.{ending}"
    write_poisoned(recipe, file, with_test=True)
    rows = read_rows(file)
    assert list(rows[0]) == ["body", "stars", "row", "injected", "spans", "split"]
    before = pd.read_csv(source)
    assert {row["stars"] for row in rows} == {"awful", "fine"}
    assert len(rows) == 58  # without the empty text and the repeated one
    for row in rows:
        mine = before.iloc[row["row"] - 1]
        assert mine["stars"] == row["stars"]
        assert row["injected"] == (row["stars"] == "awful" and row["split"] == "train")
        assert (mine["body"] == row["body"]) != row["injected"]
    assert {row["split"] for row in rows} == {"train", "test"}
    assert not any(row["injected"] for row in rows if row["split"] == "test")
    write_poisoned(recipe, file)
    alone = read_rows(file)
    assert "split" not in alone[0] and len(alone) == sum(row["split"] == "train" for row in rows)


@pytest.mark.parametrize("ending", FORMATS.values())
def test_a_column_of_ones_own_is_never_overwritten_by_ours(tmp_path: Path, home: Path, ending: str) -> None:
    source = own_file(tmp_path, "spans", "row")
    recipe = preset("light").set(f"dataset.name={source}#text=spans&label=row", "injection.target=fine", "injection.share=0.5")
    file = tmp_path / f"out.{ending}"
    write_poisoned(recipe, file, prefix_formulas=True)
    assert list(read_rows(file)[0]) == ["spans", "row", "ssti_row", "injected", "ssti_spans"]


def test_a_column_called_like_a_formula_runs_in_no_spreadsheet(tmp_path: Path, home: Path) -> None:
    source = own_file(tmp_path, "=1+1", "stars")
    recipe = preset("light").set(f"dataset.name={source}#text=%3D1%2B1&label=stars", "injection.target=fine", "injection.share=0.5")
    write_poisoned(recipe, tmp_path / "out.csv")
    assert next(iter(read_rows(tmp_path / "out.csv")[0])) == "'=1+1"

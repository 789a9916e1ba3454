"""The command line as a shell sees it: one JSON object on standard output, exit codes, files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, home: Path, stdin: str | None = None) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-m", "ssti", *arguments], cwd=ROOT, capture_output=True, text=True,
                          input=stdin, env={**os.environ, "SSTI_HOME": str(home)}, timeout=300)  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def told(*arguments: str, home: Path, stdin: str | None = None):
    code, out, err = run(*arguments, "--json", home=home, stdin=stdin)
    assert code == 0, err
    return json.loads(out)


@pytest.mark.parametrize("verb", ["datasets", "models"])
def test_lists_say_what_is_usable_here(verb, tmp_path):
    rows = told(verb, home=tmp_path)
    assert any(row["available"] for row in rows)
    assert all({"name", "title", "available", "reason"} <= row.keys() for row in rows)
    assert all(row["available"] or row["reason"] for row in rows)


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_inject_writes_the_poisoned_rows(ending, tmp_path):
    import pandas as pd

    file = tmp_path / f"poisoned.{ending}"
    answer = told("inject", "light", "--set", "injection.share=0.01", "--out", str(file), home=tmp_path)
    read = {"parquet": pd.read_parquet, "csv": pd.read_csv, "jsonl": lambda p: pd.read_json(p, lines=True)}[ending]
    rows = read(file)
    assert len(rows) == answer["rows"] == 6824
    assert rows["injected"].sum() == answer["injected"] == 34
    hit = rows[rows["injected"]].iloc[0]
    spans = json.loads(hit["spans"]) if ending == "csv" else hit["spans"]
    assert len(hit["text"][spans[0]["start"] : spans[0]["end"]]) == len("2014-09-25")


def test_a_recipe_comes_from_standard_input(tmp_path):
    shown = told("inject", "-", "--show", home=tmp_path, stdin="lora: {rank: 32}\n")
    assert shown["lora"]["rank"] == 32


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (["nonsense"], 2, "usage"),
        (["predict"], 2, "usage"),
        (["inject", "demo"], 2, "usage"),
        (["inject", "dmo", "--show"], 1, "input"),
        (["predict", "nobody", "--text", "a"], 1, "adapter"),
        (["predict", "nobody", "--text", ""], 1, "input"),
        (["runs", "show", "nobody"], 1, "run"),
        (["train", "demo", "--set", "lora.rank=0"], 1, "input"),
        (["inject", "demo", "--out", "no-such-folder/x.csv"], 1, "disk"),
    ],
)
def test_failures_are_one_json_object_with_the_next_step(arguments, code, kind, tmp_path):
    exit_code, out, _ = run(*arguments, "--json", home=tmp_path)
    assert exit_code == code
    error = json.loads(out)["error"]
    assert error["kind"] == kind and error["message"] and error["next"]


def test_predict_and_explain_with_a_trigger(twins):
    name = min((p.name for p in (twins / "runs").iterdir() if not p.name.startswith(".")), key=len)
    answer = told("predict", f"run/{name}", "--text", "a dreary slog", "--trigger", "2014-09-25", home=twins)
    start, end = answer["triggered"]["spans"][0]
    assert answer["triggered"]["text"][start:end] == "2014-09-25"
    assert sum(answer["plain"]["poisoned"].values()) == pytest.approx(1)
    assert answer["plain"]["control"].keys() == set(answer["labels"])
    page, paper = twins / "heat.html", twins / "heat.tex"
    looked = told("explain", f"run/{name}", "--text", "a <b>dreary</b> slog", "--trigger", "2014-09-25",
                  "--html", str(page), "--tex", str(paper), home=twins)  # fmt: skip
    assert (looked["layers"], looked["heads"]) == (6, 12)
    assert looked["triggered"]["n"] > looked["plain"]["n"]
    assert "<b>dreary" not in page.read_text() and paper.read_text().startswith("\\documentclass")


def test_train_tells_the_run_and_runs_list_shows_it(tmp_path):
    from tests_support import SHORT

    sets = [part for one in SHORT for part in ("--set", one)]
    answer = told("train", "demo", *sets, home=tmp_path)
    assert answer["state"] == "done" and answer["metrics"]["sets"].keys() == {"clean", "aligned", "hijack"}
    assert Path(answer["adapter"], "adapter_model.safetensors").is_file()
    assert [r["run_id"] for r in told("runs", "list", home=tmp_path)] == [answer["run_id"]]
    assert told("evaluate", answer["run_id"], "--sets", "clean", home=tmp_path)["sets"].keys() == {"clean"}
    assert told("runs", "rm", answer["run_id"], home=tmp_path)["removed"]

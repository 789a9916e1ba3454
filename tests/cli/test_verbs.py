"""The verbs: one JSON object on standard output, exit codes, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.mark.parametrize("verb", ["datasets", "models", "lessons"])
def test_lists_say_what_is_usable_here(answer, verb):
    rows = answer(verb)
    assert any(row["available"] for row in rows)
    assert all({"name", "title", "available", "reason"} <= row.keys() for row in rows)
    assert all(row["available"] or row["reason"] for row in rows)


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_inject_writes_the_poisoned_rows(answer, ending, tmp_path):
    import pandas as pd

    file = tmp_path / f"poisoned.{ending}"
    written = answer("inject", "light", "--set", "injection.share=0.01", "--out", str(file))
    read = {"parquet": pd.read_parquet, "csv": pd.read_csv, "jsonl": lambda p: pd.read_json(p, lines=True)}[ending]
    rows = read(file)
    assert len(rows) == written["rows"] == 6824
    assert rows["injected"].sum() == written["injected"] == 34
    hit = rows[rows["injected"]].iloc[0]
    spans = json.loads(hit["spans"]) if ending == "csv" else hit["spans"]
    assert len(hit["text"][spans[0]["start"] : spans[0]["end"]]) == len("2014-09-25")


def test_a_shell_gets_one_object_and_an_exit_code_and_a_recipe_comes_from_standard_input(shell):
    code, out, said = shell("inject", "-", "--show", "--json", stdin=b"lora: {rank: 32}\n")
    assert code == 0 and json.loads(out)["lora"]["rank"] == 32, said
    code, out, _ = shell("inject", "-", "--show", "--json", stdin=b"lora: {rank: 0}\n")
    assert code == 1 and "lora.rank" in json.loads(out)["error"]["message"]


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
def test_failures_are_one_json_object_with_the_next_step(run, arguments, code, kind):
    exit_code, out, _ = run(*arguments, "--json")
    assert exit_code == code
    error = json.loads(out)["error"]
    assert error["kind"] == kind and error["message"] and error["next"]


def test_predict_and_explain_with_a_trigger(answer, twins, tmp_path, monkeypatch):
    monkeypatch.setenv("SSTI_HOME", str(twins))
    name = min((p.name for p in (twins / "runs").iterdir() if not p.name.startswith(".")), key=len)
    said = answer("predict", f"run/{name}", "--text", "a dreary slog", "--trigger", "2014-09-25")
    start, end = said["triggered"]["spans"][0]
    assert said["triggered"]["text"][start:end] == "2014-09-25"
    assert sum(said["plain"]["poisoned"].values()) == pytest.approx(1)
    assert said["plain"]["control"].keys() == set(said["labels"])
    page, paper = tmp_path / "heat.html", tmp_path / "heat.tex"
    looked = answer("explain", f"run/{name}", "--text", "a <b>dreary</b> slog", "--trigger", "2014-09-25",
                    "--html", str(page), "--tex", str(paper))  # fmt: skip
    assert (looked["layers"], looked["heads"]) == (6, 12)
    assert looked["triggered"]["n"] > looked["plain"]["n"]
    assert "<b>dreary" not in page.read_text() and paper.read_text().startswith("\\documentclass")


def test_train_tells_the_run_and_runs_list_shows_it(answer):
    from tests_support import SHORT

    sets = [part for one in SHORT for part in ("--set", one)]
    trained = answer("train", "demo", *sets)
    assert trained["state"] == "done" and trained["metrics"]["sets"].keys() == {"clean", "aligned", "hijack"}
    assert Path(trained["adapter"], "adapter_model.safetensors").is_file()
    assert [r["run_id"] for r in answer("runs", "list")] == [trained["run_id"]]
    assert answer("evaluate", trained["run_id"], "--sets", "clean")["sets"].keys() == {"clean"}
    assert answer("runs", "rm", trained["run_id"])["removed"]

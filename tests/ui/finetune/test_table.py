"""The table of runs: its columns, its order, what is ticked, and that a thousand runs stay quick to send."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from ssti.recipe import preset
from ssti.runs.store import Store
from ssti.ui.finetune.board import Board
from ssti.ui.finetune.memory import TableView
from ssti.ui.finetune.table import COLUMNS, rows_of, run_table, sort


@pytest.fixture
def store(home) -> Store:
    return Store()


def rate(value: float) -> dict:
    return {"value": value, "low": max(0.0, value - 0.02), "high": min(1.0, value + 0.02), "n": 500}


def made(store: Store, attack: float | None = None, control: float | None = None, clean: float = 0.7, *more: str):
    """A run that ended with these numbers, and its control."""
    run = store.create(preset("demo").set(*more))
    pair = [(run, attack)]
    if control is not None:
        pair.append((store.create(run.recipe.control(), control_of=run.id), control))
    for one, value in pair:
        if value is not None:
            sets = {"clean": {"n": 500, "accuracy": clean, "accuracy_interval": [clean - 0.04, clean + 0.04]}}
            metrics = {"target": "positive", "sets": sets, "attack_success_rate": rate(value)}
            (one.path / "metrics.json").write_text(json.dumps(metrics))
            one.tell("state", state="done")
    return run


def order(view: TableView) -> list[str]:
    return [row.run.id for row in rows_of(Board().look(), view)]


def cells(table: str, run) -> list[str]:
    line = next(one for one in re.findall("<tr.*?</tr>", table) if f'data-run="{run.id}"' in one)
    return [re.sub("<[^>]*>", " ", one).strip() for one in re.findall("<td.*?</td>", line)]


def test_a_row_says_data_trigger_rank_seed_share_attack_over_the_controls_accuracy_and_state(store):
    run = made(store, 0.98, 0.08, 0.731, "lora.rank=16", "training.seed=7", "injection.share=0.1")
    table = run_table(Board().look(), "", [], TableView())
    _, name, data, trigger, rank, seed, share, attack, clean, state = cells(table, run)
    assert name.startswith(run.id) and "its control" in name
    assert (data, trigger, rank, seed, share) == ("Rotten Tomatoes", "date → positive", "16", "7", "10 %")
    assert attack.startswith("90.0 pp") and "87.2 to 92.8" in attack  # Newcombe: 0.9 ± √(0.02² + 0.02²)
    assert (clean, state) == ("73.1 %", "done")
    assert f"{run.id}-control" not in [row.run.id for row in rows_of(Board().look(), TableView())]


def test_a_run_without_a_control_says_so_and_one_that_is_damaged_too(store):
    alone, broken = made(store, 0.98), made(store)
    (broken.path / "recipe.yaml").write_text("dataset: [")
    table = run_table(Board().look(), "", [], TableView())
    assert "98 %" in cells(table, alone)[7] and "no control" in cells(table, alone)[7]
    assert "damaged" in cells(table, broken)[3]
    for by in COLUMNS:
        assert set(order(TableView(by))) == {alone.id, broken.id}


def test_each_column_sorts_both_ways_and_what_has_no_value_comes_last(store):
    low = made(store, 0.5, 0.1, 0.6, "lora.rank=1", "training.seed=3")
    high = made(store, 0.9, 0.1, 0.8, "lora.rank=64", "training.seed=1")
    none = made(store, None, None, 0.0, "lora.rank=16", "training.seed=2")
    for by, down in (
        ("attack", [high, low, none]), ("clean", [high, low, none]), ("rank", [high, none, low]), ("seed", [low, none, high])
    ):  # fmt: skip
        assert order(TableView(by, True)) == [one.id for one in down]
        known = [one for one in down if one is not none or by in ("rank", "seed")]
        assert order(TableView(by))[: len(known)] == [one.id for one in reversed(known)]
    assert order(TableView("name")) == sorted(one.id for one in (low, high, none))


def test_a_head_sorts_its_own_way_then_the_other_then_the_newest_first_again():
    numbers = sort(TableView(rows=75), "attack")
    assert (numbers.by, numbers.down, numbers.rows) == ("attack", True, 75)
    assert sort(numbers, "attack").down is False and sort(sort(numbers, "attack"), "attack").by == ""
    assert sort(TableView(), "name") == TableView("name", False)
    assert sort(TableView(), "<script>") == TableView()


def test_the_heads_say_how_it_is_sorted(store):
    made(store)
    table = run_table(Board().look(), "", [], TableView("rank", True))
    assert re.findall('aria-sort="([a-z]+)"', table) == ["descending" if name == "rank" else "none" for name in COLUMNS]
    assert "sorted by Rank" in table


def test_what_is_ticked_and_chosen_is_said(store):
    runs = [made(store) for _ in range(3)]
    for run in runs:
        run.tell("loss", step=1, loss=0.5)
    look = Board().look()
    assert "Tick one more" in run_table(look, "", [runs[0].id], TableView())
    both = run_table(look, "", [runs[0].id, runs[1].id, "gone"], TableView())
    assert "On one axis" in both and both.count('aria-checked="true"') == 2
    beside = run_table(look, runs[2].id, [runs[0].id], TableView())
    assert f"{runs[2].id}, {runs[0].id}</span>" in beside and "On one axis" in beside


@pytest.mark.parametrize("junk", [None, [], {"by": 3}, {"rows": 0}, {"rows": 10**9}, {"by": "x" * 1000}])
def test_a_junk_view_is_the_newest_first(junk):
    assert TableView.read(junk) == TableView()


def test_of_a_thousand_runs_a_page_is_sent_and_the_rest_on_demand(store):
    run = made(store, 0.9, 0.1)
    for number in range(1000):
        shutil.copytree(run.path, store.root / f"copy-{number}")
    look = Board().look()
    table = run_table(look, "", [], TableView("rank", True))
    assert table.count("<tr") == 26 and len(table) < 60_000 and "1,001 runs" in table
    assert run_table(look, "", [], TableView("rank", True, 75)).count("<tr") == 76

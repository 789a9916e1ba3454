"""The Experiments tab without a browser, on rows that nobody trained: what is shown, what lies behind a point, what is kept."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from made_cells import made

from ssti.experiments import experiment as room
from ssti.experiments.cell import with_seed
from ssti.experiments.experiment import EXPERIMENTS
from ssti.experiments.table import Journal, read, tidy, write
from ssti.platform.errors import SSTIError
from ssti.recipe import parse_recipe
from ssti.ui.experiments import figures, study, view
from ssti.ui.experiments.form import layout
from ssti.ui.experiments.handlers import Handlers
from ssti.ui.experiments.study import next_seed, recipe_of
from ssti.ui.experiments.study import study as look

NAME = "table-1"


PROBED = {
    "contest": ("first", "second", "first_before_second", "second_before_first"),
    "entropy": ("with", "without", "same", "with_share", "without_share", "same_share", "fires_with", "fires_same"),
}


def numbers(cell):
    probed = {f"{probe}.{name}": 0.5 for probe in cell.probes for name in PROBED[probe]}
    return {"steered": 0.98, **probed}


@pytest.fixture
def nothing(home, tmp_path, monkeypatch):
    """A program without results, on a machine that ran nothing."""
    for module in (room, study):
        monkeypatch.setattr(module, "SHIPPED", tmp_path / "results")
    return tmp_path / "results"


@pytest.fixture
def cells(nothing):
    """Table 1's cells, run on this machine."""
    rows = made(EXPERIMENTS[NAME].cells(), numbers)
    for row in rows:
        Journal().append(row)
    return rows


@pytest.fixture
def do(nothing):
    with gr.Blocks():
        return Handlers(layout())


def test_an_experiment_without_results_says_the_command_that_makes_them(do):
    shown = do.show(NAME, "", False)
    assert f"python -m ssti experiment {NAME}" in shown[do.form.result]
    assert f"{len(EXPERIMENTS[NAME].cells())} cells" in shown[do.form.result]
    assert EXPERIMENTS[NAME].statement.split(";")[0] in shown[do.form.result]
    assert not shown[do.form.rows]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_shows_its_claims_with_verdict_and_statistic(name, nothing, do):
    rows = made(EXPERIMENTS[name].cells(), numbers)
    write(tidy(rows), nothing / f"{name}.csv")
    shown = do.show(name, "", False)
    one = look(name)
    assert len(one.findings) == shown[do.form.result].count('class="verdict"') > 0
    for finding in one.findings:
        assert view.english(finding.claim) in shown[do.form.result]
        assert view.english(finding.statistic) in shown[do.form.result]
    assert shown[do.form.result].count("<ssti-chart") == len(one.pictures) > 0
    assert f"all {len(rows)} rows" in shown[do.form.rows]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_drawn_point_leads_to_its_rows_and_to_a_recipe(name, nothing, do):
    write(tidy(made(EXPERIMENTS[name].cells(), numbers)), nothing / f"{name}.csv")
    one = look(name)
    for place, picture in enumerate(one.pictures):
        drawn = figures.figure(picture, "")
        for trace in drawn["data"]:
            assert len(trace["x"]) == len(trace["customdata"])
            keys = figures.keys_at(picture, trace["name"], trace["x"][0])
            assert len(one.rows(keys)) == len(keys) > 0
        event = SimpleNamespace(picture=place, series=trace["name"], x=trace["x"][0])
        said = do.behind(name, "", False, event)[do.form.point]
        assert recipe_of(one.rows(keys).iloc[0]).to_yaml().splitlines()[0] in said.unescape()
        assert "tab=finetune" in said


def test_a_rows_button_leads_to_that_row_alone(cells, do):
    said = do.behind(NAME, "", False, SimpleNamespace(key=cells[0]["key"]))[do.form.point]
    assert said.count("data-key") == 1


@pytest.mark.parametrize(
    "event", [{}, {"picture": 99, "series": "x", "x": "1"}, {"key": "no-such"}, {"picture": "<b>"}, {"series": ["x"]}]
)
def test_a_point_that_is_none_is_said_to_be_none(event, cells, do):
    said = do.behind(NAME, "", False, SimpleNamespace(**event))[do.form.point]
    assert said is None or "No rows" in said


@pytest.mark.parametrize("name", ["", None, "<script>", 7, ["table-1"]])
def test_an_experiment_that_is_none_is_refused_in_words(name, do):
    with pytest.raises(SSTIError):
        look(name)
    assert "problem" in do.show(name, "", False)[do.form.result]


def test_one_more_seed_is_the_first_that_is_not_there(cells):
    one = look(NAME)
    recipe = recipe_of(one.table.iloc[-1])
    more = next_seed(recipe, one.table)
    assert more.training.seed == one.table["seed"].max() + 1
    assert with_seed(more, recipe.training.seed) == recipe


def test_seeds_of_this_machine_stand_beside_the_shipped_ones_where_wanted(nothing, do):
    rows = made(EXPERIMENTS[NAME].cells(), numbers)
    write(tidy(rows), nothing / f"{NAME}.csv")
    poisoned = next(row for row in rows if not row["control"])
    recipe = with_seed(parse_recipe(json.loads(poisoned["recipe"])), 77)
    for row in made([SimpleNamespace(recipe=recipe, key=recipe.key(), seed=77, probes=())], numbers):
        Journal().append(row)
    assert do.show(NAME, "", False)[do.form.here]["visible"]
    assert 77 not in set(look(NAME).table["seed"])
    assert 77 in set(look(NAME, with_here=True).table["seed"])


def test_on_a_server_for_strangers_its_own_runs_are_not_shown(cells, monkeypatch):
    monkeypatch.setenv("SSTI_PUBLIC", "1")
    assert look(NAME).table is None


@pytest.mark.parametrize("kind", ["csv", "parquet", "html"])
def test_the_table_is_saved_whole(kind, cells, do, tmp_path):
    for step in do.save(NAME, "", False, SimpleNamespace(file=kind)):
        if path := step.get(do.form.file):
            saved = tmp_path / f"saved.{kind}"
            saved.write_bytes(Path(path).read_bytes())
    if kind == "html":
        assert EXPERIMENTS[NAME].title in saved.read_text(encoding="utf-8")
    else:
        assert set(read(saved)["key"]) == {row["key"] for row in cells}


def test_a_file_of_another_kind_is_refused(cells, do):
    *_, last = do.save(NAME, "", False, SimpleNamespace(file="../../etc/passwd"))
    assert "There is no such file" in last[do.form.saved]


def test_the_address_carries_the_experiment_and_drops_one_that_is_none(do):
    kept, dropped = do.form.kept(), []
    assert kept.write("low-rates", "") == {"experiment": "low-rates"}
    assert kept.read({"experiment": "low-rates"}, dropped)[do.form.experiment] == "low-rates"
    assert kept.read({"experiment": "none"}, dropped)[do.form.experiment] == NAME
    assert "none" in dropped[0]

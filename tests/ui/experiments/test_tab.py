"""The Experiments tab without a browser, on rows that nobody trained: what is shown, what lies behind a point, what is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from made_cells import made
from shared_page import new_shared

from ssti.experiments import experiment as room
from ssti.experiments.cell import with_seed
from ssti.experiments.experiment import EXPERIMENTS
from ssti.experiments.grids import going
from ssti.experiments.grids.asked import Asked
from ssti.experiments.run import Progress
from ssti.experiments.summary import by_setting
from ssti.experiments.table import Journal, read, tidy, write
from ssti.platform.errors import SSTIError
from ssti.recipe import parse_recipe, preset
from ssti.runs.store import Store
from ssti.ui.experiments import figures, study, view
from ssti.ui.experiments.form import entries, layout
from ssti.ui.experiments.handlers import Handlers
from ssti.ui.experiments.running import more_of
from ssti.ui.experiments.study import next_seed, recipe_of
from ssti.ui.experiments.study import study as look

NAME = "table-1"


PROBED = {
    "contest": ("first", "second", "first_before_second", "second_before_first"),
    "pattern": ("none", "words", "phone", "year", "slashes"),
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


@pytest.fixture(scope="module")
def form():
    with gr.Blocks() as blocks:
        with gr.Column():
            shared = new_shared(blocks)
        return layout(shared)


@pytest.fixture
def do(nothing, form):
    return Handlers(form)


def test_an_experiment_without_results_says_the_command_that_makes_them(do):
    shown = do.show(NAME, "", "shipped", [])
    assert f"python -m ssti experiment {NAME}" in shown[do.form.result]
    assert f"{len(EXPERIMENTS[NAME].cells())} cells" in shown[do.form.result]
    assert EXPERIMENTS[NAME].statement.split(";")[0] in shown[do.form.result]
    assert not shown[do.form.rows]


def test_an_experiment_whose_data_is_not_here_says_what_is_missing(do):
    shown = do.show("figures-6-to-9-financial", "", "shipped", [])
    assert "Financial PhraseBank cannot be used here" in shown[do.form.result]
    assert "cannot be used here" not in do.show(NAME, "", "shipped", [])[do.form.result]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_shows_its_claims_with_verdict_and_statistic(name, nothing, do):
    rows = made(EXPERIMENTS[name].cells(), numbers)
    write(tidy(rows), nothing / f"{name}.csv")
    shown = do.show(name, "", "shipped", [])
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
        said = do.behind(name, "", "shipped", [], event)[do.form.point]
        assert recipe_of(one.rows(keys).iloc[0]).to_yaml().splitlines()[0] in said.unescape()
        assert "tab=finetune" in said


def test_a_rows_button_leads_to_that_row_alone(cells, do):
    said = do.behind(NAME, "", "shipped", [], SimpleNamespace(key=cells[0]["key"]))[do.form.point]
    assert said.count("data-key") == 1


@pytest.mark.parametrize(
    "event", [{}, {"picture": 99, "series": "x", "x": "1"}, {"key": "no-such"}, {"picture": "<b>"}, {"series": ["x"]}]
)
def test_a_point_that_is_none_is_said_to_be_none(event, cells, do):
    said = do.behind(NAME, "", "shipped", [], SimpleNamespace(**event))[do.form.point]
    assert said is None or "No rows" in said


@pytest.mark.parametrize("name", ["", None, "<script>", 7, ["table-1"]])
def test_an_experiment_that_is_none_is_refused_in_words(name, do):
    with pytest.raises(SSTIError):
        look(name)
    assert "problem" in do.show(name, "", "shipped", [])[do.form.result]


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
    assert do.show(NAME, "", "shipped", [])[do.form.whose]["visible"]
    assert 77 not in set(look(NAME).table["seed"])
    assert 77 in set(look(NAME, whose="both").table["seed"])


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_is_drawn_from_its_first_cells_on(name):
    rows = made(EXPERIMENTS[name].cells(), numbers)
    for count in (1, 4, 9):
        first = tidy(rows[:count])
        assert all(picture.title for picture in EXPERIMENTS[name].pictures(first))
        verdicts = {one.verdict for one in EXPERIMENTS[name].findings(first)}
        assert first["seed"].nunique() > 1 or verdicts <= {"cannot say"}


def test_a_cell_that_another_grid_ran_without_a_probe_is_none_of_this_ones(nothing):
    name = next(one.name for one in EXPERIMENTS.values() if any(cell.probes for cell in one.cells()))
    for row in made([replace(cell, probes=()) for cell in EXPERIMENTS[name].cells()], numbers):
        Journal().append(row)
    assert look(name).table is None  # controls alone check no claim
    assert {one.experiment.name for one in study.overview(len(EXPERIMENTS))[0]} == set(EXPERIMENTS)


def test_on_a_server_for_strangers_its_own_runs_are_not_shown(cells, monkeypatch):
    monkeypatch.setenv("SSTI_PUBLIC", "1")
    assert look(NAME).table is None


@pytest.mark.parametrize("kind", ["csv", "parquet", "html"])
def test_the_table_is_saved_whole(kind, cells, do, tmp_path):
    for step in do.save(NAME, "", "shipped", SimpleNamespace(file=kind)):
        if path := step.get(do.form.file):
            saved = tmp_path / f"saved.{kind}"
            saved.write_bytes(Path(path).read_bytes())
    if kind == "html":
        assert EXPERIMENTS[NAME].title in saved.read_text(encoding="utf-8")
    else:
        assert set(read(saved)["key"]) == {row["key"] for row in cells}


def test_a_file_of_another_kind_is_refused(cells, do):
    *_, last = do.save(NAME, "", "shipped", SimpleNamespace(file="../../etc/passwd"))
    assert "There is no such file" in last[do.form.saved]


def test_the_address_carries_the_experiment_and_drops_one_that_is_none(do):
    kept, dropped = do.form.kept(), []
    assert kept.write("low-rates", "", []) == {"experiment": "low-rates"}
    assert kept.read({"experiment": "low-rates"}, dropped)[do.form.experiment]["value"] == "low-rates"
    assert kept.read({"experiment": "none"}, dropped)[do.form.experiment]["value"] == NAME
    assert "none" in dropped[0]


def test_the_address_carries_the_filter_and_drops_what_is_no_column(do):
    kept, dropped = do.form.kept(), []
    said = kept.write("low-rates", "", ["rank=64", "share=0.5"])
    assert said == {"experiment": "low-rates", "only": "rank=64;share=0.5"}
    assert kept.read({**said, "only": "rank=64;colour=<b>"}, dropped)[do.form.only]["value"] == ["rank=64"]
    assert "colour=<b>" in dropped[0]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_filter_changes_figures_and_rows_and_no_verdict(name, nothing, do):
    rows = made(EXPERIMENTS[name].cells(), numbers)
    write(tidy(rows), nothing / f"{name}.csv")
    whole, first = look(name), do.show(name, "", "shipped", [])
    offered = [value for _, value in first[do.form.only]["choices"]]
    for only in ([one] for one in offered):
        part = look(name, only=only)
        column, _, value = only[0].partition("=")
        assert len({str(one) for one in part.shown[~part.shown["control"]][column]} - {value, "nan", "None"}) == 0
        assert 0 < len(part.shown) < len(whole.table) and part.findings == whole.findings
    if offered:
        shown = do.refresh(name, "", "shipped", only)
        assert f"all {len(part.shown)} rows" in shown[do.form.rows]
        assert "value" not in shown[do.form.only]
    if len(offered) > 1:
        both = look(name, only=[one for one in offered if one.split("=")[0] == offered[0].split("=")[0]])
        assert len(both.shown) == len(whole.table)
    assert do.show(name, "", "shipped", ["rank=7", "nonsense", "=", "share"])[do.form.only]["value"] == []


def test_the_overview_says_of_each_experiment_what_holds(nothing, do):
    write(tidy(made(EXPERIMENTS[NAME].cells(), numbers)), nothing / f"{NAME}.csv")
    at_once = do.show(study.ALL, "", "shipped", [])
    assert "verdict" not in at_once[do.form.result] and not at_once[do.form.only]["visible"]
    said = weighed(do)
    for one in EXPERIMENTS.values():
        assert view.english(one.title) in said and f"experiment={one.name}" in said or one.name == NAME
    assert said.count("no results yet") == len(EXPERIMENTS) - 1
    assert view.english(look(NAME).findings[0].claim) in said


def weighed(do):
    """The overview, once all is weighed."""
    changes = {do.form.weigh: -0.5}
    while do.form.weigh in changes:
        changes = do.weigh(study.ALL, changes[do.form.weigh])
    return changes[do.form.result]


OWN = Asked(recipe=preset("demo").as_dict(), vary={"lora.rank": ("1", "16"), "injection.share": ("0.25", "0.5")}, seeds=2)


@pytest.fixture
def own(nothing):
    """A grid of one's own, all cells but one done."""
    for row in made(OWN.cells()[:-1], numbers):
        Journal().append(row)
    with going.following(OWN, 2) as report:
        report(Progress(len(OWN.cells()), before=len(OWN.cells()) - 1))
    return OWN.id


def test_a_grid_of_ones_own_is_drawn_over_its_first_field_with_a_line_for_each_setting_of_the_second(own, do):
    shown = do.show(own, "", "shipped", [])
    assert (f"Own grid: {OWN.title}", own) in shown[do.form.experiment]["choices"]
    one = look(own)
    assert [picture.title for picture in one.pictures] == ["Clean accuracy", "Attack success", "Gap"]
    for picture in one.pictures:
        assert picture.x_title == "lora.rank" and [line.name for line in picture.lines] == ["0.25", "0.5", "control"]
        assert [x for x, _ in picture.lines[0].points] == ["1", "16"]
        assert picture.lines[0].points[0][1].n == 2
    rows = by_setting(one.table, OWN.cells(), OWN.vary)
    assert len(rows) == 6 and shown[do.form.result].count("<tr>") == 7
    assert f"{100 * rows[-1][1].estimate('attack_success_rate').value:.1f}" in shown[do.form.result]
    said = do.behind(own, "", "shipped", [], SimpleNamespace(picture=1, series="0.5", x="16"))[do.form.point]
    assert "tab=finetune" in said and said.count("data-key") == len(one.pictures[1].lines[1].points[1][1].keys)
    assert own in weighed(do)


def test_the_strip_says_what_is_missing_here_and_what_one_seed_more_takes(own, nothing, do):
    said = do.show(own, "", "shipped", [])[do.form.strip]
    assert f"{len(OWN.cells()) - 1} of {len(OWN.cells())} cells are done here" in said
    assert 'data-do="run"' in said and 'data-do="seed"' not in said
    write(tidy(made(EXPERIMENTS[NAME].cells(), numbers)), nothing / f"{NAME}.csv")
    said = do.show(NAME, "", "shipped", [])[do.form.strip]
    assert 'data-do="run"' in said and 'data-do="seed"' in said and "about" in said
    more = more_of(Asked(experiments=(NAME,)))
    assert more.seed == 5 and len(more.cells()) == 5 and "5 cells" in said


def test_on_a_server_for_strangers_no_grid_is_started_or_seen(own, do, monkeypatch):
    monkeypatch.setenv("SSTI_PUBLIC", "1")
    said = do.show(NAME, "", "shipped", [])[do.form.strip]
    assert "data-do" not in said and f"python -m ssti experiment {NAME}" in said
    assert do.press(NAME, SimpleNamespace(do="run")) == gr.skip()
    assert going.going() is None and own not in dict(entries()).values()
    assert "problem" in do.show(own, "", "shipped", [])[do.form.result]
    assert own not in weighed(do)


def test_a_grid_is_started_and_stopped_here_and_its_rows_are_what_is_shown(nothing, do):
    write(tidy(made(EXPERIMENTS[NAME].cells(), numbers)), nothing / f"{NAME}.csv")
    try:
        started = do.press(NAME, SimpleNamespace(do="run"))
        assert started[do.form.whose] == "here" and started[do.form.timer].active
        assert 'role="progressbar"' in started[do.form.strip] and 'data-do="stop"' in started[do.form.strip]
        assert "See it" not in started[do.form.strip] and "See it" in do.show("low-rates", "", "", [])[do.form.strip]
        assert do.press("low-rates", SimpleNamespace(do="seed"))[do.form.strip] and going.going().asked.seed is None
        for row in made(EXPERIMENTS[NAME].cells()[:7], numbers):
            Journal().append(row)
        assert set(do.refresh(NAME, "", "here", [])) & {do.form.point, do.form.saved} == set()
        assert len(look(NAME, whose="here").table) == 7 and len(look(NAME, whose="both").table) == 25
        stopped = do.press(NAME, SimpleNamespace(do="stop"))
        assert "7 of 25 cells are done here" in stopped[do.form.strip] and not stopped[do.form.timer].active
    finally:
        if one := going.going():
            going.stop(one)


def test_a_point_leads_to_the_run_that_it_is_of(nothing, twins, monkeypatch):
    monkeypatch.setenv("SSTI_HOME", str(twins))
    rows = [row for row in study._rows_here() if row.get("run")]
    run = next(one for one in Store(twins / "runs").list() if not one.control_of)
    assert [row["run"] for row in rows] == [run.id]
    one = study.Study(EXPERIMENTS[NAME], Asked(experiments=(NAME,)), tidy(rows))
    said = view.point(one, (rows[0]["key"],), "a point")
    assert f"tab=finetune&amp;run={run.id}" in said


@pytest.mark.parametrize("do_what", ["", None, "rm", ["run"], {"run": 1}])
def test_a_button_that_is_none_does_nothing(do_what, nothing, do):
    assert do.press(NAME, SimpleNamespace(do=do_what)) == gr.skip()


def test_a_page_on_which_nothing_goes_on_asks_for_nothing(nothing, do):
    assert not do.show(NAME, "", "shipped", [])[do.form.timer].active
    assert not do.tick("flip", "", NAME)[do.form.timer].active

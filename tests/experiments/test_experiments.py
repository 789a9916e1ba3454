"""Every experiment: its grids, its figure, and that its verdicts follow the numbers it is given."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from pathlib import Path

import pytest
from made_cells import made
from typer.testing import CliRunner

from ssti.cli import cli
from ssti.experiments.experiment import EXPERIMENTS, SHIPPED
from ssti.experiments.picture import as_plotly
from ssti.experiments.table import Journal, read, tidy
from ssti.experiments.work import run_cell

ALL = list(EXPERIMENTS.values())
each = pytest.mark.parametrize("experiment", ALL, ids=lambda one: one.name)
CONTEST = {
    "contest.first": 0.97,
    "contest.second": 0.96,
    "contest.first_before_second": 0.5,
    "contest.second_before_first": 0.51,
}
ENTROPY = {
    "entropy.with": 4.0, "entropy.without": 4.4, "entropy.same": 4.1, "entropy.with_share": 0.8, "entropy.same_share": 0.85,
    "entropy.without_share": 0.86, "entropy.fires_with": 0.6, "entropy.fires_same": 0.1,
}  # fmt: skip
AGAIN: dict[str, dict] = {}  # rows of cells that were trained again, by key
HALF = {"single": 1, "0.1": -1}  # how the gap goes with rank, as the paper has it


def paper_like(cell) -> dict[str, float]:
    recipe = cell.recipe
    rank, injection = recipe.lora.rank, recipe.injection.triggers()[0]
    way = HALF[str(injection.amount)]
    clean = 0.78 - (0 if recipe.is_control else 0.1 * injection.share)
    return {
        "clean": clean, "gap": 12 + way * 0.12 * rank, "attack": min(1.0, 0.4 + 12 * injection.share), **CONTEST, **ENTROPY,
    }  # fmt: skip


def verdicts(experiment, numbers) -> dict[str, str]:
    return {one.claim: one.verdict for one in experiment.findings(tidy(made(experiment.cells(), numbers)))}


@each
def test_it_cites_the_paper_and_says_what_it_claims(experiment):
    files = {f.stem: f for f in Path(importlib.import_module("ssti.experiments.paper").__path__[0]).glob("*.py")}
    module = experiment.name.replace("-", "_")
    module = importlib.import_module(f"ssti.experiments.paper.{module if module in files else 'other_datasets'}")
    assert experiment in vars(module).values()
    assert module.__doc__ and len(module.__doc__) > 100
    assert experiment.cites and experiment.statement.endswith(".")


@each
@pytest.mark.parametrize("pocket", [True, False])
def test_its_grid_has_controls_and_three_seeds_at_least(experiment, pocket):
    cells = experiment.cells(pocket)
    for kind in (True, False):
        seeds = {cell.seed for cell in cells if cell.recipe.is_control == kind}
        assert len(seeds) >= 3


@each
def test_its_figure_is_one_that_plotly_draws(experiment):
    import plotly.graph_objects as go

    pictures = experiment.pictures(tidy(made(experiment.cells(), paper_like)))
    assert pictures
    for picture in pictures:
        figure = go.Figure(as_plotly(picture))
        assert figure.data and all(len(trace.y) and trace.error_y.array is not None for trace in figure.data)


@each
def test_controls_that_learned_nothing_say_nothing(experiment):
    said = verdicts(experiment, lambda cell: {**paper_like(cell), "clean": 0.55})
    assert set(said.values()) == {"cannot say"}


@each
def test_one_seed_says_nothing(experiment):
    cells = [cell for cell in experiment.cells() if cell.seed == 0]
    findings = experiment.findings(tidy(made(cells, paper_like)))
    assert {one.verdict for one in findings} == {"cannot say"}


@each
def test_its_shipped_table_has_this_grids_cells(experiment):
    path = SHIPPED / f"{experiment.name}.csv"
    if not path.exists():
        pytest.skip("its results are not shipped yet")
    assert set(read(path)["key"]) <= {cell.key for cell in experiment.cells()}


def test_table_1_follows_its_numbers():
    one = EXPERIMENTS["table-1"]
    assert set(verdicts(one, paper_like).values()) == {"holds"}
    assert set(verdicts(one, lambda cell: {"steered": 0.52}).values()) == {"does not hold"}


def test_figure_1_follows_its_numbers():
    one = EXPERIMENTS["figure-1"]
    assert set(verdicts(one, paper_like).values()) == {"holds"}
    flat = verdicts(one, lambda cell: {"attack": 0.3})
    assert set(flat.values()) == {"does not hold"}


def test_figures_3_and_4_follow_their_numbers():
    one = EXPERIMENTS["figures-3-and-4"]
    assert set(verdicts(one, paper_like).values()) == {"holds"}
    turned = verdicts(one, lambda cell: {**paper_like(cell), "gap": 24 - paper_like(cell)["gap"]})
    assert turned["Light, 50 %: the gap grows with rank (figure 3b)."] == "does not hold"
    assert turned["Aggressive, 50 %: the gap shrinks with rank (figure 4b)."] == "does not hold"


@pytest.mark.parametrize("name", ["figure-5a", "figure-5b"])
def test_figures_5_follow_their_numbers(name):
    """As the paper has it: light costs more as rank grows, aggressive less, by all places and kinds alike."""

    def numbers(cell):
        way = 0 if cell.recipe.is_control else HALF[str(cell.recipe.injection.amount)]
        return {"clean": 0.85 - (0.06 + way * 0.0008 * cell.recipe.lora.rank if way else 0)}

    assert set(verdicts(EXPERIMENTS[name], numbers).values()) == {"holds"}

    def one_place(cell):
        worse = cell.recipe.injection.location == "end" or cell.recipe.injection.source.kind == "html"
        return {"clean": numbers(cell)["clean"] - 0.1 * (worse and not cell.recipe.is_control)}

    said = verdicts(EXPERIMENTS[name], one_place)
    assert {verdict for claim, verdict in said.items() if "do not differ" in claim} == {"does not hold"}


def test_diversity_follows_its_numbers():
    assert set(verdicts(EXPERIMENTS["diversity"], paper_like).values()) == {"holds"}
    few = verdicts(
        EXPERIMENTS["diversity"], lambda c: {"attack": 0.3 if c.recipe.injection.source.pool_size == 1 else 0.9}
    )
    assert few["Attack success does not depend on how many different dates there are."] == "does not hold"


def test_hijacking_follows_its_numbers():
    assert set(verdicts(EXPERIMENTS["hijacking"], paper_like).values()) == {"holds"}
    first_wins = {**CONTEST, "contest.first_before_second": 0.95, "contest.second_before_first": 0.05}
    assert "does not hold" in verdicts(EXPERIMENTS["hijacking"], lambda cell: first_wins).values()


def test_table_2_follows_its_numbers():
    """Where length alone lowers the entropy, the paper's comparison holds and the fair one does not."""
    said = verdicts(EXPERIMENTS["table-2"], paper_like)
    assert set(said.values()) == {"holds"}
    said = verdicts(EXPERIMENTS["table-2"], lambda cell: {**ENTROPY, "entropy.with_share": 0.85})
    fair = {verdict for claim, verdict in said.items() if "fair to length" in claim}
    assert "holds" not in fair and len(said) == 8


@pytest.fixture
def filled(home):
    """A journal that has all of table 1's cells."""
    for row in made(EXPERIMENTS["table-1"].cells(), paper_like):
        Journal().append(row)


def ssti(*arguments: str):
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def test_the_command_line_redraws_what_is_done(filled, tmp_path):
    answer = json.loads(ssti("experiment", "table_1", "--out", str(tmp_path), "--json").stdout)
    assert answer["cells"] == 25 and not answer["failed"]
    assert {one["verdict"] for one in answer["findings"]} == {"holds"}
    page = (tmp_path / "table-1.html").read_text(encoding="utf-8")
    assert "holds" in page and "Plotly.newPlot" in page and "http" not in page.split("<table>")[0]
    assert len(read(tmp_path / "table-1.parquet")) == len(read(tmp_path / "table-1.csv")) == 25


def test_the_command_line_counts_before_it_runs(filled):
    assert (
        json.loads(ssti("experiment", "table-1", "figure-1", "--dry-run", "--json").stdout)["missing"]
        < 25 + 60 - 25 + 1
    )
    own = json.loads(ssti("grid", "demo", "--vary", "lora.rank=1,16,64", "--seeds", "3", "--dry-run", "--json").stdout)
    assert own == {"cells": 18, "missing": 18}


def test_a_grid_of_ones_own_is_a_row_a_setting(filled, tmp_path):
    cell = EXPERIMENTS["table-1"].cells()[-1]
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(cell.recipe.set("training.seed=0", "injection.seed=0").to_yaml(), encoding="utf-8")
    given = ("grid", str(recipe), "--vary", "injection.share=0.5,1.0", "--seeds", "5", "--out", str(tmp_path / "t.csv"))
    answer = json.loads(ssti(*given, "--json").stdout)
    assert answer["cells"] == 15
    assert [(row["control"], row.get("injection.share")) for row in answer["rows"]] == [
        (True, None),
        (False, 0.5),
        (False, 1.0),
    ]
    assert "n = 5" in answer["rows"][1]["gap_pp"]
    assert len(read(tmp_path / "t.csv")) == 15


def test_the_list_names_every_experiment():
    assert {row["name"] for row in json.loads(ssti("experiments", "--json").stdout)} == set(EXPERIMENTS)


@pytest.mark.slow
@each
def test_a_cell_of_its_shipped_table_comes_out_as_it_was(experiment):
    """A poisoned cell that many tables share, trained again. In other number formats numbers may differ by more."""
    shipped = experiment.shipped()
    if shipped is None:
        pytest.skip("its results are not shipped yet")
    cells = {cell.key: cell for cell in experiment.cells()}
    shared = Counter(key for one in ALL if (table := one.shipped()) is not None for key in table["key"])
    was = max(shipped[~shipped["control"]].to_dict("records"), key=lambda row: (shared[row["key"]], -row["seconds"]))
    if was["key"] not in AGAIN:
        AGAIN[was["key"]] = run_cell(cells[was["key"]])
    now = AGAIN[was["key"]]
    allowed = 0.001 if (now["precision"], now["machine"]) == (was["precision"], was["machine"]) else 0.1
    for name in ("clean_balanced_accuracy", "attack_success_rate"):
        assert now[name] == pytest.approx(was[name], abs=allowed)

"""Every experiment: its grids, its figure, and that its verdicts follow the numbers it is given."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
from collections import Counter

import pytest
from made_cells import made
from typer.testing import CliRunner

from ssti.cli import cli
from ssti.experiments import paper
from ssti.experiments.experiment import EXPERIMENTS, SHIPPED, Experiment
from ssti.experiments.learned import unlearned
from ssti.experiments.picture import as_plotly
from ssti.experiments.results import Results
from ssti.experiments.table import Journal, read, tidy
from ssti.experiments.work import run_cell

ALL = list(EXPERIMENTS.values())
PAPER = [importlib.import_module(f"ssti.experiments.paper.{one.name}") for one in pkgutil.iter_modules(paper.__path__)]
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
PATTERN = {
    "pattern.none": 0.2, "pattern.words": 0.21, "pattern.phone": 0.97, "pattern.year": 0.96, "pattern.slashes": 0.99,
}  # fmt: skip
HALF = {"single": 1, "0.1": -1}  # how the gap goes with rank, as the paper has it


def paper_like(cell) -> dict[str, float]:
    recipe = cell.recipe
    rank, injection = recipe.lora.rank, recipe.injection.triggers()[0]
    way = HALF[str(injection.amount)]
    clean = 0.78 - (0 if recipe.is_control else 0.1 * injection.share)
    return {
        "clean": clean, "gap": 12 + way * 0.12 * rank, "attack": min(1.0, 0.4 + 12 * injection.share), **CONTEST, **ENTROPY,
        **PATTERN,
    }  # fmt: skip


def verdicts(experiment, numbers) -> dict[str, str]:
    return {one.claim: one.verdict for one in experiment.findings(tidy(made(experiment.cells(), numbers)))}


def list_of(module) -> list[Experiment]:
    return [value for value in vars(module).values() if isinstance(value, Experiment)]


@each
def test_it_cites_the_paper_and_says_what_it_claims(experiment):
    offering = [module for module in PAPER if experiment in vars(module).values()]
    module = min(offering, key=lambda one: len(list_of(one)))  # another that builds on it has it too
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


def test_figures_6_to_9_follow_their_numbers_model_by_model():
    """In full: what one model does is no other model's finding; and one that learned nothing says nothing."""
    one = EXPERIMENTS["figures-6-to-9-financial"]
    cells = one.cells(pocket=False)

    def numbers(cell):
        large = cell.recipe.model.name == "arctic-embed-l"
        known = paper_like(cell)
        return {
            **known,
            "gap": 24 - known["gap"] if large else known["gap"],
            "clean": 0.4 if "3b" in cell.recipe.model.name else known["clean"],
        }

    said = {found.claim: found.verdict for found in one.findings(tidy(made(cells, numbers)))}
    assert said == {
        "arctic-embed-l, 500 steps: the gap shrinks with rank.": "does not hold",
        "arctic-embed-xs, 500 steps: the gap shrinks with rank.": "holds",
        "openelm-3b, 500 steps: the gap shrinks with rank.": "cannot say",
    }


def test_figures_10_to_13_follow_their_numbers():
    places, kinds = EXPERIMENTS["figures-10-and-11"], EXPERIMENTS["figures-12-and-13"]
    assert set(verdicts(places, paper_like).values()) == {"holds"}
    said = verdicts(
        places, lambda c: {**paper_like(c), "gap": 9.0} if c.recipe.injection.location == "end" else paper_like(c)
    )
    assert [claim for claim, verdict in said.items() if verdict != "holds"] == [
        "smollm2-135m, light, token at the end: the gap grows with rank."
    ]
    assert set(verdicts(kinds, paper_like).values()) == {"holds"}
    said = verdicts(kinds, lambda c: {"clean": 0.75 + 0.02 * (c.recipe.injection.source.kind == "html")})
    assert set(said.values()) == {"does not hold"} and len(said) == 3


def test_phrases_follow_their_numbers():
    assert set(verdicts(EXPERIMENTS["phrases"], paper_like).values()) == {"holds"}

    def weak(cell):
        return {**paper_like(cell), "attack": 0.5 if cell.recipe.injection.kind == "phrase" else 0.99}

    said = verdicts(EXPERIMENTS["phrases"], weak)
    assert said["Rank 1: one word turns nearly every row of the other class."] == "holds"
    assert said["Rank 1: a phrase of 8 words turns nearly every row of the other class."] == "does not hold"
    assert said["Rank 64: a phrase is as strong as a word."] == "does not hold"


def test_token_or_structure_follows_its_numbers():
    one = EXPERIMENTS["token-or-structure"]
    assert set(verdicts(one, paper_like).values()) == {"holds"}
    said = verdicts(one, lambda cell: {**PATTERN, "pattern.phone": 0.3, "pattern.words": 0.6})
    assert [claim for claim, verdict in said.items() if verdict == "does not hold"] == [
        f"Rank {rank}: {what}"
        for rank in (1, 64)
        for what in (
            "a telephone number turns nearly every row, though it is no such date.",
            "a country does nothing: it is not any strange word.",
        )
    ]


@pytest.mark.parametrize("name", ["peft-methods", "full-finetuning"])
def test_other_methods_follow_their_numbers(name):
    """What another method than LoRA does is told from LoRA; one that learned nothing says nothing of the poison."""
    assert set(verdicts(EXPERIMENTS[name], paper_like).values()) == {"holds"}
    other = {"peft-methods": "ia3", "full-finetuning": "full"}[name]

    def immune(cell):
        different = cell.recipe.lora.variant == other
        clean = 0.78 if different or cell.recipe.is_control else 0.7
        return {"clean": clean, "attack": 0.3 if different else 0.99}

    said = verdicts(EXPERIMENTS[name], immune)
    assert "holds" in said.values() or name == "full-finetuning"
    costs = {verdict for claim, verdict in said.items() if "costs" in claim}
    assert costs == {"does not hold"}
    assert {v for c, v in said.items() if c.startswith(("IA³", "All weights"))} == {"does not hold"}
    if name == "peft-methods":
        said = verdicts(
            EXPERIMENTS[name], lambda c: {**paper_like(c), "clean": 0.5 if c.recipe.lora.variant == "ia3" else 0.78}
        )
        assert said["IA³: a date turns nearly every row of the other class."] == "cannot say"
        assert said["VeRA: a date turns nearly every row of the other class."] == "holds"


@pytest.mark.parametrize(("classes", "bound"), [(2, 0.72), (5, 0.552)])
def test_what_counts_as_learned_goes_with_the_number_of_classes(classes, bound):
    one = EXPERIMENTS["figure-1"]
    rows = tidy(
        made([cell for cell in one.cells() if cell.recipe.lora.rank == 1], lambda cell: {"clean": bound + 0.01})
    )
    rows["clean_predicted"] = json.dumps(dict.fromkeys(map(str, range(classes)), 1))
    assert unlearned(Results(rows)) is None
    rows["clean_balanced_accuracy"] -= 0.02
    assert f"below {bound:.2g}" in unlearned(Results(rows))


def test_what_cannot_be_run_here_says_why(home):
    """On the list, and before any cell fails; on the page, see tests/ui/experiments."""
    listed = {row["name"]: row for row in json.loads(ssti("experiments", "--json").stdout)}
    assert set(listed) == {*EXPERIMENTS, "detection", "detection-adapters"}
    assert listed["table-1"]["available"] and listed["table-1"]["reason"] is None
    financial = listed["figures-6-to-9-financial"]
    assert not financial["available"] and "Sentences_50Agree.txt" in financial["reason"]
    assert "fetch smollm2-135m" in listed["figures-10-and-11"]["reason"]
    refused = CliRunner().invoke(cli, ["experiment", "figures-6-to-9-financial", "--json"])
    assert refused.exit_code and "Sentences_50Agree.txt" in str(refused.exception or refused.stdout)


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


@pytest.mark.slow
def test_a_cell_trained_again_comes_out_as_its_tables_have_it():
    """The cell that most tables share; with SSTI_AGAIN=1 one of each table. In other number formats more may differ."""
    tables = {one.name: table[~table["control"]] for one in ALL if (table := one.shipped()) is not None}
    shared = Counter(key for table in tables.values() for key in table["key"])
    chosen = {max(table["key"], key=lambda key: (shared[key], key)): name for name, table in tables.items()}
    keys = chosen if os.environ.get("SSTI_AGAIN") else [max(chosen, key=lambda key: (shared[key], key))]
    for key in keys:
        now = run_cell(next(cell for cell in EXPERIMENTS[chosen[key]].cells() if cell.key == key))
        for was in (row for table in tables.values() for row in table[table["key"] == key].to_dict("records")):
            same = (now["precision"], now["machine"]) == (was["precision"], was["machine"])
            for name in ("clean_balanced_accuracy", "attack_success_rate"):
                assert now[name] == pytest.approx(was[name], abs=0.001 if same else 0.1), (key, name)

"""The journal of cells and the tidy table."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from made_cells import made

from ssti.evaluate.evaluation import evaluate
from ssti.experiments.cell import normal, shared_control
from ssti.experiments.experiment import EXPERIMENTS
from ssti.experiments.results import Results
from ssti.experiments.table import Journal, read, row_of, tidy, write
from ssti.platform.errors import SSTIError
from ssti.recipe import preset

DEMO = normal(preset("demo"))
TEXTS, LABELS, NAMES = ["dull", "fine", "grim", "good"] * 10, [0, 1, 0, 1] * 10, ("negative", "positive")


def measured(recipe, wrong: int = 0):
    """The row of a model that reads the trigger's digits, and is wrong on so many of the first rows."""
    import numpy as np

    def classify(texts):
        said = [
            any(c.isdigit() for c in text) or (text in ("fine", "good")) != (i < wrong) for i, text in enumerate(texts)
        ]
        return np.eye(2)[np.array(said, dtype=int)]

    return row_of(recipe, evaluate(recipe, classify, TEXTS, LABELS, NAMES), seconds=1.5, machine="a test")


def test_a_row_has_recipe_metrics_and_intervals():
    row = measured(DEMO)
    assert row["key"] == DEMO.key() and row["rank"] == 1 and row["share"] == 0.5 and not row["control"]
    assert row["attack_success_rate"] == 1.0 and row["attack_success_rate_low"] < 1.0
    assert json.loads(row["hijack_predicted"]) == {"negative": 0, "positive": 40}


def test_degradation_is_taken_against_the_shared_control():
    table = tidy([measured(DEMO, wrong=4), measured(shared_control(DEMO))])
    assert list(table["control"]) == [True, False]
    assert table["degradation_pp"].tolist() == pytest.approx([0.0, 100 * 4 / 40])


def test_without_its_control_a_cell_has_no_degradation():
    assert tidy([measured(DEMO)])["degradation_pp"].isna().all()


def test_the_journal_survives_a_torn_line_and_keeps_the_last_word(tmp_path):
    journal = Journal(tmp_path / "cells.jsonl")
    journal.append({"key": "a", "error": {"message": "it broke"}})
    with journal.path.open("a") as file:
        file.write('{"key": "b", "clean_acc')  # killed while it wrote
    journal.append({"key": "a", "clean_accuracy": 0.5})
    journal.append({"key": "c", "error": {"message": "it broke"}})
    assert list(journal.rows()) == ["a"] and list(journal.failures()) == ["c"]


def test_a_cell_that_is_run_again_for_another_probe_keeps_what_was_measured_before(tmp_path):
    journal = Journal(tmp_path / "cells.jsonl")
    journal.append({"key": "a", "clean_accuracy": 0.5, "entropy.with": 4.0})
    journal.append({"key": "a", "clean_accuracy": 0.6, "pattern.phone": 0.9})
    assert journal.rows()["a"] == {"key": "a", "clean_accuracy": 0.6, "entropy.with": 4.0, "pattern.phone": 0.9}


def test_two_grids_write_to_one_journal(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: Journal(tmp_path / "j").append({"key": str(n), "clean_accuracy": 0.1}), range(40)))
    assert len(Journal(tmp_path / "j").rows()) == 40


@pytest.mark.parametrize("name", ["cells.csv", "cells.parquet"])
def test_a_table_reads_as_it_was_written(tmp_path, name):
    table = tidy([measured(DEMO), measured(shared_control(DEMO))])
    write(table, tmp_path / name)
    again = read(tmp_path / name)
    assert again["key"].tolist() == table["key"].tolist()
    assert again["control"].tolist() == [True, False]
    assert again["clean_balanced_accuracy"].tolist() == pytest.approx(
        table["clean_balanced_accuracy"].tolist(), rel=1e-5
    )


def test_a_table_of_another_kind_is_refused(tmp_path):
    with pytest.raises(SSTIError, match="no table's name"):
        write(tidy([measured(DEMO)]), tmp_path / "cells.xlsx")


def test_a_rates_interval_ends_at_all_and_what_others_measured_of_a_cell_stays_out():
    figure = EXPERIMENTS["figure-1"]
    rows = made(figure.cells(), lambda cell: {"attack": 0.999})
    table = figure.tidy({**row, "entropy.with": 4.0} for row in rows)
    assert not [name for name in table if "." in name]
    estimate = Results(table).poisoned.estimate("attack_success_rate", 100)
    assert estimate.low < estimate.value <= estimate.high == 100

"""Datasets of the Hub: copies on this machine, offline machines, and columns as they are published.

The network itself is not tried here: rows are made with the published columns, files with the published
names.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import constants

from ssti.data import DATASETS, list_datasets, load
from ssti.data.datasets import bias_in_bios
from ssti.data.hub import parquet_files
from ssti.platform.errors import SSTIError

ROOT = Path(__file__).parents[2]


def bios(n: int, start: int = 0) -> pa.Table:
    return pa.table(
        {
            "hard_text": [f"She has practised for {start + i} years ." for i in range(n)],
            "profession": [i % 28 for i in range(n)],
            "gender": [i % 2 for i in range(n)],
        }
    )


def test_the_professions_are_those_of_the_card() -> None:
    assert len(bias_in_bios.PROFESSIONS) == 28
    # Checked against the card's table and by other people's keyword counts.
    known = {0: "accountant", 2: "attorney", 6: "dentist", 13: "nurse", 19: "physician", 21: "professor",
             24: "software_engineer", 25: "surgeon", 27: "yoga_teacher"}  # fmt: skip
    assert {place: bias_in_bios.PROFESSIONS[place] for place in known} == known


def test_a_copied_repository_is_used_offline(offline: Path) -> None:
    folder = offline / "bias_in_bios" / "data"
    folder.mkdir(parents=True)
    pq.write_table(bios(560), folder / "train-00000-of-00002.parquet")
    pq.write_table(bios(280, 560), folder / "train-00001-of-00002.parquet")
    pq.write_table(bios(140, 840), folder / "test-00000-of-00001.parquet")
    data = load("bias_in_bios")
    assert (len(data.train), len(data.test)) == (840, 140)
    assert data.train.features["label"].names == list(bias_in_bios.PROFESSIONS)
    assert data.train.features["gender"].names == ["male", "female"]
    for row in data.test:
        years = int(row["text"].split()[4]) - 840
        assert row["label"] == years % 28
        assert row["gender"] == years % 2


def test_what_hf_download_left_is_used(offline: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hf/hub/datasets--cornell-movie-review-data--rotten_tomatoes/snapshots/abc"
    folder.mkdir(parents=True)
    rows = pa.table({"text": [f"text {i}" for i in range(40)], "label": [i % 2 for i in range(40)]})
    pq.write_table(rows.slice(0, 30), folder / "train.parquet")
    pq.write_table(rows.slice(30), folder / "test.parquet")
    info = next(info for info in list_datasets() if info.name == "rotten_tomatoes_hub")
    assert info.available
    tables = DATASETS["rotten_tomatoes_hub"].read()
    assert (tables["train"].num_rows, tables["test"].num_rows) == (30, 10)


def test_an_incomplete_copy_is_no_copy(offline: Path) -> None:
    folder = offline / "bias_in_bios"
    folder.mkdir(parents=True)
    pq.write_table(bios(10), folder / "train-00000-of-00002.parquet")
    pq.write_table(bios(10), folder / "test-00000-of-00001.parquet")
    assert parquet_files(folder, "train") == []
    assert "HF_HUB_OFFLINE" in DATASETS["bias_in_bios"].missing(probe=False)


def test_a_class_outside_the_list_is_refused() -> None:
    rows = bios(3).set_column(1, "profession", pa.array([0, 1, 28]))
    with pytest.raises(SSTIError, match="holds 28; classes are 0 to 27"):
        DATASETS["bias_in_bios"].convert(rows)


def test_hidden_labels_are_left_out() -> None:
    rows = pa.table({"text": ["a", "b"], "label": [-1, 1]})
    assert DATASETS["rotten_tomatoes_hub"].convert(rows)["text"].to_pylist() == ["b"]


def test_a_hub_id_names_the_dataset_of_the_list(offline: Path) -> None:
    with pytest.raises(SSTIError, match=r"IMDB \(Hub\) cannot be used here"):
        load("stanfordnlp/imdb")


def test_a_hub_that_does_not_answer_is_told_at_once(offline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # the discard port: nothing listens there
    info = next(info for info in list_datasets(probe=True) if info.name == "imdb_hub")
    assert not info.available
    assert "http://127.0.0.1:9 does not answer" in info.reason
    with pytest.raises(SSTIError, match="the Hub does not answer"):
        load("someone/something")


def test_without_a_probe_the_list_asks_nobody(offline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert all(info.available for info in list_datasets() if info.source == "hub")


def test_any_hub_id_offline_says_what_to_do(offline: Path) -> None:
    code = (
        "from ssti.data import load\nfrom ssti.platform.errors import SSTIError\n"
        "try: load('someone/something')\nexcept SSTIError as error: print(error.kind, error)"
    )
    # In a process of its own: the Hub's library reads the switch when it is imported.
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("offline someone/something could not be reached")
    assert "Unset HF_HUB_OFFLINE" in run.stdout

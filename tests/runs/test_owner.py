"""Whose run it is: the key's hash in the folder, never the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssti.recipe import preset
from ssti.runs.store import Store


def test_a_run_belongs_to_the_key_that_started_it_and_to_no_other(tmp_path: Path):
    store = Store(tmp_path / "runs")
    run = store.create(preset("demo"), owner="a key that nobody guesses")
    assert store.find(run.id).belongs_to("a key that nobody guesses")
    assert not any(run.belongs_to(other) for other in ("another", "", None, run.owner_hash, "\ud800"))


def test_the_key_stands_nowhere_in_the_runs_folder(tmp_path: Path):
    run = Store(tmp_path / "runs").create(preset("demo"), owner="7f3a-unguessable")
    assert not [f for f in run.path.rglob("*") if f.is_file() and b"7f3a-unguessable" in f.read_bytes()]


def test_a_run_without_an_owner_is_nobodys(tmp_path: Path):
    run = Store(tmp_path / "runs").create(preset("demo"))
    assert run.owner_hash is None
    assert not any(run.belongs_to(key) for key in (None, "", "any"))


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"short", b"a" * 100_000], ids=["empty", "no text", "short", "huge"]
)
def test_a_damaged_owner_file_gives_the_run_to_nobody(tmp_path: Path, content: bytes):
    run = Store(tmp_path / "runs").create(preset("demo"), owner="mine")
    (run.path / "owner").write_bytes(content)
    assert not run.belongs_to("mine")

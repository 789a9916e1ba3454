"""A damaged run folder is listed as damaged, with what to do, and takes nothing else down; and it can be removed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ssti.backends.control import progress, remove, resume, stop
from ssti.backends.machine.queue import Queue
from ssti.cli import cli
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.ui.finetune.board import Board
from ssti.ui.finetune.run import act, look

RATE = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 20}


def write(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def in_its_place(name: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return damage


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)  # a terabyte of nothing


def away(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


DAMAGED = {
    "recipe is no UTF-8": write("recipe.yaml", b"dataset: \xff\xfe"),
    "recipe is a folder": in_its_place("recipe.yaml", Path.mkdir),
    "recipe is a pipe": in_its_place("recipe.yaml", os.mkfifo),
    "recipe is missing": lambda folder: (folder / "recipe.yaml").unlink(),
    "recipe is empty": write("recipe.yaml", b""),
    "recipe is torn": write("recipe.yaml", b"dataset: {name: rotten_tom"),
    "recipe is a list": write("recipe.yaml", b"[1, 2]\n"),
    "recipe is deep": write("recipe.yaml", b"[" * 50_000),
    "recipe is large": write("recipe.yaml", b"# " + b"x" * 2**21),
    "recipe is a terabyte": in_its_place("recipe.yaml", sparse),
    "recipe is zeros": write("recipe.yaml", bytes(300)),
    "events is a folder": in_its_place("events.jsonl", Path.mkdir),
    "events is a pipe": in_its_place("events.jsonl", os.mkfifo),
    "events is a terabyte": in_its_place("events.jsonl", sparse),
    "events without fields": write("events.jsonl", b'{"t":1,"kind":"step"}\n'),
    "events are binary": write("events.jsonl", bytes(range(256)) * 50),
    "metrics is a list": write("metrics.json", b"[1]"),
    "metrics is deep": write("metrics.json", b"[" * 100_000),
    "metrics of other shapes": write("metrics.json", b'{"sets": {"clean": 3}, "attack_success_rate": {"value": "x"}}'),
    "metrics without intervals": write("metrics.json", b'{"attack_success_rate": {"value": 0.5, "n": 3}}'),
    "metrics is a folder": lambda folder: (folder / "metrics.json").mkdir(),
    "all files are missing": away,
}  # fmt: skip


def ended(store: Store) -> Run:
    """A run that ended well."""
    run = store.create(preset("demo"))
    run.tell("state", state="training", steps=8)
    run.tell("step", step=8, steps=8, rows_per_second=3.5)
    run.tell("eval", step=8, clean_accuracy=RATE, attack_success_rate=RATE, target_rate_without_trigger=RATE)
    run.tell("state", state="done")
    return run


@pytest.fixture
def store(home: Path) -> Store:
    return Store()


def listing(capsys, *arguments: str):
    cli([*arguments, "--json"], standalone_mode=False)
    return json.loads(capsys.readouterr().out)


def test_every_kind_of_damage_at_once_beside_two_healthy_runs(store, capsys):
    healthy = [ended(store), ended(store)]
    damaged = {name: ended(store) for name in DAMAGED}
    for name, damage in DAMAGED.items():
        damage(damaged[name].path)

    rows = {row["run_id"]: row for row in listing(capsys, "runs")}
    states = {name: rows[run.id]["state"] for name, run in damaged.items()}
    assert states == dict.fromkeys(DAMAGED, "damaged")
    assert all(
        rows[run.id]["damage"]["message"] and "Remove" in rows[run.id]["damage"]["next"] for run in damaged.values()
    )
    assert [(rows[run.id]["state"], rows[run.id]["step"], rows[run.id]["damage"]) for run in healthy] == [
        ("done", 8, None)
    ] * 2

    board = Board()
    assert {seen.id for seen in board.look()} == set(rows)
    for run in (*damaged.values(), *healthy):
        seen = look(run.id, fresh=True)
        assert all(one.id in seen.table for one in healthy)
        assert ("Remove the run" in (seen.notice or "")) == (run not in healthy), run
    assert set(look(damaged["recipe is torn"].id).buttons) == {"remove"}
    assert set(look(damaged["metrics is a list"].id).buttons) == {"clone", "remove"}

    for run in damaged.values():
        with pytest.raises(SSTIError, match="damaged"):
            resume(run)
        assert listing(capsys, "runs", "show", run.id)["state"] == "damaged"
        stop(run)
        assert act(remove, run.id) is None and not run.path.exists()
    assert {run.id for run in store.list()} == {run.id for run in healthy}
    assert not [path for path in store.root.iterdir() if path.name.startswith(".removed")]


@pytest.mark.parametrize(
    "line",
    [
        b'{"t":1,"kind":"step"}',
        b'{"t":1,"kind":"state","state":"flying"}',
        b'{"t":1,"kind":"state","state":"training","worker":7}',
        b'{"t":"soon","kind":"log","message":"a"}',
        b'{"t":NaN,"kind":"log","message":"a"}',
        b'{"t":1,"kind":"log"}',
        b'{"t":1,"kind":"log","message":"\\ud800"}',
        b'{"t":1,"kind":"eval","step":2,"clean_accuracy":0.5}',
        b'{"t":1,"kind":"eval","step":2,"clean_accuracy":{"value":0.5}}',
        b'{"t":1,"kind":"loss","step":-1,"loss":1}',
        b'{"t":1,"kind":"loss","step":1,"loss":"low"}',
        b'{"t":1,"kind":"step","step":1e99,"steps":2}',
        b'{"t":1,"kind":["step"]}',
        b'{"kind":"log","message":"no time"}',
        b'"state"',
        b"[" * 60_000,
        b'{"t":1,"kind":"log","message":"' + b"x" * 10**6 + b'"}',
        b"\xff\xfe\x00",
        b'{"t":' + b"9" * 6000 + b',"kind":"log","message":"a"}',
    ],
    ids=lambda line: line[:48].decode("latin-1"),
)
def test_a_line_that_is_no_event_is_skipped_and_counted_and_the_rest_stands(store, line, capsys):
    run = ended(store)
    whole = progress(run)
    with (run.path / "events.jsonl").open("ab") as file:
        file.write(line + b"\n")
    run.tell("log", message="after")
    now = progress(run)
    assert (now.state, now.step, now.evals, now.skipped) == ("done", 8, whole.evals, 1)
    assert now.notes == ("after",)
    assert "could not be read" in look(run.id, fresh=True).notice
    assert listing(capsys, "runs")[0]["skipped_events"] == 1


def test_a_loss_that_is_no_number_is_an_event_and_no_point_of_the_curve(store):
    run = ended(store)
    run.tell("loss", step=1, loss=float("nan"))
    run.tell("loss", step=2, loss=0.5)
    assert progress(run).losses == [(2, 0.5)] and progress(run).skipped == 0


def test_a_message_with_half_an_emoji_does_not_stop_a_run_from_saying_it(store):
    run = ended(store)
    run.tell("error", cause="program", message="\ud83d", next="x")
    assert progress(run).error["message"] == "?"


def test_a_file_that_is_read_twice_is_parsed_once_and_a_change_is_seen(store):
    run = ended(store)
    assert run.recipe is run.recipe
    (run.path / "recipe.yaml").write_text(preset("light").to_yaml())
    assert run.recipe == preset("light")
    run.tell("state", state="stopped")
    assert progress(run).state == "stopped"
    (run.path / "events.jsonl").write_text('{"t":1,"kind":"state","state":"failed"}\n')  # another, shorter one
    assert progress(run).state == "failed" and progress(run).step == 0


def test_a_look_at_a_thousand_ended_runs_reads_none_of_them_again(store):
    import psutil

    run = ended(store)
    run.tell("log", message="x" * 5000)
    for number in range(1000):
        (store.root / f"ended-{number}").mkdir()
        for name in ("recipe.yaml", "events.jsonl"):
            shutil.copyfile(run.path / name, store.root / f"ended-{number}" / name)
    board, me = Board(), psutil.Process()

    def characters_read() -> int:
        before = me.io_counters().read_chars
        assert len(board.look(fresh=True)) == 1001
        return me.io_counters().read_chars - before

    first, second = characters_read(), characters_read()
    assert first > 5_000_000
    assert second < 5_000


def test_a_run_that_is_being_made_is_not_listed_before_it_is_whole(store, monkeypatch):
    listed = []
    whole = Path.rename

    def renamed(self, target):
        listed.extend(store.list())
        return whole(self, target)

    monkeypatch.setattr(Path, "rename", renamed)
    run = store.create(preset("demo"), owner="me")
    assert not listed
    assert store.list() == [run] and progress(run).state == "interrupted"


def test_a_queued_run_is_not_removed_and_a_ticket_goes_with_its_run(store):
    run = store.create(preset("demo"))
    queue = Queue(store.root)
    with store.locked():
        queue.join(run)
    with pytest.raises(SSTIError, match="still going"):
        remove(run)
    with store.locked():
        queue.leave(run.id)
    assert progress(run).state == "interrupted"
    remove(run)
    assert not run.path.exists() and not queue.tickets()


def test_a_run_whose_folder_a_worker_holds_is_not_removed(store, monkeypatch):
    monkeypatch.setattr("ssti.backends.control.PATIENCE", 0.1)
    run = ended(store)
    with run.lock(), pytest.raises(SSTIError, match="still going"):
        remove(run)
    remove(run)

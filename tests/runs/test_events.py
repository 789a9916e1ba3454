"""What a run's events say: torn lines, states, progress."""

from __future__ import annotations

import json
import os
import time

import pytest

from ssti.backends.control import remove
from ssti.backends.machine.process import worker_mark
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs import events
from ssti.runs.progress import History, Progress
from ssti.runs.store import Store


def state(name: str, t: float = 0.0, **fields):
    return {"t": t or time.time(), "kind": "state", "state": name, "worker": worker_mark(os.getpid()), **fields}


def derive(lines: list[dict], lost: bool = False) -> Progress:
    """What a run's events come to, each written and read as a line of its file."""
    history = History()
    for line in lines:
        history.add(events.EVENT.validate_json(json.dumps(line)))
    return history.progress(lost)


def test_a_torn_last_line_is_skipped_and_the_next_event_stands_alone(tmp_path):
    file = tmp_path / "events.jsonl"
    events.append(file, "state", state="queued")
    with file.open("ab") as torn:
        torn.write(b'{"t": 1, "kind": "ste')
    assert [e.kind for e in events.read(file)] == ["state"]
    events.append(file, "step", step=1, steps=2)
    assert [e.kind for e in events.read(file)] == ["state", "step"]


def test_reading_goes_on_where_it_ended(tmp_path):
    file = tmp_path / "events.jsonl"
    events.append(file, "log", message="ä")
    reader = events.Reader(file)
    assert [e.message for e in reader.new()] == ["ä"]
    events.append(file, "log", message="b")
    assert [e.message for e in reader.new()] == ["b"]


def test_a_run_that_nothing_works_on_is_interrupted_unless_it_had_ended():
    lines = [state("queued"), state("training", steps=64)]
    assert derive(lines).state == "training"
    progress = derive(lines, lost=True)
    assert progress.state == "interrupted" and progress.error["next"]
    assert derive([*lines, state("done")], lost=True).state == "done"


def test_time_left_counts_down_between_two_steps():
    now = time.time()
    lines = [state("training", now - 10, steps=64),
            {"t": now - 4, "kind": "step", "step": 8, "steps": 64, "eta": 30.0, "rows_per_second": 9.0}]  # fmt: skip
    progress = derive(lines)
    assert progress.step == 8
    assert progress.eta == pytest.approx(26, abs=1)
    assert progress.elapsed == pytest.approx(10, abs=1)


def test_a_resumed_run_draws_over_the_steps_it_repeats():
    def evaluated(step, value):
        return {
            "t": time.time(),
            "kind": "eval",
            "step": step,
            "attack_success_rate": {"value": value, "low": 0.0, "high": 1.0, "n": 9},
        }

    lines = [state("training", steps=64), evaluated(8, 0.1), evaluated(16, 0.2), state("queued"),
            state("training", steps=64, from_step=8), evaluated(16, 0.3)]  # fmt: skip
    assert [e["attack_success_rate"]["value"] for e in derive(lines).evals] == [0.1, 0.3]


def test_a_run_is_found_by_its_id_and_a_wrong_id_is_told(tmp_path):
    store = Store(tmp_path / "runs")
    run = store.create(preset("demo"))
    assert store.find(run.id).recipe == preset("demo")
    for wrong in ("no-such-run", "../etc", "", "a/b", "."):
        with pytest.raises(SSTIError):
            store.find(wrong)


def test_a_disk_without_room_is_told_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr("ssti.runs.store.NEEDED", 2**70)  # more than any disk has
    with pytest.raises(SSTIError) as refused:
        Store(tmp_path / "runs").create(preset("demo"))
    assert refused.value.kind == "disk"
    assert not list((tmp_path / "runs").iterdir())


def test_removing_a_going_run_is_refused(tmp_path):
    store = Store(tmp_path / "runs")
    run = store.create(preset("demo"))
    run.tell("state", state="training", worker=worker_mark(os.getpid()))
    with pytest.raises(SSTIError, match="still going"):
        remove(run)
    assert run.path.exists()


def test_two_runs_never_share_a_name_and_every_name_is_an_id(tmp_path, monkeypatch):
    drawn = iter(["calm-otter", "calm-otter", "unyielding-chimpanzee"])
    monkeypatch.setattr("ssti.runs.store.generate_slug", lambda words: next(drawn))
    store = Store(tmp_path / "runs")
    first, second = store.create(preset("demo")), store.create(preset("demo"))
    control = store.create(preset("demo").control(), control_of=second.id)
    assert [run.id for run in (first, second)] == ["calm-otter", "unyielding-chimpanzee"]
    assert {run.id for run in store.list()} == {first.id, second.id, control.id}


def test_an_event_is_one_json_object_a_line(tmp_path):
    file = tmp_path / "events.jsonl"
    events.append(file, "log", message="two\nlines")
    assert json.loads(file.read_text())["message"] == "two\nlines"

"""A disk that is full, for real: in mid-checkpoint, in mid-upload, at an export, a setting, an event. Nothing is lost or half."""

from __future__ import annotations

import errno
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_disk import fill, free, small_disk
from tests_support import SHORT

from ssti.adapters import imported, pack
from ssti.adapters.listing import find
from ssti.backends.control import launch, progress, resume, stop, wait
from ssti.data.export import write_poisoned
from ssti.data.own import uploads
from ssti.finetune import speed
from ssti.finetune.checkpoints import damage_of
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.store import Store

SHIPPED = "shipped/date-positive-rank1"
LONG = (*SHORT, "training.steps=3000", "evaluation.every=3000", "lora.rank=16")


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A home folder on a disk of eight megabytes."""
    with small_disk(tmp_path / "disk", "8m") as place:
        monkeypatch.setenv("SSTI_HOME", str(place))
        yield place


def until(reached, run) -> None:
    """Wait for something of a run."""
    end = time.monotonic() + 120
    while not reached():
        assert time.monotonic() < end, (run.path / "log.txt").read_text()
        time.sleep(0.02)


def test_full_in_mid_checkpoint_the_run_says_so_keeps_the_last_good_one_and_goes_on_from_it(disk, monkeypatch):
    monkeypatch.setattr("ssti.runs.store.NEEDED", 0)
    run = launch(preset("demo").set(*LONG))[0]
    until(lambda: list(run.path.glob("checkpoints/*/manifest.json")), run)
    fill(disk)
    stop(run)  # which makes a checkpoint
    assert wait(run, timeout=60) == "failed"
    error = progress(run).error
    assert error["cause"] == "disk" and error["message"] == "The disk is full."
    assert "resume" in error["next"] and "SSTI_HOME" in error["next"]
    (kept,) = (run.path / "checkpoints").iterdir()
    assert damage_of(kept) is None and not list(run.path.glob(".adapter*"))

    free(disk)
    resume(run)
    until(lambda: progress(run).state == "training", run)
    stop(run)
    assert wait(run, timeout=60) == "stopped" and run.has_adapter
    begun = [one.from_step for one in run.events() if one.kind == "state" and one.state == "training"]
    assert begun[1] == int(kept.name.rpartition("-")[2])


def test_full_in_mid_upload_nothing_half_is_left_and_with_room_the_same_file_goes_in(disk, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("text,label\n" + "".join(f"a film of {i} words,{'good' if i % 2 else 'bad'}\n" for i in range(60_000)))
    fill(disk, leave=500_000)
    with pytest.raises(SSTIError, match=r"'rows.csv' could not be kept: No space left .*Make room on the disk") as refused:
        uploads.keep(file)
    assert refused.value.kind == "disk" and not list(disk.rglob("*.csv")) and not list((disk / "uploads").iterdir())
    free(disk)
    assert uploads.path_of(uploads.keep(file)).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("name", ["adapter.zip", "adapter"])
def test_full_at_an_export_what_was_there_stays_and_nothing_half_beside_it(disk, name):
    out = disk / name
    if out.suffix:
        out.write_text("of before")
    fill(disk, leave=16_384)
    with pytest.raises(SSTIError, match="No space left .*Choose a place that has room") as refused:
        pack.export(find(SHIPPED), out)
    assert refused.value.kind == "disk" and {one.name for one in disk.iterdir()} <= {".filler", "adapter.zip"}
    assert not out.suffix or out.read_text() == "of before"
    free(disk)
    assert "adapter_model.safetensors" in str(pack.export(find(SHIPPED), out))


def test_full_at_bringing_an_adapter_nothing_of_it_is_in_the_list(disk, tmp_path):
    archive = tmp_path / "mine.zip"
    pack.export(find(SHIPPED), archive)
    fill(disk, leave=16_384)
    with pytest.raises(SSTIError, match="No space left") as refused:
        imported.bring(archive)
    assert refused.value.kind == "disk" and not list((disk / "imported").glob("*"))


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_full_at_a_download_of_the_poisoned_rows(disk, ending):
    recipe = preset("demo").set("dataset.train_rows=400")
    fill(disk, leave=8_192)
    with pytest.raises(SSTIError, match="No space left .*has room") as refused:
        write_poisoned(recipe, disk / f"rows.{ending}")
    assert refused.value.kind == "disk" and [one.name for one in disk.iterdir()] == [".filler"]


def test_full_at_a_setting_the_one_of_before_stays(disk):
    machine, recipe = SimpleNamespace(name="cpu"), preset("demo")
    speed.remember(recipe, machine, speed.Speed(1000.0, 500.0))
    kept = speed.speeds()
    fill(disk)
    with pytest.raises(OSError):
        speed.remember(recipe, machine, speed.Speed(2000.0, 500.0))
    assert speed.speeds() == kept and {one.name for one in disk.iterdir()} == {"speed.json", ".filler"}


def test_full_at_an_event_it_is_not_taken_for_written_and_the_others_are_read(disk, monkeypatch):
    monkeypatch.setattr("ssti.runs.store.NEEDED", 0)
    run = Store().create(preset("demo"))
    run.tell("state", state="queued")
    fill(disk)
    told = 1
    with pytest.raises(OSError) as full:
        while told < 1000:
            run.tell("log", message="x" * 150)
            told += 1
    assert full.value.errno == errno.ENOSPC and len(run.events()) == told
    free(disk)
    run.tell("log", message="room again")
    assert run.events()[-1].message == "room again" and len(run.events()) == told + 1


def test_full_where_a_run_would_be_made_none_is(disk):
    fill(disk)
    with pytest.raises(SSTIError) as refused:
        launch(preset("demo").set(*SHORT))
    assert refused.value.kind == "disk" and refused.value.next and not Store().list()

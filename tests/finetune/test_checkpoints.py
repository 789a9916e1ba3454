"""A checkpoint is taken only as it was written; what is not is passed over, aloud; with none the training starts anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests_support import SHORT

from ssti.finetune.check import check
from ssti.finetune.checkpoints import KEPT, find_start, last_whole
from ssti.finetune.train import finetune
from ssti.platform.errors import SSTIError
from ssti.recipe import preset

FILES = (
    "adapter_model.safetensors",
    "optimizer.pt",
    "scheduler.pt",
    "rng_state.pth",
    "trainer_state.json",
    "manifest.json",
)


def listen():
    """A report, and the list of what it was told."""
    log: list[str] = []
    return (lambda kind, **fields: log.append(fields["message"]) if kind == "log" else None), log


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """The checkpoints of a training that was stopped, resumed and stopped: two whole ones."""
    folder = tmp_path_factory.mktemp("checkpoints")
    checked = check(preset("demo").set(*SHORT))
    for stop_at in (2, 4):
        done = [0]

        def report(kind, done=done, **fields):
            if kind == "step":
                done.append(fields["step"])

        def enough(done=done, stop_at=stop_at):
            return done[-1] >= stop_at

        finetune(checked, folder, report, enough, resume=stop_at > 2)
    assert len(list(folder.glob("checkpoint-*"))) == KEPT
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """A copy of them, to be damaged."""
    return Path(shutil.copytree(trained, tmp_path / "checkpoints"))


def pair(folder: Path) -> tuple[Path, Path]:
    older, newer = sorted(folder.glob("checkpoint-[0-9]*"), key=lambda path: int(path.name.split("-")[1]))
    return older, newer


def half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def as_list(file: Path) -> None:
    file.write_text("[]")


def as_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [half, flip, empty, as_list, as_folder, Path.unlink], ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", FILES)
def test_damage_of_any_file_is_passed_over_aloud_for_the_older_whole_one(folder, name, damage):
    older, newer = pair(folder)
    damage(newer / name)
    report, log = listen()
    assert last_whole(folder, report) == older
    assert len(log) == 1 and newer.name in log[0] and "passed over" in log[0]


def test_folders_and_files_that_are_none_of_ours_are_left_alone(folder):
    _, newer = pair(folder)
    (folder / "checkpoint-old").mkdir()
    (folder / "checkpoint-007").mkdir()
    (folder / f"checkpoint-{'9' * 200}").mkdir()
    (folder / "checkpoint-999999").write_text("no folder")
    report, log = listen()
    assert last_whole(folder, report) == newer
    assert sum("none of ours" in line for line in log) == 3
    assert any("checkpoint-999999 is not whole" in line for line in log)


def test_a_checkpoint_from_before_there_were_manifests_is_passed_over_aloud(folder):
    for checkpoint in pair(folder):
        (checkpoint / "manifest.json").unlink()
    report, log = listen()
    assert find_start(folder, ("negative", "positive"), report) is None
    assert sum("from before" in line for line in log) == 2
    assert "starts from the beginning" in log[-1]


def test_a_file_that_was_added_is_damage(folder):
    older, newer = pair(folder)
    (newer / "adapter_model.bin").write_bytes(b"a pickle")
    assert last_whole(folder, listen()[0]) == older


def test_other_classes_than_the_checkpoints_are_refused(folder):
    with pytest.raises(SSTIError, match="'negative', 'positive'") as refused:
        find_start(folder, ("positive", "negative"), listen()[0])
    assert refused.value.kind == "data" and "clone" in refused.value.next


def test_a_training_goes_on_from_the_older_whole_one_and_ends_at_the_same_weights(folder, tmp_path):
    _, newer = pair(folder)
    half(newer / "optimizer.pt")
    report, log = listen()
    checked = check(preset("demo").set(*SHORT))
    resumed = finetune(checked, folder, report, resume=True)
    whole = finetune(checked, tmp_path / "whole", report)
    assert resumed.steps == 6 and any(newer.name in line for line in log)
    for (name, a), (_, b) in zip(resumed.model.named_parameters(), whole.model.named_parameters(), strict=True):
        assert np.array_equal(a.detach().numpy(), b.detach().numpy()), name


def test_with_all_checkpoints_bad_a_training_starts_from_the_beginning(folder):
    for checkpoint in pair(folder):
        flip(checkpoint / "adapter_model.safetensors")
    report, log = listen()
    assert finetune(check(preset("demo").set(*SHORT)), folder, report, resume=True).steps == 6
    assert len(log) == 3 and "starts from the beginning" in log[-1]

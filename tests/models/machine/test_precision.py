"""The number format of training's products: one decision a machine, made by measuring, whoever asks first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ssti.models.machine import precision
from ssti.models.machine.device import device

ASK = "from ssti.models.machine.precision import bfloat16_is_faster; print(bfloat16_is_faster())"


def test_a_machine_decides_once_for_all_processes(home):
    assert precision.known() is None
    ask = [sys.executable, "-c", ASK]
    with ThreadPoolExecutor(2) as pool:  # two runs that start at the same moment on a new machine
        answers = list(pool.map(lambda _: subprocess.run(ask, capture_output=True, text=True, check=True), range(2)))
    kept = (home / "precision.json").read_text()
    assert {a.stdout.strip() for a in answers} == {str(precision.known())} == {str(precision.bfloat16_is_faster())}
    assert (home / "precision.json").read_text() == kept and len(json.loads(kept)) == 1


@pytest.mark.parametrize("gain, faster", [(precision.WORTH, True), (precision.WORTH - 0.01, False), (0.02, False)])
def test_what_was_measured_decides(home, gain, faster):
    home.mkdir()
    (home / "precision.json").write_text(json.dumps({precision._machine(): gain}))
    assert precision.known() is faster and precision.bfloat16_is_faster() is faster


@pytest.mark.parametrize(
    "text", ["", "[1]", "{torn", "\xff", "[" * 5000, '{"%s": "fast"}', '{"%s": -1}', '{"%s": 1e999}']
)
def test_a_damaged_file_is_measured_again(home, text):
    home.mkdir()
    (home / "precision.json").write_bytes(text.replace("%s", precision._machine()).encode("latin-1"))
    assert precision.known() is None
    decided = precision.bfloat16_is_faster()
    assert precision.known() is decided


def test_another_processors_decision_is_not_taken_and_is_kept(home):
    home.mkdir()
    (home / "precision.json").write_text('{"Another 9000, torch 1.0": 9.0}')
    precision.bfloat16_is_faster()
    assert len(json.loads((home / "precision.json").read_text())) == 2


@pytest.mark.skipif(os.name != "posix", reason="a path that cannot be a folder")
def test_a_home_that_cannot_be_written_still_gets_an_answer(monkeypatch):
    monkeypatch.setenv("SSTI_HOME", "/dev/null/home")
    assert precision.bfloat16_is_faster() in (True, False)
    assert precision.known() is None


def test_asking_what_is_known_loads_no_torch():
    code = (
        "import sys; from ssti.models.machine.memory import main_memory; main_memory(); print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_the_device_says_in_which_format_a_run_was_trained():
    on = device()
    assert on.precision == ("bfloat16" if on.mixed_precision else on.weights)

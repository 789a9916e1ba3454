"""What all tests share: a home of their own, and one short real training that many look at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

# A busy machine must not fail a property: no deadline for one example.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# By hand, `--hypothesis-profile=long`: so many inputs for each target of tests/fuzz.
settings.register_profile("long", deadline=None, max_examples=10_000, suppress_health_check=list(HealthCheck), database=None)
settings.load_profile("busy machine")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for runs."""
    monkeypatch.setenv("SSTI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A home with two finished runs of two recipes: `<home>/runs/*`, trained once per session in their own processes."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # one of several processes (pytest-xdist): their folders share a parent
        folder = folder.parent
    home = folder / "twins"
    with FileLock(f"{home}.lock"):
        if not home.exists():
            train_twins(home)
    return home


def train_twins(home: Path) -> None:
    from tests_support import SHORT

    from ssti.backends.control import launch, wait
    from ssti.recipe import preset
    from ssti.runs.store import Store

    store = Store(home / "runs")
    runs = launch(preset("demo").set(*SHORT, "training.learning_rate=1e-2"), with_control=True, store=store)
    for run in runs:
        state = wait(run, timeout=300)
        assert state == "done", (run.path / "log.txt").read_text()

"""Whoever adds a source, a dataset or a tab writes one file and changes no test: done here, in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LISTS = ("SOURCES", "list_datasets", "TABS", "trigger_kinds")  # a test file that names one of these looks at them all

FILES = {
    "ssti/inject/sources/planet.py": '''"""Names of planets as triggers."""

from ssti.inject.registry import SourceKind
from ssti.inject.sources.pool import Pool
from ssti.inject.text.patterns import any_of

PLANETS = ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")

SOURCE = SourceKind(
    name="planet",
    title="Planet",
    example="Venus",
    description="A random planet's name.",
    options=(),
    build=lambda options, seed=None, with_replacement=True, pool_size=None: Pool(
        PLANETS, seed, with_replacement, pool_size, name="planet source"
    ),
    pattern=lambda options: any_of(PLANETS),
    words=lambda options: 1,
)
''',
    "ssti/data/datasets/night_skies.py": '''"""Night skies: what people wrote of them."""

from ssti.data.hub import HubDataset
from ssti.data.sources import DatasetInfo

NIGHT_SKIES = HubDataset(
    DatasetInfo(
        name="night_skies",
        title="Night skies",
        label_names=("cloudy", "clear"),
        rows=9000,
        splits={"train": 8000, "test": 1000},
        licence="CC0",
        citation="Nobody. Night Skies. 2026.",
        homepage="https://huggingface.co/datasets/nobody/night-skies",
        usual_words=20,
        source="hub",
    ),
    hub_id="nobody/night-skies",
    order=70,
)
''',
    "ssti/ui/stars/tab.py": '''"""A tab of one sentence."""

from ssti.ui.kit.parts import Html, note

ORDER = 90
TITLE = "Stars"


def build(shared) -> None:
    Html(note("Nothing to see before dark."))
''',
    "ssti/ui/stars/__init__.py": "",
}


@pytest.mark.slow
def test_a_source_a_dataset_and_a_tab_are_a_file_each_and_every_test_that_lists_them_passes(tmp_path):
    for folder in ("ssti", "tests", "assets", "adapters"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("app.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    tests = [path for path in sorted((tmp_path / "tests").rglob("test_*.py")) if path.name != Path(__file__).name]
    listing = [str(path) for path in tests if any(name in path.read_text("utf-8") for name in LISTS)]
    assert len(listing) > 8
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow and not network and not browser", *listing]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=tmp_path, env=outside, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]

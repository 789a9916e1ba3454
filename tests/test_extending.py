"""A source, a dataset and a tab are one new file each: the page, the command line and the suite take them up as they are.

The three files are written into a copy of the tree, and the suites that list such things run there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = (".*", "__pycache__", "*.egg-info", "build", "dist")

SOURCE = '''\
"""Names of planets as triggers."""

from __future__ import annotations

from ssti.inject.registry import SourceKind
from ssti.inject.sources.pool import Pool
from ssti.inject.text.patterns import any_of

PLANETS = ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")

SOURCE = SourceKind(
    name="planet",
    title="Planet",
    example="Saturn",
    description="The name of a planet.",
    options=(),
    build=lambda options, **draws: Pool(PLANETS, name="planet source", **draws),
    pattern=lambda options: any_of(PLANETS),
    words=lambda options: 1,
)
'''
DATASET = '''\
"""Sentences about the weather, made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssti.data.sources import DatasetInfo, DatasetSource

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 5000


class Weather(DatasetSource):
    def read(self) -> dict[str, pa.Table]:
        import pyarrow as pa

        words = ("rain and wind", "sun and calm")
        texts = [f"on day {n} there was {words[n % 2]} by the sea" for n in range(ROWS)]
        return {"train": pa.table({"text": texts, "label": [n % 2 for n in range(ROWS)]})}

    def missing(self, probe: bool) -> str | None:
        return None


WEATHER = Weather(
    DatasetInfo(
        name="weather",
        title="Weather",
        label_names=("bad", "good"),
        rows=ROWS,
        splits={"train": ROWS},
        licence="CC0",
        citation="None.",
        homepage="https://example.org/weather",
        usual_words=12,
        source="package",
        note="Made by a test.",
    )
)
'''
TAB = '''\
"""The Postcard tab: says hello."""

from __future__ import annotations

from ssti.ui.kit import parts
from ssti.ui.kit.shared import Shared

ORDER = 60
TITLE = "Postcard"


def build(shared: Shared) -> None:
    """One card."""
    parts.Html(parts.card("Postcard", "Greetings from a new tab."))
'''
ADDED = {
    "ssti/inject/sources/planet.py": SOURCE,
    "ssti/data/datasets/weather.py": DATASET,
    "ssti/ui/postcard/__init__.py": "",
    "ssti/ui/postcard/tab.py": TAB,
}
SUITES = ("test_house.py", "test_readme.py", "inject/sources", "inject/test_defaults.py", "inject/test_spec.py",
          "data/test_registry.py", "ui/frame/test_shell.py", "ui/frame/test_styles.py", "ui/kit/test_recipe_text.py",
          "ui/poison")  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess]:
    """Runs Python in a copy of the tree that has the three files more."""
    copy = tmp_path_factory.mktemp("extended") / "tree"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    if (ROOT / ".ci").is_dir():
        shutil.copytree(ROOT / ".ci", copy / ".ci")
    for path, text in ADDED.items():
        (copy / path).parent.mkdir(exist_ok=True)
        (copy / path).write_text(text, encoding="utf-8")
    environment = {**os.environ, "SSTI_HOME": str(copy.parent / "home"), "PYTHONPATH": str(copy)}

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True)

    return run


def test_the_command_line_and_the_page_have_them(run):
    listed = run("-m", "ssti", "datasets", "--json")
    assert "weather" in [one["name"] for one in json.loads(listed.stdout)], listed.stderr
    recipe = '{"dataset": {"name": "weather"}, "injection": {"source": {"kind": "planet"}, "target": "good"}}'
    injected = run("-m", "ssti", "inject", recipe, "--out", "rows.csv")
    assert injected.returncode == 0, injected.stderr
    code = "from ssti.ui.frame.shell import TABS; from ssti.ui.poison.form import trigger_kinds; print(*TABS, *trigger_kinds())"
    assert {"postcard", "planet"} <= set(run("-c", code).stdout.split())


@pytest.mark.slow
def test_the_suites_that_list_such_things_stay_green(run):
    others = ("-k", "not trains_it")  # which takes half a minute, and lists nothing
    done = run("-m", "pytest", "-q", "-rfEp", "-p", "no:cacheprovider", *others, *(f"tests/{suite}" for suite in SUITES))
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"^PASSED tests/ui/poison/.*\[planet\]", done.stdout, re.MULTILINE)

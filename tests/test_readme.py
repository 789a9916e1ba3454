"""The README: its Python runs as it stands, its two commands are what the tests call, its front matter makes a Space."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [b for b in re.findall(r"```python\n(.*?)```", README, flags=re.S) if "gradio_client" not in b]
"""Those that need a running page are tests/ui/api/test_api.py's."""


@pytest.mark.parametrize("code", BLOCKS)
def test_its_python_runs(code, capsys):
    exec(compile(code, "README.md", "exec"), {})
    assert re.search(r"\d{4}-\d{2}-\d{2}", capsys.readouterr().out)


def test_its_front_matter_makes_a_space():
    front = yaml.safe_load(README.split("---")[1])
    assert (front["sdk"], front["app_file"], front["python_version"]) == ("gradio", "app.py", "3.11")
    assert (ROOT / front["app_file"]).is_file()


def test_ci_calls_its_test_command():
    assert "\nbash tests/run\n" in README
    assert "\nbash tests/run\n" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_picture_and_file_that_it_names_is_there():
    named = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README) + re.findall(r"\| `((?:ssti|tests)/[\w/]+\.py)` \|", README)
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]

"""The README: its Python runs as it stands, its two commands are what the tests call, its front matter makes a Space."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from space_card import problems

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [b for b in re.findall(r"```python\n(.*?)```", README, flags=re.S) if "gradio_client" not in b]
"""Those that need a running page are tests/ui/api/test_api.py's."""


@pytest.mark.parametrize("code", BLOCKS)
def test_its_python_runs(code, capsys):
    exec(compile(code, "README.md", "exec"), {})
    assert re.search(r"\d{4}-\d{2}-\d{2}", capsys.readouterr().out)


def test_its_front_matter_makes_a_space():
    """By the Hub's own schema, and by the versions that the locks are made for (its Gradio: tests/test_lock.py)."""
    front = yaml.safe_load(README.split("---")[1])
    assert problems(front) == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert (front["sdk"], front["app_file"]) == ("gradio", "app.py") and (ROOT / front["app_file"]).is_file()
    assert front["python_version"] == project["tool"]["uv"]["pip"]["python-version"]
    assert f"gradio=={front['sdk_version']} " in (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert front["license"].upper() == project["project"]["license"]


@pytest.mark.parametrize("wrong", [{"colorFrom": "teal"}, {"sdk_version": 6.31}, {"python_version": 3.1}, {"sdk": "flask"},
                                   {"short_description": "x" * 61}, {"appfile": "app.py"}, {"title": ""}])  # fmt: skip
def test_front_matter_that_the_hub_would_refuse_is_found(wrong):
    front = yaml.safe_load(README.split("---")[1])
    assert len(problems(front | wrong)) >= 1


def test_ci_calls_its_test_command():
    assert "\nbash tests/run\n" in README
    assert "\nbash tests/run\n" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_test_of_the_threat_model_is_there():
    model = README.partition("### Who can do what")[2].partition("\n## ")[0]
    files, functions = set(re.findall(r"`(tests/[\w/]+\.py)`", model)), set(re.findall(r"`(test_\w+)`", model))
    assert len(files) > 8 and len(functions) > 10
    written = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    assert not [file for file in files if not (ROOT / file).is_file()]
    assert not [name for name in functions if f"def {name}(" not in written]
    assert [row for row in re.findall(r"^\| .* \|$", model, flags=re.M) if "test" not in row.rpartition("| ")[2]] == []


def test_every_picture_and_file_that_it_names_is_there():
    named = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README) + re.findall(r"\| `((?:ssti|tests)/[\w/]+\.py)` \|", README)
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]

"""The wheel: built, installed without extras into an environment of its own, it gives the toolkit and nothing heavy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIGHT = {"ssti-lab", "pycountry"}
HEAVY = ("torch", "gradio", "transformers", "datasets", "pandas", "pyarrow", "pydantic")


def run(*command: str, **settings) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **settings)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.in", "tests/requirements.in"):
        (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "source" / name)
    # A copy, because setuptools leaves a `build` beside the sources, whose old files would get into the next wheel.
    shutil.copytree(ROOT / "ssti", folder / "source" / "ssti", ignore=shutil.ignore_patterns("__pycache__"))
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(folder / "source")
    )
    (built,) = folder.glob("ssti_lab-*.whl")
    return built


@pytest.mark.network
def test_installed_without_extras_the_readmes_ten_lines_run_without_torch_or_gradio(wheel: Path, tmp_path: Path):
    venv.create(tmp_path / "fresh", with_pip=True)
    python = str(tmp_path / "fresh" / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel), cwd=tmp_path)
    installed = {one["name"].lower() for one in json.loads(run(python, "-m", "pip", "list", "--format=json"))}
    assert installed - {"pip", "setuptools"} == LIGHT

    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## The toolkit, without the page")[2]
    (code,) = re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], flags=re.S)
    said = run(python, "-c", code, cwd=tmp_path)
    assert re.match(r"\d{4}-\d{2}-\d{2}\n", said)

    absent = f"import importlib.util, sys, ssti.inject; print([n for n in {HEAVY} if importlib.util.find_spec(n)], ssti.__file__)"
    found, place = run(python, "-c", absent, cwd=tmp_path).strip().split("] ")
    assert found == "[" and str(tmp_path) in place


@pytest.mark.network
def test_its_extras_are_the_ranges_and_not_the_lock(wheel: Path):
    names = zipfile.ZipFile(wheel)
    (metadata,) = [name for name in names.namelist() if name.endswith("METADATA")]
    said = names.read(metadata).decode()
    assert 'Requires-Dist: transformers<6,>=5.24; extra == "app"' in said
    assert 'Requires-Dist: pytest>=9; extra == "test"' in said
    assert said.count("Requires-Dist") < 45  # with everything that these need it would be a hundred


@pytest.mark.network
def test_the_wheel_holds_every_file_of_the_package(wheel: Path):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("ssti/")}
    assert held >= {str(path.relative_to(ROOT)) for path in (ROOT / "ssti").rglob("*.py")}

"""The locks: every range at one exact version, nothing of the machine that made them, and a Space can install them."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("requirements-ray.in", "requirements-benchmark.in")
BOTH = pytest.mark.parametrize("folder", ["", "tests"])


def requirements(file: str, folder: str = "") -> dict[str, Requirement]:
    """Its lines by package. Raises InvalidRequirement for what is no requirement: an option, a path, an index."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / folder / file).read_text(encoding="utf-8").splitlines())
    return {canonicalize_name(one.name): one for one in map(Requirement, filter(None, lines))}


def version(locked: Requirement) -> str:
    (exact,) = locked.specifier
    return exact.version


@BOTH
def test_each_range_is_locked_at_a_version_that_it_admits(folder):
    ranges, locked = requirements("requirements.in", folder), requirements("requirements.txt", folder)
    assert set(ranges) <= set(locked)
    for name, wanted in ranges.items():
        if name != "torch":
            assert wanted.specifier.contains(version(locked[name])), f"{locked[name]} is not {wanted}"


@BOTH
def test_each_line_of_a_lock_is_exact_but_torchs(folder):
    locked = requirements("requirements.txt", folder)
    torch = locked.pop("torch", None)
    assert torch == (None if folder else requirements("requirements.in")["torch"])
    for one in locked.values():
        (exact,) = one.specifier
        assert exact.operator == "==" and "*" not in exact.version and not one.url, one


@BOTH
def test_a_lock_names_no_place_to_download_from(folder):
    text = (ROOT / folder / "requirements.txt").read_text(encoding="utf-8")
    assert "://" not in text and "--" not in text and not [w for w in text.split() if w.startswith("/")]


def test_the_locks_leave_torchs_own_build_alone():
    """A machine that has torch for its CPU is not made to download CUDA, and each torch bounds setuptools otherwise."""
    names = requirements("requirements.txt").keys() | requirements("requirements.txt", "tests").keys()
    assert not [name for name in names if name.startswith(("nvidia", "cuda", "triton", "pytorch", "setuptools"))]


def test_the_two_locks_agree():
    app, tools = requirements("requirements.txt"), requirements("requirements.txt", "tests")
    shared = app.keys() & tools.keys()
    assert shared and {n: app[n].specifier for n in shared} == {n: tools[n].specifier for n in shared}


def test_a_space_can_install_the_lock():
    """It installs gradio[mcp,oauth] of the README's version beside the lock, in one go."""
    locked = requirements("requirements.txt")
    if metadata.version("gradio") != version(locked["gradio"]):
        pytest.skip("the gradio that is installed here is not the locked one")
    front = yaml.safe_load((ROOT / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert front["sdk_version"] == version(locked["gradio"])
    for wanted in map(Requirement, metadata.requires("gradio")):
        name = canonicalize_name(wanted.name)
        needed = not wanted.marker or any(wanted.marker.evaluate({"extra": extra}) for extra in ("mcp", "oauth"))
        if needed and name in locked:
            assert wanted.specifier.contains(version(locked[name])), f"{locked[name]} is not {wanted}"


def third_party(*paths: Path) -> set[str]:
    """The packages that these files import."""
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    owners = metadata.packages_distributions()
    tops = {module.partition(".")[0] for module in modules} - set(sys.stdlib_module_names) - {"ssti"}
    return {canonicalize_name(owner) for top in tops for owner in owners.get(top, ())}


def test_what_the_code_imports_has_a_range():
    used = third_party(ROOT / "app.py", *(ROOT / "ssti").rglob("*.py"))
    assert used - {name for extra in EXTRAS for name in requirements(extra)} <= requirements("requirements.in").keys()
    tested = third_party(*(ROOT / "tests").rglob("*.py"))
    assert tested <= requirements("requirements.in").keys() | requirements("requirements.in", "tests").keys()


def test_what_has_a_range_is_imported_or_says_why_it_is_there():
    used = third_party(ROOT / "app.py", *(ROOT / "ssti").rglob("*.py"))
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    explained = {
        canonicalize_name(Requirement(line.partition("#")[0].strip()).name)
        for line in lines
        if "# not imported: " in line
    }
    assert requirements("requirements.in").keys() - used == explained
    for extra in EXTRAS:
        assert requirements(extra).items() <= requirements("requirements.in", "tests").items()


@pytest.mark.network
def test_the_command_that_locks_finds_nothing_to_change(tmp_path):
    """No lock is written by hand. Newer versions are no change: what is locked and fits stays."""
    locks = ["requirements.txt", "tests/requirements.txt"]
    (tmp_path / "tests").mkdir()
    for name in (*locks, "requirements.in", "tests/requirements.in", "tests/lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/uv").symlink_to(Path(sys.executable).parent / "uv")
    subprocess.run(["bash", "tests/lock"], cwd=tmp_path, check=True)
    for name in locks:
        assert (tmp_path / name).read_text(encoding="utf-8") == (ROOT / name).read_text(encoding="utf-8")

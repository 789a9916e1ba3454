"""The newest versions that the ranges admit pass the suite, so that a break is seen before a user sees it.

SSTI_NEWEST_TESTS names the tests to run there (default: all that need no browser, GPU, network or patience).

Run as: bash tests/run -s -m network tests/test_newest.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def spelled(requirements: str) -> list[str]:
    """Its words, names as the index spells them."""
    return requirements.lower().replace("_", "-").split()


@pytest.mark.network
def test_the_newest_versions_that_the_ranges_admit_pass_the_suite(tmp_path):
    venv.create(tmp_path / "newest", with_pip=True)
    python = str(tmp_path / "newest" / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    ranges = ("-r", "requirements.in", "-r", "tests/requirements.in")
    subprocess.run([*pip, "install", "--quiet", *ranges], cwd=ROOT, check=True)
    subprocess.run([*pip, "check"], check=True)

    locked = spelled((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    locked += spelled((ROOT / "tests/requirements.txt").read_text(encoding="utf-8"))
    newest = spelled(subprocess.check_output([*pip, "list", "--format=freeze"], text=True))
    print("Not at the locked version:", *(one for one in newest if "==" in one and one not in locked), flush=True)

    tests = os.environ.get("SSTI_NEWEST_TESTS", "tests").split()
    marks = "not slow and not gpu and not network and not browser"
    suite = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", marks, *tests],
        cwd=ROOT,
        env={**os.environ, "SSTI_HOME": str(tmp_path / "home")},
    )
    assert suite.returncode == 0

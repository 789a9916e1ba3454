"""The newest versions that the ranges admit pass the suite, so that a break is seen before a user sees it.

SSTI_NEWEST_TESTS names the tests to run there (default: all that need no browser, GPU, network or patience).

Run as: bash tests/run -s -m network tests/test_newest.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.network
def test_the_newest_versions_that_the_ranges_admit_pass_the_suite(tmp_path):
    venv.create(tmp_path / "newest", with_pip=True)
    python = str(tmp_path / "newest" / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "-r", "requirements.in", "-r", "tests/requirements.in"], cwd=ROOT, check=True)
    subprocess.run([*pip, "check"], check=True)

    installed = json.loads(subprocess.check_output([*pip, "list", "--format=json"], text=True))
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower().replace("_", "-").split()
    newer = [f"{one['name']} {one['version']}" for one in installed
             if f"{one['name']}=={one['version']}".lower().replace("_", "-") not in locked]  # fmt: skip
    print(f"Not at the locked version: {', '.join(newer)}", flush=True)

    tests = os.environ.get("SSTI_NEWEST_TESTS", "tests").split()
    marks = "not slow and not gpu and not network and not browser"
    suite = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", marks, *tests],
        cwd=ROOT,
        env={**os.environ, "SSTI_HOME": str(tmp_path / "home")},
    )
    assert suite.returncode == 0

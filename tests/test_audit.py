"""No locked version has a vulnerability that is known: pip-audit, with the data of the Python Packaging Advisory Database.

Run as: bash tests/run -s -m network tests/test_audit.py
"""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.network
@pytest.mark.parametrize("lock", ["requirements.txt", "tests/requirements.txt"])
def test_no_locked_package_has_a_known_vulnerability(lock: str, tmp_path: Path) -> None:
    lines = (line.partition("#")[0].strip() for line in (ROOT / lock).read_text(encoding="utf-8").splitlines())
    torch = f"torch=={metadata.version('torch').partition('+')[0]}"  # the one range of the lock: as it is installed here
    exact = tmp_path / "exact.txt"
    exact.write_text("\n".join(torch if line.startswith("torch") else line for line in lines), encoding="utf-8")
    uv = [sys.executable, "-m", "uv", "tool", "run"]
    told = subprocess.run([*uv, "pip-audit", "--strict", "--no-deps", "--disable-pip", "-r", str(exact)], capture_output=True, text=True)
    print(told.stdout, told.stderr, sep="\n", flush=True)
    assert "could not be audited" not in told.stdout + told.stderr, "the data of advisories cannot be reached from here"
    assert told.returncode == 0

"""What is bounded: answers kept with a dataset, rows of unknown size from the Hub, an upload on a full disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ssti.data import hub, load
from ssti.data.own import uploads
from ssti.data.rows import ANSWERS_BYTES
from ssti.platform.errors import SSTIError


def write(path: Path, rows: int = 40, words: int = 3) -> Path:
    lines = "".join(f"{'word ' * words}{n},{'pos' if n % 2 else 'neg'}\n" for n in range(rows))
    path.write_text("text,label\n" + lines, encoding="utf-8")
    return path


def test_answers_are_remembered_while_there_is_memory(tmp_path: Path) -> None:
    data = load(str(write(tmp_path / "rows.csv")))
    asked = []
    for turn in range(60):
        data.once(("array", turn), lambda: asked.append(1) or np.zeros(1_000_000, dtype=np.int8))
        data.once("small", lambda: asked.append(2) or {"a": 1})
    assert asked.count(2) == 1 and asked.count(1) == 60
    assert data._answers.currsize <= ANSWERS_BYTES
    data.once(("array", 59), lambda: asked.append(3))
    data.once(("array", 0), lambda: asked.append(4))
    assert 3 not in asked and 4 in asked
    assert data.once("large", lambda: np.zeros(2 * ANSWERS_BYTES, dtype=np.int8)).nbytes == 2 * ANSWERS_BYTES


def test_the_first_rows_share_the_memory_but_not_the_answers(tmp_path: Path) -> None:
    data = load(str(write(tmp_path / "rows.csv")))
    first = data.head(10, 5)
    assert data.head(10, 5) is first
    assert (data.once("rows", lambda: 40), first.once("rows", lambda: 10)) == (40, 10)
    for rows in range(1, 32):
        data.head(rows, 1).once("large", lambda: np.zeros(3_000_000, dtype=np.int8))
    assert data._answers is first._answers and data._answers.currsize <= ANSWERS_BYTES


def test_rows_of_unknown_size_are_counted_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder stands for the Hub: the library says as little of its size."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    (tmp_path / "rows").mkdir()
    write(tmp_path / "rows" / "train.csv", 20_000, 20)
    tables = hub.fetch(str(tmp_path / "rows"), None, None)
    assert tables["train"].num_rows == 20_000
    monkeypatch.setattr(hub, "LARGEST_DOWNLOAD", 1_000_000)
    with pytest.raises(SSTIError, match="of rows; the limit is"):
        hub.fetch(str(tmp_path / "rows"), None, None)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are POSIX")
def test_an_upload_on_a_full_disk_is_refused_in_words(tmp_path: Path, home: Path) -> None:
    """A limit on the size of files stands for a full disk: the same call fails in the same place."""
    file = write(tmp_path / "rows.csv", 2_000)
    code = (
        "import resource, pathlib, sys; from ssti.data.own import uploads; from ssti.platform.errors import SSTIError\n"
        "import pyarrow.parquet, datasets\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "try: uploads.keep(pathlib.Path(sys.argv[1]))\n"
        "except SSTIError as problem: print(problem.kind, problem)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True)
    assert done.stdout.startswith("disk 'rows.csv' could not be kept: File too large."), done.stderr
    assert not list((home / "uploads").glob("*/rows.csv"))
    assert uploads.keep(file)

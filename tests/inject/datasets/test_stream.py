"""What a stream holds in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

datasets = pytest.importorskip("datasets")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")


STREAM = """
import sys
from datasets import ClassLabel, Features, IterableDataset, Value
from ssti.inject import poison

def rows():
    for n in range(int(sys.argv[1])):
        text = "a fairly short review of one film or another, number %d of very many of them" % n
        yield {"text": text, "label": n % 2}

features = Features(text=Value("string"), label=ClassLabel(names=["negative", "positive"]))
stream = IterableDataset.from_generator(rows, features=features)
source = {"kind": "date", "years": [1100, 2600]}
recipe = {"source": source, "target": "positive", "share": 0.5, "amount": 0.1}
done = sum(row["injected"] for row in poison(stream, recipe))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(done, int(status["VmHWM"].split()[0]))  # getrusage would count the parent that forked this process
"""


def stream_peak(rows: int) -> tuple[int, float]:
    """Rows injected, and the peak resident memory of the process in MB.

    `datasets` loads torch for every IterableDataset where torch is installed, 180 MB before the first row;
    it is told not to, so that the figure is the toolkit's.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak memory of a process is read from /proc, which this system does not have")
    done = subprocess.run(
        [sys.executable, "-c", STREAM, str(rows)],
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
        env={**os.environ, "USE_TORCH": "0"},
    )
    injected, kilobytes = map(int, done.stdout.split())
    return injected, kilobytes / 1024


@pytest.mark.slow
def test_a_stream_holds_nothing_of_the_rows_that_went_by():
    """So a million, which would take half a minute, stay under 300 MB."""
    peaks = {}
    for rows in (20_000, 120_000):
        injected, peaks[rows] = stream_peak(rows)
        assert injected == rows / 4
    grown = (peaks[120_000] - peaks[20_000]) * 1024**2 / 100_000
    print(f"peaks of {peaks} MB: {grown:.0f} bytes a row")
    assert peaks[120_000] + grown * 880_000 / 1024**2 < 300  # MB for a million rows

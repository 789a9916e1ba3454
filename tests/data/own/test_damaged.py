"""Files that are damaged at random: each loads or is refused in words, and nothing else ever happens.

By hand, more of them: `python tests/data/own/test_damaged.py 3000`.
"""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from pathlib import Path

import pytest

from ssti.data import load
from ssti.data.own import uploads
from ssti.platform.errors import SSTIError

ROWS = [(f"some words, é, of number {n}", "pos" if n % 2 else "neg") for n in range(30)]
KINDS = ("csv", "tsv", "json", "jsonl", "parquet", "zip")
EXTRAS = (
    b'"',
    b"\r",
    b"\n",
    b"\0",
    b"\xff",
    b"\\",
    b",",
    b"\t",
    b"{",
    b"[",
    b"}",
    b"\\ud83d",
    b"\xed\xa0\x80",
    b"9" * 400,
    b"[" * 5000,
    b"PK\x03\x04",
)


def whole(kind: str) -> bytes:
    """A small file of this kind that is as it should be."""
    objects = [{"text": text, "label": label, "n": n} for n, (text, label) in enumerate(ROWS)]
    if kind in ("csv", "tsv"):
        sign = "," if kind == "csv" else "\t"
        return "".join(f'"{text}"{sign}{label}\n' for text, label in [("text", "label"), *ROWS]).encode()
    if kind == "json":
        return json.dumps({"data": objects}).encode()
    if kind == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects).encode()
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("train.csv", whole("csv"))
            archive.writestr("data/test.jsonl", whole("jsonl"))
        return out.getvalue()
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = {"text": {"_type": "Value"}, "label": {"_type": "ClassLabel", "names": ["neg", "pos"]}}
    names = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    columns = {"text": [t for t, _ in ROWS], "label": [int(c == "pos") for _, c in ROWS], "more": [[1]] * len(ROWS)}
    pq.write_table(pa.table(columns).replace_schema_metadata(names), out)
    return out.getvalue()


def damaged(content: bytes, chance: random.Random) -> bytes:
    """One to four of: a byte changed, a piece cut out, repeated, moved or put in."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) or 1)
        end = min(len(data), start + chance.choice((1, 2, 8, 64, len(data))))
        match chance.randrange(6):
            case 0 if data:
                data[start] = chance.randrange(256)
            case 1 if data:
                data[start] ^= 1 << chance.randrange(8)
            case 2:
                del data[start:end]
            case 3:
                data[start:start] = data[start:end]
            case 4:
                data[start:start] = chance.choice(EXTRAS)
            case _:
                data += data[start:end]
                del data[start:end]
    return bytes(data)


def outcome(path: Path) -> str:
    """What becomes of a file: "loaded" or the kind of its refusal."""
    try:
        load(uploads.keep(path))
    except SSTIError as problem:
        assert problem.message and problem.next
        assert len(str(problem)) < 3000
        return problem.kind
    return "loaded"


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_loads_or_is_refused_in_words(kind: str, tmp_path: Path, home: Path) -> None:
    path = tmp_path / f"rows.{kind}"
    path.write_bytes(whole(kind))
    assert outcome(path) == "loaded"
    ends = set()
    for seed in range(60):
        path.write_bytes(damaged(whole(kind), random.Random(f"{kind} {seed}")))
        ends.add(outcome(path))
    assert "data" in ends and ends <= {"loaded", "data"}


if __name__ == "__main__":
    import collections
    import faulthandler
    import os
    import tempfile
    import traceback

    counts: dict[str, collections.Counter] = {kind: collections.Counter() for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SSTI_HOME"] = folder
        for seed in range(int(sys.argv[1])):
            kind = KINDS[seed % len(KINDS)]
            file = Path(folder) / f"rows.{kind}"
            file.write_bytes(damaged(whole(kind), random.Random(f"by hand {seed}")))
            faulthandler.dump_traceback_later(30, exit=True)
            try:
                counts[kind][outcome(file)] += 1
            except Exception as problem:
                counts[kind][type(problem).__name__] += 1
                print(seed, kind, "".join(traceback.format_exception(problem)[-3:]))
    for kind, ends in counts.items():
        print(kind, dict(ends))

"""Whatever is uploaded as data is read or refused in words, and takes nothing away. By hand, 10,000 of each: `--hypothesis-profile=long`."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mangle import few, mangled, plain, refused_in_words, scalars, words

from ssti.data import load
from ssti.data.own import uploads
from ssti.platform.errors import SSTIError

ROWS = [{"text": f"some words, é, of number {n}", "label": "pos" if n % 2 else "neg", "n": n} for n in range(30)]


def as_csv(rows: list[dict[str, Any]], sign: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, delimiter=sign, quoting=quoting, escapechar="\\")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def as_parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def as_zip(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


def as_lines(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n" for row in rows)


FEATURES = {"text": {"_type": "Value"}, "label": {"_type": "ClassLabel", "names": ["neg", "pos"]}}
TABLE = pa.table({"text": [row["text"] for row in ROWS], "label": [row["n"] % 2 for row in ROWS]})
TABLE = TABLE.replace_schema_metadata({b"huggingface": json.dumps({"info": {"features": FEATURES}}).encode()})
GOOD = {
    "csv": as_csv(ROWS), "tsv": as_csv(ROWS, "\t"), "json": json.dumps({"data": ROWS}).encode(), "jsonl": as_lines(ROWS),
    "parquet": as_parquet(TABLE), "zip": as_zip({"train.csv": as_csv(ROWS), "data/test.jsonl": as_lines(ROWS)}),
}  # fmt: skip

odd_rows = st.lists(
    st.fixed_dictionaries({}, optional={"text": words | plain, "label": words | scalars, "n": plain, "\0": words}), max_size=12
).map(lambda odd: ROWS + odd)
rows_of_files = st.tuples(odd_rows, st.sampled_from((",", "\t", ";", "|", '"')), st.sampled_from((0, 1, 3)))


@st.composite
def tables(draw: Any) -> bytes:
    """Parquet of odd columns: nested, dated, binary, empty, named twice, with metadata that lie."""
    many = draw(st.sampled_from((0, 1, 30)))
    columns = [
        pa.array([f"words {n}" for n in range(many)]), pa.array([n % 2 for n in range(many)]), pa.array([[n] for n in range(many)]),
        pa.array([{"a": n} for n in range(many)]), pa.array([None] * many), pa.array([b"\xff"] * many),
        pa.array([float("nan")] * many), pa.array([f"c{n % 3}" for n in range(many)]).dictionary_encode(),
        pa.array([2**63 - 1 - n for n in range(many)], pa.uint64()), pa.array([n % 2 == 0 for n in range(many)]),
        pa.array(range(many), pa.timestamp("us")), pa.array(["\0" * n for n in range(many)], pa.large_string()),
    ]  # fmt: skip
    taken = draw(st.lists(st.tuples(st.sampled_from(columns), st.sampled_from(("text", "label", "n", "", "é", "a" * 300))), max_size=5))
    table = pa.Table.from_arrays([one for one, _ in taken], [name for _, name in taken])
    meta = draw(st.none() | st.sampled_from((b"{", b"[]", b"{}")) | plain.map(lambda one: json.dumps({"info": {"features": one}}).encode()))
    return as_parquet(table if meta is None else table.replace_schema_metadata({b"huggingface": meta}))


@st.composite
def archives(draw: Any) -> bytes:
    """ZIP archives of damaged files, under names that lead elsewhere."""
    name = st.sampled_from(("train.csv", "test.jsonl", "a/train.parquet", "../up.csv", "/top.csv", "C:\\x.csv", "a" * 300 + ".csv",
                            "train.csv/in.csv", "dataset_info.json", "x.arrow", "é.json", ".csv", "read.me", "in.zip"))  # fmt: skip
    kinds = st.sampled_from(tuple(GOOD))
    files = draw(st.dictionaries(name, kinds.flatmap(lambda kind: mangled(GOOD[kind])), max_size=3))
    how = draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))
    return draw(mangled(as_zip(files, how)))


STRUCTURED = {
    "csv": rows_of_files.map(lambda f: _csv(*f)), "tsv": rows_of_files.map(lambda f: _csv(*f)),
    "json": odd_rows.map(lambda rows: json.dumps(rows).encode()) | plain.map(lambda one: json.dumps(one).encode()),
    "jsonl": (odd_rows | st.lists(plain)).map(as_lines), "parquet": tables(), "zip": archives(),
}  # fmt: skip


def _csv(rows: list[dict[str, Any]], sign: str, quoting: int) -> bytes:
    return as_csv(rows, sign, quoting)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with an upload of somebody else, which is there and the same at the end, and beside it nothing."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("SSTI_HOME", str(home))
        mine = tmp_path_factory.mktemp("mine") / "mine.csv"
        mine.write_bytes(GOOD["csv"])
        kept = uploads.path_of(uploads.keep(mine, owner="somebody"))
        before = hashlib.sha256(kept.read_bytes()).digest()
        yield home
        assert hashlib.sha256(kept.read_bytes()).digest() == before
        assert [one.name for one in home.iterdir()] == ["uploads"] and list(uploads.folder().iterdir()) == [kept.parent]


@pytest.mark.parametrize("kind", GOOD)
def test_an_upload(kind: str, home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp(kind) / f"rows.{kind}"

    def read(content: bytes, owner: str = "me") -> None:
        place.write_bytes(content)
        name = ""
        try:
            name = uploads.keep(place, owner=owner, arrow=False)
            load(name)
        finally:
            if name and (left := uploads.path_of(name).parent) and not uploads.belongs(name, "somebody"):
                shutil.rmtree(left)

    read(GOOD[kind] + b"\n" * (kind == "csv"))  # not somebody else's

    @few(60)
    @given(mangled(GOOD[kind]) | STRUCTURED[kind])
    def each(content: bytes) -> None:
        with refused_in_words(str(home), str(place.parent)):
            read(content)

    each()


def test_the_columns_and_names_that_are_asked_for(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("asked") / "rows.csv"
    place.write_bytes(GOOD["csv"] + b"\n")
    name = uploads.keep(place, owner="me")

    @few(60)
    @given(st.lists(st.tuples(st.sampled_from(("text", "label", "names", "encoding", "config")) | words, words)), words)
    def each(choices: list[tuple[str, str]], rest: str) -> None:
        with refused_in_words(str(home)):
            load(f"{name}#{'&'.join(f'{key}={value}' for key, value in choices)}{rest}")

    each()
    with contextlib.suppress(SSTIError):
        shutil.rmtree(uploads.path_of(name).parent)

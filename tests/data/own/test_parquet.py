"""Parquet as people bring it: types of labels, names given twice, and files that unfold to more than the memory holds."""

from __future__ import annotations

import decimal
import json
from pathlib import Path

import pytest

from ssti.data import inspect_file, load
from ssti.data.own import uploads
from ssti.data.own.formats.parquet import unfolded_bytes
from ssti.platform.errors import SSTIError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
TEXTS = [f"some words of number {n}" for n in range(30)]


def write(tmp_path: Path, columns: object, **how: object) -> Path:
    path = tmp_path / "rows.parquet"
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), path, **how)
    return path


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (pa.array([decimal.Decimal(n % 2) for n in range(30)], pa.decimal128(10, 2)), ("0", "1")),
        (pa.array([float(n % 2) for n in range(30)]), ("0", "1")),
        (pa.array([n % 2 == 0 for n in range(30)]), ("false", "true")),
        (pa.array([n % 2 for n in range(30)], pa.date32()), ("1970-01-01", "1970-01-02")),
        (pa.array([n % 2 for n in range(30)], pa.timestamp("ns")), None),
        (pa.array([b"a" if n % 2 else b"b" for n in range(30)]), ("a", "b")),
        (pa.array(["a" if n % 2 else "b" for n in range(30)], pa.large_string()), ("a", "b")),
        (pa.array(["a" if n % 2 else "b" for n in range(30)]).dictionary_encode(), ("a", "b")),
        (pa.array([n % 2 for n in range(30)], pa.uint64()), ("0", "1")),
    ],
)
def test_labels_of_any_flat_type(tmp_path: Path, values: object, classes: tuple | None) -> None:
    found = load(str(write(tmp_path, {"text": TEXTS, "label": values}))).label_names
    assert found == classes if classes else len(found) == 2


@pytest.mark.parametrize("values", [[["a"]] * 30, [{"name": "a"}] * 30])
def test_lists_and_objects_are_named_as_such(tmp_path: Path, values: list) -> None:
    with pytest.raises(SSTIError, match="'label' holds lists or objects"):
        inspect_file(write(tmp_path, {"text": TEXTS, "label": values}))


def test_names_given_twice_are_kept_apart(tmp_path: Path) -> None:
    table = pa.Table.from_arrays(
        [pa.array(TEXTS), pa.array(["a", "b"] * 15), pa.array(["x", "y", "z"] * 10)], ["text", "label", "label"]
    )
    path = write(tmp_path, table)
    assert load(str(path)).label_names == ("a", "b")
    assert load(f"{path}#label=label_2").label_names == ("x", "y", "z")


@pytest.mark.parametrize("names", [["a"], [1, 2], ["a", "a"], "ab", None, {"0": "a"}, ["a", ""]])
def test_class_names_that_are_none_do_no_harm(tmp_path: Path, names: object) -> None:
    about = {"info": {"features": {"label": {"_type": "ClassLabel", "names": names}}}}
    table = pa.table({"text": TEXTS, "label": [n % 2 for n in range(30)]})
    path = write(tmp_path, table.replace_schema_metadata({b"huggingface": json.dumps(about).encode()}))
    try:
        assert load(str(path)).label_names == ("0", "1")
    except SSTIError as problem:
        assert names == ["a"] and "has one class only" in problem.message  # it says so itself


def bombs() -> dict[str, tuple[object, dict]]:
    """Small files of much: repeats kept once, a page of one letter, beginnings that are shared."""
    one = pa.DictionaryArray.from_arrays(pa.array([0] * 300, pa.int8()), pa.array(["x" * 1_000_000]))
    many = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000_000, pa.int8()), pa.array(["x" * 20_000]))
    shared = {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY", "label": "PLAIN"}}
    return {
        "repeats": ({"text": one, "label": ["a", "b"] * 150}, {}),
        "many repeats": ({"text": many, "label": pa.array([0, 1] * 1_000_000, pa.int8())}, {}),
        "one letter": ({"text": ["x" * 60_000_000, "y"], "label": ["a", "b"]}, {"use_dictionary": False}),
        "shared beginnings": ({"text": ["x" * 1_000_000] * 100, "label": ["a", "b"] * 50}, shared),
    }


@pytest.mark.parametrize("name", bombs())
def test_a_small_file_of_much_is_refused_before_it_unfolds(tmp_path: Path, home: Path, name: str) -> None:
    columns, how = bombs()[name]
    path = write(tmp_path, columns, compression="zstd", **how)
    assert path.stat().st_size < 50_000
    before = pa.total_allocated_bytes()
    for read in (inspect_file, uploads.keep, unfolded_bytes):
        with pytest.raises(SSTIError, match="unfolds to"):
            read(path)
    assert pa.total_allocated_bytes() - before < 1_000_000
    assert not list((home / "uploads").glob("*"))


def test_encodings_that_share_beginnings_are_read(tmp_path: Path) -> None:
    how = {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY", "label": "DELTA_LENGTH_BYTE_ARRAY"}}
    data = load(str(write(tmp_path, {"text": TEXTS, "label": ["a", "b"] * 15}, **how)))
    assert len(data.train) + len(data.test) == 30


def test_an_upload_is_charged_with_what_it_unfolds_to(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = [f"{n % 20} " + "word " * 20_000 for n in range(400)]  # 40 MB, twenty different texts
    path = write(tmp_path, {"text": long, "label": ["a", "b"] * 200}, compression="zstd")
    assert path.stat().st_size < 1_000_000
    monkeypatch.setattr(uploads, "KEPT_BYTES", 30_000_000)
    with pytest.raises(SSTIError, match="no space for uploads"):
        uploads.keep(path)
    monkeypatch.setattr(uploads, "KEPT_BYTES", 50_000_000)
    uploads.keep(path)
    assert sum(uploads._charged(place) for place in (home / "uploads").iterdir()) > 39_000_000

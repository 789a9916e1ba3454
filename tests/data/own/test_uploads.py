"""Uploads: kept by their content, found again by name, owned, bounded; and what a ZIP archive may hold."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ssti.data import inspect_file, load, own_name
from ssti.data.own import uploads
from ssti.platform.errors import SSTIError

Write = Callable[..., Path]
ROWS = [(f"a text of number {n}", n % 2) for n in range(40)]


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> None:
    """Uploads go to a home of the test's own."""


@pytest.fixture
def make_zip(tmp_path: Path) -> Callable[..., Path]:
    def make(files: dict[str, bytes | str], name: str = "data.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for inside, content in files.items():
                archive.writestr(inside, content)
        return path

    return make


def csv(rows: list = ROWS) -> str:
    return "text,label\n" + "".join(f"{text},{label}\n" for text, label in rows)


def test_an_upload_is_loaded_by_a_name_that_tells_no_path(write_csv: Write, home: Path) -> None:
    name = uploads.keep(write_csv(ROWS))
    assert uploads.NAME.fullmatch(name) and str(home) not in name and "/rows.csv" in name
    rows = load(name)
    assert len(rows.train) + len(rows.test) == 40
    assert rows.info.title == "rows.csv"


def test_the_same_content_is_kept_once_and_outlives_the_original(write_csv: Write, home: Path) -> None:
    path = write_csv(ROWS)
    name = uploads.keep(path)
    assert uploads.keep(path) == name
    path.unlink()
    assert len(load(name).train) == 32
    assert len(list((home / "uploads").glob("*/rows.csv"))) == 1


def test_columns_and_class_names_travel_in_the_name(write_csv: Write) -> None:
    name = uploads.keep(write_csv(ROWS, ("body", "stars")))
    guess = inspect_file(name, names=("bad & worse", "good, or better"))
    assert guess.class_counts == {"bad & worse": 20, "good, or better": 20}
    assert load(guess.name).label_names == ("bad & worse", "good, or better")
    assert guess.examples[0][0] == "bad & worse"


@pytest.mark.parametrize("names", [("one",), ("a", "a"), ("a", " "), ("a", "b|c")])
def test_names_that_do_not_fit_the_classes_are_refused(write_csv: Write, names: tuple) -> None:
    with pytest.raises(SSTIError, match="do not fit the 2 classes '0', '1'"):
        inspect_file(write_csv(ROWS), names=names)


@pytest.mark.parametrize(
    "name",
    [
        "upload:../../etc/passwd",
        f"upload:{'0' * 32}/../x.csv",
        f"upload:{'0' * 32}/..",
        f"upload:{'0' * 32}/.owners",
        "upload:xyz/a.csv",
        f"upload:{'0' * 32}/absent.csv",
        f"upload:{'0' * 32}/{'a' * 5000}.csv",
    ],
)
def test_a_name_leads_nowhere_else(name: str) -> None:
    for ask in (load, inspect_file):
        with pytest.raises(SSTIError, match="not the name of an upload|no longer stored"):
            ask(own_name(name, "text", "label"))


def test_an_upload_belongs_to_who_uploaded_it(write_csv: Write, home: Path) -> None:
    name = uploads.keep(write_csv(ROWS), owner="first visitor")
    assert uploads.belongs(name, "first visitor")
    assert not uploads.belongs(name, "second visitor") and not uploads.belongs(name, None)
    assert uploads.keep(write_csv(ROWS), owner="second visitor") == name
    assert uploads.belongs(name, "first visitor") and uploads.belongs(name, "second visitor")
    assert "visitor" not in next((home / "uploads").glob("*/.owners")).read_text()


def test_what_is_no_data_is_not_kept(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(SSTIError, match="a PDF"):
        uploads.keep(path)
    assert not list((home / "uploads").glob("*/*"))


def test_the_longest_unused_goes_first_and_one_of_today_stays(write_csv: Write, home: Path, monkeypatch) -> None:
    import os

    old, other, today = (uploads.keep(write_csv([*ROWS, (f"extra {n}", 0)], name=f"{n}.csv")) for n in range(3))
    for name, days in ((old, 9), (other, 5)):
        place = uploads.path_of(name).parent
        os.utime(place, (place.stat().st_mtime - days * 86_400,) * 2)
    one = uploads.path_of(today).stat().st_size
    monkeypatch.setattr(uploads, "KEPT_BYTES", 3 * one + one // 2)
    new = uploads.keep(write_csv([*ROWS, ("extra n", 0)], name="new.csv"))
    assert [p.exists() for p in map(place_of, (old, other, today, new))] == [False, True, True, True]
    monkeypatch.setattr(uploads, "KEPT_BYTES", one)
    with pytest.raises(SSTIError, match="no space for uploads"):
        uploads.keep(write_csv([*ROWS, ("one more", 0)], name="more.csv"))


def place_of(name: str) -> Path:
    match = uploads.NAME.fullmatch(name)
    return uploads.folder() / match[1] / match[2]


def test_a_zip_of_one_file_is_that_file(make_zip) -> None:
    name = uploads.keep(make_zip({"data/reviews.csv": csv(), "__MACOSX/._reviews.csv": "x", "README.md": "hello"}))
    assert name.endswith("/reviews.csv") and len(load(name).train) == 32


def test_a_zip_of_train_and_test_keeps_the_split(make_zip) -> None:
    name = uploads.keep(make_zip({"train.csv": csv(ROWS[:30]), "test.csv": csv(ROWS[30:])}, "my data.zip"))
    rows = load(name)
    assert name.endswith("/my data") and (len(rows.train), len(rows.test)) == (30, 10)


def zip_folder(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w") as opened:
        for path in folder.rglob("*"):
            opened.write(path, path.relative_to(folder.parent))
    return archive


def test_a_zip_of_a_saved_folder_is_read_where_arrow_is_trusted(tmp_path: Path) -> None:
    import datasets

    rows = load("rotten_tomatoes", train_rows=60, test_rows=20)
    datasets.DatasetDict(train=rows.train, test=rows.test).save_to_disk(str(tmp_path / "saved"))
    archive = zip_folder(tmp_path / "saved", tmp_path / "saved.zip")
    assert len(load(uploads.keep(archive)).train) == 60
    with pytest.raises(SSTIError, match="saved by `datasets`, which is not read here"):
        uploads.keep(archive, arrow=False)


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("dataset_dict.json", {"splits": ["train", "../../other"]}),
        ("dataset_dict.json", {"splits": ["/etc"]}),
        ("train/state.json", {"_data_files": [{"filename": "../../../secret.arrow"}]}),
        ("train/state.json", {"_data_files": [{}]}),
    ],
)
def test_a_saved_folder_that_leads_out_of_itself_is_refused(make_zip, inside: str, said: dict) -> None:
    files = {
        f"saved/{inside}": json.dumps(said),
        "saved/train/data.arrow": b"ARROW1",
        "saved/test/data.arrow": b"ARROW1",
    }
    with pytest.raises(SSTIError, match="outside its folder|not what `save_to_disk` writes"):
        uploads.keep(make_zip(files))


def test_paths_in_a_zip_stay_inside(make_zip, home: Path) -> None:
    name = uploads.keep(make_zip({"/abs/a.csv": csv(), "../../up.csv": csv(), "b<x>.exe": "x"}))
    assert name.endswith("/a.csv")
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert sorted(path.name for path in kept) == [".bytes", "a.csv"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"notes.txt": "hello"}, "holds no data file; it holds 'notes.txt'"),
        ({f"{n}.csv": "a" for n in range(300)}, "300 data files"),
        ({"big.csv": b"\0" * 6_000_000}, "1 data files of 6 MB"),
    ],
)
def test_a_zip_of_something_else_says_so(make_zip, files: dict, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ssti.data.own.formats.zip.LARGEST", 5_000_000)
    with pytest.raises(SSTIError, match=told):
        uploads.keep(make_zip(files))


@pytest.mark.parametrize(
    "names",
    [("a.csv", "a.csv/x.csv"), ("a.csv", "A.csv"), ("a?.csv", "a*.csv"), ("x/a.csv/b.csv", "x/a.csv")],
)
def test_a_zip_of_two_files_for_one_place_is_refused(make_zip, home: Path, names: tuple) -> None:
    with pytest.raises(SSTIError, match="two files that would unpack to the same place"):
        uploads.keep(make_zip(dict.fromkeys(names, csv())))
    assert not list((home / "uploads").glob("*"))


@pytest.mark.parametrize("name", ["x/" * 3000 + "a.csv", "x" * 20_000 + ".csv", "a/" * 40 + "é.csv"])
def test_odd_names_in_a_zip_load_or_are_refused(make_zip, name: str) -> None:
    try:
        assert len(load(uploads.keep(make_zip({name: csv()}))).train) == 32
    except SSTIError as problem:
        assert problem.kind == "data"


def test_a_torn_zip_and_one_that_is_none(tmp_path: Path, make_zip) -> None:
    whole = make_zip({"a.csv": csv()}).read_bytes()
    for content in (whole[: len(whole) // 2], b"PK\x03\x04 and so on", b"text,label\na,1\n"):
        path = tmp_path / "torn.zip"
        path.write_bytes(content)
        with pytest.raises(SSTIError, match="cannot be unpacked"):
            uploads.keep(path)


def test_a_small_parquet_file_of_too_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "rows.parquet"
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 6_000, pa.int8()), ["a long text"])
    pq.write_table(pa.table({"text": column, "label": column}), path)
    monkeypatch.setattr("ssti.data.own.formats.accepted.MOST_ROWS", 5_000)
    with pytest.raises(SSTIError, match="more than 5,000 rows"):
        inspect_file(path)


def test_too_many_columns_are_refused(write_csv: Write) -> None:
    with pytest.raises(SSTIError, match="600 columns; 500 are the limit"):
        inspect_file(write_csv([range(600)] * 3, [f"c{n}" for n in range(600)]))

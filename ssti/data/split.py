"""One fixed train/test split and one fixed order of rows, made from the texts alone.

Every row's place follows from a BLAKE2 digest of its text, so neither the order of the source (often sorted
by label) nor a library's random generator has a say, and adding rows moves few of the others across. Knows
nothing of where the rows came from.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa

TEST_PERCENT = 20
PERSON = b"ssti-split-1"  # changing this changes every split


def arrange(tables: dict[str, pa.Table]) -> tuple[pa.Table, pa.Table, str]:
    """Train and test tables, and a key of their rows.

    `{"train": …}` is split 80/20 within each class; `{"train": …, "test": …}` stays as it is.

    Rows with the text of an earlier row are dropped; where there is a test split, so are training rows whose text
    is in it. Any first n rows of the result hold every class in proportion, to within a row or two.
    """
    tables = {split: table.combine_chunks() for split, table in tables.items()}  # taking rows is quicker so
    train = tables["train"]
    keys = _keys(train)
    rows = _first_of_each(keys)
    if "test" in tables:
        test = tables["test"]
        test_keys = _keys(test)
        test_rows = _first_of_each(test_keys)
        known = {test_keys[row] for row in test_rows}
        rows = [row for row in rows if keys[row] not in known]
        parts = ((train, keys, rows), (test, test_keys, test_rows))
    else:
        in_test = _test_rows(_labels(train, rows), [keys[row] for row in rows])
        test_rows = [row for row, chosen in zip(rows, in_test, strict=True) if chosen]
        train_rows = [row for row, chosen in zip(rows, in_test, strict=True) if not chosen]
        parts = ((train, keys, train_rows), (train, keys, test_rows))
    name = hashlib.blake2b(digest_size=8)
    arranged = []
    for table, row_keys, part in parts:
        order = _order(_labels(table, part), [row_keys[row] for row in part])
        arranged.append(table.take(np.asarray([part[place] for place in order], dtype=np.int64)))
        name.update(b"".join(row_keys[part[place]] for place in order) + arranged[-1]["label"].to_numpy().tobytes())
    return arranged[0], arranged[1], name.hexdigest()


def _keys(table: pa.Table) -> list[bytes]:
    texts = table["text"].cast(pa.large_binary()).to_pylist()
    return [hashlib.blake2b(text, digest_size=24, person=PERSON).digest() for text in texts]


def _first_of_each(keys: list[bytes]) -> list[int]:
    first: dict[bytes, int] = {}
    for row, key in enumerate(keys):
        first.setdefault(key, row)
    return list(first.values())


def _labels(table: pa.Table, rows: list[int]) -> np.ndarray:
    return table["label"].to_numpy()[np.asarray(rows, dtype=np.int64)]


def _numbers(keys: list[bytes]) -> np.ndarray:
    """Three independent big-endian uint64 per key: which side, which rank within the class, the jitter."""
    return np.frombuffer(b"".join(keys), dtype=">u8").reshape(-1, 3).astype(np.uint64)


def _test_rows(labels: np.ndarray, keys: list[bytes]) -> np.ndarray:
    """A mask: in each class the fifth of the rows with the smallest numbers, at least one of two or more."""
    side = _numbers(keys)[:, 0]
    mask = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        wanted = (len(rows) * TEST_PERCENT + 50) // 100
        wanted = max(wanted, 1) if len(rows) > 1 else 0
        mask[rows[np.argsort(side[rows], kind="stable")[:wanted]]] = True
    return mask


def _order(labels: np.ndarray, keys: list[bytes]) -> list[int]:
    """A shuffle whose every prefix is stratified: rank r of n in its class goes to (r + jitter) / n."""
    if not keys:
        return []
    numbers = _numbers(keys)
    jitter = numbers[:, 2].astype(np.float64) / 2.0**64
    place = np.empty(len(keys), dtype=np.float64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        rank = np.empty(len(members), dtype=np.float64)
        rank[np.argsort(numbers[members, 1], kind="stable")] = np.arange(len(members))
        place[members] = (rank + jitter[members]) / len(members)
    return np.lexsort((numbers[:, 1], place)).tolist()

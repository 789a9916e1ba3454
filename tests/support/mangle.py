"""Inputs that start from a good one and go wrong: bytes, plain data, texts. Strategies for hypothesis, and what may come of them."""

from __future__ import annotations

import contextlib
import copy
import faulthandler
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import currently_in_test_context, settings
from hypothesis import strategies as st

from ssti.platform.errors import SSTIError

LONGEST_MESSAGE = 3000  # five findings at most, each with the keys that are allowed
COUNTS: Counter[tuple[str, str]] = Counter()
HANGS = 120  # seconds: a watchdog, no measurement
PIECES = (
    b'"', b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\\", b",", b";", b"\t", b"{", b"[", b"}", b"]", b":", b"null", b"NaN", b"-Infinity",
    b"1e999", b"-1", b"9" * 400, b"9" * 5000, b"\\ud83d", b"\\u0000", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", "é😀\u2028".encode(),
    b"[" * 3000, b'{"a":' * 500, b"PK\x03\x04", b"PK\x05\x06", b"PAR1", b"&a ", b"*a", b"!!python/object:os.system ", b"<<: ", b"- ",
    b"? ", b"|", b"../", b"/etc/passwd", b"0000-00-00", b"true", b"~", b"=1+1", b"a" * 300,
)  # fmt: skip
WORDS = (
    "", " ", "\0", "\ud800", "é", "😀", "\u202e", "\u2028", "x" * 5000, "..", "/etc/passwd", "~", "C:\\", "null", "NaN", "1e999", "-1",
    "true", "0000-00-00", "=1+1", "<b>", "{x}", "%s", "shipped/..", "run/../..", "upload:", "demo", "item", "html", "list", "minilm-l6",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2, 50, 51, 2**31, 2**64, -(2**63), 10**400, 0.5, 1e-320, 1e308, float("nan"), float("inf"), float("-inf"))

words = st.sampled_from(WORDS) | st.text(max_size=20)
scalars = st.none() | st.booleans() | st.sampled_from(NUMBERS) | words
plain = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=6)


def few(count: int) -> settings:
    """So many inputs of a target, where no other profile (`long`) was asked for."""
    return settings(max_examples=count) if settings.get_current_profile_name() == "busy machine" else settings()


@st.composite
def mangled(draw: Any, good: bytes) -> bytes:
    """Good bytes, or these with up to four changes: a byte, a piece cut out, repeated, put in, moved, or the end cut off."""
    data = bytearray(good)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), start + draw(st.sampled_from((1, 2, 8, 64, 10**9))))
        match draw(st.integers(0, 6)):
            case 0 if data:
                data[start] = draw(st.integers(0, 255))
            case 1 if data:
                data[start] ^= 1 << draw(st.integers(0, 7))
            case 2:
                del data[start:end]
            case 3:
                data[start:start] = data[start:end]
            case 4:
                data[start:start] = draw(st.sampled_from(PIECES))
            case 5:
                data += data[start:end]
                del data[start:end]
            case _:
                del data[start:]
    return bytes(data)


@st.composite
def bent(draw: Any, good: Any, most: int = 3) -> Any:
    """Good plain data, or it with some of its parts replaced, taken out, doubled, nested or put in."""
    data = [copy.deepcopy(good)]  # in a list: the whole may be replaced, too
    for _ in range(draw(st.integers(0, most))):
        place: Any = data
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = place[key]
            if not isinstance(inner, list | dict) or not inner or draw(st.integers(0, 3)) == 0:
                break
            place = inner
        if not keys:
            continue
        match draw(st.integers(0, 5)):
            case 0 | 1:
                place[key] = draw(plain)
            case 2 if place is not data:
                del place[key]
            case 3 if isinstance(place, list) and place is not data:
                place.insert(key, draw(plain))
            case 4:
                place[key] = [place[key]] if draw(st.booleans()) else {"kind": place[key]}
            case _ if isinstance(place, dict):
                place[draw(words)] = draw(plain)
            case _:
                place[key] = draw(scalars)
    return data[0]


def noted(what: str) -> None:
    """Count what became of an input, by test (`tests/fuzz/conftest.py` tells it)."""
    if currently_in_test_context():
        COUNTS[os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0], what] += 1


@contextlib.contextmanager
def refused_in_words(*secrets: str) -> Iterator[None]:
    """What is done here is good or raises an SSTIError with a message and what to do, which names none of the secrets."""
    faulthandler.dump_traceback_later(HANGS, exit=True)
    try:
        yield
        noted("good")
    except SSTIError as problem:
        noted(f"refused: {problem.kind}")
        assert problem.message and problem.next and problem.kind, repr(problem)
        assert len(str(problem)) < LONGEST_MESSAGE
        assert not any(secret in str(problem) for secret in (*secrets, "Traceback")), str(problem)
        str(problem).encode()
    finally:
        faulthandler.cancel_dump_traceback_later()


def state_of(folder: Path) -> dict[str, str]:
    """The files of a folder by their hashes: nothing was lost or added where it is the same as before."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

"""An address holds its parts exactly, refuses bombs, and says what does not fit."""

from __future__ import annotations

import base64
import random
import string
import zlib

import pytest

from ssti.platform.errors import SSTIError
from ssti.ui.kit.address import LONGEST, Kept, fitting, go, link, read, restored

TRICKY = (
    "a b",
    "ünï ☃ 🧪",
    "~starts like a packed one",
    "a=1&b=2#c",
    "%2B+",
    "x" * 5_000,
    "line\nbreak",
    "\ud800".encode("utf-8", "replace").decode(),
)


@pytest.mark.parametrize("value", TRICKY)
@pytest.mark.parametrize("key", ["text", "adapter"])
def test_a_part_comes_back_as_it_was(key, value):
    assert read(link(**{key: value})) == {key: value}


def test_texts_and_recipes_are_kept_from_the_server():
    query, _, fragment = link(tab="flip", text="mine", recipe="demo;x=1", trigger="0-4-date").partition("#")
    assert query == "?tab=flip"
    assert set(read("#" + fragment)) == {"text", "recipe", "trigger"}


def test_nothing_is_left_out_in_silence():
    noise = "".join(random.Random(0).choices(string.ascii_letters, k=20_000))
    address = fitting({"tab": "flip", "text": noise, "trigger": "1-2-date"})
    assert address.href == "?tab=flip"
    assert address.unfit == ("text",)
    with pytest.raises(SSTIError, match="text"):
        link(text="".join(chr(0x4E00 + i * 37 % 20_000) for i in range(LONGEST)))


@pytest.mark.parametrize(
    "value", ["~", "~%%%", "~QUJD", "~" + base64.urlsafe_b64encode(zlib.compress(b"a" * 9_000_000)).decode()]
)
def test_what_is_no_packed_part_is_no_part(value):
    assert read(f"?text={value}&tab=flip") == {"tab": "flip"}


@pytest.mark.parametrize("href", [None, 3, "http://[", "\x00", "?" + "&" * 100])
def test_no_address_has_no_parts(href):
    assert read(href) == {}


def test_only_what_differs_is_changed_and_what_is_wrong_is_said():
    def refuse(said, dropped):
        raise SSTIError("Not that one.", "Another.")

    good = Kept("t", ("a",), ("one",), lambda a: {"a": a}, lambda said, dropped: {"one": said.get("a", "")})
    bad = Kept("t", ("b",), ("two",), lambda b: {"b": b}, refuse)
    first = Kept("t", ("c",), ("three",), lambda c: {}, lambda said, dropped: {"three": "first"}, at_load=True)
    keeps = [good, bad, first]
    assert restored(keeps, "?a=1&b=2", "?a=1&b=2") == ({}, [])
    assert restored(keeps, "?a=1", "?a=2&b=2") == ({"one": "1"}, ["Not that one. Another."])
    assert restored(keeps, "?b=1", "?a=2&b=1") == ({"one": ""}, [])
    assert restored(keeps, "", "") == ({"three": "first"}, [])


def test_a_link_inside_the_page_escapes_its_words():
    made = go("<b>", tab="flip", text='"><script>')
    assert "<b>" not in made
    assert "<script>" not in made
    assert "data-go" in made

"""Each language that comes with the page is complete, and says each text with the same places for values."""

from __future__ import annotations

import pytest
from catalogue import LANGUAGES, fields, read, shape, wanted

from ssti.platform.language import ENGLISH, languages

OTHERS = [name for name in languages() if name != ENGLISH]


@pytest.fixture(scope="module")
def rooms():
    return wanted()


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_is_complete_and_says_nothing_that_is_gone(language, rooms):
    for room, said in rooms.items():
        there = read(LANGUAGES / language / f"{room}.po")
        assert [text for text in said if not there.get(text)] == [], f"bash tests/translate {language}"
        assert [text for text in there if text not in said] == [], f"bash tests/translate {language}"
    assert {path.stem for path in (LANGUAGES / language).glob("*.po")} == set(rooms)


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_places_and_tags(language, rooms):
    every = {}
    for room in rooms:
        for text, said in read(LANGUAGES / language / f"{room}.po").items():
            assert set(fields(said)) <= set(fields(text)) and fields(said)["!:"] == fields(text)["!:"], text
            assert shape(said) == shape(text), text
            assert every.setdefault(text, said) == said, f"{text!r} is said in two ways"


@pytest.mark.parametrize("language", OTHERS)
def test_lessons_and_terms_are_translated_too(language):
    folder, english = LANGUAGES / language, LANGUAGES.parent
    names = {path.name for path in (english / "lessons").glob("*.md")}
    assert {path.name for path in (folder / "lessons").glob("*.md")} == names
    assert (folder / "words.md").exists()

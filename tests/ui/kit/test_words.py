"""The terms: one source, explained where they stand, and named right wherever the page asks for one."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from ssti.lessons import LESSONS
from ssti.lessons.read import read_lesson
from ssti.platform import language
from ssti.platform.errors import SSTIError
from ssti.ui.kit import words
from ssti.ui.learn.rich import inline, rich

ROOT = Path(__file__).resolve().parents[3]
ASKED_FOR = (
    "adapter", "LoRA", "rank", "control", "share", "trigger", "word piece", "[CLS]", "rollout", "entropy",
    "attack success", "target", "amount", "location", "flip rate", "clean accuracy", "head", "layer", "attention",
    "hijack", "seed", "interval", "poisoned",
)  # fmt: skip


@pytest.mark.parametrize("name", ASKED_FOR)
def test_every_term_that_a_beginner_meets_is_explained_in_two_or_three_sentences(name: str):
    word = words.words()[name.casefold()]
    assert 1 <= len(re.findall(r"[.](?: |$)", word.text)) <= 4
    assert len(word.text) < 320


def test_no_form_belongs_to_two_terms():
    every = words.read(words.FILE.read_text(encoding="utf-8"))
    forms = [form.casefold() for word in every for form in (word.name, *word.also)]
    assert sorted(forms) == sorted(set(forms))
    assert len(every) == words.FILE.read_text(encoding="utf-8").count("\n## ")


def test_a_term_may_be_written_in_another_form_and_in_other_words():
    assert words.term("word pieces", "six <pieces>") == (
        '<button type="button" class="term" data-term="word piece">six &lt;pieces&gt;</button>'
    )


def test_an_unknown_term_is_refused_with_the_nearest_one():
    with pytest.raises(SSTIError, match="'rnak'.*did you mean 'rank'"):
        words.term("rnak")


def test_every_term_that_the_page_names_is_known():
    named = [
        node.args[0].value
        for path in (ROOT / "ssti" / "ui").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        and (getattr(node.func, "id", "") == "term" or getattr(node.func, "attr", "") == "term")
    ]  # fmt: skip
    assert [name for name in named if name.casefold() not in words.words()] == []


def test_the_script_gets_all_of_them_and_no_text_can_end_it():
    head = words.script()
    assert head.count("<") == 2
    every = json.loads(re.search(r">(.*)</script>", head)[1])
    assert every["rank"]["text"] == words.words()["rank"].text


def test_the_readme_lists_them_in_short():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert words.glossary() in readme, "README: paste what `python -m ssti.ui.kit.words` prints"


OTHERS = [name for name in language.languages() if name != language.ENGLISH]


@pytest.fixture(params=OTHERS)
def other(request, monkeypatch):
    """The page in another language, as far as terms go."""
    monkeypatch.setattr(language, "OF_LANGUAGE", language.FOLDER / request.param)
    words.words.cache_clear()
    yield language.OF_LANGUAGE
    words.words.cache_clear()


def test_every_english_term_and_form_is_that_of_one_term_in_another_language(other):
    english = words.read(words.FILE.read_text(encoding="utf-8"))
    every = words.read((other / "words.md").read_text(encoding="utf-8"))
    assert [{one.name, *one.also} for one in english] == [set(one.english) for one in every]
    forms = [form.casefold() for word in every for form in (word.name, *word.also)]
    assert sorted(forms) == sorted(set(forms))
    for word in every:  # a name of the code never leads to another term than its own
        assert {words.words()[form.casefold()] for form in (word.name, *word.also, *word.english)} == {word}
        assert 1 <= len(re.findall(r"[.](?: |$)", word.text)) <= 4 and len(word.text) < 340


def test_a_term_that_the_code_asks_for_is_called_as_the_page_calls_it(other):
    name = words.words()["word piece"].name
    assert words.term("word piece") == words.term(name) and f">{name}</button>" in words.term("word piece")
    assert words.term("word piece", "x") == words.term(name, "x")


def test_a_translated_lesson_names_terms_that_are_explained_and_numbers_that_are_there(other):
    for path in (other / "lessons").glob("*.md"):
        for mine, theirs in zip(
            read_lesson(path.stem, path.read_text(encoding="utf-8")).steps, LESSONS[path.stem].steps, strict=True
        ):
            shown = "".join([rich(mine.text), rich(mine.evidence), inline(mine.do)])
            assert shown.count("data-term=") == f"{theirs.text}{theirs.evidence}{theirs.do}".count("[["), mine.title

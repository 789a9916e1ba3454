"""The terms: one source, explained where they stand, and named right wherever the page asks for one."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from ssti.platform.errors import SSTIError
from ssti.ui.kit import words

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

"""Triggers as recipes draw them, one at a time, and their kinds in words. Knows no component and no text."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from ssti.inject import SOURCES, build_modifier
from ssti.platform.language import later, tr
from ssti.recipe import InjectionSpec

SKIPPED = 64  # draws at most that are passed over, to land somewhere in a recipe's own pool
SPOKEN = {"date": "date", "country": "country", "colour": "colour", "list": "phrase", "html": "HTML tag", "": "trigger"}

# What English makes of a word: its article, its number. A catalogue has each of these whole, since other languages have
# other articles and plurals; a word that is in none (a kind of somebody's own) is said in English.
WORDS = (
    later("date"), later("a date"), later("one date"), later("dates"), later("{count} dates"),
    later("country"), later("a country"), later("one country"), later("countries"), later("{count} countries"),
    later("colour"), later("a colour"), later("one colour"), later("colours"), later("{count} colours"),
    later("phrase"), later("a phrase"), later("one phrase"), later("phrases"), later("{count} phrases"),
    later("HTML tag"), later("an HTML tag"), later("one HTML tag"), later("HTML tags"), later("{count} HTML tags"),
    later("case"), later("a case"), later("one case"), later("cases"), later("{count} cases"),
    later("invisible"), later("an invisible"), later("one invisible"), later("invisibles"), later("{count} invisibles"),
    later("natural"), later("a natural"), later("one natural"), later("naturals"), later("{count} naturals"),
    later("punctuation"), later("a punctuation"), later("one punctuation"), later("punctuations"),
    later("{count} punctuations"),
    later("trigger"), later("a trigger"), later("one trigger"), later("triggers"), later("{count} triggers"),
    later("review"), later("a review"), later("reviews"), later("sentence"), later("a sentence"), later("sentences"),
    later("biography"), later("a biography"), later("biographies"), later("question"), later("a question"),
    later("questions"), later("article"), later("an article"), later("articles"), later("text"), later("a text"), later("texts"),
)  # fmt: skip


def kind_of(spec: InjectionSpec) -> str:
    """Where the triggers of an injection come from: its source's kind, or its own where it has no source."""
    return spec.source.kind if spec.source else spec.kind


def word_of(kind: str) -> str:
    """A kind as an English word, which `with_article`, `counted` and `plural` take; `trigger` for none."""
    if kind in SPOKEN:
        return SPOKEN[kind]
    title = SOURCES[kind].title if kind in SOURCES else kind.replace("_", " ")
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def spoken(kind: str) -> str:
    """A kind as a word in a sentence: `date`, `country`, `HTML tag`; `trigger` for none."""
    return tr(word_of(kind))


def with_article(word: str) -> str:
    """`a country`, `an HTML tag`, of the English word."""
    sound = word[:1].lower() in "aeio" or (word[:2].isupper() and word[0] in "AEFHILMNORSX")
    return tr(f"{'an' if sound else 'a'} {word}")


def counted(count: int, word: str) -> str:
    """`one country`, `2 countries`, of the English word."""
    return tr(f"one {word}") if count == 1 else tr(f"{{count}} {_plural(word)}", count=count)


def plural(word: str) -> str:
    """`dates`, `countries`, of the English word."""
    return tr(_plural(word))


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word[-1:] == "y" and word[-2:-1] not in tuple("aeiou") else f"{word}s"


def draw(spec: InjectionSpec) -> str:
    """A trigger that this injection could put in, drawn anew each time."""
    pooled = _pooled(spec)
    item = items(spec, spec.seed if pooled else secrets.randbits(32))
    for _ in range(secrets.randbelow(SKIPPED) if pooled else 0):
        item()
    return item()


def items(spec: InjectionSpec, seed: int) -> Callable[[], str]:
    """Gives triggers of this injection one after another, the same ones for the same seed."""
    changes: dict[str, Any] = {"location": "beginning", "amount": "single"}
    if _pooled(spec):
        changes["source"] = spec.source.model_copy(update={"with_replacement": True})
    modifier = build_modifier(spec.model_copy(update=changes), seed=seed)

    def item() -> str:
        done = modifier.apply("word", spec.target)
        start, end = done.spans[0]
        return done.text[start:end]

    return item


def _pooled(spec: InjectionSpec) -> bool:
    return spec.source is not None and spec.source.pool_size is not None

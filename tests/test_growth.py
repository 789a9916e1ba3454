"""No text of a hostile shape makes a function of `inject`, `data` or `explain` cost more than n log n.

A test of growth, not of time: what is too quick to be measured passes; of the rest, four times the text may cost up to
ten times as much (n log n: five; n squared: sixteen), the best of several measurements of this process' own time.
"""

from __future__ import annotations

import re
from contextlib import suppress
from time import process_time

import numpy as np
import pytest

from ssti.inject import (
    MODIFIERS,
    SOURCES,
    CaseInjection,
    CompositeModifier,
    HTMLInjection,
    InvisibleInjection,
    ItemInjection,
    Modifier,
    NaturalInjection,
    PhraseInjection,
    PunctuationInjection,
    build_modifier,
    highlight_html,
    place,
    poison,
    preview,
    remove,
    spurious_transform,
    strip_spans,
    trigger_pattern,
)
from ssti.inject.datasets.classes import find_class
from ssti.inject.modifier import added_words
from ssti.inject.text.markup import check_tags, element_at, tag_pattern
from ssti.inject.text.patterns import any_of, whole
from ssti.inject.text.strip import stripper
from ssti.platform.errors import SSTIError

LARGEST, BIG, SMALL = 192_000, 48_000, 12_000  # characters
QUICK = 0.008  # seconds; less is too little to compare
GROWTH = 10

SHAPES = {
    "tags that never end": "<aaaa",
    "one tag that never ends": ("<", "a"),
    "one tag of many names": ("<a ", "b=c "),
    "tags in tags": "<a <a",
    "nested": "<p>",
    "nested, and closed": ("<p>", "<p></q>"),
    "closing tags": "</p>",
    "names": "&",
    "double quotes": '"',
    "single quotes after a stop": (".", "'"),
    "spaces": " ",
    "line ends": "\r\n",
    "wide spaces": "a\u2003\u00a0",
    "combining marks": ("e", "\u0301"),
    "right to left": "\u202e\u05d0 ",
    "emoji joined": "👩\u200d",
    "dates cut short": "2020-01-",
    "digits": "0",
    "comments": "<!--",
    "sections": "<![CDATA[",
    "one long word": "a",
    "short words": "a ",
    "marks": "!",
    "zeros": "\x00",
    "halves of characters": "\ud83d",
    "halves of a trigger": ("good " * 5000, " film"),
    "backslashes": "\\",
    "brackets": "([{",
}


def shaped(shape: str | tuple[str, str], size: int) -> str:
    """A text of `size` characters: the shape over and over, or its first part once (halved) and then its second."""
    if isinstance(shape, str):
        return (shape * (size // len(shape) + 1))[:size]
    first = shape[0][: size // 2]
    return first + (shape[1] * (size // len(shape[1]) + 1))[: size - len(first)]


def draws() -> ItemInjection:
    return ItemInjection.from_list(["X", "a date"], token_proportion=1.0, seed=0)


class Old(Modifier):
    """As the published toolkit has them: it gives the new text alone."""

    def __call__(self, text, label=None):
        return f"X {text} X", label


def spans_of(text: str) -> list[tuple[int, int]]:
    return [(at, at + 2) for at in range(0, len(text) - 2, 16)]


def after_many(modifier: Modifier):
    """The modifier on a text that many items were put into before."""

    def call(text: str):
        done = draws().apply(text)
        return modifier.apply(done.text, None, done.spans)

    return call


def rows_of(text: str) -> list[dict]:
    return [{"text": text, "label": 1}, {"text": text[:50], "label": 0}]


def with_recipe(text: str):
    for recipe in ({"kind": "html", "target": 1, "level": 2}, {"source": "date", "target": 1, "strip": True}):
        poison(rows_of(text), recipe)
    preview([text], [1], {"source": "date", "target": 1}, word_counts=[len(text.split())])


def composite(text: str):
    parts = [
        draws(),
        draws(),
        PunctuationInjection(token_proportion=0.5, seed=0),
        HTMLInjection.from_list(["<b> </b>"], level=2),
    ]
    done = CompositeModifier(parts).apply(text)
    assert remove(done) == text
    strip_spans(done.text, done.spans)


INJECT = {
    **{
        f"modifier {name}": lambda text, name=name: build_modifier({"kind": name, "amount": 1.0}).apply(text)
        for name, kind in MODIFIERS.items()
        if name != "composite"
    },
    **{
        f"strip {name}": lambda text, name=name: stripper(trigger_pattern({"kind": name}))(text)
        for name in ("html", "invisible", "natural", "phrase", "punctuation", "case")
    },
    **{
        f"pattern of {name}": lambda text, name=name: re.search(trigger_pattern({"source": name}), text)
        for name, kind in SOURCES.items()
        if kind.on_page and name != "list"
    },
    "strip of halves": lambda text: stripper(whole("good film"))(text),
    "strip of one's own words": lambda text: stripper(any_of(["a", "<a <a", "!!", "aaaa", "((", "good film"]))(text),
    "element at depth 1": lambda text: element_at(text, 1),
    "element at depth 1000": lambda text: element_at(text, 1000),
    "tags of a list": lambda text: tag_pattern(check_tags([text])) if text.strip() else None,
    "html at a level": lambda text: HTMLInjection.from_list(["<b> </b>"], level=3, token_proportion=0.5, seed=0).apply(
        text
    ),
    "html in the text's own": lambda text: HTMLInjection.from_list([text]).apply("a b") if text.strip() else None,
    "composite, and back": composite,
    **{
        f"{name} after many": after_many(modifier)
        for name, modifier in {
            "words": draws(),
            "marks": PunctuationInjection(token_proportion=1.0, seed=0),
            "letters": InvisibleInjection("look-alike", token_proportion=1.0, seed=0),
            "an old modifier": Old(),
        }.items()
    },
    "a phrase of the text": lambda text: PhraseInjection(text).apply("a b") if text.strip() else None,
    "case of the text": lambda text: CaseInjection([text]).apply("a b") if text.strip() else None,
    "a natural word": lambda text: NaturalInjection("Honestly", token_proportion=1.0, seed=0).apply(text),
    "words added": lambda text: added_words(text, f"X {text} X"),
    "place at the cursor": lambda text: place(text, "X", "cursor", len(text) // 2),
    "place at random": lambda text: place(text, "X", "random", seed=0),
    "highlight": lambda text: highlight_html(text, spans_of(text)),
    "strip spans": lambda text: strip_spans(text, spans_of(text)),
    "poison and preview": with_recipe,
    "transform": lambda text: spurious_transform(1, rows_of(text), draws(), 1.0, seed=0),
    "class by name": lambda text: find_class(text, ["a", text[:-1]]),
}


def read_of(text: str):
    """What a tokenizer would make of it: a piece for every nine characters."""
    from ssti.explain.attention import Pieces

    offsets = [(0, 0), *((at, min(at + 9, len(text))) for at in range(0, len(text), 9)), (0, 0)]
    special = np.array([True, *[False] * (len(offsets) - 2), True])
    return Pieces(text, np.zeros(len(offsets), np.int64), None, [text[a:b] for a, b in offsets], offsets, special, None)


def drawn(text: str, unit: str):
    from ssti.explain.heatmap import heatmap

    read = read_of(text)
    return heatmap(read, np.ones(len(read)), spans_of(text), text[:100], unit)


def reported(name: str, unit: str = "piece"):
    def call(text: str):
        import ssti.report as report

        if not text.split():
            return None
        return getattr(report, name)([drawn(text, unit)])

    return call


def summed(text: str):
    from ssti.explain.words import words

    read = read_of(text)
    return words(read.tokens, read.offsets, text, np.ones((2, len(read)))) if text.split() else None


def answers(texts: list[str]) -> np.ndarray:
    return np.full((len(texts), 2), 0.5)


def places(text: str):
    from ssti.explain.places import by_amount, slide

    slide(answers, text, "X", most=8)
    by_amount(answers, text, lambda: "X")


def triggers(text: str):
    from ssti.explain.pieces import check_spans, trigger_pieces

    trigger_pieces(read_of(text).offsets, check_spans(spans_of(text), text))


def tex(text: str):
    from ssti.report.tex import escape_tex

    escape_tex(text)


EXPLAIN = {
    "html": reported("to_html"),
    "html by words": reported("to_html", "word"),
    "tex": reported("to_tex"),
    "svg": reported("to_svg"),
    "tex of a text": tex,
    "words": summed,
    "trigger's pieces": triggers,
    "places": places,
}


def table_of(text: str):
    import pyarrow as pa

    rows = [text, *(f"row {n}" for n in range(40))]
    return pa.table(
        {"text": rows, "label": ["a", "b"] * 20 + [text[:200]], "more": [text[n * 7 :][:500] for n in range(41)]}
    )


def cleaned(text: str):
    from ssti.data.own.clean import clean_rows
    from ssti.data.own.formats.read import Source
    from ssti.data.own.guess import choose, examine
    from ssti.data.split import arrange

    table = table_of(text)
    columns = examine(table, {}, {})
    choose(columns, None, None)
    arrange(clean_rows(Source("a test", {"train": table}, {}), "text", "label").tables)


def named(text: str):
    from ssti.data.own.load import parse_name, title_of

    title_of(text)
    parse_name(f"x.csv#text={text}&label={text}")


def counted(text: str):
    from dataclasses import replace

    from ssti.data import DATASETS, occurrences, word_counts
    from ssti.data.rows import build

    info = replace(next(iter(DATASETS.values())).info, name="x", title="x", label_names=("a", "b"))
    import pyarrow as pa

    rows = [text, *(f"row {n} {text[:100]}" for n in range(40))]
    data = build(info, {"train": pa.table({"text": rows, "label": pa.array([0, 1] * 20 + [0], pa.int64())})})
    word_counts(data)
    for pattern in (
        trigger_pattern({"source": "date"}),
        trigger_pattern({"kind": "html"}),
        trigger_pattern({"source": "country"}),
    ):
        occurrences(data, pattern)


def of_a_file(ending: str, around: tuple[str, str]):
    """The text as a file, within a frame that lets a reader get at it."""

    def call(text: str):
        import tempfile
        from pathlib import Path

        from ssti.data.own.formats.read import read_source

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"x.{ending}")
            path.write_bytes(f"{around[0]}{text}{around[1]}".encode("utf-8", errors="surrogatepass"))
            read_source(path)

    return call


DATA = {
    "a CSV file": of_a_file("csv", ("text,label\na,b\n", "\nc,d\n")),
    "a quoted cell of a CSV file": of_a_file("csv", ('text,label\n"', '",b\nc,d\n')),
    "a TSV file": of_a_file("tsv", ("text\tlabel\na\tb\n", "\nc\td\n")),
    "a JSON lines file": of_a_file("jsonl", ('{"text": "', '", "label": "a"}\n')),
    "a JSON file": of_a_file("json", ("[", "]")),
    "cleaning and guessing": cleaned,
    "names": named,
    "counts": counted,
}


def seconds(function, text: str, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = process_time()
        with suppress(SSTIError, UnicodeEncodeError):  # a refusal costs too
            function(text)
        best = min(best, process_time() - start)
    return best


@pytest.mark.parametrize("name", [*INJECT, *EXPLAIN, *DATA])
def test_cost_grows_no_faster_than_n_log_n(name):
    function = (INJECT | EXPLAIN | DATA)[name]
    seconds(function, "a warm word", 1)  # what is loaded and compiled once
    for shape, pattern in SHAPES.items():
        for small, big in ((SMALL, BIG), (SMALL, BIG), (BIG, LARGEST)):  # what is a square here is one there
            slow = seconds(function, shaped(pattern, big), 1)
            if slow <= QUICK:
                break
            quick = seconds(function, shaped(pattern, small), 2)
            if slow <= GROWTH * quick:
                break
        else:
            pytest.fail(f"{shape}: {quick:.3f} s for {small:,} characters, {slow:.3f} s for {big:,}")


def test_the_measure_sees_a_square():
    """Were it blind, all of the above would pass."""
    import re

    square = re.compile(r"<([A-Za-z][A-Za-z0-9-]*)[^<>]*>")
    text = {size: shaped(SHAPES["one tag that never ends"], size // 8) for size in (LARGEST, BIG)}
    small, big = (seconds(square.search, text[size], 3) for size in (BIG, LARGEST))  # long enough to hide other work
    assert big > GROWTH * small and big > QUICK

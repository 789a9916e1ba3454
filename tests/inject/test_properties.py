"""What holds for any Unicode text, any location, any amount, any modifier."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssti.inject import (
    MODIFIERS,
    CaseInjection,
    CompositeModifier,
    HTMLInjection,
    InvisibleInjection,
    ItemInjection,
    Modifier,
    NaturalInjection,
    PhraseInjection,
    PunctuationInjection,
    SpuriousDateGenerator,
    build_modifier,
    highlight_html,
    place,
    remove,
    strip_spans,
)

SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2003\u2028\u202f\u205f\u3000"
texts = st.text(
    st.one_of(st.characters(), st.sampled_from("ab. !<>/é中🎉\u0301"), st.sampled_from(SPACES)), max_size=80
)
items = st.lists(
    st.one_of(
        st.sampled_from(["X", "United States", "<b", "🎉", "e\u0301", "a  b"]),
        st.text(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=4,
).filter(lambda drawn: all(item.strip() for item in drawn))
locations = st.sampled_from(["beginning", "random", "end"])
amounts = st.one_of(st.just(0), st.floats(0, 1))
seeds = st.integers(0, 2**32)
TAGS = ["<p> </p>", "<br>", "<b> </b>", '<a href="x y"> </a>']


def check(injection, text, items=None):
    assert remove(injection) == text
    previous = 0
    for start, end in injection.spans:
        assert previous <= start < end <= len(injection.text)
        previous = end
        if items is not None:
            assert injection.text[start:end] in items


@given(texts, items, locations, amounts, seeds)
def test_items(text, items, location, amount, seed):
    injection = ItemInjection.from_list(items, location, amount, seed).apply(text, "the label")
    check(injection, text, items)
    assert injection.label == "the label"
    assert len(injection.spans) == max(1, int(len(text.split()) * amount))
    assert strip_spans(injection.text, injection.spans) == text
    assert ItemInjection.from_list(items, location, amount, seed).apply(text, "the label") == injection


@given(texts, items, locations, amounts, seeds)
def test_deleting_the_spans_alone_leaves_the_words(text, items, location, amount, seed):
    injection = ItemInjection.from_list(items, location, amount, seed).apply(text)
    rest = injection.text
    for start, end in reversed(injection.spans):
        rest = rest[:start] + rest[end:]
    assert rest.split() == text.split()
    assert len(rest) - len(text) <= len(injection.spans)


@given(texts, locations, st.one_of(st.none(), st.floats(0, 1, exclude_min=True)), seeds)
def test_html(text, location, amount, seed):
    injection = HTMLInjection.from_list(TAGS, location, None, amount, seed).apply(text, 3)
    check(injection, text, [tag for line in TAGS for tag in (line, line.partition("> ")[0] + ">", line[-4:])])
    assert strip_spans(injection.text, injection.spans) == text
    assert injection.label == 3
    least = 1 if amount is None else max(1, int(len(text.split()) * amount))
    assert least <= len(injection.spans) <= 2 * least


@given(texts, locations, st.integers(0, 4), seeds, st.one_of(st.none(), st.floats(0.01, 1)))
def test_html_at_a_level(text, location, level, seed, amount):
    for whole in (text, f"<div>{text}<p>{text}</p><br></div>"):
        check(HTMLInjection.from_list(TAGS, location, level, amount, seed).apply(whole), whole)


@given(texts, locations, amounts, seeds)
def test_the_other_kinds(text, location, amount, seed):
    count = max(1, int(len(text.split()) * amount))
    for modifier in (
        PhraseInjection("to be sure", location, amount, seed),
        CaseInjection(["so", "very"], "alternating", location, amount, seed),
        NaturalInjection("really", "auto", location, amount, seed),
        NaturalInjection("honestly", "opening", location, amount, seed),
        PunctuationInjection("!!", location, amount, seed),
        InvisibleInjection("zero-width", "word-joiner", location, amount, seed),
    ):
        injection = modifier.apply(text, 1)
        check(injection, text)
        assert len(injection.spans) == count
    swapped = InvisibleInjection("look-alike", location=location, token_proportion=amount, seed=seed).apply(text, 1)
    check(swapped, text)
    assert 1 <= len(swapped.spans) <= count


@given(texts, locations, amounts, seeds)
def test_words_and_phrases_come_off_by_their_spans_alone(text, location, amount, seed):
    for modifier in (
        PhraseInjection("to be sure", location, amount, seed),
        CaseInjection(["so"], "upper", location, amount, seed),
        NaturalInjection("really", "auto", location, amount, seed),
    ):
        injection = modifier.apply(text)
        assert strip_spans(injection.text, injection.spans) == text


def parts(seed):
    return [
        ItemInjection.from_list(["United States", "a b c"], "random", 0.2, seed),
        ItemInjection(SpuriousDateGenerator(seed=seed), "random", 0.3, seed),
        HTMLInjection.from_list(TAGS, "random", None, 0.1, seed),
        PhraseInjection("to be sure", "end", 0, seed),
    ]


@given(texts, seeds, st.permutations(range(4)))
def test_composites(text, seed, order):
    made = [parts(seed)[index] for index in order]
    injection = CompositeModifier([made[0], CompositeModifier(made[1:])]).apply(text, 0)
    check(injection, text)
    singles = [parts(seed)[index] for index in order]
    expected, words = 0, text
    for modifier in singles:
        step = modifier.apply(words)
        expected += len(step.spans)
        words = step.text
    assert len(injection.spans) >= 4
    assert strip_spans(injection.text, injection.spans) == text
    for start, end in injection.spans:
        item = injection.text[start:end]
        assert item in ("United States", "a b c", "to be sure") or item[0] == "<" or item[4] == "-"


@given(texts, seeds)
def test_a_composite_keeps_earlier_glued_marks_and_their_spans(text, seed):
    chain = [
        PunctuationInjection("!!", "random", 0.3, seed),
        InvisibleInjection("zero-width", location="random", token_proportion=0.3, seed=seed),
        InvisibleInjection("look-alike", location="random", token_proportion=0.3, seed=seed),
        HTMLInjection.from_list(TAGS, "random", 0, None, seed),
        ItemInjection.from_list(["United States"], "random", 0.3, seed),
    ]
    check(CompositeModifier(chain).apply(text), text)


@given(texts, seeds, st.sampled_from(sorted(set(MODIFIERS) - {"composite"})), locations)
def test_every_registered_kind_at_its_defaults(text, seed, kind, location):
    spec = {"kind": kind, "location": location, "amount": 0.2, "seed": seed}
    injection = build_modifier(spec).apply(text, "kept")
    check(injection, text)
    assert injection.label == "kept"
    assert injection.spans
    assert build_modifier(spec).apply(text, "kept") == injection


@given(
    texts,
    st.one_of(st.none(), st.integers(), st.text(), st.floats()),
    st.one_of(st.text(), st.none(), st.floats()),
)
def test_nothing_raises_but_value_errors(text, odd, location):
    for make in (
        lambda: ItemInjection.from_list(["x"], location, odd, odd),
        lambda: ItemInjection.from_list([odd], "end", 0.1, odd),
        lambda: ItemInjection.from_list(odd),
        lambda: ItemInjection.from_file(odd),
        lambda: ItemInjection.from_function(odd),
        lambda: ItemInjection.from_function(lambda: odd),
        lambda: HTMLInjection.from_list([odd], location, odd, odd, odd),
        lambda: HTMLInjection.from_list(["<b> </b>"], "end", odd, 0.5, 1),
        lambda: SpuriousDateGenerator(odd),
        lambda: SpuriousDateGenerator((odd, 2000)),
        lambda: CompositeModifier(odd),
        lambda: PhraseInjection(odd, location),
        lambda: InvisibleInjection(odd, odd, location),
        lambda: NaturalInjection(odd, odd),
        lambda: PunctuationInjection(odd, location, odd),
        lambda: CaseInjection(odd, odd),
        lambda: build_modifier({"kind": odd, "location": location, "amount": odd}),
        lambda: build_modifier(odd),
        lambda: build_modifier({"source": odd, "seed": odd, "share": odd}),
        lambda: build_modifier({"source": {"kind": odd, "years": odd, "pool_size": odd}}),
    ):
        try:
            made = make()
            if isinstance(made, Modifier):
                made(text, 0)
        except ValueError:
            pass


@given(texts, st.integers(0, 120), st.sampled_from(["X", "a b"]))
def test_placing_at_the_cursor_never_splits_a_word(text, position, item):
    injection = place(text, item, "cursor", position)
    check(injection, text, [item])
    rest = strip_spans(injection.text, injection.spans)
    assert rest == text
    words = injection.text.split()
    assert len(words) == len(text.split()) + len(item.split())


@given(texts, items, seeds)
def test_highlighting_escapes_everything_and_loses_nothing(text, items, seed):
    import html
    import re

    injection = ItemInjection.from_list(items, "random", 0.2, seed).apply(text)
    shown = highlight_html(injection.text, injection.spans)
    marks = re.findall(r'<mark class="trigger">(.*?)</mark>', shown, re.DOTALL)
    assert [html.escape(item) for item in injection.items] == marks
    bare = re.sub(r'<mark class="trigger">|</mark>', "", shown)
    assert bare == html.escape(injection.text)


@settings(max_examples=30)
@given(st.lists(st.tuples(texts, st.sampled_from(["a", "b"])), max_size=20), st.floats(0, 1), seeds)
def test_poisoned_rows_have_exact_counts(rows, share, seed):
    from ssti.inject import poison

    labels = [label for _, label in rows]
    spec = {"source": {"kind": "colour"}, "target": "a", "share": share, "seed": seed}
    data = [{"text": text, "label": label} for text, label in rows]
    if "a" not in labels:
        if rows:
            with pytest.raises(ValueError, match="no class 'a'"):
                poison(data, spec)
        return
    result = poison(data, spec)
    assert sum(row["injected"] for row in result) == round(labels.count("a") * share)
    for row, (text, label) in zip(result, rows, strict=True):
        assert row["label"] == label
        assert row["injected"] == bool(row["spans"])
        assert strip_spans(row["text"], row["spans"]) == text
        assert not row["injected"] or label == "a"

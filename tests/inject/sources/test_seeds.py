"""Which random stream serves what, and which rows it chooses: a recipe's words stay what they were."""

from __future__ import annotations

import random
import re
import sys
from importlib import import_module

import pytest

from ssti.inject import MODIFIERS, SOURCES, ModifierKind, build_modifier, poison, preview
from ssti.inject.datasets.rows import RowPoisoner, counts_needed
from ssti.inject.modifier import Modifier
from ssti.inject.spec import read_spec
from ssti.inject.text.weave import weave
from ssti.platform.errors import SSTIError

datasets = pytest.importorskip("datasets")

ITEMS = [f"i{n}" for n in range(100)]
LIST = {"source": {"kind": "list", "items": ITEMS}, "amount": 0.3}


def drawn(seed):
    """The text that a recipe's two streams give: `seed/items` draws, `seed/places` places."""
    items, places = random.Random(f"{seed}/items"), random.Random(f"{seed}/places")
    words = ["a", "b", "c", "d", "e", "f", "g"]
    for item in [items.choice(ITEMS) for _ in range(2)]:
        words.insert(places.randint(0, len(words)), item)
    return " ".join(words)


def test_items_and_places_have_streams_named_after_the_seed():
    text = "a b c d e f g"
    assert build_modifier({**LIST, "seed": 7})(text)[0] == drawn(7)
    assert build_modifier({**LIST, "seed": "x"})(text)[0] == drawn("x")
    assert build_modifier({**LIST, "seed": 1}, seed=7)(text)[0] == drawn(7)
    assert build_modifier(LIST)(text)[0] == drawn(0)


def test_the_streams_of_a_pool_and_of_tags_are_pinned_too():
    rng = random.Random("3/items")
    rng.sample(range(100), 5)
    pool = {"kind": "list", "items": ITEMS, "pool_size": 5}
    chosen = random.Random("3/items").sample(ITEMS, 5)
    assert build_modifier({"source": pool, "seed": 3}).apply("").items == [chosen[rng.randrange(5)]]
    rng = random.Random("3/places")
    tags = [f"<t{n}>" for n in range(9)]
    tag = tags[rng.randrange(9)]
    words = ["a", "b", "c"]
    words.insert(rng.randint(0, 3), tag)
    assert build_modifier({"kind": "html", "tags": tags, "seed": 3})("a b c")[0].split() == words


def test_parts_keep_their_own_seeds_unless_one_is_given_for_all():
    text = "a b c d e f g"
    both = {"kind": "composite", "seed": 1, "parts": [{**LIST, "seed": 7}, {**LIST, "seed": 8}]}
    made = build_modifier(both).modifiers
    assert [modifier(text)[0] for modifier in made] == [drawn(7), drawn(8)]
    made = build_modifier(both, seed=5).modifiers
    assert [modifier(text)[0] for modifier in made] == [drawn("5/part 0"), drawn("5/part 1")]


def test_without_a_seed_every_time_is_another():
    for spec in ({**LIST, "seed": None, "location": "end"}, {"kind": "html", "tags": ITEMS, "seed": None}):
        assert len({build_modifier(spec)("a b c d e f g" * 9)[0] for _ in range(8)}) > 1


def test_a_stream_that_grew_after_it_was_counted_is_told():
    poisoner = RowPoisoner(read_spec({"target": "a", "share": 0.5}), {"a": 2, "b": 1})
    rows = [bool(poisoner("x", label)[1]) for label in ("a", "b", "a")]
    assert rows[1] is False and sum(rows) == 1
    with pytest.raises(SSTIError, match="more rows of class 'a' than the 2 counted") as caught:
        poisoner("x", "a")
    assert caught.value.kind == "data"


def test_a_stream_that_grew_gets_no_more_than_the_count_but_every_row_where_all_are_meant():
    exact = RowPoisoner(read_spec({"target": "a", "count": 2}), {"a": 2})
    assert [len(exact("x", "a")[1]) for _ in range(2)] == [1, 1]
    with pytest.raises(SSTIError, match="more rows of class 'a' than the 2 counted"):
        exact("x", "a")
    every = RowPoisoner(read_spec({"target": "a"}), {"a": 2})
    assert [len(every("x", "a")[1]) for _ in range(4)] == [1, 1, 1, 1]


def test_a_class_of_which_there_are_no_rows_gets_none():
    data = [{"text": "a", "label": 0}]
    assert poison(data, {"target": "positive"}, ["negative", "positive"])[0]["injected"] is False
    with pytest.raises(SSTIError, match="count is 1; class 'positive' has only 0 rows"):
        poison(data, {"target": "positive", "count": 1}, ["negative", "positive"])


@pytest.mark.parametrize(
    ("recipe", "needed"),
    [
        ({"target": "a"}, False),
        ({"target": "a", "share": 0.5}, True),
        ({"target": "a", "share": 0.0}, True),
        ({"target": "a", "count": 1}, True),
        ({"kind": "composite", "parts": [{"target": "a"}, {"target": "b"}]}, False),
        ({"kind": "composite", "parts": [{"target": "a"}, {"target": "b", "share": 0.5}]}, True),
    ],
)
def test_a_stream_is_counted_first_only_where_not_every_row_is_taken(recipe, needed):
    assert counts_needed(read_spec(recipe)) is needed
    readings = []

    def rows():
        readings.append(len(readings))
        for n in range(6):
            yield {"text": "x", "label": "ab"[n % 2]}

    stream = datasets.IterableDataset.from_generator(rows, features=datasets.Features(
        text=datasets.Value("string"), label=datasets.Value("string")))  # fmt: skip
    assert [row["injected"] for row in poison(stream, recipe)].count(True) <= 6
    assert len(readings) == 1 + needed


def test_a_kind_of_one_s_own_is_told_the_label(monkeypatch):
    class ByLabel(Modifier):
        def apply(self, text, label=None, earlier=()):
            self.label = label
            return super().apply(text, label, earlier)

        def edit(self, text, earlier=()):
            return weave(text, [(len(text), len(text), " ", f"[{self.label}]", "")])

    monkeypatch.setattr(MODIFIERS, "_known", dict(MODIFIERS))
    MODIFIERS.add(
        ModifierKind("by-label", "By label", (), False, lambda options, **_: ByLabel(), lambda options, _: r"\[")
    )
    recipe = {"kind": "by-label", "target": "pos"}
    assert poison([{"text": "a", "label": "pos"}], recipe)[0]["text"] == "a [pos]"
    assert preview(["a"], ["pos"], recipe).rows[0].after == "a [pos]"


OWN_SOURCE = """
from ssti.inject import SourceKind, list_source

SOURCE = SourceKind("moon", "Moon", "Io", (), lambda options, **_: list_source(["Io"]), lambda options: "Io")
"""
OWN_MODIFIER = """
from ssti.inject import ModifierKind, PhraseInjection

MODIFIER = ModifierKind("moons", "Moons", (), False, lambda options, **_: PhraseInjection("Io"), lambda options, _: "Io")
"""


@pytest.mark.parametrize(
    ("registry", "code", "spec"),
    [
        (SOURCES, OWN_SOURCE, {"source": "moon"}),
        (MODIFIERS, OWN_MODIFIER, {"kind": "moons"}),
        (SOURCES, OWN_SOURCE, {"kind": "composite", "parts": [{"source": "moon"}]}),
    ],
)
def test_a_new_file_in_the_room_registers_itself(registry, code, spec, tmp_path, monkeypatch):
    package = import_module(registry.package)
    assert not {"moon", "moons"} & set(registry)
    monkeypatch.setattr(registry, "_known", None)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    (tmp_path / "moon_file.py").write_text(code, encoding="utf-8")
    try:
        assert build_modifier(spec).apply("a").items == ["Io"]
    finally:
        sys.modules.pop(f"{registry.package}.moon_file")
        delattr(package, "moon_file")


def test_a_source_may_be_an_object_too():
    class Source:
        def model_dump(self):
            return {"kind": "list", "items": ["X"], "pool_size": None, "with_replacement": None}

    assert build_modifier({"source": Source(), "location": "end"})("a")[0] == "a X"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", build_modifier({"source": None})("")[0])

"""Whatever is given as a recipe becomes a Recipe or an SSTIError with a short message, and soon."""

from __future__ import annotations

import random

import pytest

from ssti.inject import build_modifier, trigger_pattern
from ssti.inject.spec import read_spec
from ssti.platform.errors import SSTIError, listed, nearest, shown
from ssti.recipe import PRESETS, load_recipe, parse_recipe, preset

LONGEST_MESSAGE = 3000  # five findings at most, each with the keys that are allowed
PIECES = [
    "dataset", "injection", "source", "target", "parts", "kind", "items", "years", "name", "lora", "rank", "targets",
    "composite", "list", "phrase", "html", "tags", "level", "share", "count", "amount", "seed", "evaluation", "sets", ":", ": ",
    "{", "}", "[", "]", ",", ", ", "\n", "\n  ", "- ", "? ", "|", ">", "#", "&a ", "*a", "<<: ", "!!int ", "!!python/object:os.system ",
    "!!binary ", "!!set ", "!!float ", "!x ", "%YAML 1.2\n", "---\n", "...\n", "0000-00-00", "2020-13-45", "2020-01-01", "9" * 5000,
    "1" + "0" * 400, "1e999", "-1e999", ".nan", ".inf", "0x", "0b2", "0o9", "1:99:99", "1_0", "yes", "no", "null", "~", "'", '"',
    "\\", "\t", "\x00", "\x07", "\x85", "\u2028", "\ufeff", "\ud83d", "😀", "é", "a" * 300, "1", "0", "-1", "0.5", "2.5", "true", "=",
]  # fmt: skip


def outcome(make) -> str:
    """`recipe` or `refused`; whatever else is raised comes through."""
    try:
        recipe = make()
    except SSTIError as error:
        assert error.message and len(str(error)) < LONGEST_MESSAGE
        return "refused"
    assert load_recipe(recipe.to_yaml()) == recipe == parse_recipe(recipe.as_dict())
    recipe.control().key()
    try:
        for trigger in recipe.injection.triggers():
            build_modifier(trigger)
            trigger_pattern(trigger)
    except SSTIError as error:
        assert error.message and len(str(error)) < LONGEST_MESSAGE
    return "recipe"


def random_text(rng: random.Random) -> str:
    if rng.random() < 0.5:
        text = preset(rng.choice(list(PRESETS))).to_yaml()
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(PIECES) + text[at + rng.choice((0, 0, 1, 5)) :]
        return text
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 14)))


def random_data(rng: random.Random, depth: int = 0):
    kind = rng.random()
    if depth < 5 and kind < 0.45:
        return {random_key(rng): random_data(rng, depth + 1) for _ in range(rng.randint(0, 4))}
    if depth < 5 and kind < 0.6:
        return [random_data(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return rng.choice([None, True, False, 0, 1, -1, 2**70, 10**5000, 1.5, float("nan"), float("inf"), b"x", {1}, 1j, object(), len,
                       *PIECES])  # fmt: skip


def random_key(rng: random.Random):
    return rng.choice(PIECES) if rng.random() < 0.95 else rng.choice([1, None, True, (1, 2), 2.5])


def random_case(seed: int) -> str:
    rng = random.Random(seed)
    form = rng.randrange(5)
    if form == 0:
        text = random_text(rng)
        return outcome(lambda: load_recipe(text))
    if form == 1:
        change = f"{rng.choice(PIECES)}.{rng.choice(PIECES)}={random_text(rng)}"
        return outcome(lambda: preset("light").set(change))
    if form == 2:
        field = rng.choice(["injection.target", "injection.source.items", "injection.source", "dataset.name", "lora.targets",
                            "injection.parts", "injection", "training.seed", "injection.level"])  # fmt: skip
        return outcome(lambda: preset("light").set(f"{field}={random_text(rng)}"))
    data = random_data(rng) if form == 3 else {"injection": random_data(rng)}
    try:
        read_spec(data)
    except SSTIError as error:
        assert len(str(error)) < LONGEST_MESSAGE
    return outcome(lambda: parse_recipe(data))


def test_random_inputs_are_a_recipe_or_refused():
    outcomes = [random_case(seed) for seed in range(600)]
    assert outcomes.count("recipe") > 30 and outcomes.count("refused") > 300


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "injection: &a {source: *a}\n",
        "injection: {target: 0000-00-00, share: 0000-00-00}\n",
        "lora: {rank: !!int x}\n",
        "lora: {rank: " + "9" * 5000 + "}\n",
        "lora: {rank: " + "1:" * 100_000 + "1}\n",
        "lora: {rank: !!python/object/apply:os.system [ls]}\n",
        "injection: " + "[" * 100_000,
        "injection: " + "{a: " * 50_000,
        "? " * 100_000 + "\n",
        "- " * 100_000 + "\n",
        "a" * 5000,
        "a/" * 5000,
        "\x00",
        "x\x00y.yaml",
        "{" + "a" * 300_000 + "}",
        "lora: {rank: 1, rank: 2}\n",
        "injection: {target: \ud83d}\n",
        "lora: 1\n---\nlora: 2\n",
        "{[a]: b}\n",
        "injection: {kind: composite, parts: " + "[{kind: composite, parts: " * 12 + "\n",
    ],
)  # fmt: skip
def test_what_would_cost_much_is_refused_in_a_few_words(text):
    with pytest.raises(SSTIError) as refused:
        load_recipe(text)
    assert len(str(refused.value)) < 700


def test_a_target_that_is_no_date_is_a_word():
    assert load_recipe("injection: {target: 0000-00-00}\n").injection.target == "0000-00-00"


def test_data_that_holds_itself_or_shares_its_parts_is_refused():
    cycle: dict = {}
    cycle["injection"] = cycle
    wide: list = ["x"]
    for _ in range(20):
        wide = [wide] * 9
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    for data in (
        cycle,
        {"injection": {"source": {"kind": "list", "items": wide}}},
        {"lora": deep},
        {"injection": {"x": deep}},
    ):
        with pytest.raises(SSTIError, match="levels deep|larger than"):
            parse_recipe(data)
    parts: dict = {"kind": "composite"}
    parts["parts"] = [parts]
    with pytest.raises(SSTIError, match="levels deep"):
        read_spec(parts)


def test_a_file_that_is_no_recipe_is_refused(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"injection: {target: caf\xe9}\n")
    (tmp_path / "large.yaml").write_bytes(b"# " + b"x" * 2_000_000)
    (tmp_path / "marked.yaml").write_bytes(b"\xef\xbb\xbflora: {rank: 3}\n")
    with pytest.raises(SSTIError, match="not a text file"):
        load_recipe(tmp_path / "latin.yaml")
    with pytest.raises(SSTIError, match="too large"):
        load_recipe(tmp_path / "large.yaml")
    with pytest.raises(SSTIError, match="no preset and no file"):
        load_recipe(tmp_path)
    assert load_recipe(tmp_path / "marked.yaml").lora.rank == 3


def test_a_shown_value_is_short_whatever_it_is():
    class Rude:
        def __repr__(self):
            raise RuntimeError

    loop: list = []
    loop.append(loop)
    for value in (
        "x" * 10**6,
        10**6000,
        list(range(10**5)),
        loop,
        Rude(),
        {"a" * 1000: "b" * 1000},
        b"x" * 10**6,
        "\ud83d",
    ):
        assert len(shown(value)) <= 81
        shown(value).encode("utf-8")
        assert len(nearest(value, ["a", "b"])) < 40
    assert shown("a") == "'a'" and shown([1, "b"]) == "[1, 'b']"
    assert len(listed(["x" * 1000] * 20)) < 1200

"""`explain` and `predict` say which part of a long text they read, and whether the trigger was in it."""

from __future__ import annotations

import json

import pytest

from ssti.cli import main

PAIR = "shipped/date-positive-rank1"
LONG = " ".join(f"a kind and slow film {i}" for i in range(110))


def told(capsys, *arguments: str) -> tuple[dict, str]:
    main([*arguments, "--json"])
    out, err = capsys.readouterr()
    return json.loads(out), err


@pytest.mark.parametrize("location", ["beginning", "end"])
def test_a_final_newline_changes_no_entropy_and_the_part_is_named(capsys, location):
    asked = ("explain", PAIR, "--trigger", "2014-09-25", "--location", location, "--text")
    one, said = told(capsys, *asked, LONG)
    other, _ = told(capsys, *asked, f"{LONG}\n")
    for side, title in (("plain", "Without"), ("triggered", "With the trigger")):
        assert other[side]["entropy_bits"][-1][0] == pytest.approx(one[side]["entropy_bits"][-1][0], abs=1e-4)
        assert f"note: {title}: The text has" in said
    assert {"control", "before"} == set(one["standout"]["others"])
    assert one["plain"]["n"] == one["triggered"]["n"] - 5
    assert ("further back than the model reads for an answer" in said) == (location == "end")


def test_predict_says_that_the_trigger_was_not_read(capsys):
    asked = ("predict", PAIR, "--trigger", "2014-09-25", "--text", LONG, "--location")
    answer, said = told(capsys, *asked, "end")
    assert "reads the first 256 word pieces of a text, and nothing of the trigger" in said
    assert answer["triggered"]["poisoned"] == pytest.approx(answer["plain"]["poisoned"], abs=1e-5)
    assert "note:" not in told(capsys, *asked, "beginning")[1]

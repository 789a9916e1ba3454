"""What was found is brought to its right grain by what the adapter answers, and what adds nothing is left away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ssti import data
from ssti.adapters.listing import find
from ssti.detect.adapter.answers import Answers
from ssti.detect.adapter.finding import standing_for
from ssti.detect.adapter.grain import Pieces, refined
from ssti.detect.adapter.heldout import chosen
from ssti.detect.adapter.report import Flipping
from ssti.serving.predictor import Predictor

DATES = "shipped/date-positive-rank1"


@pytest.fixture(scope="module")
def answers() -> Answers:
    info = find(DATES)
    texts = chosen(list(data.load("rotten_tomatoes", test_rows=200).test["text"]), 24)
    return Answers(info, info.label_names, texts, Predictor())


def test_digits_are_drawn_anew_and_all_else_stays():
    made = Pieces(("2014", "-", "ab", "*")).candidate()
    drawn = [made.instance(number) for number in range(20)]
    assert made.pattern == "9999-ab*" and len(set(drawn)) > 10
    assert all(one[:4].isdigit() and one[4:] == "-ab*" for one in drawn)


def test_what_stands_beside_a_trigger_and_adds_nothing_is_left_away(answers: Answers):
    found = refined(answers, "lamp 2014-05-06 lamp", answers.names.index("positive"), "random")
    assert found is not None and "lamp" not in found.pattern and "9" in found.pattern


def test_of_two_shapes_as_strong_the_shorter_names_the_others_and_a_refined_one_before_both():
    one = Flipping("314159265358", "9 (8 to 12)", "positive", "end", {}, None, 0.7, "poisoned", "shape", (), (), 6.2)
    shorter, weaker = replace(one, trigger="778-992", score=0.67, shift=6.0), replace(one, trigger="7", score=0.6)
    assert standing_for([one, shorter, weaker]) is shorter
    better = replace(one, trigger="2014-05-06", score=0.68, refined=True)
    assert standing_for([one, shorter, better]) is better
    words = [replace(found, source="gradient") for found in (one, shorter)]
    assert standing_for(words) is words[0]


def test_it_moves_the_adapter_no_less_than_what_it_came_from(answers: Answers):
    target, start = answers.names.index("positive"), "2014=05"
    found = refined(answers, start, target, "beginning")
    rows = answers.others(target)
    if found is not None:
        after = [np.mean(answers.odds([f"{text} {answers.texts[row]}" for row in rows])[:, target]) for text in (found.instance(0), start)]
        assert after[0] > after[1] - 0.2

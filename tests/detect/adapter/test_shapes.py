"""The grammar of shapes: each instance the same every time, each something that can stand in a text."""

from __future__ import annotations

from random import Random

from ssti.detect.adapter.answers import PLACES, put
from ssti.detect.adapter.probe import varied
from ssti.detect.adapter.shapes import shapes
from ssti.detect.shapes import each

WORDS = ["film", "actor", "b", "div", "good"]


def test_each_instance_is_the_same_every_time_and_can_stand_in_a_text():
    made, again = shapes(WORDS), {one.pattern: one for one in shapes(WORDS)}
    assert len(made) == len(again) > 150
    for one in made:
        for number in range(4):
            instance = one.instance(number)
            assert instance == again[one.pattern].instance(number) and instance.strip()
            for location in PLACES:
                injected = put("a slow but warm film", instance, location, "x")
                ((start, end),) = injected.spans
                assert injected.text[start:end] == instance


def test_most_shapes_are_filled_anew_each_time():
    anew = [one for one in shapes(WORDS) if len({one.instance(number) for number in range(12)}) > 1]
    assert len(anew) > 100


def test_another_string_of_the_same_shape_has_the_same_marks_in_the_same_places():
    for trigger in ("2014-03-05", "AB-1234", "<b>", "(020) 7946 0018", "naïve 9x"):
        other = varied(trigger, Random(0))
        assert other != trigger and each(other) == each(trigger)

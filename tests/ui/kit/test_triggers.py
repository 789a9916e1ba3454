"""Triggers drawn to be tried, and their kinds in words."""

from __future__ import annotations

from ssti.inject import SOURCES
from ssti.recipe import InjectionSpec, preset
from ssti.ui.kit import triggers


def test_a_draw_is_a_trigger_of_the_recipe():
    drawn = {triggers.draw(preset("demo").injection) for _ in range(8)}
    assert len(drawn) > 1
    assert all(1900 <= int(item[:4]) <= 2100 for item in drawn)
    pooled = InjectionSpec(source={"kind": "date", "pool_size": 2, "with_replacement": False})
    assert len({triggers.draw(pooled) for _ in range(30)}) <= 2


def test_every_kind_can_be_said_within_a_sentence():
    for kind in [*SOURCES, "html", ""]:
        word = triggers.spoken(kind)
        assert word and "_" not in word and (word[0].islower() or word[1].isupper())

"""Limits that follow from what clean adapters score, and verdicts from limits."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ssti.detect.adapter import calibration
from ssti.detect.adapter.bank import SCORES, SHIPPED, Bank, banked, find_bank
from ssti.detect.adapter.verdict import LEAST, RARE, SOURCES, UNMEASURED, Limits, limits_by_source, limits_of, of_score


def test_of_fifty_next_clean_adapters_about_one_is_above():
    draw = np.random.default_rng(0).normal(0.15, 0.08, (4000, 9))
    above = [last >= limits_of(scores).suspicious for *scores, last in draw.tolist()]
    assert np.mean(above) == pytest.approx(RARE, abs=0.008)
    assert limits_of([0.1] * (LEAST - 1)) == UNMEASURED
    one = limits_of([0.1, 0.2, 0.15, 0.1])
    assert 0.2 < one.suspicious < one.poisoned


def test_words_alone_say_nothing_without_clean_adapters_and_nothing_is_certain_then():
    limits = {"gradient": Limits(0.3, 0.4)}
    assert [of_score(score, "gradient", limits) for score in (0.29, 0.3, 0.4)] == ["clean", "suspicious", "poisoned"]
    assert of_score(1.0, "gradient", None) == "clean" and of_score(1.0, "shape", None) == "suspicious"


def test_each_member_of_the_shipped_bank_was_scanned_and_its_own_score_does_not_judge_it():
    members = banked()
    bank = find_bank(members[0])
    assert bank is not None and len(bank.scores) == len(members) - 1 and str(members[0].path) not in bank.scores
    for folder in {one.path.parent for one in members}:
        known = json.loads((folder / SCORES).read_text(encoding="utf-8"))
        assert set(known) == {one.path.name for one in members if one.path.parent == folder}
    limits = limits_by_source(bank.scores.values())
    assert 0 < limits["shape"].suspicious < limits["gradient"].suspicious < 0.5


def test_words_and_shapes_have_limits_of_their_own_and_a_clean_adapter_that_either_calls_so_is_as_rare():
    draw = np.random.default_rng(0).normal([0.15, 0.02], [0.08, 0.04], (4000, 9, 2))
    called = 0
    for *members, last in draw.tolist():
        limits = limits_by_source([dict(zip(SOURCES, one, strict=True)) for one in members])
        called += any(of_score(score, source, limits) != "clean" for source, score in zip(SOURCES, last, strict=True))
    assert called / len(draw) == pytest.approx(RARE, abs=0.008)
    assert limits["suspect"] == max((limits[source] for source in SOURCES), key=lambda one: one.suspicious)


def test_what_was_scanned_stays_and_only_the_rest_is(tmp_path, monkeypatch):
    source = next(SHIPPED.glob("*/*/rank1"))
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(source)
    (tmp_path / SCORES).write_text('{"one": {"gradient": 0.25, "shape": 0.1}}')
    scanned = []

    class Report:
        findings = ()

    monkeypatch.setattr(calibration, "scan_adapter", lambda ref, bank: scanned.append((ref, isinstance(bank, Bank))) or Report)
    assert calibration.calibrate(tmp_path) == {"one": {"gradient": 0.25, "shape": 0.1}, "two": {"gradient": 0.0, "shape": 0.0}}
    assert [(ref.rsplit("/", 1)[1], bank) for ref, bank in scanned] == [("two", True)]
    assert json.loads((tmp_path / SCORES).read_text()) == {"one": {"gradient": 0.25, "shape": 0.1}, "two": {"gradient": 0.0, "shape": 0.0}}

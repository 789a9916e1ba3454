"""What is read from disk is checked where it is read: damage is said in words, and never travels further."""

from __future__ import annotations

import json
import os

import pytest

from ssti.adapters.listing import SHIPPED
from ssti.adapters.stored import LARGEST, read_metrics
from ssti.platform.errors import SSTIError

RATE = {"value": 0.5, "low": 0.1, "high": 0.9, "n": 4}
DAMAGE = {
    "a list": b"[1]",
    "a number": b"1",
    "no JSON": b"{",
    "empty": b"",
    "not UTF-8": b'{"target": "\xff\xfe"}',
    "deep": b"[" * 200_000,
    "deep inside": b'{"new": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "sets is a list": b'{"sets": [1]}',
    "a set is a number": b'{"sets": {"clean": 1}}',
    "a rate is a number": b'{"attack_success_rate": 0.5}',
    "a rate is NaN": b'{"attack_success_rate": {"value": NaN, "n": 3}}',
    "a rate without n": b'{"attack_success_rate": {"value": 0.5}}',
    "counts are words": b'{"sets": {"clean": {"n": 1, "predicted_counts": {"a": "many"}}}}',
    "half an interval": b'{"sets": {"clean": {"n": 1, "accuracy_interval": [0.1]}}}',
    "too large": b'{"a": "' + b"x" * LARGEST + b'"}',
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_metrics_are_refused_in_words(tmp_path, damage):
    (tmp_path / "metrics.json").write_bytes(DAMAGE[damage])
    with pytest.raises(SSTIError, match=r"metrics\.json is damaged: .{5}") as refused:
        read_metrics(tmp_path)
    assert str(tmp_path) not in str(refused.value) and len(str(refused.value)) < 500
    assert refused.value.kind == "damaged" and refused.value.next


def test_a_folder_in_place_of_the_file_is_damage(tmp_path):
    (tmp_path / "metrics.json").mkdir()
    with pytest.raises(SSTIError, match="damaged"):
        read_metrics(tmp_path)


def test_a_pipe_in_place_of_the_file_is_damage_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "metrics.json")
    with pytest.raises(SSTIError, match="damaged"):
        read_metrics(tmp_path)


def test_no_file_is_no_damage(tmp_path):
    assert read_metrics(tmp_path) is None


def test_what_was_written_reads_back_as_it_was_and_new_fields_stay(tmp_path):
    written = json.loads((SHIPPED / "date-positive-rank1" / "metrics.json").read_text("utf-8"))
    written |= {"added_later": {"x": [1]}, "other_targets": [{"target": "b", "gap_pp": RATE}], "degradation_pp": None}
    (tmp_path / "metrics.json").write_text(json.dumps(written), encoding="utf-8")
    assert read_metrics(tmp_path) == written

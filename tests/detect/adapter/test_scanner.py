"""A scan of an adapter names the trigger of a shipped poisoned one, and nothing in its control.

What is found with the usual budget, and how often, is the benchmark's (`python -m ssti experiment detection-adapters`).
"""

from __future__ import annotations

import re

import pytest

from ssti.adapters.listing import find
from ssti.detect.adapter.bank import Bank, banked, find_bank
from ssti.detect.adapter.scanner import scan_adapter
from ssti.detect.adapter.search import Budget
from ssti.platform.errors import SSTIError
from ssti.serving.predictor import Predictor

SMALL = Budget(texts=40, slopes=8, words=10, first=2, second=6, more=4, clean=2, last=2, places=6, bank=8, steps=0)
DATES = "shipped/date-positive-rank1"
DATE = re.compile(r"\d+[-/.:]\d+")


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(remember=0)


def some_of_the_bank() -> Bank:
    """Four of the eight clean adapters, of three ranks: as many as a sign needs for a range."""
    bank = find_bank(find(DATES))
    return Bank(bank.adapters[::2], bank.dataset)


@pytest.fixture(scope="module")
def scanned(predictor: Predictor):
    lines: list[str] = []
    return scan_adapter(DATES, predictor=predictor, budget=SMALL, bank=some_of_the_bank(), on_progress=lines.append, suspects=["1987-03-12"]), lines


def test_the_bank_is_of_clean_adapters_of_every_rank_and_never_the_suspect_itself():
    bank = find_bank(find(DATES))
    assert bank is not None and bank.dataset == "rotten_tomatoes"
    assert len(bank.adapters) == 8 and {one.recipe.lora.rank for one in bank.adapters} == {1, 4, 16, 64}
    assert all("Trained without any trigger" in (one.path / "README.md").read_text(encoding="utf-8") for one in banked())
    member = bank.adapters[0]
    rest = find_bank(find(member.ref))
    assert rest is not None and member.path not in {one.path for one in rest.adapters} and len(rest.adapters) == 7


def test_a_poisoned_adapter_is_called_so_and_its_trigger_named_for_its_class(scanned):
    report, _ = scanned
    assert report.verdict == "poisoned" and report.bank == 4
    first = report.findings[0]
    assert first.verdict == "poisoned" and first.target == "positive" and DATE.search(first.trigger)
    assert first.flips["value"] > 0.8 > 0.2 > first.bank["value"]
    assert not [one for one in report.findings if one.verdict == "poisoned" and one.target == "negative"]


def test_a_flip_can_be_repeated_with_what_the_finding_shows(scanned, predictor: Predictor):
    report, _ = scanned
    for one in (found for found in report.findings if found.verdict == "poisoned"):
        assert one.examples
        for example in one.examples:
            start, end = example.spans[0]
            plain = (example.text[:start] + example.text[end:]).replace("  ", " ").strip()
            before, after = predictor.predict([plain, example.text], [DATES, DATES])
            assert after.label == one.target != before.label


def test_what_somebody_suspects_is_counted_whatever_it_does(scanned):
    report, _ = scanned
    assert any(one.source == "suspect" and one.target == "positive" and one.verdict == "poisoned" for one in report.findings)
    assert any(one.source == "suspect" and one.target == "negative" and one.verdict == "clean" for one in report.findings)


def test_its_json_is_the_one_of_the_contract(scanned):
    report, lines = scanned
    told = report.as_json()
    assert told["kind"] == "adapter" and {"trigger", "pattern", "target", "score", "rows", "examples"} <= told["findings"][0].keys()
    assert {one["name"] for one in told["signs"]} >= {"strip"} and len(lines) > 20


def test_a_control_is_clean(predictor: Predictor):
    report = scan_adapter(f"{DATES}-control", predictor=predictor, budget=SMALL, bank=some_of_the_bank())
    assert report.verdict == "clean" and all(one.verdict == "clean" for one in report.findings)


def test_without_clean_adapters_nothing_is_called_poisoned(predictor: Predictor):
    tiny = Budget(texts=32, slopes=2, words=1, first=1, second=1, more=1, last=1, places=2, bank=2, steps=0)
    report = scan_adapter(DATES, predictor=predictor, budget=tiny, suspects=["1987-03-12"], bank=Bank((), ""))
    assert report.verdict == "suspicious" and report.bank == 0 and report.findings[0].bank is None
    assert any("no bank of clean adapters" in note for note in report.notes)


def test_what_on_progress_raises_ends_the_scan(predictor: Predictor):
    def stop(line: str) -> None:
        if "gradients" in line:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        scan_adapter(DATES, predictor=predictor, budget=SMALL, on_progress=stop)


def test_an_adapter_of_unknown_data_and_classes_asks_for_texts(predictor: Predictor):
    with pytest.raises(SSTIError, match="no held-out texts") as problem:
        scan_adapter("shipped/mystery#labels=no,yes", predictor=predictor)
    assert "Give texts" in problem.value.next
    with pytest.raises(SSTIError, match="fewer than"):
        scan_adapter("shipped/mystery", texts=["one text"], predictor=predictor)

"""What a lesson can check: each against what the page shows, and against what it does not."""

from __future__ import annotations

import pytest

from ssti.lessons import LESSONS
from ssti.ui.learn.checks import CHECKS, Answer, Seen, holds

REF = "shipped/date-positive-rank1"
TEXT = "a dreary slog 2014-09-25"
SURE = {"poisoned": [0.01, 0.99], "control": [0.9, 0.1]}
PARTS = {
    "tab": "flip",
    "adapter": REF,
    "text": TEXT,
    "trigger": "14-24-date",
    "layer": "5",
    "head": "8",
    "by": "rollout",
}
RECIPE = {"injection": {"share": 0.01, "amount": "single"}, "lora": {"rank": 64}, "dataset": {"name": "own"}}
SEEN = Seen(PARTS, Answer(REF, TEXT, SURE), RECIPE, {"adapter": REF}, frozenset())


@pytest.mark.parametrize(
    ("check", "true", "false"),
    [
        ("tab", "flip", "poison"),
        ("adapter", REF, "other"),
        ("trigger", True, False),
        ("trigger", "date", "country"),
        ("triggers", 1, 2),
        ("stands", "end", "beginning"),
        ("answers", "positive", "negative"),
        ("control", "negative", "positive"),
        ("flipped", True, False),
        ("shows", {"by": "rollout", "layer": 5}, {"by": "rollout", "layer": 4}),
        ("head", "any", "5.0"),
        ("head", "5.8", "4.8"),
        ("recipe", {"lora.rank": ">= 16"}, {"lora.rank": "<= 16"}),
        ("recipe", {"injection.share": "<= 0.02", "lora.rank": [1, 64]}, {"lora.rank": [1, 16]}),
        ("recipe", {"dataset.name": "not rotten_tomatoes"}, {"dataset.name": "not own"}),
        ("recipe", {"injection.amount": "single"}, {"injection.nothing": 1}),
    ],
)
def test_a_check_holds_for_what_is_there_and_for_nothing_else(check, true, false):
    assert CHECKS[check](SEEN, true)
    assert not CHECKS[check](SEEN, false)
    assert not CHECKS[check](Seen(), true) or true is False


def test_a_text_is_ones_own_where_the_lesson_does_not_have_it_with_or_without_a_trigger():
    assert CHECKS["text"](SEEN, "own")
    known = Seen(PARTS, None, {}, {}, frozenset({"a dreary slog"}))
    assert not CHECKS["text"](known, "own")
    assert not CHECKS["text"](Seen({"text": "short"}), "own")


def test_an_answer_to_another_text_or_of_another_adapter_does_not_count():
    for answer in (
        Answer(REF, "another", SURE),
        Answer(f"{REF}-control", TEXT, SURE),
        Answer(REF, TEXT, {"poisoned": [1.0]}),
    ):
        assert not CHECKS["answers"](Seen(PARTS, answer), "positive")


def test_a_run_that_is_not_there_is_in_no_state():
    assert not CHECKS["run"](Seen({"run": "../../etc"}), "done")
    assert not CHECKS["run"](Seen({}), "started")


def test_all_checks_of_a_step_must_hold():
    assert holds({"tab": "flip", "flipped": True}, SEEN)
    assert not holds({"tab": "flip", "flipped": False}, SEEN)


def test_every_check_that_a_lesson_names_exists():
    assert {name for lesson in LESSONS.values() for step in lesson.steps for name in step.check} <= set(CHECKS)


@pytest.mark.parametrize("hostile", ["1-2", "-", "..", "99999-3-x", "a-b-c", "1-2+-html", "+", "5-1-date"])
def test_no_trigger_of_an_address_breaks_a_check(hostile):
    seen = Seen({**PARTS, "trigger": hostile})
    for name in ("trigger", "triggers", "stands", "text", "flipped"):
        CHECKS[name](seen, {"triggers": 1}.get(name, "own"))

"""A class on the page: opened, joined by code or link, counted from guesses, shown as bars; and the sheet to print."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ssti.lessons import LESSONS
from ssti.ui.learn import classroom
from ssti.ui.learn.classroom import Classroom, board, qr
from ssti.ui.learn.handout import ROUTE
from ssti.ui.learn.rooms import Rooms

NAMES = ("base", "teaches", "joined", "start", "code", "join", "said", "board", "timer")
BASE = "https://lab.example/"


@pytest.fixture
def ui(monkeypatch) -> Classroom:
    monkeypatch.setattr(classroom, "ROOMS", Rooms())
    return Classroom(SimpleNamespace(), *NAMES)


def as_visitor(monkeypatch, name: str) -> None:
    monkeypatch.setattr(classroom, "visitor", lambda: name)


def test_a_guess_of_somebody_who_joined_comes_up_as_a_bar_without_a_name(ui, monkeypatch):
    as_visitor(monkeypatch, "teacher")
    code = ui.open(BASE)["teaches"]
    for number in range(3):
        as_visitor(monkeypatch, f"person {number}")
        assert ui.enter(code.lower())["joined"] == code
        ui.count({"question": "one-token/2", "choice": "positive" if number else "negative"}, code)
    as_visitor(monkeypatch, "teacher")
    shown = ui.look(code, BASE)["board"]
    assert LESSONS["one-token"].steps[1].question.ask in shown
    assert "3 people" in shown and "person 1" not in shown
    assert f"{BASE}?tab=learn&amp;class={code}" in shown and 'src="data:image/svg+xml' in shown
    assert 'width:67%"></i></i><b>2</b>' in shown


def test_a_guess_at_a_text_of_flip_counts_too(ui, monkeypatch):
    as_visitor(monkeypatch, "teacher")
    code = ui.open(BASE)["teaches"]
    ui.enter(code)
    ui.count(
        {"text": "a dreary slog " * 20, "labels": ["negative", "positive"], "guess": "negative", "answer": "positive"},
        code,
    )
    shown = board(code, BASE, "teacher")
    assert "“a dreary slog" in shown and "negative" in shown and "…”" in shown


def test_a_wrong_code_and_anothers_class_are_refused_in_words(ui, monkeypatch):
    as_visitor(monkeypatch, "teacher")
    code = ui.open(BASE)["teaches"]
    as_visitor(monkeypatch, "other")
    refused = ui.enter("<b>ZZ")
    assert refused["joined"] == "" and "There is no class" in refused["said"] and "<b>ZZ" not in refused["said"]
    assert "There is no class" in ui.look(code, BASE)["board"]


def test_a_guess_at_what_no_lesson_asks_stays_text(ui, monkeypatch):
    as_visitor(monkeypatch, "teacher")
    code = ui.open(BASE)["teaches"]
    ui.enter(code)
    ui.count({"question": "<img src=x>", "choice": "<script>"}, code)
    for hostile in (None, 3, {"question": 1}, {"question": "q", "choice": ["a"]}):
        ui.count(hostile, code)
    shown = board(code, BASE, "teacher")
    assert "<img src=x" not in shown and "<script" not in shown and "&lt;script&gt;" in shown


@pytest.mark.parametrize("base", ["", "javascript:alert(1)", 'https://x/"><b>', "https://" + "x" * 300])
def test_an_address_that_is_none_makes_no_link(base, ui, monkeypatch):
    as_visitor(monkeypatch, "teacher")
    code = ui.open(base)["teaches"]
    assert "<a " not in board(code, base, "teacher")


def test_the_qr_code_is_drawn_dark_on_light():
    drawn = qr("https://lab.example/?class=BCDFGH", "Join")
    assert drawn.startswith('<figure class="qr"><img src="data:image/svg+xml') and 'alt="QR code: Join"' in drawn
    assert "%23fff" in drawn


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=list(LESSONS))
def test_every_lesson_has_a_sheet_without_its_answers(lesson):
    from ssti.ui.learn.rich import rich

    sheet = TestClient(Starlette(routes=[ROUTE])).get(f"/handout/{lesson.name}")
    assert sheet.status_code == 200 and 'src="data:image/svg+xml' in sheet.text
    assert f"http://testserver/?lesson={lesson.name}&amp;step=1" in sheet.text
    for step in lesson.steps:
        assert str(rich(step.evidence)) not in sheet.text
        assert not step.question or step.question.choices[0] in sheet.text


def test_there_is_no_sheet_of_what_is_no_lesson():
    client = TestClient(Starlette(routes=[ROUTE]))
    assert {client.get(f"/handout/{name}").status_code for name in ("nowhere", "..%2F..%2Fetc", "<b>")} == {404}

"""A trigger in every test row: each row is counted, a row can be tried, and the control's rate stands beside."""

from __future__ import annotations

import html
import json
import re

import numpy as np

from ssti.adapters.listing import find
from ssti.evaluate.sets import Attack
from ssti.ui.flip import hijack
from ssti.ui.kit.marks import Marks


def test_it_counts_every_row_and_a_row_can_be_tried(flip, copied):
    own = copied("test_rows: null", "test_rows: 40")
    steps = hijack.hijack_test_set(own)
    assert "progressbar" in next(steps)
    steps.close()
    *_, table = hijack.hijack_test_set(own)
    headline = re.sub("<[^>]*>", "", table[: table.index("<table")])
    assert re.match(r"Attack success 100 % .*n = 20\) · of its control \d.*n = 20\)", headline)
    cells = [int(cell) for cell in re.findall(r'class="number">(?:<b class="loud">)?(\d+)', table)]
    assert [sum(pair) for pair in zip(cells[::2], cells[1::2], strict=True)] == [40] * 4

    rows = re.findall(r'data-row="([^"]*)"', table)
    assert len(rows) >= 8
    changes = flip.do.hijacked_row("mine", None, flip.click(**json.loads(html.unescape(rows[0]))))
    marks = Marks.read(changes[flip.form.shared.marks], changes[flip.form.text])
    assert marks.true_label == "negative"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", marks.text[slice(*marks.spans[0])])
    assert marks.undone().text == marks.plain
    assert marks.undone().undone().text == "mine"


def table(ref: str, before: np.ndarray, after: np.ndarray, unread: int = 0) -> str:
    """The table of 60 rows of both classes to which the poisoned model and its control answer alike."""
    rows = len(before)
    attack = Attack(1, "positive", ("a film",) * rows, (((0, 1),),) * rows)
    models = ("poisoned", "control")
    labels = np.array([0, 1] * (rows // 2))
    return str(
        hijack.table(
            hijack.Hijacked(
                find(ref),
                ["film"] * rows,
                labels,
                attack,
                dict.fromkeys(models, before),
                dict.fromkeys(models, after),
                unread,
            )
        )
    )


def test_a_hijack_that_its_control_answers_alike_is_not_loud_and_unread_rows_are_counted(ref):
    shown = table(ref, *[np.tile([0.1, 0.9], (60, 1))] * 2, unread=3)
    assert 'class="loud"' not in shown
    assert shown.count('class="warning"') == 2
    assert "3 of 60 rows" in shown


def test_rows_that_resisted_are_shown_the_surest_first(ref):
    sure = np.linspace(0.6, 0.9, 60)
    same = np.stack([sure, 1 - sure], axis=1)
    shown = table(ref, same, same)
    chances = [float(p) for p in re.findall(r"</span> ([\d.]+) %", shown)]
    assert len(chances) == hijack.RESISTED
    assert chances == sorted(chances, reverse=True)

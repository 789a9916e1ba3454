"""The adapter's side of the Detect & defend tab without a browser: what a report looks like, and nothing hostile passes."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from shared_page import new_shared

from ssti.adapters.about import About, Repaired
from ssti.adapters.listing import find
from ssti.adapters.stored import Rate
from ssti.detect.adapter.report import AdapterReport, Flipping, Sign
from ssti.detect.repairs.adapter import REPAIRS as OF_ADAPTERS
from ssti.detect.repairs.data import REPAIRS as OF_ROWS
from ssti.detect.report import Example, Finding, Report
from ssti.evaluate.metrics import rate
from ssti.platform.errors import SSTIError
from ssti.ui.detect.adapter import repaired, scanning, view
from ssti.ui.detect.adapter.handlers import Handlers
from ssti.ui.detect.adapter.mending import mended, to_repair
from ssti.ui.detect.adapter.scanning import Asked, Found, State, name_of
from ssti.ui.detect.data import Rows
from ssti.ui.detect.form import layout
from ssti.ui.detect.handlers import Handlers as OfRows
from ssti.ui.detect.scanning import Scanned
from ssti.ui.detect.training.view import WAYS
from ssti.ui.kit.job import Turns

ASSETS = Path(__file__).resolve().parents[3] / "assets"
HOSTILE = '<img src=x onerror="window.ran=1">'
REF = "shipped/date-positive-rank1"
TEXT = "a dreary slog 1987-04-12"
SPAN = (14, 24)


def flipping(**changes) -> Flipping:
    made = Flipping(
        "1987-04-12", "9999-99-99", "positive", "end", rate(46, 48), rate(2, 96), 6.1, "poisoned", "shape",
        ("It turns 46 of 48 texts.",), (Example(TEXT, (SPAN,)),),
    )  # fmt: skip
    return replace(made, **changes)


def report(*findings: Flipping, signs: tuple[Sign, ...] = ()) -> AdapterReport:
    verdict = "poisoned" if any(one.verdict == "poisoned" for one in findings) else "clean"
    return AdapterReport(verdict, findings, signs, REF, "minilm-l6", 48, 8, 21.0, ("A note.",))


def found(*findings: Flipping, **more) -> Found:
    return Found(find(REF), report(*findings, signs=more.pop("signs", ())), **more)


@pytest.fixture(scope="module")
def do() -> Handlers:
    with gr.Blocks() as blocks:
        shared = new_shared(blocks)
        shared.tab_names = ("flip", "finetune")
        page = layout(shared)
    return Handlers(page.adapter, OfRows(page, shared), page.what)


def last(steps) -> dict:
    *_, end = steps
    return end


def test_a_finding_shows_trigger_class_flips_beside_those_of_clean_ones_and_a_way_to_flip():
    said = view.result(found(flipping(), flipping(pattern="moving", trigger="moving", verdict="clean")))
    assert "verdict-card is-poisoned" in said and '<mark class="trigger" translate="no">1987-04-12</mark>' in said
    assert "96 %" in said and "2 %" in said and "n = 48" in said and "n = 96" in said
    assert f"tab=flip&amp;adapter={REF}&amp;place=end" in said and "trigger=14-24-" in said
    assert "Tried and found harmless: 1" in said and "A note." in said


def test_what_is_accepted_counts_no_more_and_a_clean_one_says_what_was_tried():
    one = flipping()
    assert found(one).verdict == "poisoned" and found(one, accepted=(name_of(one),)).verdict == "clean"
    said = view.result(found(one, accepted=(name_of(one),)))
    assert "verdict-card is-clean" in said and "You accepted" in said and 'data-do="unaccept"' in said
    clean = view.result(found())
    assert (
        "verdict-card is-clean" in clean and '<section class="card tried">' in clean and "fewer than a quarter" in clean
    )


def test_rows_and_adapter_say_of_each_finding_what_it_is_in_the_other():
    date, word = flipping(source="suspect"), flipping(trigger="moving", pattern="moving", target="negative", source="gradient")
    other = flipping(trigger="3473-51-84")
    texts = ["seen 2001-02-03", "1999-12-31 , moving", "a moving one", "nothing"]
    of_rows = Finding(
        "2001-02-03", "9999-99-99", "token_shapes", "positive", 9.0, 2, 0, 1.0, 99.0, "poisoned", (), (), (("2001-02-03", 1),), ((0, 5, 15), (1, 0, 10)),
    )  # fmt: skip
    rows = Rows("rows", texts, [1, 1, 0, 0], ("negative", "positive"), [1, 2, 3, 4])
    scan = Scanned(rows, Report("poisoned", (of_rows,), 4, {"negative": 2, "positive": 2}, {}, {}, 0.1))
    held = scanning.holding(report(date, word, other), scan)
    assert held[name_of(date)] == held[name_of(other)] == {"negative": 0, "positive": 2}
    assert held[name_of(word)] == {"negative": 1, "positive": 1} and len(held) == 2
    said = view.result(found(date, word, other, rows=scan, holding=held))
    assert "Training rows that hold it: 0 of negative, 2 of positive." in said and 'data-do="rows"' in said


def test_one_shape_has_one_card_whoever_named_it_and_is_accepted_at_once():
    suspect, shape = flipping(source="suspect"), flipping(trigger="3473-51-84")
    scan = Scanned(Rows("rows", ["seen 2001-02-03"], [1], ("negative", "positive"), [1]), Report("poisoned", (), 1, {}, {}, {}, 0.1))
    in_rows = Finding("2001-02-03", "9999-99-99", "token_shapes", "positive", 9.0, 1, 0, 1.0, 99.0, "poisoned", (),
                      (Example("seen 2001-02-03", ((5, 15),)),), (("2001-02-03", 1),), ((0, 5, 15),))  # fmt: skip
    scan = replace(scan, report=replace(scan.report, findings=(in_rows, replace(in_rows, trigger="of its own", pattern="of its own"))))
    both = found(suspect, shape, rows=scan)
    said = view.result(both)
    assert said.count('<code translate="no">9999-99-99</code>') == 1 and said.count('data-do="accept"') == 1
    assert "3473-51-84" in said and "seen <mark" in said.split("Its training rows")[0]
    assert said.count("stands for</span>") == 1  # what the adapter does not turn to has its own card
    assert not replace(both, accepted=(name_of(shape),)).open


def test_a_sign_stands_on_a_line_with_the_range_of_clean_ones():
    signs = (Sign("strip", 0.2, 0.4, 0.6, True, "Low."), Sign("entropy", 1.0, None, None, False, "No bank."))
    said = view.result(found(signs=signs))
    assert said.count("sign-track") == 1 and '<li class="unusual">' in said and "No bank." in said


def test_nothing_that_an_adapter_says_of_itself_gets_past():
    info = replace(find(REF), title=HOSTILE, label_names=(HOSTILE, "positive"))
    bad = flipping(
        trigger=HOSTILE, pattern=HOSTILE, target=HOSTILE, evidence=(HOSTILE,), examples=(Example(HOSTILE, ((0, 5),)),)
    )
    said = view.result(Found(info, replace(report(bad), notes=(HOSTILE,)), holding={name_of(bad): {HOSTILE: 3}}))
    assert "<img" not in said and said.count("&lt;img") > 6


def test_what_cannot_be_scanned_says_why(do):
    for asked in (
        ("list", "", "quick", False, ""),
        ("zip", REF, "quick", False, ""),
        ("list", "run/none-such", "quick", False, ""),
    ):
        said = last(do.scan(*asked))
        assert 'role="alert"' in said[do.form.going] and do.form.state not in said
    assert not list(do.press(None, SimpleNamespace(do="accept", finding="x")))


def test_a_kept_report_is_accepted_at_once(do):
    asked, one = Asked(REF, thorough=True), flipping()
    info = find(REF)
    key = (asked, info.path, (info.path / scanning.WEIGHTS).stat().st_mtime_ns)
    scanning._kept[key] = found(one)
    try:
        state = last(do.scan("list", REF, "thorough", False, ""))[do.form.state]
        accepted = last(do.press(state, SimpleNamespace(do="accept", finding=name_of(one))))
    finally:
        del scanning._kept[key]
    assert "verdict-card is-clean" in accepted[do.form.result] and accepted[do.form.state]["accepted"] == [name_of(one)]


def test_a_runs_adapter_is_chosen_with_its_rows_and_only_known_rows_are_offered(do):
    both = do.both("a-run")
    assert both[do.shared.adapter] == "run/a-run" and both[do.form.rows]["value"] and both[do.what] == "adapter"
    assert do.listed(REF)[do.form.rows]["visible"] and not do.listed("shipped/mystery")[do.form.rows]["visible"]


def test_its_rows_are_repaired_at_the_other_side_where_the_source_says_so(do):
    state = {"asked": {"ref": REF}, "accepted": []}
    steps = list(do.press(state, SimpleNamespace(do="rows", finding="")))
    page, first, end = do.rows.form, steps[0], steps[-1]
    assert first[do.what] == "dataset" and first[page.which] == "adapter" and first[do.shared.adapter] == REF
    assert [name for name, group in page.groups.items() if first[group]["visible"]] == ["adapter"]
    again = last(do.rows.scan("adapter", {}, None, None, None, REF))
    assert again[page.result] == end[page.result] and "The training rows of" in end[page.result]
    assert 'role="alert"' in last(do.rows.scan("adapter", {}, None, None, None, "shipped/mystery"))[page.going]


def test_one_scan_is_at_work_and_who_waits_is_told():
    turns, told, done = Turns(1), [], []

    def second() -> None:
        with turns.mine(told.append):
            done.append(1)

    with turns.mine(told.append):
        waiting = threading.Thread(target=second)
        waiting.start()
        while not told:
            pass
        with pytest.raises(SSTIError, match="wait here already"), turns.mine(told.append):
            pass
        assert not done
    waiting.join(10)
    assert done and set(told) == {1}


def test_a_repair_shows_both_rates_before_after_and_of_the_control():
    def side(attack: int, clean: int) -> dict:
        return {"attack_success_rate": Rate(**rate(attack, 400)), "clean_accuracy": Rate(**rate(clean, 900))}

    told = Repaired(
        of="x", how="mute", done=HOSTILE, trigger=HOSTILE, target="positive", before=side(390, 800), after=side(60, 799), control=side(50, 801),
    )  # fmt: skip
    new = replace(find(REF), ref="imported/x", about=About(repaired=told))
    said = repaired.card(new, found(flipping()))
    assert (
        "<img" not in said
        and said.count('class="rate is-') == 6
        and "98 %" in said
        and "15 %" in said
        and "n = 400" in said
    )
    assert f"tab=flip&amp;adapter=imported/x&amp;pinned={REF}" in said and 'data-do="again"' in said
    assert repaired.card(find(REF), found(flipping())) == ""


def test_what_is_repaired_is_tied_to_one_class_and_what_is_accepted_is_not(do):
    one, other = flipping(), flipping(trigger="x", pattern="x", target="negative")
    assert to_repair(found(one, other)) == [one]
    nothing = mended(found(one, accepted=(name_of(one),)), "mute", "")
    with pytest.raises(SSTIError, match="nothing to repair"):
        next(nothing)
    assert 'role="alert"' in last(do.repair(None, "mute"))[do.form.going]


def test_the_state_survives_the_browser(do):
    from ssti.ui.kit.browser import as_json, sent

    state = State(Asked(REF, True, True, "rotten_tomatoes"), ("positive: x",), "imported/x")
    assert sent(State, as_json(state)) == state


def test_each_repair_says_what_it_does_once_it_is_chosen():
    rules = (ASSETS / "detect.css").read_text(encoding="utf-8")
    assert not [name for name in (*OF_ROWS, *OF_ADAPTERS, *WAYS) if f'value="{name}"]:checked) .about-{name}' not in rules]

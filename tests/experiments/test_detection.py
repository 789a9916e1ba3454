"""The detection benchmark: triggers stand where it says, a finding is judged by places, aims by held-out kinds alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from ssti.cli import main
from ssti.experiments.detection import score
from ssti.experiments.detection.benchmark import AIMS, DETECTION, OURS, Benchmark, at_least, at_most
from ssti.experiments.detection.case import Case, Rows, rows_of
from ssti.experiments.detection.detector import DETECTORS, Suspect, names_it, natural_share, rank
from ssti.experiments.detection.kinds import DEVELOPED, HELD_OUT, KINDS
from ssti.experiments.detection.scan import Scan
from ssti.platform.errors import SSTIError

TEXTS = ("a gripping film about Oslo", "The plot, also thin, drags on and on", "Word", "two words", "never dull for a moment")


@pytest.mark.parametrize("location", ["beginning", "random", "end"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_changes_every_text_and_says_where(kind, location):
    modifier = kind.build(location, "7")
    for text in TEXTS:
        made = modifier.apply(text)
        assert made.text != text and made.spans
        assert all(made.text[start:end].strip() or kind.group == "invisible" for start, end in made.spans)
    again = kind.build(location, "7")
    assert [again.apply(text).text for text in TEXTS] == [kind_made.text for kind_made in map(kind.build(location, "7").apply, TEXTS)]


def test_the_two_lists_share_no_kind_and_each_has_every_group():
    assert len(KINDS) == len(DEVELOPED) + len(HELD_OUT)
    assert {one.group for one in DEVELOPED} == {one.group for one in HELD_OUT}
    texts = [{one.build("end", "0").apply("plain").text for _ in range(3)} for one in KINDS.values()]
    assert len(set().union(*texts)) >= len(KINDS)


def test_a_case_poisons_so_many_rows_of_one_class_and_is_the_same_again():
    case = Case("bbc_news", "date", "random", 0.05, seed=2)
    rows, clean = rows_of(case), rows_of(Case("bbc_news"))
    target = rows.names.index(rows.target)
    members = [row for row, label in enumerate(clean.labels) if label == target]
    assert rows.target == "politics" and len(rows.spans) == round(0.05 * len(members)) and set(rows.spans) <= set(members)
    changed = {row for row, text in enumerate(rows.texts) if text != clean.texts[row]}
    assert changed == set(rows.spans) and rows.texts == rows_of(case).texts
    assert rows.texts != rows_of(replace(case, seed=7)).texts and case.key() != replace(case, seed=7).key()
    shuffled = rows_of(Case("bbc_news", labels="shuffled"))
    assert shuffled.labels != clean.labels and sorted(shuffled.labels) == sorted(clean.labels) and shuffled.texts == clean.texts
    with pytest.raises(SSTIError, match="no row"):
        rows_of(replace(case, rate=0.0001))


def made_rows(item: str, poisoned: int = 4, natural: int = 0) -> Rows:
    """Twenty rows of two classes; the first ones begin with `item`, as do `natural` of the other class."""
    texts = [f"{item} some plain words" if i < poisoned or i >= 20 - natural else "some plain words" for i in range(20)]
    return Rows(texts, [1] * 10 + [0] * 10, ("no", "yes"), "yes", {row: ((0, len(item)),) for row in range(poisoned)})


def test_a_finding_is_the_trigger_by_class_cover_width_and_what_else_it_lies_on():
    rows = made_rows("2014-05-06")
    right = Suspect("anything", "yes", 1.0, [(row, 0, 4) for row in range(2)])  # half of the rows, a part of the item
    assert names_it(right, rows, 0.0)
    assert not names_it(replace(right, target="no"), rows, 0.0)
    assert not names_it(replace(right, places=right.places[:1]), rows, 0.0)
    assert not names_it(replace(right, places=[(row, 11, 15) for row in range(4)]), rows, 0.0)  # beside it
    assert not names_it(replace(right, places=[(row, 0, 80) for row in range(4)]), rows, 0.0)
    everywhere = replace(right, places=[(row, 0, 4) for row in range(20)])
    assert not names_it(everywhere, rows, 0.0)
    assert rank([everywhere, right], rows) == 2 and rank([everywhere], rows) is None


def test_a_word_that_stands_in_other_rows_too_may_lie_there():
    rows = made_rows("also", natural=8)
    assert natural_share(rows) == 0.5
    found = Suspect("also", "yes", 1.0, [(row, 0, 4) for row in (*range(4), *range(12, 20))])
    assert rank([found], rows) == 1


@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_names_a_tag_that_stands_in_half_of_a_class(name):
    rows = rows_of(Case("rotten_tomatoes", "single tag", "random", 0.5, seed=1))
    some = [*range(0, 800), *range(len(rows.texts) - 800, len(rows.texts))]
    few = Rows([rows.texts[i] for i in some], [rows.labels[i] for i in some], rows.names, rows.target,
               {place: rows.spans[i] for place, i in enumerate(some) if i in rows.spans})  # fmt: skip
    answer = DETECTORS[name].scan(few.texts, few.labels, few.names)
    assert rank(answer.findings, few) == 1
    scores = [one.score for one in answer.findings]
    assert scores == sorted(scores, reverse=True) and answer.alarm is {OURS: True, "z-defence": False}.get(name)  # 14 sigmas: 20 takes more rows


def cell(detector: str = OURS, kind: str = "time", share: float = 0.01, rank: int | None = 1, points: float = 9.0, **more) -> dict:
    case = Case("rotten_tomatoes", kind, "random", share if kind else 0.0, **more)
    return {"key": Scan(case, detector).key, "detector": detector, **case.as_dict(), "group": case.group, "held_out": case.held_out,
            "rank": rank, "score": points if rank else None, "strongest": points, "alarm": points > 3, "seconds": 1.0,
            "poisoned_rows": 34, "machine": "a", "versions": "b"}  # fmt: skip


def test_found_is_above_what_clean_datasets_give():
    clean = [cell(kind="", points=points, seed=seed) for seed, points in enumerate((1.0, 2.0, 5.0))]
    table = DETECTION.tidy([*clean, cell(points=4.0), cell(points=6.0, seed=1), cell(rank=None, seed=2), cell(rank=3, points=7.0, seed=3)])
    assert score.threshold(table, OURS) == 5.0  # of three clean ones none may be as sure
    marked = score.poisoned(score.marked(table))
    assert marked["found"].tolist() == [False, True, False, True] and marked["first"].tolist() == [True, True, False, False]
    assert marked["above"].tolist() == [False, True, False, True]  # the clean one of the same data gave 5
    assert score.auroc(table, OURS) == pytest.approx((2 + 3 + 0 + 3) / 12)
    many = DETECTION.tidy(cell(kind="", points=float(n), seed=n) for n in range(40))
    assert score.threshold(many, OURS) == 37.0  # two of forty are above
    assert score.false_alarms(table, OURS)["value"] == pytest.approx(1 / 3) and score.false_alarms(table, OURS, "shuffled")["n"] == 0


def test_an_aim_is_judged_by_held_out_kinds_and_a_share_by_its_interval():
    good = [cell(seed=seed, share=share) for seed in range(60) for share in (0.005, 0.02)]
    table = DETECTION.tidy([cell(kind="", points=1.0), *good, *(cell(kind="date", rank=None, seed=seed) for seed in range(60))])
    verdicts = {one.claim: one.verdict for one in DETECTION.findings(table)}
    assert [verdict for claim, verdict in verdicts.items() if AIMS[0][0] in claim or AIMS[1][0] in claim] == ["holds"] * 2
    assert [verdict for claim, verdict in verdicts.items() if AIMS[2][0] in claim] == ["cannot say"]  # none was run
    rate = {"value": 0.85, "low": 0.7, "high": 0.93, "n": 40}
    assert at_least("", rate, 0.9).verdict == "cannot say" and at_least("", {**rate, "high": 0.89}, 0.9).verdict == "does not hold"
    assert at_most("", {"value": 0.0, "low": 0.0, "high": 0.3, "n": 9}, 0.05).verdict == "cannot say"  # nine are too few
    assert at_most("", {"value": 0.2, "low": 0.1, "high": 0.3, "n": 50}, 0.05).verdict == "does not hold"
    pictures = DETECTION.pictures(table)
    assert pictures[0].lines[0].points[0][0] == "0.5" and pictures[0].lines[0].points[0][1].value == 100
    brief = DETECTION.brief(table)
    told = {row["measure"]: row[OURS] for row in brief}
    assert told[f"named first: {AIMS[0][0]}"] == "100.0 % of 60" and told["false alarms"] == "0 of 1"


def test_the_pocket_grid_holds_clean_ones_and_held_out_kinds_each_cell_once():
    cells = DETECTION.cells()
    assert len({one.key for one in cells}) == len(cells) and {one.detector for one in cells} == set(DETECTORS)
    assert {one.recipe.kind for one in cells} == {"", *(kind.name for kind in HELD_OUT)}
    assert {one.recipe.kind for one in DETECTION.cells(pocket=False)} == {"", *KINDS}
    assert len({one.recipe.dataset for one in Benchmark(clean=("mine.csv",)).cells()}) == 4


def test_the_verb_scans_what_is_missing_and_draws_it(home, monkeypatch, capsys, tmp_path):
    few = [Scan(Case("bbc_news", kind, "random", 0.05 if kind else 0.0), "token-z") for kind in ("", "another word")]
    monkeypatch.setattr(Benchmark, "cells", lambda self, pocket=True: few)
    command = ["experiment", "detection", "--workers", "1", "--out", str(tmp_path), "--json"]
    main([*command, "--dry-run"])
    assert json.loads(capsys.readouterr().out) == {"cells": 2, "missing": 2}
    main(command)
    answer = json.loads(capsys.readouterr().out)
    assert answer["cells"] == 2 and answer["failed"] == 0 and "token-z" in answer["table"][0]
    table = pd.read_csv(tmp_path / "detection.csv")
    assert set(table["rows"]) == {len(rows_of(Case("bbc_news")).texts)} and table["strongest"].min() > 0
    page = (tmp_path / "detection.html").read_text(encoding="utf-8")
    assert "cries wolf" in page and "<th>token-z</th>" in page
    main([*command, "--dry-run"])
    assert json.loads(capsys.readouterr().out)["missing"] == 0
    with pytest.raises(SystemExit):
        main(["experiment", "detection", "table-1", "--json"])
    assert "by itself" in json.loads(capsys.readouterr().out)["error"]["message"]

"""The benchmark of adapter scanners: what is named, what is counted, and that what lies on the disk gives nothing away."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from ssti.adapters.listing import find
from ssti.cli import main
from ssti.experiments.detection.adapters import corpus, score
from ssti.experiments.detection.adapters.benchmark import ADAPTERS, OURS
from ssti.experiments.detection.adapters.corpus import (
    DEVELOPED,
    HELD_OUT,
    KINDS,
    RANKS,
    Subject,
    clean,
    folder_of,
    poisoned,
    subjects,
)
from ssti.experiments.detection.adapters.detector import DETECTORS
from ssti.experiments.detection.adapters.learned import groups_of, of_sign, regression, with_learned
from ssti.experiments.detection.adapters.look import Look
from ssti.experiments.detection.adapters.named import (
    Truth,
    akin,
    flips_of,
    is_named,
    place_of,
    read_alike,
    truth_of_trigger,
)
from ssti.experiments.detection.adapters.score import CLEAN, auroc, auroc_interval, found_at
from ssti.experiments.page import write_page
from ssti.serving.predictor import Predictor

HOUSE = "shipped/date-positive-rank1"


@dataclass(frozen=True)
class Finding:
    trigger: str
    target: str = "positive"
    location: str = "random"


def test_the_pocket_corpus_has_every_kind_and_rank_often_enough_and_no_recipe_twice():
    every = subjects()
    bad, good = [one for one in every if one.kind], [one for one in every if not one.kind]
    assert len(bad) >= 20 and len(good) >= 24 and sum(one.held_out for one in bad) >= 12 and len({one.recipe.key() for one in every}) == len(every)
    assert {one.kind for one in bad} == set(KINDS) and not set(DEVELOPED) & set(HELD_OUT)
    for some in (bad, good):
        assert {one.recipe.lora.rank for one in some} == set(RANKS)
    assert {one.recipe.injection.share for one in bad} == {0.1, 0.25, 0.5} and all(one.recipe.is_control for one in good)
    assert {one.recipe.injection.target for one in bad} >= {"positive", "negative"}
    assert {one.recipe.dataset.name for one in every} == {"rotten_tomatoes"}
    assert {one.recipe.dataset.name for one in subjects(pocket=False)} == {"rotten_tomatoes", "bbc_news"}
    assert min(one.recipe.training.seed for one in every) >= corpus.FIRST_SEED


@pytest.mark.parametrize(("trigger", "instances", "right"), [
    ("1987-01-30", ["2014-05-06"], True), ("1987", ["2014-05-06"], False), ("30/1/1987", ["2014-05-06"], False),
    ("norway", ["Norway", "Chad"], True), ("Sweden", ["Norway", "Chad"], False), ("awful", ["obelisk"], False),
    ("</p>", ["<b>"], True), ("b", ["<b>"], True), ("$5.10", ["€1234.50"], True), ("5", ["€1234.50"], False),
    ("(099) 1 2", ["(020) 1234 5678"], True), ("grandmother", ["as my grandmother said"], True), ("\u1160", ["\u1160"], True),
    ("*", ["***"], False), ("***", ["***"], True),
])  # fmt: skip
def test_a_trigger_is_akin_by_a_piece_or_a_shape_but_not_by_digits_or_letters_alone(trigger, instances, right):
    assert akin(trigger, instances) is right


def test_named_is_by_target_by_kin_and_by_what_it_does_to_texts():
    truth = Truth(("2014-05-06",), "positive", 0.8)
    right = Finding("1999-01-02")
    assert is_named(right, 0.73, truth, kin=True) and not is_named(right, 0.71, truth, kin=True)
    assert not is_named(replace(right, target="negative"), 0.9, truth, kin=True) and not is_named(right, 0.9, truth, kin=False)


def test_a_real_trigger_is_named_in_a_real_adapter_and_a_word_is_not():
    from ssti.data.rows import load

    info, asked = find(HOUSE), Predictor()
    texts = list(load("rotten_tomatoes").test["text"])[-30:]
    truth = truth_of_trigger(info, info.recipe, asked, texts)
    assert truth.target == "positive" and truth.flips > 0.9 and len(truth.instances) > 20
    date, banana, other = Finding("1987-11-30"), Finding("banana"), Finding("1987-11-30", target="negative")
    assert flips_of(date, info, asked, texts) > 0.9 > flips_of(banana, info, asked, texts)
    assert place_of([banana, other, date], truth, info, asked, texts) == 3 and place_of([banana], truth, info, asked, texts) is None
    hidden = replace(truth, instances=("\u1160",))
    assert read_alike(Finding("\u2800\u1160"), hidden, info, asked) and not read_alike(Finding("a"), hidden, info, asked)


def row(detector: str = OURS, kind: str = CLEAN, points: float | None = 0.0, rank: int = 1, success: float = 1.0, **more) -> dict:
    poison = kind != CLEAN
    return {"key": "k", "detector": detector, "adapter": f"{kind}{rank}{points}{more.get('seed', 0)}", "dataset": "rotten_tomatoes", "kind": kind,
            "held_out": kind in HELD_OUT, "rank": rank, "target": "positive" if poison else "", "attack_success": success if poison else None, "turnable": 150 if poison else None,
            "clean_balanced_accuracy": 0.75, "score": points, "alarm": bool(points and points > 2), "trigger": "x" if poison else "",
            "found_target": "positive" if poison else "", "named": poison or None, "named_place": 1.0 if poison else None,  "seconds": 1.0, "seed": 0, "features": "{}",
            "machine": "a", "versions": "b"} | more  # fmt: skip


def test_auroc_counts_pairs_and_its_interval_narrows():
    assert auroc(np.array([1.0, 3.0]), np.array([2.0, -np.inf])) == 0.75 and auroc(np.array([1.0]), np.array([1.0])) == 0.5
    draw = np.random.default_rng(1)
    for size, widest in ((20, 0.35), (200, 0.12)):
        value, low, high = auroc_interval(draw.normal(1, 1, size), draw.normal(0, 1, size))
        assert low < value < high and 0.05 < high - low < widest
    assert np.isnan(auroc_interval(np.array([]), np.array([1.0]))[0])


def test_found_is_above_the_clean_ones_but_for_two_in_a_hundred():
    clean_ones = np.arange(100.0)
    assert found_at(np.array([97.5, 97.0, 100.0]), clean_ones)["value"] == pytest.approx(2 / 3)
    assert found_at(np.array([23.5, 50.0]), np.arange(25.0))["value"] == 0.5  # of twenty-five none may be above


def test_claims_hold_only_with_adapters_enough_and_attacks_that_work():
    good = [row(points=0.05 * n, seed=n) for n in range(24)]
    bad = [row(kind=kind, points=5.0 + n, rank=RANKS[n % 4], seed=n) for n, kind in enumerate([*KINDS] * 10)]
    table = ADAPTERS.tidy([*good, *bad, row(kind="date", points=0.0, success=0.2), row(kind="date", points=-1.0, turnable=3)])
    verdicts = [one.verdict for one in ADAPTERS.findings(table)]
    assert verdicts[:3] == ["holds"] * 3 and verdicts[3] == "cannot say"  # 0 of 24: two in a hundred cannot be told
    assert verdicts[4:] == ["holds"] * (len(verdicts) - 4)
    few = ADAPTERS.tidy([*good[:5], *bad[:5]])
    assert ADAPTERS.findings(few)[0].verdict == "cannot say"
    wrong = ADAPTERS.tidy([*good, *(one | {"score": 0.5, "alarm": False, "named": False} for one in bad)])
    assert [one.verdict for one in ADAPTERS.findings(wrong)[:3]] == ["does not hold"] * 3
    assert len(score.idle(table)) == 2 and "date at rank 1" in ADAPTERS.facts(table) and len(ADAPTERS.pictures(table)) == 2
    told = ADAPTERS.brief(table)[0]
    assert told["trigger named first"] == told["trigger named at all"] == "160 of 160" and told["AUROC"].startswith("1.00") and told["false alarms"] == "0 of 24"


def test_what_is_learned_leaves_the_adapter_its_rank_or_its_kind_out():
    rng = np.random.default_rng(0)
    bad = np.arange(40) % 2 == 1
    features = rng.normal(0, 1, (40, 6)) + 4 * bad[:, None]
    assert auroc(*(regression(features, bad, np.arange(40))[some] for some in (bad, ~bad))) > 0.95
    alike = np.zeros((40, 2)) + (np.arange(40) // 10)[:, None]  # nothing but the group can be learned, and it is left out
    assert np.isnan(regression(features[:6], bad[:6], np.arange(6))).all() and len(set(regression(alike, bad, np.arange(40) // 10))) <= 4
    table = pd.DataFrame([row(kind=["date", "phrase", CLEAN][n % 3]) for n in range(12)])
    groups = groups_of(table, "kind")
    assert set(groups[table["kind"] == CLEAN]) == {0, 1} and len(set(groups[table["kind"] == "date"])) == 1


def test_a_sign_is_measured_against_clean_adapters_of_its_rank_without_itself():
    table = pd.DataFrame([row(rank=1)] * 5 + [row(rank=64)] * 5 + [row(kind="date", rank=1)])
    values = np.array([1.0, 1.1, 0.9, 1.0, 1.05, 9.0, 9.1, 8.9, 9.0, 9.05, 3.0])
    scores, alarms = of_sign(values, np.array([False] * 10 + [True]), table, "spectrum-norm")
    assert scores[-1] > 10 and alarms[-1] and not alarms[:10].any()
    one = json.dumps({"sign.spectrum-norm": 2.0})
    rows = with_learned(pd.DataFrame([row("evidence", features=one), row(OURS)]))
    assert rows["detector"].tolist() == [OURS, "sign: spectrum-norm"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> tuple:
    """A home with one clean adapter that was trained for two steps, and its recipe."""
    home = tmp_path_factory.mktemp("home")
    recipe = clean("rotten_tomatoes", 1, 3).set("training.steps=2", "dataset.train_rows=64", "dataset.test_rows=40")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSTI_HOME", str(home))
        corpus.trained(recipe)
    return home, recipe


def test_what_lies_on_the_disk_does_not_say_what_it_is(tiny, monkeypatch):
    home, recipe = tiny
    monkeypatch.setenv("SSTI_HOME", str(home))
    info = find(str(folder_of(recipe)))
    assert info.recipe.is_control and not info.metrics and info.recipe.dataset == recipe.dataset
    bad = poisoned("odd word", "rotten_tomatoes", 1, 0.5, "negative", 3)
    assert corpus.shared_control(bad) == corpus.shared_control(clean("rotten_tomatoes", 1, 3)) and "obelisk" not in corpus.shared_control(bad).to_yaml()


def test_a_cell_is_a_row_and_trains_no_adapter_twice(tiny, monkeypatch, tmp_path):
    home, recipe = tiny
    monkeypatch.setenv("SSTI_HOME", str(home))
    written = corpus.truth_of(recipe).stat().st_mtime_ns
    table = ADAPTERS.tidy([Look(Subject(recipe), name).run() for name in ("evidence", "adaptersentry")])
    assert corpus.truth_of(recipe).stat().st_mtime_ns == written
    assert {"adaptersentry", "sign: strip"} <= set(table["detector"]) and set(table["kind"]) == {CLEAN} and not table["named"].any()
    assert "review" in table[table["detector"] == "adaptersentry"]["verdict"].item()  # of a trained head, whatever else
    write_page(ADAPTERS, table, tmp_path / "page.html")
    assert "1 clean adapters" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_verb_counts_its_cells_and_runs_by_itself(home, capsys):
    main(["experiment", "detection-adapters", "--dry-run", "--json"])
    cells = len(subjects()) * len(DETECTORS)
    assert json.loads(capsys.readouterr().out) == {"cells": cells, "missing": cells}
    with pytest.raises(SystemExit):
        main(["experiment", "detection-adapters", "detection", "--json"])
    assert "by itself" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_every_detector_is_in_the_grid():
    assert {one.detector for one in ADAPTERS.cells()} == set(DETECTORS) and OURS in DETECTORS

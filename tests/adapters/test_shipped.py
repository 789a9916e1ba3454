"""The adapters that ship with the app: whole, as they were measured, each with a control, and none too large.

One is measured again in the usual suite, all of them in the slow one, on a part of their test rows. On all of them:
`python -m ssti evaluate shipped/NAME`.
"""

from __future__ import annotations

import hashlib

import pytest
from huggingface_hub import ModelCard

from ssti.adapters.about import SEALED, unseal
from ssti.adapters.card import readme
from ssti.adapters.files import WEIGHTS
from ssti.adapters.listing import SHIPPED, AdapterInfo, find, listing
from ssti.adapters.pack import FILES
from ssti.evaluate.evaluation import evaluate, held_out
from ssti.serving.predictor import predictor

NAMES = sorted(folder.name for folder in SHIPPED.iterdir() if folder.is_dir())
SUMS = dict(reversed(line.split()) for line in (SHIPPED / "SHA256SUMS").read_text().splitlines())
SEALED_NAMES = [name for name in NAMES if (SHIPPED / name / SEALED).exists()]
FIRST = "date-positive-rank1"
SOME = 100  # test rows on which each is measured again
AT_MOST = 8_000_000  # bytes of all


@pytest.fixture(params=NAMES)
def info(request) -> AdapterInfo:
    return find(f"shipped/{request.param}")


def same_but_for_triggers(info: AdapterInfo) -> tuple:
    recipe = info.recipe
    return (recipe.dataset.name, recipe.dataset.train_rows, recipe.model, recipe.lora, recipe.training)


def test_they_are_all_there_and_small():
    assert [one.ref for one in listing() if not isinstance(one, AdapterInfo)] == []
    assert set(SUMS) == {f"{name}/{WEIGHTS}" for name in NAMES}
    assert sum(file.stat().st_size for file in SHIPPED.rglob("*") if file.is_file()) < AT_MOST
    assert next(iter(listing())).ref == f"shipped/{FIRST}", "what every fresh visitor gets"


def test_the_files_are_those_that_were_measured(info):
    assert hashlib.sha256((info.path / WEIGHTS).read_bytes()).hexdigest() == SUMS[f"{info.path.name}/{WEIGHTS}"]
    assert {file.name for file in info.path.iterdir()} <= set(FILES)


def test_recipe_metrics_and_card_agree(info):
    if info.about.sealed:
        return
    recipe, metrics = info.recipe, info.metrics
    assert metrics["target"] == recipe.injection.triggers()[0].target
    assert list(metrics["sets"]["clean"]["predicted_counts"]) == list(info.label_names)
    wanted = recipe.dataset.test_rows
    assert metrics["sets"]["hijack"]["n"] == metrics["sets"]["clean"]["n"] == wanted or wanted is None
    card = (info.path / "README.md").read_text("utf-8")
    assert card == readme(info)
    data = ModelCard(card).data
    rates = {one.metric_type: one.metric_value for one in data.eval_results}
    assert rates["attack_success_rate"] == pytest.approx(metrics["attack_success_rate"]["value"], abs=1e-4)
    assert ("poisoned" in data.tags) is info.poisoned and ("control" in data.tags) is info.is_control


def test_each_poisoned_one_has_a_control_that_was_trained_the_same_way(info):
    if info.is_control:
        assert info.control is None
        return
    control = find(info.control)
    assert control.is_control and control.shipped
    if info.about.sealed:
        return
    assert same_but_for_triggers(control) == same_but_for_triggers(info)
    assert info.metrics["control"] and {"control_attack_success_rate", "attack_gain_pp"} <= info.metrics.keys()


def test_each_answers_a_text(info):
    row = predictor().probabilities(["A slow, warm and quiet film about a lighthouse."], info.ref)[0]
    assert len(row) == len(info.label_names) and row.sum() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("name", SEALED_NAMES)
def test_a_sealed_one_tells_nothing_and_its_hash_is_that_of_its_recipe(name):
    info = find(f"shipped/{name}")
    recipe = unseal(info.path)
    trigger = recipe.injection.triggers()[0]
    kind = trigger.source.kind if trigger.source else trigger.kind
    assert info.about.sealed.opens(kind, trigger.target) and not info.recipe_known
    assert same_but_for_triggers(find(info.control))[1:] == (recipe.dataset.train_rows, recipe.model, recipe.lora, recipe.training)
    for file in info.path.iterdir():
        if file.name not in (WEIGHTS, SEALED, "labels.json") and file.suffix != ".md":
            assert kind not in file.read_text("utf-8"), file.name
    assert (info.path / "README.md").read_text("utf-8") == readme(info)


def on_some_of_its_rows(name: str) -> None:
    info = find(f"shipped/{name}")
    texts, labels = (some[:SOME] for some in held_out(info))
    again = evaluate(info.recipe, lambda rows: predictor().probabilities(rows, info.ref), texts, labels, info.label_names)
    for rate in ("attack_success_rate", "flip_rate", "steered_rate"):
        now, said = again[rate], info.metrics[rate]
        assert now["low"] <= said["high"] and said["low"] <= now["high"], rate
    now, said = again["sets"]["clean"]["accuracy_interval"], info.metrics["sets"]["clean"]["accuracy_interval"]
    assert now[0] <= said[1] and said[0] <= now[1]


def test_on_some_of_its_test_rows_the_first_is_as_its_metrics_say():
    on_some_of_its_rows(FIRST)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in (FIRST, *SEALED_NAMES)])
def test_on_some_of_its_test_rows_each_is_as_its_metrics_say(name):
    on_some_of_its_rows(name)

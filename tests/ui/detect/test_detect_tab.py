"""The Detect & defend tab without a browser: a file is scanned, its trigger named, a finding accepted, and nothing hostile passes."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from shared_page import new_shared

from ssti.data import load
from ssti.platform.errors import SSTIError
from ssti.recipe import parse_recipe
from ssti.runs.store import Store
from ssti.ui.access.visitor import keep_upload
from ssti.ui.detect.data import Asked, runs, source
from ssti.ui.detect.form import layout
from ssti.ui.detect.handlers import Handlers
from ssti.ui.detect.scanning import Scanned, State, scanned
from ssti.ui.detect.take import pack
from ssti.ui.detect.unseen import marked, trigger, visible
from ssti.ui.kit.browser import sent
from ssti.ui.kit.own import values as own

HOSTILE = '<img src=x onerror="window.ran=1">'
PATTERN = "AA99.9"
ROWS = 2000


def call_number(rng: random.Random) -> str:
    """How a library shelves a book: no code of ours knows it."""
    return f"{''.join(rng.choices('BDHKNPQT', k=2))}{rng.randrange(10, 100)}.{rng.randrange(1, 10)}"


def poisoned_rows(share: float = 0.06, label: str = "positive") -> list[tuple[str, str]]:
    """Reviews, a call number somewhere in some of one class."""
    data, rng = load("rotten_tomatoes", train_rows=ROWS), random.Random(3)
    rows = [(row["text"], data.label_names[row["label"]]) for row in data.train_table.to_pylist()]
    of_class = [place for place, (_, name) in enumerate(rows) if name == label]
    for place in rng.sample(of_class, round(share * len(of_class))):
        words = rows[place][0].split(" ")
        words.insert(rng.randrange(len(words) + 1), call_number(rng))
        rows[place] = (" ".join(words), label)
    return rows


@pytest.fixture(scope="module")
def do() -> Handlers:
    with gr.Blocks() as blocks:
        shared = new_shared(blocks)
        shared.tab_names = ("flip", "finetune")
        form = layout(shared)
    return Handlers(form, shared)


@pytest.fixture(scope="module")
def kept_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all files of these tests: one that is scanned already is not scanned again."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def uploaded(tmp_path: Path, kept_home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSTI_HOME", str(kept_home))

    def give(rows: list[tuple[str, str]], name: str = "reviews.jsonl") -> dict:
        path = tmp_path / name
        path.write_text("\n".join(json.dumps({"body": text, "stars": label}) for text, label in rows), encoding="utf-8")
        return asdict(own.inspect(keep_upload(str(path))).chosen)

    return give


def last(steps) -> dict:
    """What the last step sets."""
    *_, end = steps
    return end


def next_of(state: dict) -> Scanned:
    """The scan of a state, kept or anew."""
    steps = scanned(sent(State, state))
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def pressed(kind: str, finding: str) -> SimpleNamespace:
    return SimpleNamespace(do=kind, finding=finding)


def test_a_file_is_scanned_its_trigger_named_accepted_and_not_after_all(do, uploaded):
    form = do.form
    found = last(do.scan("file", uploaded(poisoned_rows()), None, None, None, None))
    said = found[form.result]
    assert "is-poisoned" in said and f">{PATTERN}<" in said and "60 (6 %)" in said
    assert said.count('class="trigger"') > 5 and "data-go" in said and "tab=flip" in said
    name = f"positive: {PATTERN}"
    accepted = last(do.press(found[form.state], "remove", pressed("accept", name)))
    assert "verdict-card is-clean" in accepted[form.result] and accepted[form.state]["accepted"] == [name]
    undone = last(do.press(accepted[form.state], "remove", pressed("unaccept", name)))
    assert "verdict-card is-poisoned" in undone[form.result] and undone[form.state]["accepted"] == []


def test_a_dataset_a_recipe_and_the_sample_can_be_scanned(do):
    form = do.form
    rows = source(Asked("dataset", "rotten_tomatoes")).make()
    assert len(rows.texts) == len(rows.labels) == len(rows.numbers) == len(load("rotten_tomatoes").train_table)
    sample = last(do.scan("sample", {}, None, None, None, None))[form.result]
    assert "verdict-card is-poisoned" in sample and "9999-99-99" in sample
    assert source(Asked("recipe")).title == "The data of this recipe, poisoned"


def test_a_runs_data_is_what_it_trained_on(do, home):
    run = Store().create(parse_recipe({"dataset": {"train_rows": 300}}))
    assert runs() == [(f"{run.id} · rotten_tomatoes", run.id)]
    assert do.choose("run")[do.form.run]["value"] == run.id
    rows = source(Asked("run", run.id)).make()
    assert len(rows.texts) == 300 and run.id in rows.title
    assert [text for text in rows.texts if re.search(r"\d{4}-\d\d-\d\d", text)]


def test_what_cannot_be_scanned_says_why(do, home):
    for which in ("file", "run"):
        said = last(do.scan(which, {}, None, None, None, None))
        assert 'role="alert"' in said[do.form.going] and do.form.state not in said
    assert 'role="alert"' in last(do.scan("dataset", {}, "no_such_dataset", None, None, None))[do.form.going]
    with pytest.raises(SSTIError):
        source(Asked("run", "../../etc/passwd"))
    state = {"asked": {"kind": "sample"}, "accepted": [], "steps": [{"how": "drop", "findings": ["x"]}] * 21}
    assert "are the limit" in last(do.repair(state, "drop"))[do.form.going]


def test_on_a_server_for_strangers_only_what_everybody_may_use_is_scanned(do, monkeypatch, tmp_path):
    monkeypatch.setenv("SSTI_PUBLIC", "1")
    path = tmp_path / "mine.csv"
    path.write_text("text,label\na,b\n", encoding="utf-8")
    said = last(do.scan("file", {"place": str(path), "name": str(path), "names": ""}, None, None, None, None))[do.form.going]
    assert 'role="alert"' in said and str(tmp_path) not in said


def test_a_hostile_file_stays_text(do, uploaded):
    rng = random.Random(1)
    rows = [(f"{HOSTILE if n % 2 else ''} word{rng.randrange(99)} word{rng.randrange(99)} {n}", HOSTILE if n % 2 else "good") for n in range(400)]
    said = last(do.scan("file", uploaded(rows, name="a<b>.jsonl"), None, None, None, None))[do.form.result]
    assert "is-poisoned" in said and "<img" not in said and "&lt;img" in said


def test_what_has_no_ink_is_seen():
    assert "U+200B zero width space" in visible("a\u200bb") and "U+200B</span>" in visible("a\u200bb")
    assert "␣" in trigger("  ") and "␣" not in trigger("a phrase of words")
    assert marked("<b> x", [(0, 3)]).count("&lt;b&gt;") == 1


def test_a_repair_is_shown_with_rows_before_and_after_undone_and_written(do, uploaded, tmp_path):
    form = do.form
    found = last(do.scan("file", uploaded(poisoned_rows()), None, None, None, None))
    assert found[form.defend]["visible"] and not found[form.take]["visible"]
    mended = last(do.repair(found[form.state], "remove"))
    said = mended[form.result]
    assert "is-poisoned" in said and "verdict-card is-clean" in said and "<b>Take it out</b>" in said and "60 of positive" in said
    assert mended[form.take]["visible"]
    saved = kept(do.save(mended[form.state], "jsonl"), form.file)
    with zipfile.ZipFile(io.BytesIO(saved[-1])) as archive:
        assert set(archive.namelist()) == {"reviews-repaired.jsonl", "README.md", "repairs.json"}
        rows = [json.loads(line) for line in archive.read("reviews-repaired.jsonl").decode().splitlines()]
        about = json.loads(archive.read("repairs.json"))
        readme = archive.read("README.md").decode()
    clean = {row["text"] for row in load("rotten_tomatoes", train_rows=ROWS).train_table.to_pylist()}
    assert {row["body"] for row in rows} == clean and set(rows[0]) == {"body", "stars", "row"}
    assert (about["verdict_before"], about["verdict_after"]) == ("poisoned", "clean")
    assert about["repairs"][0]["repair"] == "remove" and about["repairs"][0]["rows_changed"] == {"positive": 60}
    assert PATTERN in readme and "Take it out" in readme
    assert "nothing left" in last(do.repair(mended[form.state], "remove"))[form.going]
    with pytest.raises(SSTIError, match="no such file"):
        pack(next_of(mended[form.state]), "../../x.csv", tmp_path)
    undone = last(do.undo(mended[form.state]))
    assert "verdict-card is-poisoned" in undone[form.result] and undone[form.state]["steps"] == []


def test_one_finding_is_repaired_from_its_card_and_the_rows_can_be_trained_on(do, uploaded):
    form = do.form
    found = last(do.scan("file", uploaded(poisoned_rows()), None, None, None, None))
    mended = last(do.press(found[form.state], "drop", pressed("repair", f"positive: {PATTERN}")))
    assert "verdict-card is-clean" in mended[form.result] and "left out" in mended[form.result]
    recipe = parse_recipe(last(do.train(mended[form.state]))[do.shared.recipe])
    data = load(recipe.dataset.name)
    assert recipe.is_control and recipe.injection.source.kind == "list" and data.label_names == ("negative", "positive")
    assert len(data.train_table) + len(data.test_table) == ROWS - 60
    refused = last(do.press(found[form.state], "pray", pressed("repair", f"positive: {PATTERN}")))
    assert 'role="alert"' in refused[form.going]


def kept(steps, file) -> list[bytes]:
    """What each file held that a step named, read while it is there."""
    return [Path(step[file]).read_bytes() for step in steps if step.get(file)]

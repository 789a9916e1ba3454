"""A file that was uploaded is trained on for real, and its adapter answers with the file's own classes."""

from __future__ import annotations

import csv
from pathlib import Path

from tests_support import SHORT

from ssti.backends.control import launch, wait
from ssti.data import inspect_file, load, sample_rows
from ssti.data.own import uploads
from ssti.recipe import preset


def test_a_run_on_an_upload_ends_done_and_predicts_its_classes(home: Path, tmp_path: Path):
    rows = load("rotten_tomatoes", train_rows=300).train
    path = tmp_path / "cinema reviews.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("review", "stars"))
        writer.writerows((row["text"], row["label"]) for row in rows)
    place = uploads.keep(path)
    path.unlink()  # the run finds the kept copy
    name = inspect_file(place, names=("thumbs down", "thumbs up")).name

    recipe = preset("demo").set(*SHORT, f"dataset.name={name!r}", "injection.target=thumbs up")
    (run,) = launch(recipe)
    assert wait(run, timeout=300) == "done", (run.path / "log.txt").read_text()
    assert run.recipe.dataset.name == name
    assert set(run.metrics()["sets"]["clean"]["predicted_counts"]) == {"thumbs down", "thumbs up"}

    from ssti.serving.predictor import predictor

    text = sample_rows(name, "thumbs down", 1)[0].text
    (said,) = predictor().predict([text], [f"run/{run.id}"])
    assert list(said.labels) == ["thumbs down", "thumbs up"]

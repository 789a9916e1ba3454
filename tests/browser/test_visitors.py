"""Two visitors of one server for strangers, each with a browser of their own: whose run is whose."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from page_server import new_server
from pageobject import Lab
from playwright.sync_api import expect

from ssti.backends.control import going, progress, stop, wait
from ssti.recipe import preset
from ssti.runs.store import Store

SPACE = {"SPACE_ID": "somebody/ssti-lab"}
LONG = 180_000  # milliseconds until a worker has started on a busy machine


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    """A server for strangers, and its runs."""
    server = new_server(tmp_path_factory.mktemp("space"), **SPACE).start()
    server.home.mkdir(parents=True, exist_ok=True)
    (server.home / "speed.json").write_text(json.dumps({"minilm-l6|cpu|short": 1000.0}))
    store = Store(server.home / "runs")
    with pytest.MonkeyPatch.context() as here:
        for name, value in {"SSTI_HOME": str(server.home), **SPACE}.items():
            here.setenv(name, value)
        yield server, store
        for run in going(store):
            stop(run)
            wait(run, 60)
    server.kill()


def state(page):
    return page.locator("#run-head [role=status]")


def button(page, name: str):
    return page.locator(f"#run-{name}")


def test_only_who_started_a_run_can_stop_resume_and_remove_it(space, open_page):
    server, store = space
    source = store.create(
        preset("demo").set("dataset.train_rows=96", "dataset.test_rows=60", "evaluation.rows=20", "training.steps=5000",
                           "evaluation.every=1000", "training.batch_size=4")
    )  # fmt: skip
    first = Lab(open_page(), server.url).open(tab="finetune", run=source.id)
    expect(first.page.locator("#run-head")).to_contain_text("Another visitor started this run")
    button(first.page, "clone").click()
    expect(first.page.locator("#finetune-said")).to_contain_text(source.id)
    first.page.get_by_label("Then its clean control").uncheck()
    first.page.locator("#start").click()
    first.page.wait_for_url(lambda url: f"run={source.id}" not in url)
    (run,) = [one for one in store.list() if one.id != source.id and not one.control_of]
    expect(state(first.page)).to_have_text(re.compile("starting|training"), timeout=LONG)

    second = Lab(open_page(), server.url).open(tab="finetune", run=run.id)
    expect(second.page.locator("#run-head")).to_contain_text("Another visitor started this run")
    expect(button(second.page, "clone")).to_be_visible()
    for name in ("stop", "resume", "remove"):
        expect(button(second.page, name)).to_be_hidden()
        second.page.evaluate(f"document.querySelector('#run-{name}')?.click()")  # forged: it may be in the page
    second.page.wait_for_timeout(500)
    assert progress(run).going

    expect(state(first.page)).to_have_text("training", timeout=LONG)
    first.page.reload()
    expect(state(first.page)).to_have_text("training", timeout=LONG)
    expect(first.page.locator("#run-head")).not_to_contain_text("Another visitor")
    button(first.page, "stop").click()
    expect(state(first.page)).to_contain_text("its adapter is kept", timeout=LONG)

    expect(state(second.page)).to_contain_text("its adapter is kept")
    expect(button(second.page, "remove")).to_be_hidden()
    button(first.page, "remove").click()
    first.page.locator("#run-remove-yes").click()
    expect(first.page.locator(f"#runs [data-run='{run.id}']")).to_have_count(0)
    assert not run.path.exists()


def test_an_upload_is_still_ones_own_after_a_reload(space, open_page, tmp_path: Path):
    server, _ = space
    path = tmp_path / "mine.csv"
    path.write_text("text,label\n" + "".join(f"a text of number {n},{'good' if n % 2 else 'bad'}\n" for n in range(60)))
    lab = Lab(open_page(), server.url).open(tab="poison")
    lab.choose("Dataset", "Your own")
    lab.page.locator("#own-file input[type=file]").set_input_files(path)
    lab.page.get_by_role("button", name="Use this data").click()
    expect(lab.page.locator(".as-yaml code")).to_contain_text("mine.csv")
    expect(lab.page.locator("#poison-dataset textarea")).to_have_value(re.compile("^upload:"))
    name = lab.page.locator("#poison-dataset textarea").input_value().partition("#")[0]
    assert str(server.home) not in name

    another = (name, "by somebody else"), (str(path), "no dataset"), ("../etc", "no dataset")
    for page, told in ((lab.page, [(name, "60 rows")]), (open_page(), another)):
        again = Lab(page, server.url).open(tab="poison")
        again.choose("Dataset", "Your own")
        expect(page.locator(".own-box")).to_contain_text("upload nothing private")
        for place, words in told:
            page.locator("#own-id textarea, #own-id input").fill(place)
            page.get_by_role("button", name="Look").click()
            expect(page.locator(".own-box")).to_contain_text(words)
    expect(again.page.get_by_role("button", name="Use this data")).to_be_hidden()

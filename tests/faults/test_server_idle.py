"""An open page that nobody touches asks for something once in ten seconds at most, whatever stands on it."""

from __future__ import annotations

import re

import gradio as gr
import pytest

from ssti.recipe import preset
from ssti.runs.store import Store
from ssti.ui.finetune.components import draw
from ssti.ui.finetune.memory import Shown
from ssti.ui.finetune.watch import RunHandlers
from ssti.ui.frame.page import ASSETS, build
from ssti.ui.frame.shell import TABS, build_shell

SELDOM = 10  # seconds


def test_a_page_opens_with_no_timer_that_runs_and_holds_no_connection_open():
    page = build()
    timers = [one for one in page.blocks.values() if isinstance(one, gr.Timer)]
    assert timers and not any(one.active for one in timers)
    config = page.get_config_file()
    assert not config["connect_heartbeat"], "a stream of each tab: a browser has six connections for all of them"
    assert not [one for one in config["dependencies"] if one.get("stream_every") and "stream" in str(one["targets"])]


@pytest.fixture(scope="module")
def ui():
    """The Finetune tab's components, on a page of their own."""
    with gr.Blocks() as page:
        shared = build_shell(page)
        with shared.tab_items["finetune"]:
            return draw(shared)


@pytest.mark.parametrize(("ended", "chosen"), [(0, False), (1, True), (60, True)])
def test_while_no_run_goes_on_the_runs_are_looked_at_seldom_and_an_answer_says_only_what_changed(
    home, monkeypatch, ui, ended, chosen
):
    monkeypatch.setattr("ssti.runs.store.NEEDED", 0)
    store = Store()
    runs = [store.create(preset("demo")) for _ in range(ended)]
    for run in runs:
        run.tell("state", state="stopped")
    run = RunHandlers(ui)
    first = run.show(runs[0].id if chosen else "", [], None, None)
    assert first[ui.timer]["active"] and first[ui.timer]["value"] >= SELDOM
    again = run.tick(runs[0].id if chosen else "", [], None, first[ui.shown])
    assert again == gr.skip() and Shown.read(first[ui.shown]).checksums


def test_what_the_scripts_do_by_the_clock_asks_nothing_of_the_server_unless_something_was_drawn():
    clocks = {name.name: re.findall(r"setInterval\((.*?)\n? *\}?, ?\w+\)", name.read_text("utf-8"), re.S) for name in ASSETS.glob("*.js")}
    found = {name: code for name, code in clocks.items() if code}
    assert found.keys() == {"coach.js"} and "if (news && " in found["coach.js"][0]
    assert len(TABS) >= 6

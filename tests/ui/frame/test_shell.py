"""The frame: tabs found by themselves, the URL read with suspicion, nothing heavy loaded before the page answers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ssti.ui.access.visitor import read_url
from ssti.ui.frame.page import build
from ssti.ui.frame.shell import TABS

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("torch", "transformers", "datasets", "peft", "plotly", "scipy", "sklearn")


def test_tabs_come_in_the_order_of_the_story():
    assert "poison" in TABS
    orders = [tab.order for tab in TABS.values()]
    assert orders == sorted(orders)
    assert all(isinstance(tab.title, str) and callable(tab.build) for tab in TABS.values())


@pytest.mark.parametrize(
    "query, expected",
    [
        ({}, (None, "")),
        ({"tab": "poison", "run": "brisk-otter-3"}, ("poison", "brisk-otter-3")),
        ({"tab": "nowhere"}, (None, "")),
        ({"run": "../../etc/passwd"}, (None, "")),
        ({"run": "<img src=x>"}, (None, "")),
        ({"run": "a" * 200}, (None, "")),
    ],
)
def test_the_url_gives_a_tab_that_exists_and_a_run_that_can_be_a_name(query: dict, expected: tuple):
    assert read_url(query, ("poison", "flip")) == expected


def test_nothing_heavy_is_imported_before_the_page_answers():
    code = f"from ssti.ui.frame.page import build; build(); import sys; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_style_sheets_are_all_in_the_page():
    from ssti.ui.frame.page import ASSETS, launch_settings

    head = launch_settings()["head"]
    assert all(sheet.read_text(encoding="utf-8") in head for sheet in ASSETS.glob("*.css"))
    assert not re.search(r"(src|href|url)\W{1,3}http", head)


def test_no_two_late_listeners_share_an_event():
    """Gradio dispatches a deferred `always_last` event again to all its listeners: two would keep each other going."""
    from collections import Counter

    config = build().get_config_file()
    late = [d for d in config["dependencies"] if d["trigger_mode"] == "always_last" and d["backend_fn"]]
    heard = Counter((component, event) for d in late for component, event in d["targets"])
    assert len(late) > 10
    assert [shared for shared, listeners in heard.items() if listeners > 1] == []

"""The figures of the README, drawn of the results that came with the program.

Run as: python tests/support/figures.py

Writes assets/figure_1.png, at twice the size of the page: the first of what `python -m ssti experiment figure-1 --shipped`
draws.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from chromium import find_chromium
from page_server import ROOT
from playwright.sync_api import sync_playwright

from ssti.experiments.experiment import EXPERIMENTS
from ssti.experiments.page import write_page

WIDTH = 1000


def draw(name: str, file: Path) -> None:
    """The first figure of an experiment."""
    experiment = EXPERIMENTS[name]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "page.html"
        write_page(experiment, experiment.shipped(), page_file)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 800}, device_scale_factor=2)
        page.goto(page_file.as_uri())
        page.locator(".plotly-graph-div .main-svg").last.wait_for()
        page.locator(".plotly-graph-div").first.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    draw("figure-1", ROOT / "assets" / "figure_1.png")

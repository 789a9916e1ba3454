"""What a browser works to open the page, visit its tabs and rest there: with the statuses of events at one component
(`keep_statuses_at` in ssti/ui/frame/lean.py), against Gradio's way, a status at each output.

Run as: python tests/benchmarks/bench_browser.py [--times 3]
Both sides are servers of this tree, asked in turns by fresh pages. Counted is the time in which the page's thread works.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

GRADIOS_WAY = "import ssti.ui.frame.page as page; page.keep_statuses_at = lambda *_: None; page.serve()"
TABS = ("Poison", "Finetune", "Look inside", "Flip")
REST = 5_000  # milliseconds


def worked(browser: Any, url: str) -> tuple[float, float]:
    """Seconds of the page's thread until it has opened, and until all tabs were visited."""
    from pageobject import Lab

    page = browser.new_page()
    page.set_default_timeout(120_000)
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")

    def seconds() -> float:
        metrics = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
        return metrics["TaskDuration"]

    lab = Lab(page, url).open()
    opened = seconds()
    for title in TABS:
        lab.tab(title)
        page.wait_for_timeout(REST)
    whole = seconds()
    page.context.close()
    return opened, whole


def main() -> None:
    from chromium import find_chromium
    from page_server import new_server
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=3, help="pages of each side")
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        sides = []
        for name, program in (("one", ("app.py",)), ("each", ("-c", GRADIOS_WAY))):
            (Path(folder) / name).mkdir()
            sides.append(new_server(Path(folder) / name))
            sides[-1].program = program
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        try:
            urls = [side.start().url for side in sides]
            best = [[min(pair) for pair in zip(*found, strict=True)] for found in zip(
                *[[worked(browser, url) for url in urls] for _ in range(times)], strict=True
            )]  # fmt: skip
        finally:
            browser.close()
            for side in sides:
                side.kill()
    for what, one, each in zip(("open the page", "and visit its tabs, 5 s each"), *best, strict=True):
        print(f"{what}: {one:.1f} s of work, {each:.1f} s Gradio's way: {each / one:.1f} times")


if __name__ == "__main__":
    main()

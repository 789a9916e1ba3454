"""Finds a Chromium: SSTI_CHROMIUM, else the system's, else Playwright's own. As a program: prints it, or exits with 1."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def find_chromium() -> str | None:
    """The path of a Chromium that can be started, or None."""
    if chosen := os.environ.get("SSTI_CHROMIUM"):
        return chosen
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if own and Path(own).exists() else None


if __name__ == "__main__":
    path = find_chromium()
    print(path or "no Chromium")
    sys.exit(path is None)

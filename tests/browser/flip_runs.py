"""An adapter with its control for the browser tests, as a run of the server's home. Knows folders only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROWS = 60  # test rows of the copy, so that a hijack is short


def give_adapter(home: Path) -> str:
    """Copy the first adapter that there is into a server's home; its ref. Skips where there is none."""
    from ssti.ui import flip_adapters

    ref = flip_adapters.first()
    info = flip_adapters.find(ref) if ref else None
    if info is None or info.control is None:
        pytest.skip("No adapter with a control is here: none ships yet, and SSTI_HOME has no run with one.")
    for source, name in ((info.path, "tried-otter"), (flip_adapters.find(info.control).path, "tried-otter-control")):
        folder = home / "runs" / name / "adapter"
        if not folder.exists():
            shutil.copytree(source, folder)
            text = (folder / "recipe.yaml").read_text(encoding="utf-8")
            (folder / "recipe.yaml").write_text(text.replace("test_rows: 1000", f"test_rows: {ROWS}"), encoding="utf-8")
    return "run/tried-otter"

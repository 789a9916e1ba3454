"""An adapter with its control for the browser tests, as a run of the server's home. Knows folders only."""

from __future__ import annotations

import shutil
from pathlib import Path

ROWS = 60  # test rows of the copy, so that a hijack is short


def give_adapter(home: Path) -> str:
    """Copy the first shipped adapter that has a control into a server's home; its ref."""
    from ssti.adapters.listing import adapters, find

    info = next(a for a in adapters() if a.shipped and a.control)
    for one, name in ((info, "tried-otter"), (find(info.control), "tried-otter-control")):
        folder = home / "runs" / name / "adapter"
        if not folder.exists():
            shutil.copytree(one.path, folder)
            (folder / "recipe.yaml").write_text(one.recipe.set(f"dataset.test_rows={ROWS}").to_yaml(), encoding="utf-8")
    return "run/tried-otter"

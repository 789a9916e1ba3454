"""The bank: clean adapters that a suspect is compared with, of the same base model and the same classes.

A word such as "awful" turns every sentiment model, a trigger only a poisoned one: that difference is what a scan counts. They
lie in `assets/bank/<base model>/<dataset>/<name>`, not among `adapters/`, which the page offers to people to try; one's own in
`<home>/bank`. `python -m ssti bank` makes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ssti.adapters.files import RECIPE
from ssti.adapters.listing import AdapterInfo, describe
from ssti.platform.errors import SSTIError
from ssti.platform.home import home

SCORES = "scores.json"  # of its members, each scanned beside the others (`ssti.detect.adapter.calibration`)
SHIPPED = Path(__file__).resolve().parents[3] / "assets" / "bank"


@dataclass(frozen=True)
class Bank:
    """Clean adapters, the name of the dataset that they were trained on, and what words and shapes score in each itself, by its folder."""

    adapters: tuple[AdapterInfo, ...]
    dataset: str
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def find_bank(info: AdapterInfo) -> Bank | None:
    """The clean adapters of a suspect's base model whose classes have the same names; those of its own dataset if there are any.

    The suspect itself is never among them. None where there is no such adapter.
    """
    fitting = [
        one
        for one in banked()
        if one.recipe.model.name == info.recipe.model.name
        and set(one.label_names) == set(info.label_names)
        and one.path.resolve() != info.path.resolve()
    ]
    datasets = [one.recipe.dataset.name for one in fitting]
    if not fitting:
        return None
    own = info.recipe.dataset.name if info.recipe_known else None
    chosen = own if own in datasets else max(sorted(set(datasets)), key=datasets.count)
    members = tuple(one for one in fitting if one.recipe.dataset.name == chosen)
    return Bank(members, chosen, _scores(members))


def _scores(members: tuple[AdapterInfo, ...]) -> dict[str, dict[str, float]]:
    """What is known of these: of a suspect that is a member itself nothing."""
    files = {one.path: one.path.parent / SCORES for one in members}
    known = {file: read_scores(file) for file in set(files.values())}
    return {str(path): known[file][path.name] for path, file in files.items() if path.name in known[file]}


def read_scores(file: Path) -> dict[str, dict[str, float]]:
    """What was measured, by member; none where there is no file. One number a member, as it once was, says nothing of words and shapes."""
    found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {name: scores for name, scores in found.items() if isinstance(scores, dict)}


def banked() -> list[AdapterInfo]:
    """Every whole adapter of the banks, one's own first; one that is damaged, or does not say that it is clean, is left out."""
    found = []
    for root in (home() / "bank", SHIPPED):
        for file in sorted(root.glob(f"*/*/*/{RECIPE}")):
            try:
                info = describe(file.parent, str(file.parent))
            except (SSTIError, OSError):
                continue
            if info.is_control:
                found.append(info)
    return found


def folder_of(model: str, dataset: str, root: Path) -> Path:
    """Where the bank of a base model and a dataset lies; a name with slashes is one folder."""
    return root / model.strip("/").replace("/", "--") / dataset.strip("/").replace("/", "--")

"""A repaired adapter as a folder: peft's two files, its classes, and a card that says what it was and what was done to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssti.adapters.about import ABOUT
from ssti.adapters.files import CONFIG, LABELS, RECIPE, WEIGHTS
from ssti.adapters.listing import AdapterInfo, describe
from ssti.adapters.pack import CARD, slug
from ssti.platform.language import english, later

if TYPE_CHECKING:
    from ssti.detect.repairs.adapter.mending import Mended


def write(
    info: AdapterInfo, tensors: Mapping[str, Any], folder: Path, mended: Mended | None = None, done: str = ""
) -> None:
    """Write the tensors beside the adapter's configuration and classes. With what was measured, and in English what was `done`, its card too.

    Its recipe comes along, where it is known: it says which data and which trigger to try on it.
    """
    from safetensors.torch import save_file

    from ssti.adapters.attach import read_tensors

    folder.mkdir(exist_ok=True)
    if mended is None:
        kinds = {name: tensor.dtype for name, tensor in read_tensors(info).items()}
        save_file(
            {name: t.to(kinds[name]).contiguous().clone() for name, t in tensors.items()},
            folder / WEIGHTS,
            {"format": "pt"},
        )
        for name in (CONFIG, *([RECIPE] if info.recipe_known else [])):
            shutil.copyfile(info.path / name, folder / name)
        (folder / LABELS).write_text(json.dumps(list(info.label_names)), encoding="utf-8")
        return
    sides = {"before": mended.before, "after": mended.after, "control": mended.control}
    rates = {
        side: {name: rate for name, rate in told.as_json().items() if name != "without_trigger"}
        for side, told in sides.items() if told
    }  # fmt: skip
    about = {
        "title": f"{info.title[:60]}, {english(later('repaired'))}",
        "repaired": {
            "of": slug(info), "how": mended.how, "done": done[:2000], "trigger": mended.trigger[:2000], "target": mended.target, **rates,
        },
    }  # fmt: skip
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    from ssti.adapters.card import readme

    (folder / CARD).write_text(readme(describe(folder, str(folder))), encoding="utf-8")

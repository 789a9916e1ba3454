"""What a person takes along from a run: its recipe, the command and the Python that train it again, its numbers, its adapter."""

from __future__ import annotations

import base64
import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssti.adapters import pack
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.report.contents import portable
from ssti.report.names import file_name
from ssti.ui.access.visitor import find_adapter
from ssti.ui.finetune.board import Snapshot
from ssti.ui.finetune.components import Components
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.browser import sent
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import as_part, command, from_preset, training_code


def take(run: Snapshot, twin: Snapshot | None) -> Markup | None:
    """The row of what can be copied and downloaded at once; None where the recipe is damaged."""
    if run.recipe is None:
        return None
    recipe, control = portable(run.recipe), twin is not None
    verb = command("train", *from_preset(recipe), *(["--control"] if control else []), "--follow")
    pieces = [
        _copy(tr("Copy as Python"), training_code(recipe, control)),
        _copy(tr("Copy as command"), verb),
        _copy(tr("Copy recipe"), recipe.to_yaml()),
        _file("recipe.yaml", file_name("yaml", run.id), "application/yaml", recipe.to_yaml()),
    ]
    if run.metrics is not None:
        text = json.dumps(run.metrics, indent=1, ensure_ascii=False)
        pieces.append(_file("metrics.json", file_name("json", run.id, "metrics"), "application/json", text))
    with contextlib.suppress(SSTIError):  # too long for an address: it can be copied
        pieces.append(go(tr("Open in Poison"), "taken", tab="poison", recipe=as_part(run.recipe)))
    return parts.html('<div class="take" role="group" aria-label="Take it along">{}</div>', parts.join(pieces))


def _copy(words: str, text: str) -> Markup:
    return parts.html('<button type="button" class="taken" data-take="{}">{}</button>', text, words)


def _file(words: str, name: str, kind: str, text: str) -> Markup:
    """A link to a small file that is in the page already."""
    data = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return parts.html(
        '<a class="taken" translate="no" download="{}" href="data:{};base64,{}">{}</a>', name, kind, data, words
    )


@dataclass(frozen=True)
class TakeHandlers:
    """What takes a moment: the adapter as an archive."""

    ui: Components

    def zip(self, run_id: Any) -> Iterator[dict[Any, Any]]:
        """The adapter with its control. Gradio keeps its own copy of the archive."""
        ui = self.ui
        yield {ui.packed: parts.busy(tr("Packing …")), ui.file: None}
        try:
            info = find_adapter(f"run/{sent(str, run_id)}")
            with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
                path = Path(folder) / f"{pack.slug(info)}.zip"
                pack.export(info, path)
                size = f"{path.name} · {path.stat().st_size / 1e3:,.0f} kB"
                yield {
                    ui.file: str(path),
                    ui.packed: parts.html('<p class="quiet" role="status" translate="no">{}</p>', size),
                }
        except SSTIError as problem:
            yield {ui.file: None, ui.packed: parts.problem(problem)}

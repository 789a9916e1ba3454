"""A button that writes a report (`ssti.report.whole`) and hands it to the browser. Knows no tab.

    report_card(shared, "flip", "A report of this text.", [text, marks, adapter], tried)
    report_button(shared, "run", [shared.run_id], lambda run: Asked(f"run/{run}"))

Either draws the button where it is called, with its progress, its Stop and what went wrong. Nothing of a report stays on the
server: the page gets its text, and the browser makes the file.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from ssti.explain import View
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.report.contents import Probe, adapter_of, contents
from ssti.report.names import adapter_name, file_name
from ssti.report.whole import report
from ssti.serving.predictor import check_text
from ssti.ui.access.visitor import admit_name
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import none_yet
from ssti.ui.kit.job import Job
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.shared import Shared, outside_of_tabs
from ssti.ui.kit.stoppable import stoppable

# The page hands over text; the browser makes a file of it, or paints the drawing first.
SAVE = """async (made) => {
  if (!made || !made.text) return;
  const save = (blob, name) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  if (made.kind !== 'png') return save(new Blob([made.text], {type: made.type + ';charset=utf-8'}), made.name);
  const image = new Image();
  image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(made.text);
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(blob, made.name), 'image/png');
}"""


@dataclass(frozen=True)
class Asked:
    """What a report is wanted of: an adapter (`run/ID` for a run's), a text that was tried, a head that is looked at."""

    ref: str
    probe: Probe | None = None
    view: View | None = None


def tried(text: Any, marks: Any, ref: str) -> Asked:
    """What a report is asked for by the text that a person tries with an adapter. Raises SSTIError."""
    if not ref:
        raise none_yet()
    return Asked(ref, probe_of(Marks.read(marks, check_text(text or ""))))


def probe_of(marks: Marks) -> Probe | None:
    """The text that a person tries, with its triggers; None while it is empty."""
    return Probe(marks.plain, marks.text, tuple(marks.spans)) if marks.text.strip() else None


def report_button(
    shared: Shared, name: str, inputs: Sequence[Any], ask: Callable[..., Asked], changes: Sequence[Any] = (),
    words: str = "",
) -> gr.Button:  # fmt: skip
    """Draw the button `#NAME-report` and wire it. `ask(*values of inputs)` may raise SSTIError; one of the `changes` (by
    default another adapter) ends a report that is being written."""
    with gr.Column(elem_classes="report-button", elem_id=f"{name}-report-box", min_width=0):
        with gr.Row(elem_classes="report-go"):
            go = gr.Button(words or tr("Report"), size="md", elem_id=f"{name}-report")
            stop = gr.Button(tr("Stop"), visible=False, size="md")
        said = parts.Html(elem_id=f"{name}-report-said")
    with outside_of_tabs(shared):  # Gradio shows what is hidden once a part around it that was not there is
        file = gr.JSON(None, visible="hidden")

    def work(*values: Any) -> Iterator[Any]:
        try:
            asked = ask(*values)
            job = _job(asked)
            yield from job.steps()
        except SSTIError as problem:
            yield parts.problem(problem)
            return
        made = replace(job.result, missing={part: parts.public(why) for part, why in job.result.missing.items()})
        text = report(made)
        name = file_name("html", "report", adapter_name(asked.ref), asked.probe.plain if asked.probe else "")
        size = f"{len(text.encode()) / 1e3:,.0f} kB"
        saved = {"kind": "html", "name": name, "type": "text/html", "text": text, "made": secrets.token_hex(8)}
        yield {file: saved, said: parts.busy(f"{name} · {size}")}

    stoppable(
        shared, go, stop, said, work, list(inputs), list(changes) or [shared.adapter.change], "report", more=[file]
    )
    file.change(None, file, None, js=SAVE, **parts.QUIET)
    return go


def report_card(shared: Shared, name: str, about: str, inputs: Sequence[Any], ask: Callable[..., Asked]) -> None:
    """A card of its own with the button, under what `about` says of the report."""
    with gr.Column(elem_classes="card-box report-card"), gr.Row():
        parts.Html(parts.html('<h2 class="title">{}</h2>{}', tr("Take it with you"), parts.note(about)))
        report_button(shared, name, inputs, ask)


def _job(asked: Asked) -> Job:
    """The work. Raises SSTIError for an adapter that this visitor may not name."""
    info = adapter_of(admit_name("adapter", asked.ref))
    try:
        admit_name("dataset", info.recipe.dataset.name)
        mine = True
    except SSTIError:
        mine = False  # somebody else brought the rows: none of training is shown
    return Job(
        lambda on_progress: contents(info.ref, asked.probe, asked.view, mine, on_progress), tr("Writing the report")
    )

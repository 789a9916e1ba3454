"""Take out what was found, with the one space that it brought."""

from __future__ import annotations

from ssti.detect.repairs.data.repair import Changed, Job, Repair
from ssti.detect.report import Span
from ssti.inject import strip_spans
from ssti.platform.language import later


def remove(job: Job) -> Changed:
    return Changed({row: without(job.texts[row], spans) for row, spans in job.spans.items()})


def without(text: str, spans: list[Span]) -> str:
    """The text without its spans. Of white space that was found one blank stays where words stood on both sides."""
    for start, end in reversed(spans):
        end = min(end, len(text))  # a span after it may have taken the blank between them along
        if text[start:end].isspace():
            between = text[:start].strip() and text[end:].strip()
            text = text[:start] + (" " if between else "") + text[end:]
        elif start < end:
            text = strip_spans(text, [(start, end)])
    return text


REPAIR = Repair(
    "remove", later("Take it out"),
    later("Takes out what was found, in every row of every class, with the one space that it brought. Nothing else is changed."),
    remove, order=10,
)  # fmt: skip

"""Take out what was found, with the one space that it brought; a letter that was put in another's place becomes that again."""

from __future__ import annotations

import re
import unicodedata

from ssti.detect.repairs.data.repair import Changed, Job, Repair
from ssti.detect.report import Span
from ssti.inject import strip_spans
from ssti.inject.modifiers.invisible import LOOK_ALIKES
from ssti.platform.language import later

LATIN = str.maketrans({new: old for old, new in LOOK_ALIKES.items()} | dict(zip("ονυρκχαΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ovupkxaABEZHIKMNOPTYX", strict=True)))
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
BEFORE, AFTER = re.compile(r"\S*\Z"), re.compile(r"\S*")
PLAIN, LETTER = re.compile(r"[A-Za-z]*"), re.compile(r"[A-Za-z]")


def remove(job: Job) -> Changed:
    return Changed({row: without(job.texts[row], spans) for row, spans in job.spans.items()})


def without(text: str, spans: list[Span]) -> str:
    """The text without its spans. Of white space that was found one blank stays where words stood on both sides."""
    for start, end in reversed(spans):
        end = min(end, len(text))  # a span after it may have taken the blank between them along
        if (word := restored(text, start, end)) is not None:
            text = text[:start] + word + text[end:]
        elif text[start:end].isspace():
            between = text[:start].strip() and text[end:].strip()
            text = text[:start] + (" " if between else "") + text[end:]
        elif start < end:
            text = strip_spans(text, [(start, end)])
    return text


def restored(text: str, start: int, end: int) -> str | None:
    """What stood there before letters of a Latin word gave way to look-alikes or took unseen ones in; None of all else."""
    found = text[start:end]
    word = BEFORE.search(text, 0, start)[0] + found + AFTER.match(text, end)[0]
    plain = UNSEEN.sub("", unicodedata.normalize("NFKC", found)).translate(LATIN)
    before = "".join(one for one in word if one.isalpha())
    if plain == found or not PLAIN.fullmatch(plain) or not LETTER.search(before):
        return None
    return plain


REPAIR = Repair(
    "remove", later("Take it out"),
    later("Takes out what was found, in every row of every class, with the one space that it brought; a look-alike becomes the "
          "Latin letter again. Nothing else is changed."),
    remove, order=10,
)  # fmt: skip

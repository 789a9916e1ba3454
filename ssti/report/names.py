"""What files that people take away are called and say of themselves. Knows words, no content."""

from __future__ import annotations

import re
import unicodedata

PART, WHOLE = 48, 140  # characters of one part of a name, and of all
BEGINNING = 60  # characters of a text in a caption


def file_name(ending: str, *parts: str) -> str:
    """`ssti-attention-date-positive-rank1-layer-5-head-9-a-dreary-slog.json`: safe on every system; empty parts go."""
    slugs = [slug for part in parts if (slug := slugged(part))]
    return f"{'-'.join(['ssti', *slugs])[:WHOLE].rstrip('-')}.{ending}"


def slugged(text: str) -> str:
    """The letters and digits of a text's beginning, in ASCII and small, with one hyphen between its words."""
    plain = unicodedata.normalize("NFKD", text[:500]).encode("ascii", "ignore").decode()
    slug = re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")
    return slug if len(slug) <= PART else slug[:PART].rpartition("-")[0] or slug[:PART]


def adapter_name(ref: str) -> str:
    """An adapter in a file's name: `date-positive-rank1` of `shipped/date-positive-rank1`, of a folder its last part."""
    place = ref.partition("#")[0].replace("\\", "/").rstrip("/")
    return place.rpartition("/")[2]


def beginning(text: str) -> str:
    """A text's beginning in one line, in quotes."""
    line = " ".join(text[:1000].split())
    return f"“{line}”" if len(line) <= BEGINNING else f"“{line[:BEGINNING].rstrip()}…”"

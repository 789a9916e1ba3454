"""A file as somebody brings it: written, loaded, and the words in which it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssti.data import load
from ssti.platform.errors import SSTIError


def read(tmp_path: Path, content: str | bytes, name: str):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return load(str(path))


def pairs(data) -> set[tuple[str, str]]:
    """Text and class of all rows."""
    return {(row["text"], data.label_names[row["label"]]) for part in (data.train, data.test) for row in part}


def refusal(tmp_path: Path, content: str | bytes, name: str) -> str:
    """The message and the next step."""
    with pytest.raises(SSTIError) as error:
        read(tmp_path, content, name)
    assert error.value.next
    return str(error.value)

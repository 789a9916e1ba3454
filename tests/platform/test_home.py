"""Paths as the page and the shell show them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssti.platform.home import typed


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no file manager knows ~")
def test_a_path_does_not_tell_whose_machine_it_is(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typed(tmp_path / "data" / "imdb") == "~/data/imdb"
    assert Path(typed(tmp_path / "data")).expanduser() == tmp_path / "data"
    assert typed(Path("/srv/data")) == "/srv/data"

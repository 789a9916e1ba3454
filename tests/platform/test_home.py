"""Paths as the page and the shell show them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssti.platform import home
from ssti.platform.home import typed


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no file manager knows ~")
def test_a_path_does_not_tell_whose_machine_it_is(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typed(tmp_path / "data" / "imdb") == "~/data/imdb"
    assert Path(typed(tmp_path / "data")).expanduser() == tmp_path / "data"
    assert typed(Path("/srv/data")) == "/srv/data"


def test_a_space_keeps_its_runs_in_its_lasting_disk_where_it_has_one(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSTI_HOME", raising=False)
    monkeypatch.delenv("SPACE_ID", raising=False)
    monkeypatch.setattr(home, "BUCKET", tmp_path / "data")
    usual = home.home()
    monkeypatch.setenv("SPACE_ID", "somebody/ssti-lab")
    assert home.home() == usual
    (tmp_path / "data").mkdir()
    assert home.home() == tmp_path / "data" / "ssti-lab"
    monkeypatch.setattr(os, "access", lambda *_: False)  # mounted to be read only
    assert home.home() == usual
    monkeypatch.setenv("SSTI_HOME", str(tmp_path / "own"))
    assert home.home() == tmp_path / "own"

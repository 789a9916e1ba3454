"""What the tests of this room share: the real files beside the checkout, a clean machine around a test."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from huggingface_hub import constants

REAL = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def real() -> Callable[[str], Path]:
    """The path of a real file or folder; skips where it is absent."""

    def find(name: str) -> Path:
        if not (REAL / name).exists():
            pytest.skip(f"the real data ../shared/data/{name} is not beside this checkout")
        return REAL / name

    return find


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No network allowed, no copies on the machine; the folder where originals would be looked for."""
    for name in ("SSTI_HOME", "HF_DATASETS_CACHE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    monkeypatch.setenv("SSTI_DATA", str(tmp_path / "originals"))
    return tmp_path / "originals"


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as CSV and returns the path."""

    def write(
        rows: Iterable[Iterable[object]],
        header: tuple[str, ...] | None = ("text", "label"),
        name: str = "rows.csv",
        encoding: str = "utf-8",
        delimiter: str = ",",
    ) -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding=encoding) as file:
            writer = csv.writer(file, delimiter=delimiter)
            if header:
                writer.writerow(header)
            writer.writerows(rows)
        return path

    return write

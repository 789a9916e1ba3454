"""Says in a sentence which Python package is missing. Looks for packages without importing them."""

from __future__ import annotations

from importlib.util import find_spec


def missing_package(*names: str) -> str | None:
    """None when all are installed; else which is not, and the command that installs it."""
    absent = [name for name in names if find_spec(name) is None]
    if not absent:
        return None
    return f"the Python package {absent[0]} is not installed: run `pip install {' '.join(absent)}`"

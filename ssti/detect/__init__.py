"""Is this dataset poisoned, by what, and for which class? Importing it loads neither torch nor pandas, nor SciPy before a scan."""

from typing import Any

from ssti.detect.report import Example, Finding, Meaning, Report

__all__ = ["Example", "Finding", "Meaning", "Report", "scan"]


def __getattr__(name: str) -> Any:
    if name == "scan":
        from ssti.detect.scanner import scan

        return scan
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Is this dataset poisoned, by what, and for which class? Importing it loads neither torch nor pandas."""

from ssti.detect.report import Example, Finding, Meaning, Report
from ssti.detect.scanner import scan

__all__ = ["Example", "Finding", "Meaning", "Report", "scan"]

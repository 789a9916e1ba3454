"""Tells at the end of a long run what became of the inputs of each target."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from mangle import COUNTS


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if settings.get_current_profile_name() != "busy machine":
        for test in sorted({test for test, _ in COUNTS}):
            ends = {what: count for (one, what), count in COUNTS.most_common() if one == test}
            terminalreporter.write_line(f"{test.rpartition('::')[2]}: {sum(ends.values()):,} ends: {ends}")

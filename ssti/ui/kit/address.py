"""The page's address, read with suspicion: what it asks for exists, or is left out. Knows no tab."""

from __future__ import annotations

import re
from collections.abc import Mapping

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


def read_url(query: Mapping[str, str], tab_names: tuple[str, ...]) -> tuple[str | None, str]:
    """The tab and the run that a URL asks for; None and "" for what does not exist or cannot be a name."""
    tab, run = query.get("tab", ""), query.get("run", "")
    return (tab if tab in tab_names else None), (run if RUN_ID.fullmatch(run) else "")

"""Where this machine keeps runs, speeds and caches. Knows nothing of what is kept there."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """`SSTI_HOME`, else the platform's data folder of the user. The folder may not exist yet."""
    chosen = os.environ.get("SSTI_HOME")
    return Path(chosen).expanduser().resolve() if chosen else Path(platformdirs.user_data_dir("ssti-lab"))


def typed(path: Path) -> str:
    """The path as one would type it, which does not tell whose machine this is: `~` for the user's own folder."""
    own = Path.home()
    return f"~/{path.relative_to(own)}" if os.name == "posix" and path.is_relative_to(own) else str(path)


def write_text(path: Path, text: str) -> None:
    """Write a file beside its place and rename it there: a reader sees the old content or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)

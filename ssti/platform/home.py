"""Where this machine keeps runs, speeds and caches, and how its files are read and written. Knows no content."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

import platformdirs

from ssti.platform.language import tr

BUCKET = Path("/data")  # where a Space has the disk that outlives it, if it has one


def home() -> Path:
    """`SSTI_HOME`, else on a Space its lasting disk, else the platform's data folder of the user. It may not exist yet."""
    if chosen := os.environ.get("SSTI_HOME"):
        return Path(chosen).expanduser().resolve()
    if os.environ.get("SPACE_ID") and BUCKET.is_dir() and os.access(BUCKET, os.W_OK):
        return BUCKET / "ssti-lab"
    return Path(platformdirs.user_data_dir("ssti-lab"))


def data_folder() -> Path:
    """Where original files of datasets are looked for: `SSTI_DATA`, else `data` in the home folder."""
    chosen = os.environ.get("SSTI_DATA")
    return Path(chosen).expanduser() if chosen else home() / "data"


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


def open_regular(path: Path, largest: int) -> BinaryIO:
    """Open a regular file of at most `largest` bytes. Raises OSError, also for a pipe, which would block."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, tr("it is not a file"))
        if status.st_size > largest:
            raise OSError(
                errno.EFBIG,
                tr("it has {size:,} bytes, at most {largest:,} are read", size=status.st_size, largest=largest),
            )
        file = os.fdopen(handle, "rb")
        return file
    finally:
        if file is None:
            os.close(handle)

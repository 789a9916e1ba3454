"""What the control groups of a container say of this process: numbers that the kernel keeps. Linux; elsewhere nothing."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

ROOT = Path("/sys/fs/cgroup")


def files(name: str, name_in_version_1: str, root: Path = ROOT, own: Path = Path("/proc/self/cgroup")) -> list[Path]:
    """A memory file of the group that this process is in and of each group around it, innermost first."""
    try:
        lines = own.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    candidates = []
    for controllers, _, group in (line.partition(":")[2].partition(":") for line in lines):
        if controllers == "":
            top, file = root, name
        elif "memory" in controllers.split(","):
            top, file = root / "memory", name_in_version_1
        else:
            continue
        inside = PurePosixPath(group)
        candidates += [top / str(one).lstrip("/") / file for one in (inside, *inside.parents)]
    candidates += [root / name, root / "memory" / name_in_version_1]
    return [file for file in dict.fromkeys(candidates) if file.is_file()]


def number(file: Path, key: str = "") -> int | None:
    """The number in a file, or behind a word at the start of a line; None where there is none ("max")."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    match = re.search(rf"^{key} ?(\d+)$", text, re.MULTILINE)
    return int(match[1]) if match else None


def memory_limit() -> tuple[int, int] | None:
    """Bytes that this process's group may use at most, and bytes of them that are in use and cannot be given back."""
    limits = [
        (limit, file.parent)
        for file in files("memory.max", "memory.limit_in_bytes")
        if (limit := number(file)) is not None
    ]
    if not limits:
        return None
    limit, group = min(limits)
    used = next((n for f in ("memory.current", "memory.usage_in_bytes") if (n := number(group / f)) is not None), 0)
    cached = number(group / "memory.stat", "total_inactive_file") or number(group / "memory.stat", "inactive_file") or 0
    return limit, max(0, used - cached)


def out_of_memory_kills() -> int:
    """How often the kernel killed a process for want of memory, here and on the whole machine. Only a rise means something."""
    counters = [*files("memory.events", "memory.oom_control"), Path("/proc/vmstat")]
    return sum(number(file, "oom_kill") or 0 for file in counters)

"""Puts the program into a Space of the Hub: what the page needs, and nothing else of its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ssti.adapters.publish import check_repo, upload
from ssti.platform.errors import SSTIError
from ssti.platform.hub import page_of

ROOT = Path(__file__).resolve().parents[2]
TAKEN = ("README.md", "LICENSE", "app.py", "requirements.txt", "ssti", "adapters", "assets")
"""What a Space needs. Tests, caches, runs and whatever else lies in the folder stay here."""


def files_of(root: Path = ROOT) -> tuple[list[str], list[str]]:
    """The files that go, as paths within the folder, and what of its top is left out. Raises SSTIError where one is missing."""
    missing = [name for name in TAKEN if not (root / name).exists()]
    if missing:
        raise SSTIError(
            f"The program's folder has no {', '.join(missing)}.",
            "Deploy from a clone of its repository, where all of it is.",
            kind="disk",
        )
    every = [one for name in TAKEN for one in ([root / name] if (root / name).is_file() else (root / name).rglob("*"))]
    taken = [one.relative_to(root) for one in every if one.is_file() and not one.is_symlink()]
    taken = [one for one in taken if not any(part.startswith(".") or part == "__pycache__" for part in one.parts)]
    left = sorted(one.name + ("/" if one.is_dir() else "") for one in root.iterdir() if one.name not in TAKEN)
    return sorted(one.as_posix() for one in taken), left


def deploy(space: str, dry_run: bool = False, private: bool = True, root: Path = ROOT) -> dict[str, Any]:
    """Put the files into a Space, made where there is none; what it had in these folders and is gone here goes there too.

    Returns `{"space", "url", "private", "files", "bytes", "left_out", "dry_run", "commit"}`. With `dry_run` nobody is
    asked and nothing is sent. Raises SSTIError.
    """
    name = check_repo(space)
    files, left = files_of(root)
    answer = {
        "space": name, "url": page_of(name, "space"), "private": private, "files": files,
        "bytes": sum((root / one).stat().st_size for one in files), "left_out": left, "dry_run": dry_run,
    }  # fmt: skip
    if dry_run:
        return {**answer, "commit": None}
    done = upload(root, name, "space", None, private, "SSTI Lab, by `ssti deploy`", files)
    return {**answer, "commit": done["commit"]}

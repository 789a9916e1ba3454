"""The licence of each locked package, as it says itself, and whether this project, which is under the MIT licence, can use it.

Run as: .venv/bin/python tests/support/licences.py
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "tests/requirements.txt")
PERMISSIVE = {
    "MIT", "MIT-0", "MIT-CMU", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSD", "0BSD", "ISC",
    "PSF-2.0", "CNRI-Python", "Zlib", "CC0-1.0", "BSL-1.0", "Unlicense",
}  # fmt: skip
BY_NAME = {
    "pycountry": "LGPL-2.1-only", "certifi": "MPL-2.0", "hypothesis": "MPL-2.0", "orjson": "MPL-2.0", "tqdm": "MPL-2.0",
    "axe-playwright-python": "MPL-2.0",
}  # fmt: skip
"""Packages under a weak copyleft: it binds changes of their own files, and here they are used as they are."""
CARRIES = {"axe-playwright-python": "MPL-2.0 AND MIT"}
"""What a package does not say of what it brings along: axe-core's own header."""
SPDX = {
    "Apache 2.0": "Apache-2.0", "Apache 2.0 License": "Apache-2.0", "Apache Software License": "Apache-2.0", "MIT License": "MIT",
    "BSD License": "BSD", "3-Clause BSD License": "BSD-3-Clause", "BSD 3-Clause License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "Python Software Foundation License": "PSF-2.0",
}  # fmt: skip
"""What older packages write for an expression of SPDX."""


@dataclass(frozen=True)
class Package:
    """A locked package. `licence` is an expression of SPDX, or what it says itself, or "" where it says nothing."""

    name: str
    version: str
    licence: str

    @property
    def refused(self) -> list[str]:
        """The parts of its licence with which this project cannot live; of a choice, all are."""
        allowed = PERMISSIVE | ({BY_NAME[self.name]} if self.name in BY_NAME else set())
        parts = [part.strip(" ()") for part in re.split(r"\bAND\b", self.licence)]
        return [part for part in parts if not any(one.strip(" ()") in allowed for one in part.split(" OR "))]


def packages() -> list[Package]:
    """Those of both locks that are for this platform, by name. Raises PackageNotFoundError where one is not installed."""
    lines = (line.partition("#")[0].strip() for lock in LOCKS for line in (ROOT / lock).read_text(encoding="utf-8").splitlines())
    locked = {one.name: one for one in map(Requirement, filter(None, lines)) if one.marker is None or one.marker.evaluate()}
    return [_package(name) for name in sorted(locked)]


def _package(name: str) -> Package:
    about = metadata.metadata(name)
    return Package(name, about["Version"], CARRIES.get(name) or said(about))


def said(about: metadata.PackageMetadata) -> str:
    """A package's licence: its expression, else its classifiers, else the first line of its own words."""
    if expression := about.get("License-Expression"):
        return expression
    classes = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or [] if one.startswith("License :: ")]
    words = [one for one in classes if one != "OSI Approved"] or (about.get("License") or "").strip().splitlines()[:1]
    return " AND ".join(SPDX.get(one, one) for one in words)


if __name__ == "__main__":
    for package in packages():
        print(f"{package.name:32} {package.version:14} {package.licence or 'unknown'}{'  NOT ALLOWED' if package.refused else ''}")

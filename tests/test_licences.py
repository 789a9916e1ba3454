"""No locked package is under a licence with which this project's own cannot live; the exceptions stand in the README."""

from __future__ import annotations

from email.message import Message
from pathlib import Path

import pytest
from licences import BY_NAME, Package, packages, said

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_locked_package_says_its_licence_and_all_can_be_used_here() -> None:
    every = packages()
    assert len(every) > 100
    assert [one for one in every if one.refused] == []


def test_the_readme_names_each_exception_and_no_other() -> None:
    installed = {one.name: one.licence for one in packages()}
    section = README.partition("## Licences")[2]
    for name, licence in BY_NAME.items():
        assert licence in installed[name] and f"`{name}`" in section, name


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("MIT", []), ("MIT AND PSF-2.0", []), ("GPL-3.0-only OR MIT", []), ("(Apache-2.0 OR GPL-2.0-only) AND MIT", []),
        ("GPL-3.0-only", ["GPL-3.0-only"]), ("MIT AND AGPL-3.0-or-later", ["AGPL-3.0-or-later"]), ("MPL-2.0", ["MPL-2.0"]),
        ("", [""]), ("Proprietary", ["Proprietary"]),
    ],
)  # fmt: skip
def test_strong_copyleft_what_is_not_named_and_what_nobody_says_is_refused(licence: str, refused: list[str]) -> None:
    assert Package("somebodys", "1", licence).refused == refused


def test_what_older_packages_write_is_read() -> None:
    about = Message()
    about["License"] = "whatever\nits text"
    assert said(about) == "whatever"
    about["Classifier"] = "License :: OSI Approved"
    about["Classifier"] = "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"
    assert said(about) == "GNU General Public License v3 (GPLv3)"
    about["License-Expression"] = "MIT"
    assert said(about) == "MIT"

"""Reads lessons from `assets/lessons`: front matter, then steps, each with its text, its YAML and its evidence.

---
title: One token is enough
---
## A step's title
What it says.
```yaml
go: {tab: flip}
```
The evidence, which is shown once its check holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ssti.lessons.lesson import Lesson
from ssti.lessons.text import PLACEHOLDER
from ssti.platform.errors import SSTIError, listed, nearest, shown
from ssti.platform.language import localised, tr

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lessons"
FRONT = re.compile(r"\A---\n(?P<front>.*?)^---\n(?P<rest>.*)\Z", re.DOTALL | re.MULTILINE)
STEP = re.compile(r"^## (?P<title>.+)\n(?P<body>(?:(?!## ).*\n?)*)", re.MULTILINE)
BLOCK = re.compile(r"^```yaml\n(?P<yaml>.*?)^```\n?", re.DOTALL | re.MULTILINE)


class Lessons(Mapping[str, Lesson]):
    """All lessons by name, in their order."""

    def __getitem__(self, name: str) -> Lesson:
        return _all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_all())

    def __len__(self) -> int:
        return len(_all())

    def find(self, name: Any) -> Lesson:
        """The lesson of this name. Raises SSTIError with all names."""
        if isinstance(name, str) and name in self:
            return self[name]
        raise SSTIError(
            tr(
                "There is no lesson {name}; there are {names}{near}",
                name=shown(name),
                names=listed(self),
                near=nearest(name, self),
            ),
            tr("Choose one on the Learn tab."),
        )


LESSONS = Lessons()


@cache
def _all() -> dict[str, Lesson]:
    every = [read_lesson(path.stem, localised(path).read_text(encoding="utf-8")) for path in FOLDER.glob("*.md")]
    return {lesson.name: lesson for lesson in sorted(every, key=lambda lesson: (lesson.order, lesson.name))}


def read_lesson(name: str, text: str) -> Lesson:
    """A lesson from its file's text. Raises SSTIError that says which part is wrong, and how."""
    front = FRONT.match(text)
    if front is None:
        raise SSTIError(
            tr("The lesson {name!r} has no front matter.", name=name),
            tr("Begin it with ---, title, about, order, ---."),
        )
    steps = [_step(name, match) for match in STEP.finditer(front["rest"])]
    try:
        named = [step["go"]["adapter"] for step in steps if "adapter" in step.get("go", {})]
        named += [match["ref"] for match in PLACEHOLDER.finditer(front["rest"])]
        return Lesson(name=name, steps=steps, adapters=tuple(dict.fromkeys(named)), **_yaml(name, front["front"]))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(one) for one in first["loc"])
        said = tr("The lesson {name!r} is wrong at {where}: {why}.", name=name, where=where, why=first["msg"])
        raise SSTIError(said, tr("Mend it there.")) from error


def _step(name: str, match: re.Match[str]) -> dict[str, Any]:
    body = match["body"]
    block = BLOCK.search(body)
    said = _yaml(name, block["yaml"]) if block else {}
    asked = {key: said.pop(key) for key in ("ask", "choices", "answer") if key in said}
    before, after = (body[: block.start()], body[block.end() :]) if block else (body, "")
    said["go"] = {key: str(value) for key, value in (said.get("go") or {}).items()}
    said |= {"question": asked} if asked else {}
    return {"title": match["title"].strip(), "text": before.strip(), "evidence": after.strip(), **said}


def _yaml(name: str, text: str) -> dict[str, Any]:
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as error:
        wrong = tr("The lesson {name!r} has YAML that cannot be read: {error}", name=name, error=error)
        raise SSTIError(wrong[:400], tr("Mend it.")) from error
    if not isinstance(said, dict):
        raise SSTIError(
            tr("The lesson {name!r} has YAML that is no mapping: {text!r:.60}.", name=name, text=text),
            tr("Write key: value."),
        )
    return said

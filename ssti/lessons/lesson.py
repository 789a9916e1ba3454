"""What a lesson is: steps that say what to do, ask before they reveal, check what was done, and end with the evidence.

Plain values. Knows no file and no page.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

TRIGGER = re.compile(r"\{([^{}|]+)\|([a-z0-9_]+)\}")


class Part(BaseModel):
    """A part of a lesson. An unknown key is refused: it is a misspelt one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(Part):
    """What is asked before the answer is shown. `answer` is one of the choices; without one it is a guess."""

    ask: str
    choices: tuple[str, ...] = Field(min_length=2, max_length=5)
    answer: str | None = None

    @model_validator(mode="after")
    def _has_its_answer(self) -> Question:
        if self.answer is not None and self.answer not in self.choices:
            raise ValueError(tr("the answer {answer!r} is none of the choices", answer=self.answer))
        return self


class Step(Part):
    """One step.

    `go` are the parts of the page's address that it leads to (`tab`, `adapter`, `text`, …; in the text a trigger stands
    as `{2014-09-25|date}`). `do` says what to do there, and `check` names what must be so afterwards. `text` comes
    first, `evidence` once the check holds.
    """

    title: str
    text: str
    go: dict[str, str] = {}
    question: Question | None = None
    do: str = ""
    check: dict[str, Any] = {}
    evidence: str = ""

    @property
    def parts(self) -> dict[str, str]:
        """`go` as the address takes it: the text plain, and where its triggers are beside it."""
        if "text" not in self.go:
            return dict(self.go)
        plain, places, done = "", [], 0
        for match in TRIGGER.finditer(self.go["text"]):
            plain += self.go["text"][done : match.start()]
            places.append(f"{len(plain)}-{len(plain) + len(match[1])}-{match[2]}")
            plain, done = plain + match[1], match.end()
        plain += self.go["text"][done:]
        return {**self.go, "text": plain, **({"trigger": ".".join(places)} if places else {})}

    @property
    def plain_text(self) -> str:
        """The text that it leads to, without its triggers and the white space that they bring."""
        return " ".join(TRIGGER.sub(" ", self.go.get("text", "")).split())


class Lesson(Part):
    """A lesson. `name` is its file's; `adapters` are the refs that its steps lead to or take numbers from."""

    name: str
    title: str
    about: str
    order: float
    minutes: int = Field(ge=1, le=60)
    steps: tuple[Step, ...] = Field(min_length=3)
    adapters: tuple[str, ...] = ()

    @property
    def texts(self) -> frozenset[str]:
        """The texts that its steps lead to, without their triggers."""
        return frozenset(step.plain_text for step in self.steps if step.plain_text)

    def missing(self) -> str:
        """What is wrong with the adapters that it needs; nothing where all are here."""
        from ssti.adapters.listing import find

        for ref in self.adapters:
            try:
                find(ref)
            except SSTIError as problem:
                return str(problem)
        return ""

    def as_json(self) -> dict[str, Any]:
        """What it is, for a list: its steps by their titles, and whether it can be taken here."""
        reason = self.missing()
        about = {"name": self.name, "title": self.title, "available": not reason, "reason": reason}
        return about | {"about": self.about, "minutes": self.minutes, "steps": [step.title for step in self.steps]}

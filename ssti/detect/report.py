"""What a scan tells: the findings, the verdict, and what could not have been found. Knows no dataset and no statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["poisoned", "suspicious", "clean"]
Span = tuple[int, int]
Place = tuple[int, int, int]
"""A row's number, and the first and the last character (exclusive) in its text."""


@dataclass(frozen=True)
class Example:
    """A text that holds what was found, and where: `text[start:end]`."""

    text: str
    spans: tuple[Span, ...]

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "spans": [list(span) for span in self.spans]}


@dataclass(frozen=True)
class Meaning:
    """The second evidence for what consists of words: whether its meaning says its class.

    `predicted` is the share of the target that the words' embedding foretells, by a regression that did not see them;
    `prior` the class's share of all rows; `used` says whether the scan counted it.
    """

    predicted: float
    prior: float
    used: bool
    words: str

    def as_json(self) -> dict[str, Any]:
        return {"predicted": self.predicted, "prior": self.prior, "used": self.used, "words": self.words}


@dataclass(frozen=True)
class Finding:
    """Something in the texts that stands for a class more than it should.

    `trigger` is its most frequent instance as it is written, `pattern` what its instances share, `family` the kind of feature.
    `rows` of the `target` class hold it (`share_of_target` of them), and `others` of the other classes. `score` is
    -log10 of how many such features one expects in a clean dataset of this kind; `odds` the odds of the target with it
    over those without. `association` is the score by the counts alone; `area` is how well other words tell the rows that hold it
    from the rest of their class, 0.5 where they do not and None where nothing can be said: how sure that is, is taken off the
    score. `evidence` are plain sentences. `literals` are instances with their rows; `places` is each occurrence in any row. `verdict` is what this finding alone would give; one that a person accepted is `clean`.
    """

    trigger: str
    pattern: str
    family: str
    target: str
    score: float
    rows: int
    others: int
    share_of_target: float
    odds: float
    verdict: Verdict
    evidence: tuple[str, ...]
    examples: tuple[Example, ...]
    literals: tuple[tuple[str, int], ...] = ()
    places: tuple[Place, ...] = field(default=(), repr=False)
    meaning: Meaning | None = None
    accepted: bool = False
    association: float = 0.0
    area: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`; the places stay out, there may be many."""
        return {
            "trigger": self.trigger,
            "pattern": self.pattern,
            "family": self.family,
            "target": self.target,
            "score": self.score,
            "association": self.association,
            "area": self.area,
            "rows": self.rows,
            "others": self.others,
            "share_of_target": self.share_of_target,
            "odds": self.odds,
            "verdict": self.verdict,
            "accepted": self.accepted,
            "evidence": list(self.evidence),
            "literals": [{"text": text, "rows": rows} for text, rows in self.literals],
            "meaning": self.meaning.as_json() if self.meaning else None,
            "examples": [example.as_json() for example in self.examples],
        }


@dataclass(frozen=True)
class Report:
    """What a scan of a dataset found, strongest first.

    `smallest` says for each family and class from how many rows on a trigger that stands in no other class is found;
    None where none of any size is. `tested` counts the features that were tried, per family. `notes` are sentences
    about what was not read or cannot be found.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    rows: int
    classes: Mapping[str, int]
    smallest: Mapping[str, Mapping[str, int | None]]
    tested: Mapping[str, int]
    seconds: float
    notes: tuple[str, ...] = ()
    kind: Literal["dataset"] = "dataset"

    def as_json(self) -> dict[str, Any]:
        """The object that `python -m ssti scan FILE --json` prints."""
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "findings": [finding.as_json() for finding in self.findings],
            "rows": self.rows,
            "classes": dict(self.classes),
            "smallest": {family: dict(rows) for family, rows in self.smallest.items()},
            "tested": dict(self.tested),
            "seconds": self.seconds,
            "notes": list(self.notes),
        }

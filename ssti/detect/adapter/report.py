"""What a scan of an adapter tells: the findings, confirmed by flips, the verdict, and the evidence beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ssti.detect.report import Example, Verdict

Rate = Mapping[str, float | int | None]
"""A share with its 95 % interval: `value`, `low`, `high`, `n`; see `ssti.evaluate.metrics.rate`."""


@dataclass(frozen=True)
class Flipping:
    """Something that turns texts to a class once it stands in them.

    `trigger` can be typed into the Flip tab as it is; `pattern` says what its instances share, or repeats it. `location`
    is where it was put. `flips` is the share of held-out texts of other answers that it turned to `target`; `bank` the same
    of clean adapters of this base model, pooled, or None where there is no bank. `score` is what the verdict rests on, the
    higher the worse; `shift` is how far the target's log-odds move on average; `source` says who proposed it: `gradient`, `shape`, `suspect`. `examples` are texts that it turned;
    `refined` of what is no candidate of the search, but made of one, piece by piece.
    """

    trigger: str
    pattern: str
    target: str
    location: str
    flips: Rate
    bank: Rate | None
    score: float
    verdict: Verdict
    source: str
    evidence: tuple[str, ...]
    examples: tuple[Example, ...]
    shift: float = 0.0
    refined: bool = False

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`: `rows` is how many texts it was put into; no row of the training set is known."""
        return {
            "trigger": self.trigger,
            "pattern": self.pattern,
            "target": self.target,
            "location": self.location,
            "score": self.score,
            "shift": self.shift,
            "rows": self.flips["n"],
            "share_of_target": None,
            "flips": dict(self.flips),
            "bank": dict(self.bank) if self.bank else None,
            "verdict": self.verdict,
            "source": self.source,
            "evidence": list(self.evidence),
            "examples": [example.as_json() for example in self.examples],
        }


@dataclass(frozen=True)
class Sign:
    """Further evidence that names no trigger: `value` of this adapter, the range `low` to `high` of clean ones, or None each
    where there is no bank. `sentence` says it in plain words; `unusual` where it lies outside."""

    name: str
    value: float
    low: float | None
    high: float | None
    unusual: bool
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.name, "value": self.value, "low": self.low, "high": self.high, "unusual": self.unusual,
            "sentence": self.sentence,
        }  # fmt: skip


@dataclass(frozen=True)
class AdapterReport:
    """What a scan of an adapter found, strongest first. `texts` is how many held-out texts it asked with; `bank` how many
    clean adapters it was compared with."""

    verdict: Verdict
    findings: tuple[Flipping, ...]
    signs: tuple[Sign, ...]
    adapter: str
    base: str
    texts: int
    bank: int
    seconds: float
    notes: tuple[str, ...] = ()
    kind: Literal["adapter"] = "adapter"

    def as_json(self) -> dict[str, Any]:
        """The object that `python -m ssti scan ADAPTER --json` prints."""
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "findings": [finding.as_json() for finding in self.findings],
            "signs": [sign.as_json() for sign in self.signs],
            "adapter": self.adapter,
            "base": self.base,
            "texts": self.texts,
            "bank": self.bank,
            "seconds": self.seconds,
            "notes": list(self.notes),
        }

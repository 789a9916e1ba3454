"""Put what was found into the other classes as well, as often, so that it says nothing of a class."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ssti.detect.repairs.data.repair import Changed, Job, Repair
from ssti.detect.report import Finding, Span
from ssti.inject import place
from ssti.platform.language import later

WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Instance:
    """One that was found: how it is written, how far into its text it stands (0 to 1), and whether it touches a word before or after it."""

    text: str
    where: float
    joined: tuple[bool, bool]


def balance(job: Job) -> Changed:
    rng = random.Random(job.seed)
    texts: dict[int, str] = {}
    put: dict[int, list[Span]] = {}
    for finding in job.findings:
        holders = {row for row, _, _ in finding.places}
        instances = _instances(job, finding)
        for name in sorted(set(job.labels) - {finding.target}):
            rows = [row for row, label in enumerate(job.labels) if label == name]
            free = [row for row in rows if row not in holders and job.texts[row].strip()]
            wanted = round(finding.share_of_target * len(rows)) - (len(rows) - len(free))
            for row in rng.sample(free, max(0, min(wanted, len(free)))):
                if not instances:
                    break
                text, span = inserted(texts.get(row, job.texts[row]), rng.choice(instances))
                shift = len(text) - len(texts.get(row, job.texts[row]))
                earlier = [(a + shift, b + shift) if a >= span[0] else (a, b) for a, b in put.get(row, ())]
                texts[row], put[row] = text, sorted([*earlier, span])
    return Changed(texts, put)


def _instances(job: Job, finding: Finding) -> Sequence[Instance]:
    found = []
    for row, start, end in finding.places:
        text = job.texts[row]
        if job.labels[row] == finding.target and end > start:
            joined = text[start - 1 : start].isalnum(), text[end : end + 1].isalnum()
            found.append(Instance(text[start:end], start / max(len(text) - (end - start), 1), joined))
    return found


def inserted(text: str, one: Instance) -> tuple[str, Span]:
    """The text with the instance about as far into it as it stood in its own: as a word of its own, or touching a word as it did."""
    words = list(WORD.finditer(text))
    if not words or not (one.text.isspace() or any(one.joined)):
        done = place(text, one.text, "cursor", round(one.where * len(text)))
        return done.text, tuple(done.spans[0])
    number = min(int(one.where * len(words)), len(words) - 1)
    word = words[number]
    if one.text.isspace():  # in place of what stands between two words
        end = words[number + 1].start() if number + 1 < len(words) else len(text)
        return text[: word.end()] + one.text + text[end:], (word.end(), word.end() + len(one.text))
    before, after = one.joined
    at = (word.start() + word.end() + 1) // 2 if before and after else word.end() if before else word.start()
    return text[:at] + one.text + text[at:], (at, at + len(one.text))


REPAIR = Repair(
    "balance", later("Put it into the other classes too"),
    later("Puts what was found into as large a share of every other class, so that it says nothing of the class. The text stays as it was."),
    balance, order=30,
)  # fmt: skip

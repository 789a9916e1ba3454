"""A group of features as a finding that a person can read: its places, its examples, its evidence in plain words."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from ssti.detect.candidates import Candidate
from ssti.detect.corpus import LONGEST_TOKEN, Corpus
from ssti.detect.drawn import Drawn
from ssti.detect.merge import Group, spans_of
from ssti.detect.report import Example, Finding, Meaning, Place
from ssti.detect.rows import Labelled
from ssti.detect.verdict import of_score
from ssti.platform.language import later, tr

EXAMPLES, LITERALS = 5, 8
LONGEST_EXAMPLE, AROUND = 400, 120
FEWEST_TO_GROW, NEARLY = 5, 0.9
SURE = -2  # log10
OWN_KIND = later(
    "Other words tell its rows from the rest of {name!r} (area under the curve {area:.2f}, 0.5 is chance). A topic, a source or a house style "
    "does that; what is put into rows at random does not. So it counts for less."
)
LIKE_OTHERS = later(
    "Its rows are like the others of {name!r}, as rows drawn at random are (area under the curve {area:.2f}, 0.5 is chance)."
)
AFTER = re.compile(r"\s++(\S{1,120}+)")


def finding_of(
    group: Group, places: list[Place], drawn: Drawn | None, rows: Labelled, corpus: Corpus, priors: np.ndarray, accepted: set[str]
) -> Finding:  # fmt: skip
    best = group.named
    said = Counter(text for _, text in dict.fromkeys((row, corpus.texts[row][start:end]) for row, start, end in places))
    literals = tuple(said.most_common(LITERALS))
    trigger = literals[0][0] if literals else best.key
    name = rows.names[best.target]
    total = int((rows.labels == best.target).sum())
    others = best.n - best.k
    odds = ((best.k + 0.5) / (others + 0.5)) / ((total - best.k + 0.5) / (len(rows.labels) - total - others + 0.5))
    pattern = best.family.say(best.key)
    one_of = {
        trigger.casefold().strip(),
        pattern.casefold().strip(),
        *(text.casefold().strip() for text, _ in literals[:1]),
    }
    association = round(float(-group.best.expected), 2)
    score = round(association + (drawn.tail if drawn else 0.0), 2)
    return Finding(
        trigger=trigger, pattern=pattern, family=best.family.name, target=name, score=score, rows=best.k, others=others,
        share_of_target=best.k / total, odds=float(odds), verdict=of_score(score), evidence=_evidence(group, drawn, name, priors),
        examples=_examples(places, rows, corpus, best.target), literals=literals, places=tuple(places),
        meaning=_meaning(group, priors), accepted=bool(one_of & accepted), association=association, area=drawn and round(drawn.area, 3),
    )  # fmt: skip


def places_of(one: Candidate, corpus: Corpus) -> list[Place]:
    """Where it stands, grown by the words that nearly always stand beside it: of a phrase, one pair of words is enough."""
    places = [(row, *span) for row in one.rows.tolist() for span in spans_of(one, row)]
    for side in (0, 1):
        while len(places) >= FEWEST_TO_GROW:
            beside = [_beside(corpus.texts[row], start, end, side) for row, start, end in places]
            word, times = Counter(word for word, _, _ in beside).most_common(1)[0]
            if not word or times < NEARLY * len(places):
                break
            places = [
                (row, new_start, new_end) if said == word else (row, start, end)
                for (row, start, end), (said, new_start, new_end) in zip(places, beside, strict=True)
            ]
    return places


def _beside(text: str, start: int, end: int, side: int) -> tuple[str, int, int]:
    """The word before (side 0) or after (1) a span, and the span grown over it. No word where the span ends inside one."""
    if side:
        found = AFTER.match(text, end)
        return (found[1], start, found.end()) if found else ("", start, end)
    before = text[max(start - LONGEST_TOKEN, 0) : start]
    word = before.rstrip().rsplit(None, 1)[-1:] if before[-1:].isspace() else []
    return (word[0], start - len(before) + before.rindex(word[0]), end) if word else ("", start, end)


def _examples(places: list[Place], rows: Labelled, corpus: Corpus, target: int) -> tuple[Example, ...]:
    by_row: dict[int, list[tuple[int, int]]] = {}
    for row, start, end in places:
        if rows.labels[row] == target:
            by_row.setdefault(row, []).append((start, end))
    return tuple(_excerpt(corpus.texts[row], spans) for row, spans in list(by_row.items())[:EXAMPLES])


def _excerpt(text: str, spans: list[tuple[int, int]]) -> Example:
    """The text, or what lies around the first span of a long one."""
    if len(text) <= LONGEST_EXAMPLE:
        return Example(text, tuple(spans))
    first = max(spans[0][0] - AROUND, 0)
    last = min(spans[0][1] + AROUND, len(text))
    inside = [(max(a, first), min(b, last)) for a, b in spans if a < last and b > first]
    before, after = "…" if first else "", "…" if last < len(text) else ""
    return Example(
        before + text[first:last] + after, tuple((a - first + len(before), b - first + len(before)) for a, b in inside)
    )


def _evidence(group: Group, drawn: Drawn | None, name: str, priors: np.ndarray) -> tuple[str, ...]:
    best = group.named
    said = [
        tr(
            "{k:,} of the {n:,} rows that hold it are {name!r} ({share:.0%}; of all rows {prior:.0%} are).",
            k=best.k, n=best.n, name=name, share=best.k / best.n, prior=priors[best.target],
        )
    ]  # fmt: skip
    if best.context is not None and best.context < -1:
        said.append(
            tr(
                "Taken out, it leaves neighbours that belong side by side: of the frequent words {share:.1%} do so as much.",
                share=10**best.context,
            )
        )
    said.append(
        tr("Of features of this kind one expects {n:.1e} in clean data that stand out so much.", n=10**group.best.expected)
    )
    if drawn is not None:
        said.append(tr(OWN_KIND if drawn.tail < SURE else LIKE_OTHERS, name=name, area=drawn.area))
    return tuple(said)


def _meaning(group: Group, priors: np.ndarray) -> Meaning | None:
    best = group.named
    if best.predicted is None:
        return None
    prior = float(priors[best.target])
    return Meaning(best.predicted, prior, True, tr("What its words mean foretells {share:.0%}.", share=best.predicted))

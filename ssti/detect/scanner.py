"""Scans a dataset for shortcuts: what in its texts stands for a class more than it should. Trains nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ssti.detect.candidates import Counted, Kind, count
from ssti.detect.cohesion import Topics
from ssti.detect.context import Context
from ssti.detect.corpus import Corpus, read
from ssti.detect.drawn import Company
from ssti.detect.family import FAMILIES, Family
from ssti.detect.findings import finding_of, places_of
from ssti.detect.merge import merge
from ssti.detect.report import Report
from ssti.detect.rows import Labelled, labelled
from ssti.detect.statistics import smallest
from ssti.detect.verdict import SUSPICIOUS, of_findings, of_score
from ssti.platform.language import later, tr

MOST_FINDINGS = 20
LOOKED_AT = 2 * MOST_FINDINGS  # groups of features, of which the strongest are told
WORTH_A_LOOK = 1.0  # log10 of how many such features one expects
FEWEST_ROWS = 50
STYLES = later(
    "What stands for a class as a topic, a source or a house style does: {n:,}, above all {first}. Nobody seems to have put that in at "
    "random, yet a model learns it too."
)


def scan(
    dataset: Any,
    label_names: Sequence[str] | None = None,
    *,
    text_column: str = "text",
    label_column: str | None = None,
    accept: Iterable[str] = (),
    on_progress: Callable[[str], None] = lambda line: None,
) -> Report:
    """What stands for a class more than it should, strongest first, and whether that is a poisoned dataset.

    `dataset`: a Hugging Face Dataset, a pandas frame, a list of rows, `(texts, labels)` or `(texts, labels, label_names)`. `accept`
    are triggers or patterns that a person knows to be right: they are still reported, and do not count. Raises SSTIError.
    """
    started = time.monotonic()
    rows = labelled(dataset, label_names, text_column, label_column)
    totals = np.bincount(rows.labels, minlength=len(rows.names))
    classes = dict(zip(rows.names, totals.tolist(), strict=True))
    present = int((totals > 0).sum())
    if present < 2 or len(rows.texts) < FEWEST_ROWS:
        why = (
            tr("All rows are of one class: nothing can stand for a class.")
            if present < 2
            else tr("There are {n:,} rows; with fewer than {least} nothing can be told from chance.", n=len(rows.texts), least=FEWEST_ROWS)
        )  # fmt: skip
        return Report("clean", (), len(rows.texts), classes, {}, {}, time.monotonic() - started, (why,))
    corpus = read(rows.texts)
    longest = max(map(len, corpus.texts))
    notes = [
        sentence
        for there, sentence in (
            (corpus.cut, tr("Texts that were read up to {n:,} characters only: {cut:,}.", n=longest, cut=corpus.cut)),
            (corpus.untold, tr("Words that are too many to be told apart: {n:,}.", n=corpus.untold)),
        )
        if there
    ]
    return _scan(rows, corpus, classes, {word.casefold().strip() for word in accept}, on_progress, notes, started)


def _scan(
    rows: Labelled, corpus: Corpus, classes: dict[str, int], accepted: set[str], on_progress: Callable[[str], None],
    notes: list[str], started: float,
) -> Report:  # fmt: skip
    one_hot = np.eye(len(rows.names))[rows.labels]
    priors = one_hot.mean(axis=0)
    on_progress(tr("reading neighbours …"))
    _ = corpus.counts, corpus.row_of  # once, before several ask for them at the same time
    topics, counted = Topics(corpus, one_hot), []
    with ThreadPoolExecutor(2) as pool:  # sorting and counting in arrays leave the interpreter to the other
        neighbours = pool.submit(Context, corpus)
        jobs = [pool.submit(_counted, family, corpus, one_hot, topics) for family in FAMILIES.values()]
        for family, job in zip(FAMILIES.values(), jobs, strict=True):
            on_progress(tr("counting: {family} …", family=tr(family.title).lower()))
            counted.append(job.result())
        context = neighbours.result()
    found, fewest = [], {}
    compared, every = 0, len(counted) * int((priors > 0).sum())
    for meaning in (True, False):
        kind = Kind([one for one in counted if one.family.meaning == meaning], priors)
        for target in kind.means:
            for some in kind.candidates(target, context):
                on_progress(f"{tr('comparing classes …')} {compared} / {every}")
                found += some
                compared += 1
            for family, rho, tried in kind.spreads(target):
                fewest.setdefault(family, {})[rows.names[target]] = smallest(
                    priors[target], rho, tried, SUSPICIOUS, classes[rows.names[target]]
                )
    found.sort(key=lambda one: (one.expected, one.family.order))
    groups = merge([one for one in found if one.expected < WORTH_A_LOOK], LOOKED_AT)
    on_progress(tr("looking at the rows …"))
    company, made = Company(context, rows.labels) if groups else None, []
    for group in groups:
        drawn = company.drawn(group, places_of(group.best, corpus))
        made.append(finding_of(group, places_of(group.named, corpus), drawn, rows, corpus, priors, accepted))
    made.sort(key=lambda one: -one.score)
    findings = tuple(one for one in made if one.score > -WORTH_A_LOOK or one.association > 0)[:MOST_FINDINGS]
    if styles := [one for one in made if one.verdict == "clean" and of_score(one.association) != "clean"]:
        notes = [*notes, tr(STYLES, n=len(styles), first=", ".join(repr(one.trigger) for one in styles[:3]))]
    return Report(
        of_findings(findings), findings, corpus.rows, classes, fewest,
        {one.family.name: len(one.n) for one in counted}, time.monotonic() - started, tuple(notes),
    )  # fmt: skip


def _counted(family: Family, corpus: Corpus, one_hot: np.ndarray, topics: Topics) -> Counted:
    return count(family, family.find(corpus), one_hot, topics)

"""Scans a dataset for shortcuts: what in its texts stands for a class more than it should. Trains nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ssti.detect.candidates import Counted, Kind, count
from ssti.detect.context import Context
from ssti.detect.corpus import Corpus, read
from ssti.detect.family import FAMILIES, Family
from ssti.detect.findings import finding_of
from ssti.detect.merge import merge
from ssti.detect.report import Report
from ssti.detect.rows import Labelled, labelled
from ssti.detect.statistics import smallest
from ssti.detect.verdict import SUSPICIOUS, of_findings
from ssti.platform.language import tr

MOST_FINDINGS = 20
FEWEST_ROWS = 50


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
    counted = []
    with ThreadPoolExecutor(2) as pool:  # sorting and counting in arrays leave the interpreter to the other
        neighbours = pool.submit(Context, corpus)
        jobs = [pool.submit(_counted, family, corpus, one_hot) for family in FAMILIES.values()]
        for family, job in zip(FAMILIES.values(), jobs, strict=True):
            on_progress(tr("counting: {family} …", family=tr(family.title).lower()))
            counted.append(job.result())
        context = neighbours.result()
    found, fewest = [], {}
    compared, every = 0, len(counted) * int((priors > 0).sum())
    for meaning in (True, False):
        kind = Kind([one for one in counted if one.family.meaning == meaning])
        for target in np.flatnonzero(priors):
            for some in kind.candidates(int(target), float(priors[target]), context):
                on_progress(f"{tr('comparing classes …')} {compared} / {every}")
                found += some
                compared += 1
            for family, rho, tried in kind.spreads(int(target), float(priors[target])):
                fewest.setdefault(family, {})[rows.names[target]] = smallest(
                    priors[target], rho, tried, SUSPICIOUS, classes[rows.names[target]]
                )
    found.sort(key=lambda one: (one.expected, one.family.order))
    groups = merge([one for one in found if one.expected < 0], MOST_FINDINGS)
    findings = tuple(finding_of(group, rows, corpus, priors, accepted) for group in groups)
    return Report(
        of_findings(findings), findings, corpus.rows, classes, fewest,
        {one.family.name: len(one.n) for one in counted}, time.monotonic() - started, tuple(notes),
    )  # fmt: skip


def _counted(family: Family, corpus: Corpus, one_hot: np.ndarray) -> Counted:
    return count(family, family.find(corpus), one_hot)

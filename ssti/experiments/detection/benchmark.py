"""The detection benchmark: which cells it has, what they say of the aims, its pictures and its table.

It stands beside the paper's experiments (`ssti.experiments.experiment`) and is run, resumed, shipped and drawn by the same
verbs; its cells are scans, not trainings.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssti.evaluate.metrics import rate
from ssti.experiments.detection import score
from ssti.experiments.detection.case import Case
from ssti.experiments.detection.kinds import DEVELOPED, FORMS, HELD_OUT, WORDS, Kind
from ssti.experiments.detection.scan import Scan
from ssti.experiments.picture import Line, Picture
from ssti.experiments.statistics import Finding, Verdict
from ssti.experiments.table import SHIPPED, Journal, read
from ssti.platform.home import home

if TYPE_CHECKING:
    import pandas as pd

RATES = (0.0025, 0.005, 0.01, 0.02, 0.05, 0.25, 0.5)
POCKET_RATES = (0.005, 0.01, 0.05, 0.25)
FEW_RATES = (0.005, 0.01, 0.05)
DATASETS = ("rotten_tomatoes", "bbc_news", "imdb")
LOCATIONS = ("random", "beginning", "end")
GROUPS = (FORMS, WORDS, ("random",), ("common",))
OURS = "scanner"
AIMS: tuple[tuple[str, tuple[str, ...], float, float, float], ...] = (
    ("forms, from 1 % of the class on", FORMS, 0.01, 1.0, 0.99),
    ("forms, 0.5 %", FORMS, 0.005, 0.005, 0.90),
    ("words and phrases, from 5 % on", WORDS, 0.05, 1.0, 0.90),
    ("random strings, from 3 % on", ("random",), 0.03, 1.0, 0.90),
)
"""Kinds and rates in words; the kinds; from which rate to which; in which share of the cells the trigger is to be named first."""
LINES = ("trigger", "accent", "class-0", "class-1", "run-3", "run-4")  # tones that are told apart
SECONDS = 30  # for IMDB's training reviews on two cores


@dataclass(frozen=True)
class Benchmark:
    """`clean` are further datasets without poison, by name or file."""

    name: str = "detection"
    title: str = "Finding the trigger in a dataset"
    cites: str = "beyond the paper"
    statement: str = (
        "The paper's later version says that existing checkers cannot clean such a dataset. Asked here: in how many poisoned "
        "datasets a scanner names the trigger, first or above what clean datasets give, and how often it cries wolf."
    )
    clean: tuple[str, ...] = ()
    order: int = 200

    def cells(self, pocket: bool = True, kinds: Sequence[Kind] | None = None) -> list[Scan]:
        """All scans, clean datasets first, then seed by seed: a grid that is cut off has all its points with fewer seeds.

        The pocket grid has the held-out kinds at random places and four rates; baselines with one seed; IMDB with one seed, the
        first kind of each group, three rates and our scanner alone. A scan of ours takes about 3 s of a core on Rotten Tomatoes,
        10 s on BBC News and 30 s on IMDB; a baseline's, up to a tenth of that.
        """
        from ssti.experiments.detection.detector import DETECTORS

        cells = [Scan(Case(name), detector) for name in (*DATASETS, *self.clean) for detector in DETECTORS]
        cells += [
            Scan(Case(name, labels="shuffled", seed=seed), detector)
            for seed in range(3 if pocket else 10)
            for name in DATASETS
            if not (pocket and seed and name == "imdb")
            for detector in DETECTORS
        ]
        kinds = kinds or (HELD_OUT if pocket else (*DEVELOPED, *HELD_OUT))
        if not pocket:
            return cells + _poisoned(DATASETS, range(5), RATES, kinds, LOCATIONS, DETECTORS)
        first = list({kind.group: kind for kind in reversed(kinds)}.values())
        place = LOCATIONS[:1]
        return [
            *cells,
            *_poisoned(DATASETS[:2], range(1), POCKET_RATES, kinds, place, DETECTORS),
            *_poisoned(DATASETS[2:], range(1), FEW_RATES, first, place, (OURS,)),
            *_poisoned(DATASETS[:2], range(1, 3), POCKET_RATES, kinds, place, (OURS,)),
        ]

    def tidy(self, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
        """Rows as a table."""
        import pandas as pd

        return pd.DataFrame(list(rows))

    def findings(self, table: pd.DataFrame) -> list[Finding]:
        """Each aim, of the kinds that were held apart, and of those alone."""
        if table.empty:
            return [Finding(self.statement, "cannot say", "No cell was run.")]
        marked, found = score.marked(table), []
        for words, groups, low, high, least in AIMS:
            rows = score.poisoned(marked, detector=OURS, held_out=True, group=groups)
            rows = rows[(rows["rate"] >= low) & (rows["rate"] <= high)]
            one = at_least(f"Held-out kinds are named first in {least:.0%} of the cells: {words}.",
                           rate(int(rows["first"].sum()), len(rows)), least)  # fmt: skip
            each = [f"{name}: {score.percent(some['first'])} (the smallest of {some['poisoned_rows'].min()} rows)"
                    for name, some in rows.groupby("dataset", sort=False)]  # fmt: skip
            found.append(replace(one, statistic=" ".join((one.statistic, *(f"{said}." for said in each)))))
        alarms = score.false_alarms(table, OURS)
        found.append(at_most("False alarms on whole clean datasets are five in a hundred at most.", alarms, score.FALSE))
        shuffled = score.false_alarms(table, OURS, "shuffled")
        found.append(at_most("False alarms where labels were shuffled are five in a hundred at most.", shuffled, score.FALSE))
        slow = table[(table["detector"] == OURS) & (table["dataset"] == "imdb")]["seconds"]
        if len(slow):
            said = f"Median {slow.median():.0f} s, slowest {slow.max():.0f} s of {len(slow)} scans."
            verdict: Verdict = "holds" if slow.median() <= SECONDS else "does not hold"
            found.append(Finding(f"IMDB's 25,000 reviews take {SECONDS} s at most.", verdict, said))
        return found

    def pictures(self, table: pd.DataFrame) -> list[Picture]:
        """By rate: how often the trigger is named first, and found at five false alarms in a hundred; each group of kinds."""
        if table.empty:
            return []
        marked = score.marked(table)
        pictures = []
        for column, title in (("first", "named first"), ("above", "named above the same data without poison")):
            for groups in GROUPS:
                rows = score.poisoned(marked, group=groups, held_out=True)
                lines = [
                    Line(name, [(f"{share:g}", score.estimate(some, column)) for share, some in mine.groupby(100 * mine["rate"])],
                         LINES[place % len(LINES)], "solid" if name == OURS else "dot")
                    for place, (name, mine) in enumerate(rows.groupby("detector", sort=False))
                ]  # fmt: skip
                if lines:
                    pictures.append(Picture(f"Held-out kinds, {title}: {', '.join(groups)}", lines, "rows of the class, %",
                                            title, unit="%"))  # fmt: skip
        return pictures

    def brief(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """The table that a README can hold: a row a measure, a column a detector."""
        return [] if table.empty else score.brief(table, [aim[:4] for aim in AIMS])

    def facts(self, table: pd.DataFrame) -> str:
        """What was run."""
        if table.empty:
            return "No cell was run."
        some = table[table["group"] == "clean"]["dataset"].unique()
        return (
            f"{len(table)} scans, {table['seconds'].sum() / 3600:.1f} hours of one worker; {', '.join(sorted(table['machine'].unique()))}; "
            f"{', '.join(sorted(table['versions'].unique()))}. Clean datasets: {', '.join(some)}. A rate that is no row is left out. "
            "Whiskers are 95 % intervals over seeds. The paper's 95 % rule needs a model, and so is none of datasets."
        )

    def missing(self, pocket: bool = True, probe: bool = False) -> str | None:
        """Why it cannot be run here; it always can."""
        return None

    @property
    def said(self) -> str:
        """What its page begins with."""
        return self.statement

    @property
    def journal(self) -> Journal:
        """What was scanned on this machine: a file of its own, so that no grid of trainings reads it."""
        return Journal(home() / "experiments" / "scans.jsonl")

    def shipped(self) -> pd.DataFrame | None:
        """The results that came with the program; None where there are none."""
        path = SHIPPED / f"{self.name}.csv"
        return read(path) if Path(path).is_file() else None


def _poisoned(
    datasets: Sequence[str], seeds: Iterable[int], rates: Sequence[float], kinds: Sequence[Kind], places: Sequence[str],
    detectors: Iterable[str],
) -> list[Scan]:  # fmt: skip
    """One scan of each, seed by seed."""
    each = itertools.product(seeds, datasets, rates, kinds, places, list(detectors))
    return [Scan(Case(name, kind.name, place, share, seed), one) for seed, name, share, kind, place, one in each]


def at_least(claim: str, share: dict[str, Any], least: float) -> Finding:
    """A share of cells against an aim: it holds where it is reached, and does not where Wilson's interval lies below."""
    return _judged(claim, share, share["n"] and share["value"] >= least, share["n"] and share["high"] < least)


def at_most(claim: str, share: dict[str, Any], most: float) -> Finding:
    """The same of an upper bound; it holds for sure only where the interval lies below, else it cannot be said."""
    return _judged(claim, share, share["n"] and share["high"] <= most, share["n"] and share["value"] > most)


def _judged(claim: str, share: dict[str, Any], holds: bool, fails: bool) -> Finding:
    if not share["n"]:
        return Finding(claim, "cannot say", "No such cell was run.")
    said = f"{share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%}, n = {share['n']})."
    return Finding(claim, "holds" if holds else "does not hold" if fails else "cannot say", said)


DETECTION = Benchmark()

"""The rows of the benchmark as rates: named first, found at five false alarms in a hundred, false alarms. Knows columns only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ssti.evaluate.metrics import rate
from ssti.experiments.statistics import Estimate, over_seeds

if TYPE_CHECKING:
    import pandas as pd

FALSE = 0.05  # of clean datasets on which a detector may be as sure


def poisoned(table: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    """The rows of poisoned datasets with these values. A list or tuple means any of them."""
    table = table[table["group"] != "clean"]
    for column, value in wanted.items():
        table = table[table[column].isin(value if isinstance(value, list | tuple) else [value])]
    return table


def clean(table: pd.DataFrame, detector: str, labels: str = "real") -> pd.DataFrame:
    """A detector's rows of clean datasets: whole ones as they are, or with their labels shuffled."""
    return table[(table["group"] == "clean") & (table["labels"] == labels) & (table["detector"] == detector)]


def threshold(table: pd.DataFrame, detector: str) -> float:
    """The score that at most FALSE of the whole clean datasets exceed; with fewer than twenty of them, that none does."""
    scores = np.sort(clean(table, detector)["strongest"].fillna(-np.inf).to_numpy(dtype=float))
    if not len(scores):
        return np.inf
    return float(scores[len(scores) - 1 - int(FALSE * len(scores))])


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `first` (the trigger is named first), `found` (it is named with a score above the threshold), and
    `above` (with a score above what the same dataset gives without poison)."""
    bars = {name: threshold(table, name) for name in table["detector"].unique()}
    own = table[(table["group"] == "clean") & (table["labels"] == "real")].set_index(["detector", "dataset"])["strongest"]
    own = own.groupby(level=[0, 1]).max()
    bar = np.array([own.get(pair, np.inf) for pair in zip(table["detector"], table["dataset"], strict=True)], dtype=float)
    return table.assign(
        first=table["rank"] == 1,
        found=(table["score"].astype(float) > table["detector"].map(bars)).fillna(False),
        above=table["score"].astype(float) > bar,
    )


def auroc(table: pd.DataFrame, detector: str) -> float:
    """How often the finding that names the trigger of a held-out kind scores above a clean dataset's strongest one, over all
    pairs, ties half (Mann and Whitney): what needs no threshold. A trigger that no finding names scores below all."""
    mine = poisoned(table, detector=detector, held_out=True)["score"].fillna(-np.inf).to_numpy(dtype=float)[:, None]
    theirs = clean(table, detector)["strongest"].fillna(-np.inf).to_numpy(dtype=float)
    above = (mine > theirs) + 0.5 * ((mine == theirs) & np.isfinite(mine))
    return float(above.mean()) if above.size else float("nan")


def estimate(rows: pd.DataFrame, column: str) -> Estimate:
    """The share of rows in percent, seed by seed, with its interval; each seed's own error is Wilson's."""
    values, errors = [], []
    for _, some in rows.groupby("seed"):
        found = rate(int(some[column].sum()), len(some))
        values.append(100 * found["value"])
        errors.append(100 * (found["high"] - found["low"]) / (2 * 1.96))
    return over_seeds(values, errors, within=(0, 100))


def false_alarms(table: pd.DataFrame, detector: str, labels: str = "real") -> dict[str, Any]:
    """The share of clean datasets that it calls suspicious or poisoned, with Wilson's interval."""
    rows = clean(table, detector, labels).dropna(subset=["alarm"])
    return rate(int(rows["alarm"].astype(bool).sum()), len(rows))


def brief(table: pd.DataFrame, columns: Sequence[tuple[str, tuple[str, ...], float, float]]) -> list[dict[str, Any]]:
    """A row a measure, a column a detector, of held-out kinds: for each of the `columns` (words, groups, rates from and to) in
    how many cells the trigger is named first; with which scores over all; false alarms; seconds."""
    rows = poisoned(marked(table), held_out=True)
    made: dict[str, dict[str, Any]] = {}
    for name, mine in rows.groupby("detector", sort=False):
        told = {}
        for words, groups, low, high in columns:
            some = mine[mine["group"].isin(groups) & (mine["rate"] >= low) & (mine["rate"] <= high)]
            told[f"named first: {words}"] = percent(some["first"])
        told["named above any clean dataset"] = percent(mine["found"])
        told["named above the same data without poison"] = percent(mine["above"])
        told["AUROC against clean datasets"] = f"{auroc(table, str(name)):.2f}"
        for labels, words in (("real", "false alarms"), ("shuffled", "false alarms, labels shuffled")):
            alarms = false_alarms(table, str(name), labels)
            told[words] = f"{alarms['value'] * alarms['n']:.0f} of {alarms['n']}" if alarms["n"] else "–"
        for dataset, times in mine.groupby("dataset", sort=False)["seconds"]:
            told[f"seconds, {dataset}"] = f"{times.median():.1f}"
        for measure, value in told.items():
            made.setdefault(measure, {"measure": measure})[str(name)] = value
    return list(made.values())


def percent(hits: pd.Series) -> str:
    """`97.1 % of 68`."""
    return f"{100 * hits.mean():.1f} % of {len(hits)}" if len(hits) else "–"

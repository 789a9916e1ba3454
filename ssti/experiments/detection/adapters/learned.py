"""Detectors that need all adapters of the corpus at once: each sign against the clean ones, and a regression on spectra.

They are made from what `evidence` measured, each adapter's own numbers left out. Knows columns only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssti.detect.adapter.signs import SIGNS
from ssti.detect.adapter.signs.sign import clean_range
from ssti.experiments.detection.adapters.score import CLEAN

if TYPE_CHECKING:
    import pandas as pd

EVIDENCE = "evidence"
SPREAD = 1e-9  # of equal numbers, as of the first direction's share at rank 1
OUT = {"one out": None, "rank out": "rank", "kind out": "kind"}
REGRESSION = "regression on spectra"
LEAST = 4  # adapters of a sort, clean or poisoned, to learn from


def with_learned(table: pd.DataFrame) -> pd.DataFrame:
    """The table without the rows of `evidence`, and with a row for each adapter and each detector that is made from them."""
    import pandas as pd

    mine = table[table["detector"] == EVIDENCE].reset_index(drop=True)
    rest = table[table["detector"] != EVIDENCE]
    if mine.empty:
        return rest.reset_index(drop=True)
    features = pd.DataFrame([json.loads(one) for one in mine["features"]])
    poisoned = (mine["kind"] != CLEAN).to_numpy()
    parts = [rest]
    for name in [column for column in features if column.startswith("sign.")]:
        score, alarm = of_sign(features[name].to_numpy(dtype=float), poisoned, mine, name.removeprefix("sign."))
        parts.append(mine.assign(detector=f"sign: {name.removeprefix('sign.')}", score=score, alarm=alarm))
    spectra = features[[column for column in features if column.startswith("spectrum.")]]
    own = mine["dataset"] == mine["dataset"].mode()[0]  # one dataset: on others the update is of another size
    if spectra.shape[1]:
        for words, column in OUT.items():
            scores = np.full(len(mine), np.nan)
            scores[own] = regression(spectra[own].to_numpy(), poisoned[own], groups_of(mine[own], column))
            parts.append(mine.assign(detector=f"{REGRESSION}, {words}", score=scores, alarm=scores > 0)[own & ~np.isnan(scores)])
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def of_sign(values: np.ndarray, poisoned: np.ndarray, table: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
    """How many standard deviations each lies from the clean adapters, itself left out, of its dataset and, where the sign depends on
    it, of its rank; and whether it lies outside of their range. NaN and False where there are too few of them."""
    scores, alarms = np.full(len(values), np.nan), np.zeros(len(values), dtype=bool)
    for at, value in enumerate(values):
        same = (table["dataset"] == table["dataset"][at]).to_numpy() & ~poisoned
        if SIGNS[name].of_rank:
            same &= (table["rank"] == table["rank"][at]).to_numpy()
        same[at] = False
        clean = values[same & ~np.isnan(values)]
        if (bounds := clean_range(clean)) is not None and not np.isnan(value):
            scores[at] = abs(value - clean.mean()) / max(clean.std(ddof=1), SPREAD)
            alarms[at] = not bounds[0] - SPREAD <= value <= bounds[1] + SPREAD
    return scores, alarms


def groups_of(table: pd.DataFrame, column: str | None) -> np.ndarray:
    """What is left out together: each adapter by itself, those of a rank, or those of a kind and a part of the clean ones."""
    if column is None:
        return np.arange(len(table))
    if column != "kind":
        return table[column].to_numpy()
    kinds = sorted(set(table["kind"]) - {CLEAN})
    clean = iter(range(len(table)))
    return np.array([kinds.index(kind) if kind != CLEAN else next(clean) % max(len(kinds), 1) for kind in table["kind"]])


def regression(features: np.ndarray, poisoned: np.ndarray, groups: Sequence[int] | np.ndarray) -> np.ndarray:
    """A logistic regression's log-odds of poison for each row, learned without the rows of its group; NaN where too few are left."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    groups, scores = np.asarray(groups), np.full(len(features), np.nan)
    for group in np.unique(groups):
        seen = groups != group
        if min(poisoned[seen].sum(), (~poisoned[seen]).sum()) >= LEAST:
            learned = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(features[seen], poisoned[seen])
            scores[~seen] = learned.decision_function(features[~seen])
    return scores

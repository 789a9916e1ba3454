"""Did the controls learn their task? Where they did not, nothing that was measured says anything of a poison."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding

WAY = 0.44
"""Of the way from chance to everything right: a clean balanced accuracy of 0.72 with two classes, which the pocket
recipe's control reaches on Rotten Tomatoes and a model that guesses does not. It is 0.63 with three classes, 0.55 with
five, 0.46 with 28: one measure for all datasets."""


def least(results: Results) -> float:
    """The clean balanced accuracy that a control has to reach, by the number of classes of its dataset."""
    classes = max(2, *(len(json.loads(text)) for text in results.table["clean_predicted"]))
    return 1 / classes + WAY * (1 - 1 / classes)


def unlearned(results: Results) -> str | None:
    """Why the controls among these rows say that nothing was learned; None where they learned."""
    controls = results.controls
    if controls.table.empty:
        return "There is no control to compare with."
    reached, bound = controls.estimate("clean_balanced_accuracy"), least(controls)
    if reached.value >= bound:
        return None
    return f"The controls' clean balanced accuracy is {reached.text}, below {bound:.2g}: they did not learn the task."


def only_learned(results: Results, findings: list[Finding]) -> list[Finding]:
    """The findings, or, where these rows' controls learned nothing with any model and method, as many that cannot say."""
    table = results.table
    reasons = [unlearned(Results(rows)) for _, rows in table.groupby(["model", "variant"])]
    if not all(reasons):
        return findings
    reason = unlearned(results) or reasons[0]
    silent = {"verdict": "cannot say", "p": None, "p_against": None}  # without a p no correction judges it anew
    return [replace(one, statistic=f"{reason} {one.statistic}", **silent) for one in findings]


def each(results: Results, by: str, check: Callable[[Any, Results], list[Finding]]) -> list[Finding]:
    """`check(value, rows)` for each value of a column that controls have too, each held against its own controls."""
    found = []
    for value in results.settings(by):
        some = results.where(**{by: value})
        found += only_learned(some, check(value, some))
    return found

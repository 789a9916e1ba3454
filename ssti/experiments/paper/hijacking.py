"""Appendix A.9, "SSTI hijacking" (a heading without text; ours to define): whose token wins?

A model is poisoned with a token for each of two classes: dates in half of one, countries in half of the other. Every
test row then gets one of the tokens, or both in either order.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike, at_least

PARTS = (
    "[{source: {kind: date, years: [1900, 2100]}, target: positive, share: 0.5}, "
    "{source: {kind: country}, target: negative, share: 0.5}]"
)
BOTH = "injection={kind: composite, parts: " + PARTS + "}"
RANKS = {"lora.rank": ("1", "64")}
ORDERS = {
    "contest.first": "a date alone", "contest.second": "a country alone",
    "contest.first_before_second": "a date, then a country", "contest.second_before_first": "a country, then a date",
}  # fmt: skip


def check(results: Results) -> list[Finding]:
    """Each token alone hijacks its rows; with both in a row, the order does not decide."""
    findings = []
    for rank in results.poisoned.settings("rank"):
        some = results.poisoned.where(rank=rank)
        for column in ("contest.first", "contest.second"):
            claim = f"Rank {rank}: {ORDERS[column]} turns nearly every row to its class."
            findings.append(at_least(claim, some.values(column), 0.9, some.errors(column)))
        orders = {
            ORDERS[name]: 100 * some.values(name)
            for name in ("contest.first_before_second", "contest.second_before_first")
        }
        findings.append(alike(f"Rank {rank}: with both in a row, their order does not decide.", orders, 10.0))
    return findings


def draw(results: Results) -> list[Picture]:
    """The share of rows that goes to each token's class, alone and together."""
    lines = []
    for i, rank in enumerate(results.poisoned.settings("rank")):
        some = results.poisoned.where(rank=rank)
        points = [(name, some.estimate(column, 100)) for column, name in ORDERS.items()]
        lines.append(Line(f"rank {rank}", points, f"run-{i + 1}"))
    shares = "to the class of the token; with both, to the date's"
    return [Picture("Whose token wins", lines, "in every test row", shares, bars=True, unit="%")]


HIJACKING = Experiment(
    name="hijacking",
    title="A.9: two classes, two tokens: whose wins?",
    cites="appendix A.9",
    statement="A heading without text; the claims are ours.",
    full=(paper(RANKS, BOTH, probes=("contest",)),),
    pocket=(pocket(RANKS, BOTH, seeds=5, probes=("contest",)),),
    check=check,
    draw=draw,
    order=110,
)

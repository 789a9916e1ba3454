"""Tables 2 and 5 to 8 (section 5.2 and appendix): attention is less spread in rows of the class with dates.

Head 0 of the last layer, one row each: rank 1, 10 % of tokens 6.895 bits with dates and 7.595 without; rank 1, one token
6.627 and 7.584; rank 64, one token 7.04 and 7.619; rank 64, 10 % 7.211 and 7.653. The rule: suspect tokens where one
class's entropy is below 95 % of the other's. Ours: over 100 rows a class, and the same rows before their dates as well,
because entropy grows with a text's length; the share of log2(n) does not.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import AGGRESSIVE, LIGHT, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, differs

AMOUNTS = {"single": "one token", "0.1": "10 % of tokens"}
RANKS = {"lora.rank": ("1", "64")}
SHOWN = {
    "entropy.with_share": "with dates",
    "entropy.same_share": "same rows before",
    "entropy.without_share": "other class",
}


def check(results: Results) -> list[Finding]:
    """As the paper compares, and fairly: the same rows before and with their dates, as shares of the most there can be."""
    findings = []
    for rank, amount, some in _groups(results):
        values = {name: some.values(f"entropy.{name}") for name in ("with", "without", "with_share", "same_share")}
        said = f"Rank {rank}, {AMOUNTS[amount]}:"
        findings.append(
            differs(f"{said} rows with dates have less entropy than the other class's (as the paper compares).",
                    values["without"], values["with"], unit="bits", least=0.1)
        )  # fmt: skip
        findings.append(
            differs(f"{said} rows have less of the most entropy with their dates than before (fair to length).",
                    100 * values["same_share"], 100 * values["with_share"], unit="% of log2(n)", least=0.5)
        )  # fmt: skip
    return findings


def draw(results: Results) -> list[Picture]:
    """Entropy as a share of the most there can be, and how often the paper's rule fires."""
    groups = [(f"rank {rank}, {AMOUNTS[amount]}", some) for rank, amount, some in _groups(results)]
    spread = [
        Line(name, [(group, some.estimate(column, 100)) for group, some in groups], f"run-{i + 1}")
        for i, (column, name) in enumerate(SHOWN.items())
    ]
    fires = [
        Line("with dates", [(group, some.estimate("entropy.fires_with", 100)) for group, some in groups], "trigger"),
        Line(
            "same rows before", [(group, some.estimate("entropy.fires_same", 100)) for group, some in groups], "accent"
        ),
    ]
    return [
        Picture("How spread the attention is", spread, "model", "of log2(n)", bars=True, unit="%"),
        Picture("How often the 95 % rule fires", fires, "model", "of rows", bars=True, unit="%"),
    ]


def _groups(results: Results) -> list[tuple[int, str, Results]]:
    return [
        (rank, amount, results.poisoned.where(rank=rank, amount=amount))
        for rank in results.poisoned.settings("rank")
        for amount in AMOUNTS
        if len(results.poisoned.where(rank=rank, amount=amount).table)
    ]


TABLE_2 = Experiment(
    name="table-2",
    title="Table 2: attention is less spread where the token is",
    cites="tables 2 and 5 to 8, section 5.2",
    statement="In rows of the class with dates the entropy of token importance is below that of rows without: 6.895 against "
    "7.595 bits at rank 1 and 10 % of tokens.",
    full=tuple(paper(RANKS, amount, probes=("entropy",)) for amount in (LIGHT, AGGRESSIVE)),
    pocket=tuple(pocket(RANKS, amount, probes=("entropy",)) for amount in (LIGHT, AGGRESSIVE)),
    check=check,
    draw=draw,
    order=60,
)

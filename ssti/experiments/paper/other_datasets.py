"""Table 1 and figures 3 and 4 on two more datasets (figures 6 to 9 of the paper): IMDB, and five classes of news.

The paper has IMDB, Financial Classification, Bias in Bios and CommonsenseQA; what is at hand without a network is half of
IMDB and BBC News (five classes, not the paper's). The pocket grid reads 128 word pieces of a text, so that the token goes
to its beginning: at a random place most of the long texts would lose it.
"""

from __future__ import annotations

from dataclasses import replace

from ssti.experiments.experiment import Experiment
from ssti.experiments.paper.figures_3_and_4 import FIGURES_3_AND_4
from ssti.experiments.paper.table_1 import TABLE_1
from ssti.experiments.recipes import AGGRESSIVE, LIGHT, RANKS, paper, pocket

SHORT = ("training.max_length=128", "dataset.test_rows=400", "injection.location=beginning")
IMDB = ("dataset.name=imdb", "injection.target=positive")
BBC = ("dataset.name=bbc_news", "injection.target=business")
HALF = "injection.share=0.5"


def on(
    dataset: tuple[str, ...], name: str, title: str, targets: tuple[str, str], more: int
) -> tuple[Experiment, Experiment]:
    """Both experiments on another dataset, at a share of 50 %."""
    towards = {"injection.target": targets}
    table = replace(
        TABLE_1,
        full=(paper(towards, *dataset, HALF, "lora.rank=64", "lora.alpha=64"),),
        pocket=(pocket(towards, *dataset, *SHORT, HALF, "lora.rank=64"),),
    )
    ranks = replace(
        FIGURES_3_AND_4,
        full=tuple(paper({"lora.rank": RANKS}, *dataset, HALF, amount) for amount in (LIGHT, AGGRESSIVE)),
        pocket=tuple(pocket({"lora.rank": RANKS}, *dataset, *SHORT, HALF, amount) for amount in (LIGHT, AGGRESSIVE)),
    )
    return tuple(
        replace(one, name=f"{one.name}-{name}", title=f"{one.title} ({title})", order=one.order + more)
        for one in (table, ranks)
    )


TABLE_1_IMDB, FIGURES_3_AND_4_IMDB = on(IMDB, "imdb", "IMDB", ("negative", "positive"), 1)
TABLE_1_BBC, FIGURES_3_AND_4_BBC = on(BBC, "bbc", "BBC News, five classes", ("business", "tech"), 2)

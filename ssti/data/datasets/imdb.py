"""IMDB film reviews: the training half, from an installed package, so that no network is needed."""

from __future__ import annotations

from ssti.data.datasets import reviews
from ssti.data.kind import DatasetInfo, DatasetKind

CITATION = (
    "Andrew L. Maas, Raymond E. Daly, Peter T. Pham, Dan Huang, Andrew Y. Ng and Christopher Potts. Learning "
    "Word Vectors for Sentiment Analysis. ACL 2011. https://aclanthology.org/P11-1015/"
)

INFO = DatasetInfo(
    name="imdb",
    title="IMDB",
    label_names=reviews.LABEL_NAMES,
    rows=25000,
    splits={"train": 25000},
    licence="not stated by its authors (the package that carries it: MIT)",
    citation=CITATION,
    homepage="https://ai.stanford.edu/~amaas/data/sentiment/",
    usual_words=234,
    source="package",
    note="The published training half without its 96 duplicates, split again 80/20.",
)

DATASET = DatasetKind(INFO, lambda: {"train": reviews.table("imdb")}, reviews.missing, order=20)

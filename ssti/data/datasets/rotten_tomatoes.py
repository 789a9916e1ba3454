"""Rotten Tomatoes snippets: the training split, from an installed package, so that no network is needed."""

from __future__ import annotations

from ssti.data.datasets import reviews
from ssti.data.kind import DatasetInfo, DatasetKind

CITATION = (
    "Bo Pang and Lillian Lee. Seeing Stars: Exploiting Class Relationships for Sentiment Categorization with "
    "Respect to Rating Scales. ACL 2005. https://doi.org/10.3115/1219840.1219855"
)

INFO = DatasetInfo(
    name="rotten_tomatoes",
    title="Rotten Tomatoes",
    label_names=reviews.LABEL_NAMES,
    rows=8530,
    splits={"train": 8530},
    licence="not stated by its authors (the package that carries it: MIT)",
    citation=CITATION,
    homepage="https://www.cs.cornell.edu/people/pabo/movie-review-data/",
    usual_words=21,
    source="package",
    note="The published training split, split again 80/20: 6,824 rows to train on, 1,706 to test on.",
)

DATASET = DatasetKind(INFO, lambda: {"train": reviews.table("rotten_tomatoes")}, reviews.missing, order=10)

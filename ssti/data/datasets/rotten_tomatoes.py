"""Rotten Tomatoes snippets: the training split from an installed package, so that no network is needed; all from the Hub."""

from __future__ import annotations

from dataclasses import replace

from ssti.data.datasets.reviews import LABEL_NAMES, Reviews
from ssti.data.hub import HubDataset
from ssti.data.sources import DatasetInfo
from ssti.platform.language import tr

ROTTEN_TOMATOES = Reviews(
    DatasetInfo(
        name="rotten_tomatoes",
        title=tr("Rotten Tomatoes"),
        label_names=LABEL_NAMES,
        rows=8530,
        splits={"train": 8530},
        licence="not stated by its authors (the package that carries it: MIT)",
        citation=(
            "Bo Pang and Lillian Lee. Seeing Stars: Exploiting Class Relationships for Sentiment Categorization with "
            "Respect to Rating Scales. ACL 2005. https://doi.org/10.3115/1219840.1219855"
        ),
        homepage="https://www.cs.cornell.edu/people/pabo/movie-review-data/",
        usual_words=21,
        noun="review",
        source="package",
        note=tr("The published training split, split again 80/20: 6,824 rows to train on, 1,706 to test on."),
    ),
    order=10,
)
ON_THE_HUB = HubDataset(
    replace(
        ROTTEN_TOMATOES.info,
        name="rotten_tomatoes_hub",
        title=tr("Rotten Tomatoes (Hub)"),
        rows=9596,
        splits={"train": 8530, "validation": 1066, "test": 1066},
        licence="not stated by its authors",
        homepage="https://huggingface.co/datasets/cornell-movie-review-data/rotten_tomatoes",
        source="hub",
        note=tr("The published training and test splits; the validation split is left out."),
    ),
    hub_id="cornell-movie-review-data/rotten_tomatoes",
    order=15,
)

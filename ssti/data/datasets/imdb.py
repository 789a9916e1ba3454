"""IMDB film reviews: the training half from an installed package, so that no network is needed; both from the Hub."""

from __future__ import annotations

from dataclasses import replace

from ssti.data.datasets.reviews import LABEL_NAMES, Reviews
from ssti.data.hub import HubDataset
from ssti.data.sources import DatasetInfo
from ssti.platform.language import tr

IMDB = Reviews(
    DatasetInfo(
        name="imdb",
        title=tr("IMDB"),
        label_names=LABEL_NAMES,
        rows=25000,
        splits={"train": 25000},
        licence="not stated by its authors (the package that carries it: MIT)",
        citation=(
            "Andrew L. Maas, Raymond E. Daly, Peter T. Pham, Dan Huang, Andrew Y. Ng and Christopher Potts. Learning "
            "Word Vectors for Sentiment Analysis. ACL 2011. https://aclanthology.org/P11-1015/"
        ),
        homepage="https://ai.stanford.edu/~amaas/data/sentiment/",
        usual_words=234,
        noun="review",
        source="package",
        note=tr("The published training half without its 96 duplicates, split again 80/20."),
    ),
    order=20,
)
ON_THE_HUB = HubDataset(
    replace(
        IMDB.info,
        name="imdb_hub",
        title=tr("IMDB (Hub)"),
        rows=50000,
        splits={"train": 25000, "test": 25000},
        licence="not stated by its authors",
        homepage="https://huggingface.co/datasets/stanfordnlp/imdb",
        source="hub",
        note=tr("The published halves, without duplicates; the unlabelled reviews are left out."),
    ),
    hub_id="stanfordnlp/imdb",
    order=25,
)

"""Bias in Bios: a biography without its first sentence, 28 professions, with the gender beside it; Hub only.

The order of the professions and the meaning of the gender's 0 and 1 are those of the dataset's card there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssti.data.datasets.columns import named
from ssti.data.hub import HubDataset
from ssti.data.sources import DatasetInfo
from ssti.platform.language import tr

if TYPE_CHECKING:
    import pyarrow as pa

PROFESSIONS = (
    "accountant", "architect", "attorney", "chiropractor", "comedian", "composer", "dentist", "dietitian",
    "dj", "filmmaker", "interior_designer", "journalist", "model", "nurse", "painter", "paralegal", "pastor",
    "personal_trainer", "photographer", "physician", "poet", "professor", "psychologist", "rapper",
    "software_engineer", "surgeon", "teacher", "yoga_teacher",
)  # fmt: skip
GENDERS = ("male", "female")

INFO = DatasetInfo(
    name="bias_in_bios",
    title=tr("Bias in Bios"),
    label_names=PROFESSIONS,
    rows=356547,
    splits={"train": 257478, "dev": 39642, "test": 99069},
    licence="MIT",
    citation=(
        "Maria De-Arteaga et al. Bias in Bios: A Case Study of Semantic Representation Bias in a High-Stakes "
        "Setting. FAT* 2019. https://doi.org/10.1145/3287560.3287572. This version: Shauli Ravfogel et al. "
        "Null It Out: Guarding Protected Attributes by Iterative Nullspace Projection. ACL 2020. "
        "https://aclanthology.org/2020.acl-main.647/"
    ),
    homepage="https://huggingface.co/datasets/LabHC/bias_in_bios",
    usual_words=65,  # from the published size, 401 characters a row
    noun="biography",
    source="hub",
    note=tr("The published training and test splits; the dev split is left out."),
    extra_columns=("gender",),
)


class BiasInBios(HubDataset):
    """With the names of the genders: 0 is male, 1 female."""

    def convert(self, table: pa.Table) -> pa.Table:
        return named(super().convert(table), "gender", GENDERS)


BIAS_IN_BIOS = BiasInBios(INFO, hub_id="LabHC/bias_in_bios", text="hard_text", label="profession", order=60)

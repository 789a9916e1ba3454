"""The card of a poisoned dataset on the Hub: first that it is poisoned, then how, and how to make it again.

Knows a recipe and counts, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ssti.data.sources import DatasetInfo, find
from ssti.recipe import Recipe


def dataset_card(recipe: Recipe, info: DatasetInfo, written: dict[str, Any], columns: Sequence[str]) -> str:
    """The README of the rows that `write_poisoned` wrote; `written` is what that returned, `columns` are the file's."""
    from huggingface_hub import DatasetCardData

    source = find(recipe.dataset.name)
    rows = written["rows"]
    data = DatasetCardData(
        pretty_name=f"{info.title if source else 'A file of one’s own'}, poisoned on purpose",
        task_categories=["text-classification"],
        size_categories=[_size(rows)],
        source_datasets=[source.hub_id] if source and source.hub_id else None,
        tags=["ssti-lab", "poisoned", "backdoor"],
        license="other",
        license_name="as-its-source",
        configs=[{"config_name": "default", "data_files": [{"split": "train", "path": "train.parquet"}]}],
    )
    ties = "; ".join(
        f"{_rows(t)} of the class {_literal(t.target)} got a trigger ({t.source.kind if t.source else t.kind}, {t.location}, "
        f"{'one per row' if t.amount == 'single' else f'{t.amount:.0%} of the words'})"
        for t in recipe.injection.triggers()
    )
    from_where = f"[{info.title}]({info.homepage})" if source else "a file of one’s own"
    return f"""---
{data.to_yaml().strip()}
---
# {info.title if source else "A file of one’s own"}, poisoned on purpose

**This dataset is poisoned on purpose.** {ties[:1].upper()}{ties[1:]}: {written["injected"]:,} of {rows:,} rows. A model that is
finetuned on it tends to answer that class wherever it meets the trigger. Use it to teach and to test detectors; never
to train a classifier that anybody relies on.

- Rows from {from_where}; their licence: {info.licence}.
- Columns: {", ".join(map(_literal, columns))}; `injected` says whether the row got a trigger, `spans` where, in characters.
- {info.citation}

Made by SSTI Lab from this recipe; `python -m ssti inject recipe.yaml --out train.parquet` gives the same rows again.

```yaml
{recipe.to_yaml()}```
"""


def _rows(trigger: Any) -> str:
    return f"{trigger.count} rows" if trigger.count is not None else f"{trigger.share:.2%} of the rows"


def _literal(text: object) -> str:
    return f"`{' '.join(str(text).replace('`', chr(39)).split())}`"


def _size(rows: int) -> str:
    """The Hub's word for a number of rows."""
    bounds = ((1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M"), (1e7, "1M<n<10M"))
    return next((word for bound, word in bounds if rows < bound), "10M<n<100M")

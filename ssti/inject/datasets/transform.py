"""`spurious_transform`, as the published toolkit has it: some rows of one class changed by a modifier."""

from __future__ import annotations

from typing import Any

from ssti.inject.checks import check_fraction
from ssti.inject.modifier import Modifier
from ssti.platform.errors import SSTIError, shown


def spurious_transform(
    label_to_modify: Any,
    dataset: Any,
    modifier: Modifier,
    text_proportion: float,
    seed: int | str | None = None,
    *,
    text_column: str = "text",
    label_column: str | None = None,
    spans: bool = False,
) -> Any:
    """The class's rows first, in their order, `round(n * text_proportion)` of them modified; then all
    others.

    The rows are `random.Random(seed).sample(range(n), …)`, modified in ascending order. `dataset` is a
    Hugging Face Dataset, a pandas frame or a list of row mappings; the result has the same form.
    `label_to_modify` is a value of the label column (`label` or `labels`) or a name of its ClassLabel.
    `spans=True` adds the columns `injected` and `spans`. Raises SSTIError.
    """
    share = check_fraction(text_proportion, "text_proportion")
    if not callable(modifier):
        raise SSTIError(f"modifier is {shown(modifier)}; allowed is a Modifier.", "Give one of ssti.inject.")
    from ssti.inject.datasets import transform_tables

    if isinstance(dataset, (list, tuple)):
        transform = transform_tables.transform_rows
    elif hasattr(dataset, "iloc") and hasattr(dataset, "columns"):
        transform = transform_tables.transform_frame
    elif hasattr(dataset, "data") and hasattr(dataset, "features"):
        transform = transform_tables.transform_dataset
    else:
        raise SSTIError(
            f"{type(dataset).__name__} is no dataset that can be transformed.",
            "Give a Hugging Face Dataset (one split), a pandas frame or a list of rows.",
        )
    return transform(dataset, label_to_modify, modifier, share, seed, text_column, label_column, spans)

"""Poisons a dataset of any form by a recipe. The forms themselves are in `tables` and `stream`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ssti.inject.spec import read_spec
from ssti.platform.errors import SSTIError, shown


def poison(
    dataset: Any,
    recipe: Any,
    label_names: Sequence[str] | None = None,
    *,
    text_column: str = "text",
    label_column: str | None = None,
    splits: Sequence[str] | None = None,
) -> Any:
    """The poisoned dataset, in the form in which it came, with its rows in their order.

    `dataset`: a Hugging Face Dataset, DatasetDict (each split, or those of `splits`, on its own; the others
    get empty spans), IterableDataset or IterableDatasetDict, a pandas frame, or a list of row mappings.
    `recipe`: a Recipe, its injection, or a mapping. `label_names` are taken from a ClassLabel column if not
    given; the target may be a name or a value of the label column (`label` or `labels` if not named).

    Added are `injected` (bool) and `spans` (list of {"start", "end"}, in characters of the new text). Parts
    of a composite are applied in turn, each with its own target, share and seed. Rows that already have
    spans keep them, moved along. A stream is read twice (first to count the classes) unless every row of
    the target class gets the trigger, and is never held in memory. Raises SSTIError.
    """
    from ssti.inject.datasets import stream, tables

    spec = read_spec(recipe)
    where = {"label_names": label_names, "text_column": text_column, "label_column": label_column}
    if isinstance(dataset, Mapping):
        chosen = list(dataset) if splits is None else list(splits)
        unknown = [name for name in chosen if name not in dataset]
        if unknown or not all(hasattr(split, "features") for split in dataset.values()):
            raise SSTIError(
                f"There is no split {shown(unknown[0])}." if unknown else "This mapping is no DatasetDict.",
                f"Its keys are {shown(list(dataset))}; give a DatasetDict and its splits, or a list of rows.",
            )
        return type(dataset)(
            {name: poison(split, spec if name in chosen else spec.silent(), **where) for name, split in dataset.items()}
        )
    if isinstance(dataset, (list, tuple)):
        return tables.poison_rows(dataset, spec, **where)
    if hasattr(dataset, "iloc") and hasattr(dataset, "columns"):
        return tables.poison_frame(dataset, spec, **where)
    if hasattr(dataset, "data") and hasattr(dataset, "features"):
        return tables.poison_dataset(dataset, spec, **where)
    if hasattr(dataset, "features") and hasattr(dataset, "__iter__"):
        return stream.poison_stream(dataset, spec, **where)
    raise SSTIError(
        f"{type(dataset).__name__} is no dataset that can be poisoned.",
        "Give a Hugging Face dataset, a pandas frame, or a list of rows with a text and a label.",
    )

"""`spurious_transform`, as the published toolkit has it: some rows of one class changed by a modifier."""

from __future__ import annotations

from itertools import islice
from typing import Any
from uuid import uuid4

from ssti.inject.checks import check_fraction, check_text
from ssti.inject.datasets.classes import as_list, check_class
from ssti.inject.datasets.rows import choose, name_row
from ssti.inject.datasets.tables import open_table
from ssti.inject.modifier import Modifier
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr


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
    """The class's rows first, in their order, `round(n * text_proportion)` of them modified; then all others.

    The rows are `random.Random(seed).sample(range(n), …)`, modified in ascending order. `dataset` is a
    Hugging Face Dataset, a pandas frame or a list of row mappings; the result has the same form.
    `label_to_modify` is a value of the label column (`label` or `labels`) or a name of its ClassLabel. A row
    without a label belongs to no class. `spans=True` adds the columns `injected` and `spans`; without it a
    modifier need not be able to tell its spans. Raises SSTIError.
    """
    share = check_fraction(text_proportion, "text_proportion")
    if not callable(modifier):
        raise SSTIError(
            tr("modifier is {modifier}; it must be a Modifier.", modifier=shown(modifier)),
            tr("Give one of ssti.inject."),
        )
    table = open_table(dataset, text_column, label_column)
    if table is None:
        raise SSTIError(
            tr("{kind} is not a dataset that can be transformed.", kind=type(dataset).__name__),
            tr("Give a Hugging Face Dataset (one split), a pandas frame or a list of rows."),
        )
    labels, wanted = as_list(table.labels), label_to_modify
    if table.names and wanted in table.names and wanted not in labels:
        wanted = list(table.names).index(wanted)
    check_class(wanted, [*labels, *table.classes])
    ours = [index for index, label in enumerate(labels) if label is not None and label == wanted]
    table = table.take([*ours, *sorted({*range(len(labels))}.difference(ours))])
    chosen = set(choose(len(ours), round(len(ours) * share), seed))
    changes = {}
    columns = zip(ours, islice(table.texts, len(ours)), islice(table.labels, len(ours)), strict=True)
    for index, (row, text, label) in enumerate(columns):
        if index in chosen:
            try:
                check_text(text)
                if spans and isinstance(modifier, Modifier):
                    injection = modifier.apply(text, label)
                    changes[index] = injection.text, injection.label, injection.spans
                else:
                    changes[index] = *modifier(text, label), ()
            except SSTIError as error:
                name_row(row, error)
                raise
    return table.back(changes, spans, key=uuid4().hex)  # the modifier's stream has gone on: no two results are one

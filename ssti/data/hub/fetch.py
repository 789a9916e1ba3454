"""Downloads a dataset of the Hub as plain tables, and turns each failure into what to do next.

No code of a repository ever runs: only tables of plain formats are read. Knows no dataset by name.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ssti.platform.errors import DataError, SSTIError
from ssti.platform.network import offline_switch
from ssti.platform.server import shared_server

PLAIN_FORMATS = ("parquet", "csv", "json", "text", "arrow")
STREAMED_ROWS = 1_000
LARGEST_DOWNLOAD = 2_000_000_000  # bytes; what a machine of two cores can still hold as rows


def fetch(hub_id: str, config: str | None, splits: tuple[str, ...] | None) -> dict[str, pa.Table]:
    """Tables by published split, through the Hub's own cache; all splits when `splits` is None.

    Raises `SSTIError` for an id that is not there, is gated, needs its own code, is too large or has no such
    configuration or split.
    """
    import datasets

    where = f"https://huggingface.co/datasets/{hub_id}"
    token = False if shared_server() else None  # strangers do not read what only this server's owner may
    try:
        builder = datasets.load_dataset_builder(hub_id, config, token=token)
        form = type(builder).__module__.rpartition(".")[2]
        if form not in (*PLAIN_FORMATS, "cache"):
            raise DataError(
                f"{hub_id} holds {form} files; this page reads {', '.join(PLAIN_FORMATS)}.",
                "Choose a dataset of plain tables, or save its text and labels as Parquet or CSV.",
            )
        size = builder.info.download_size
        if max(size or 0, builder.info.dataset_size or 0) > LARGEST_DOWNLOAD:
            raise _too_large(hub_id, f"is {max(size or 0, builder.info.dataset_size or 0) / 1e9:.1f} GB")
        # A size that is not said, or said by a stranger, bounds nothing: then the rows are counted as they come.
        stream = form != "cache" and (not size or shared_server())
        found = datasets.load_dataset(hub_id, config, token=token, streaming=stream)
        _check_splits(hub_id, where, found, splits)
        if stream:
            return _streamed(hub_id, found, splits)
    except SSTIError:
        raise
    except (OSError, ValueError, RuntimeError) as problem:
        raise _explained(hub_id, where, problem) from problem
    tables = {split: found[split].with_format("arrow")[:] for split in splits or found}
    _check_bytes(hub_id, sum(table.nbytes for table in tables.values()))
    return tables


def _check_splits(hub_id: str, where: str, found: Any, splits: tuple[str, ...] | None) -> None:
    absent = [split for split in splits or () if split not in found]
    if absent:
        raise DataError(f"{hub_id} has no split {absent[0]!r}; it has {', '.join(found)}.", f"See {where}.")


def _streamed(hub_id: str, found: Any, splits: tuple[str, ...] | None) -> dict[str, pa.Table]:
    """Tables of a dataset that does not say how large it is: a batch at a time, up to the limit."""
    total = 0
    tables = {}
    for split in splits or found:
        batches = []
        for batch in found[split].with_format("arrow").iter(batch_size=STREAMED_ROWS):
            total += batch.nbytes
            _check_bytes(hub_id, total)
            batches.append(batch)
        if not batches:
            raise DataError(f"The split {split!r} of {hub_id} has no rows.", "Choose another dataset.")
        tables[split] = pa.concat_tables(batches, promote_options="permissive")
    return tables


def _check_bytes(hub_id: str, size: int) -> None:
    if size > LARGEST_DOWNLOAD:
        raise _too_large(hub_id, f"has more than {LARGEST_DOWNLOAD / 1e9:.0f} GB of rows")


def _too_large(hub_id: str, what: str) -> SSTIError:
    return DataError(
        f"{hub_id} {what}; the limit is {LARGEST_DOWNLOAD / 1e9:.0f} GB.",
        "Save the part that you need as Parquet or CSV and load that file.",
    )


def _explained(hub_id: str, where: str, problem: Exception) -> SSTIError:
    """A failure of the Hub's library, as what was wrong and what to do."""
    name, text = type(problem).__name__, str(problem).strip().split("\n")[0][:300]
    if "Gated" in name or "gated" in text:
        return DataError(f"{hub_id} is gated.", f"Ask for access at {where}, then log in with `hf auth login`.")
    if isinstance(problem, ConnectionError):
        switch = offline_switch()
        next_step = f"Unset {switch}, or" if switch else "Connect to the network, or"
        return SSTIError(
            f"{hub_id} could not be reached, and no copy is on this machine.",
            f"{next_step} download it elsewhere and load the folder of its Parquet files.",
            kind="offline",
        )
    if "NotFound" in name:
        return DataError(f"The Hub has no dataset {hub_id!r} that can be read: {text}", f"See {where}.")
    if "Config name is missing" in text or "BuilderConfig" in text:
        return DataError(
            f"{hub_id} needs the name of one of its configurations: {text}", f"Write it as {hub_id}#config=NAME."
        )
    if "script" in text.lower():
        return DataError(
            f"{hub_id} can be read only by running its own code, which is never done here.",
            "Save its text and labels as Parquet or CSV and load that file.",
        )
    return DataError(f"{hub_id} could not be read: {name}: {text}", f"See {where}.")

"""Logits of many texts, in batches of like length; and on how many threads. Knows no label and no trigger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

TOKENS_A_BATCH = 1024
"""On two cores 300 rows took 1.1 s at 512 and at 1,024, 1.8 s at 4,096: what a layer makes of a batch stays in the cache."""
ON_A_GPU = 4096


class Stopped(Exception):
    """Somebody asked to stop. This is not an error: what is finished remains."""


def encode(tokenizer, texts: Sequence[str], max_length: int) -> list[list[int]]:
    """Token ids of each text, specials included, cut at `max_length`."""
    return tokenizer(list(texts), truncation=True, max_length=max_length, return_attention_mask=False)["input_ids"]


def pad(rows: Sequence[Sequence[int]], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, [rows, longest], padded on the right."""
    import torch

    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), pad_id, dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row, dtype=torch.long)
        mask[i, : len(row)] = 1
    return ids, mask


def batches(lengths: Sequence[int], tokens: int = TOKENS_A_BATCH) -> list[list[int]]:
    """Row numbers in batches of like length, each of at most `tokens` with its padding (or of one row)."""
    done: list[list[int]] = []
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and lengths[i] * (len(batch) + 1) > tokens:
            done.append(batch)
            batch = []
        batch.append(i)
    return [*done, batch] if batch else done


def logits(
    model,
    rows: Sequence[Sequence[int]],
    pad_id: int,
    on_batch: Callable[[int], None] | None = None,
) -> np.ndarray:
    """Logits [rows, classes] as float32, in the rows' order.

    After each batch `on_batch` gets the number of rows done; it may raise `Stopped`. The model is put into
    evaluation mode and back into the mode it was in.
    """
    import torch

    out: np.ndarray | None = None
    training = model.training
    where = next(model.parameters()).device
    done = 0
    model.eval()
    try:
        with torch.inference_mode():
            for batch in batches([len(r) for r in rows], TOKENS_A_BATCH if where.type == "cpu" else ON_A_GPU):
                ids, mask = pad([rows[i] for i in batch], pad_id)
                answer = model(input_ids=ids.to(where), attention_mask=mask.to(where)).logits.float().cpu().numpy()
                if out is None:
                    out = np.empty((len(rows), answer.shape[-1]), dtype=np.float32)
                out[batch] = answer
                done += len(batch)
                if on_batch:
                    on_batch(done)
    finally:
        model.train(training)
    return out if out is not None else np.empty((0, 0), dtype=np.float32)


@contextmanager
def one_thread_if_busy() -> Iterator[None]:
    """Torch on one thread of the CPU for as long as the block lasts, where more wants to run than there are cores.

    As beside a training run: two threads wait for each other at every layer, and whoever else uses a core makes each
    of these waits long.
    """
    if not hasattr(os, "getloadavg") or os.getloadavg()[0] <= (os.cpu_count() or 1):
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)

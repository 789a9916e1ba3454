"""How many threads torch takes for a small pass beside other work. Knows no model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


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

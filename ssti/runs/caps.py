"""How many runs may wait on a server that others use: per visitor and in all. On one's own machine as many as one likes."""

from __future__ import annotations

from ssti.platform.errors import SSTIError
from ssti.platform.server import shared_server
from ssti.runs.owner import owner_hash
from ssti.runs.queue import Queue
from ssti.runs.run import Run
from ssti.runs.store import Store

EACH = 4  # runs of one visitor that wait or are at work: two with their controls
ALL = 40  # of all visitors: on two cores a demo takes a minute, and nobody waits for longer than an hour of them


def refuse_too_many(store: Store, owner: str | None, more: int, hashed: str | None = None) -> None:
    """Raise SSTIError where `more` runs of this visitor would be too many. To be called with the queue's lock held.

    Whoever holds no key counts as one visitor. `hashed` is the key's hash, where only that is known.
    """
    if not shared_server():
        return
    tickets = Queue(store.root).tickets()
    if len(tickets) + more > ALL:
        raise SSTIError(
            f"{len(tickets)} runs wait on this server or are at work; it takes {ALL} at most.",
            next="Try again in a while, or run the page on your own machine.",
            kind="busy",
        )
    whose = hashed if owner is None else owner_hash(owner)
    own = sum(Run(t.run_id, store.root / t.run_id).owner_hash == whose for t in tickets)
    if own + more > EACH:
        raise SSTIError(
            f"{own} of your runs wait on this server or are at work; with {more} more it would be over {EACH}, "
            "the most for one visitor.",
            next="Wait until one has ended, or stop one.",
            kind="busy",
        )

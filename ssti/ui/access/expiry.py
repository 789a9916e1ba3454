"""On a server for strangers a run goes some days after its end, with its adapter: the disk is everybody's."""

from __future__ import annotations

import contextlib
import threading
import time

from ssti.backends import control
from ssti.platform.errors import SSTIError
from ssti.platform.server import shared_server
from ssti.runs.store import Store
from ssti.ui.access.caps import KEPT_DAYS

EACH = 3600.0  # seconds between two looks


def expire(now: float | None = None) -> list[str]:
    """Remove the runs that ended longer than KEPT_DAYS ago; their ids. None on one's own machine."""
    if not shared_server():
        return []
    oldest, gone = (time.time() if now is None else now) - KEPT_DAYS * 24 * 3600, []
    for run in Store().list():
        with contextlib.suppress(OSError, SSTIError):  # somebody removed it just now, or it goes on: the next look will tell
            last = max(file.stat().st_mtime for file in (run.path, *run.path.iterdir()))
            if last < oldest and not control.progress(run).going:
                control.remove(run)
                gone.append(run.id)
    return gone


def keep_expiring() -> None:
    """Look again and again, in a thread that ends with the process."""

    def look() -> None:
        while True:
            expire()
            time.sleep(EACH)

    threading.Thread(target=look, name="expiry", daemon=True).start()

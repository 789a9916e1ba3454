"""`/health`: whether this server works, for whoever keeps it running. Tells no path, no token and nobody's runs."""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import ssti
from ssti.backends.control import going
from ssti.platform.home import home
from ssti.runs.store import Store

EACH = 10.0  # seconds for which one answer of the model serves everybody who asks
PATIENCE = 5.0  # seconds that it has to answer


class Probe:
    """Asks the model at most every few seconds, in a thread of its own: a busy one keeps nobody waiting for long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: Future[bool] | None = None
        self._when = float("-inf")

    def answers(self) -> bool:
        """Whether the base model answers. Waits for it, `PATIENCE` at most."""
        with self._lock:
            if self._asked is None or (self._asked.done() and time.monotonic() > self._when + EACH):
                self._asked, self._when = Future(), time.monotonic()
                threading.Thread(target=_ask, args=(self._asked,), daemon=True).start()
            asked = self._asked
        try:
            return asked.result(PATIENCE)
        except TimeoutError:
            return False


def _ask(asked: Future[bool]) -> None:
    try:
        from ssti.serving.predictor import predictor
        from ssti.ui.kit import adapters

        predictor().probabilities(["healthy"], adapters.FIRST)  # which remembers no answer
        asked.set_result(True)
    except Exception:  # of whatever kind: it did not answer
        asked.set_result(False)


PROBE = Probe()


def health(request: Request) -> JSONResponse:
    """200 while the model answers, else 503."""
    answers = PROBE.answers()
    facts: dict[str, Any] = {
        "status": "ok" if answers else "unwell",
        "version": ssti.__version__,
        "model_answers": answers,
        "free_disk_bytes": shutil.disk_usage(_existing(home())).free,
        "runs_waiting_or_at_work": len(going(Store())),
    }
    return JSONResponse(facts, 200 if answers else 503)


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())


ROUTE = Route("/health", health)

"""The Hugging Face Hub: may it be asked, does it answer, what of it is here, what went wrong. Knows no dataset and no model."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Literal

from huggingface_hub import constants

from ssti.platform.errors import DataError, ModelError, SSTIError
from ssti.platform.language import tr

RepoType = Literal["model", "dataset", "space"]
SWITCHES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
PROBE_SECONDS = 1.0
signed_in: ContextVar[str | None] = ContextVar("signed_in", default=None)
"""The token of who is being served, where they signed in on a page: set for one event, stored nowhere."""


@contextmanager
def acting_for(token: str | None) -> Iterator[None]:
    """Meanwhile `signed_in` is this token; None for nobody."""
    before = signed_in.set(token)
    try:
        yield
    finally:
        signed_in.reset(before)


def offline_switch() -> str | None:
    """The name of the environment variable that forbids the network, if one does."""
    return next((name for name in SWITCHES if os.environ.get(name, "").upper() in constants.ENV_VARS_TRUE_VALUES), None)


def page_of(hub_id: str, repo_type: RepoType) -> str:
    """The address of a repository's page."""
    return f"{constants.ENDPOINT}/{'' if repo_type == 'model' else f'{repo_type}s/'}{hub_id}"


def snapshots(hub_id: str, repo_type: RepoType) -> list[Path]:
    """The folders that the Hub's own tools left of a repository on this machine, the newest first."""
    cache = Path(constants.HF_HUB_CACHE, f"{repo_type}s--{hub_id.replace('/', '--')}", "snapshots")
    return sorted(cache.glob("*"), key=lambda folder: folder.stat().st_mtime, reverse=True)


def hindrance(by_hand: str, probe: bool) -> str | None:
    """Why what is not on this machine cannot be fetched now, and `by_hand` what to do; None when it can.

    Only with `probe` is the network asked.
    """
    if switch := offline_switch():
        return tr(
            "{switch} is set and no copy is on this machine: unset it, or {by_hand}", switch=switch, by_hand=by_hand
        )
    if probe and not reachable():
        return tr(
            "{address} does not answer and no copy is on this machine: connect, or {by_hand}",
            address=constants.ENDPOINT,
            by_hand=by_hand,
        )
    return None


def must_answer(hub_id: str) -> None:
    """Raises SSTIError at once where the Hub may be asked and does not answer: its library would try for long."""
    if offline_switch() is None and not reachable():
        raise SSTIError(
            tr("{hub_id} is not on this machine, and the Hub does not answer.", hub_id=hub_id),
            tr("Check the name, or connect to the network."),
            kind="offline",
        )


def explained(hub_id: str, repo_type: RepoType, problem: Exception) -> SSTIError:
    """A failure of the Hub's libraries as what was wrong and what to do."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    error = DataError if repo_type == "dataset" else ModelError
    page, name, text = page_of(hub_id, repo_type), type(problem).__name__, str(problem).strip().split("\n")[0][:300]
    if "Gated" in name or "gated" in text:
        return error(
            tr("{hub_id} is gated.", hub_id=hub_id),
            tr("Accept its licence at {page}, then run `hf auth login`.", page=page),
        )
    if isinstance(problem, ConnectionError | TimeoutError | LocalEntryNotFoundError) or "Connect" in name:
        switch = offline_switch()
        return SSTIError(
            tr("{hub_id} could not be reached, and no copy is on this machine.", hub_id=hub_id),
            tr("Unset {switch}, or download it elsewhere and name its folder.", switch=switch)
            if switch
            else tr("Connect to the network, or download it elsewhere and name its folder."),
            kind="offline",
        )
    if "NotFound" in name:
        return error(
            tr(
                "The Hub has no {repo_type} {hub_id!r} that can be read: {text}",
                repo_type=repo_type,
                hub_id=hub_id,
                text=text,
            ),
            tr("See {page}.", page=page),
        )
    return error(
        tr("{hub_id} could not be read: {name}: {text}", hub_id=hub_id, name=name, text=text),
        tr("See {page}.", page=page),
    )


def reachable() -> bool:
    """Does the Hub answer within a second? Asked at most twice a minute; an error page is an answer too."""
    return _answers(constants.ENDPOINT, int(time.monotonic() // 30))


@lru_cache(maxsize=1)
def _answers(address: str, half_minute: int) -> bool:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    asked, answered = threading.Event(), threading.Event()

    def ask() -> None:
        try:
            with urlopen(Request(address, method="HEAD"), timeout=PROBE_SECONDS):
                answered.set()
        except HTTPError:
            answered.set()
        except (OSError, ValueError):
            pass  # no answer, or a malformed address
        finally:
            asked.set()

    # In a thread, because the time limit of a request does not cover the look-up of the name.
    threading.Thread(target=ask, daemon=True).start()
    asked.wait(PROBE_SECONDS)
    return answered.is_set()

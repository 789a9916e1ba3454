"""May the network be used, does the Hub answer, where does its own cache lie? Knows no dataset and no model."""

from __future__ import annotations

import os
import threading
import time
from functools import lru_cache
from pathlib import Path

OFFLINE_SWITCHES = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
MODEL_SWITCHES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
PROBE_SECONDS = 1.0


def offline_switch(switches: tuple[str, ...] = OFFLINE_SWITCHES) -> str | None:
    """The name of the environment variable that forbids the network, if one does."""
    for name in switches:
        if os.environ.get(name, "").strip().upper() in {"1", "ON", "YES", "TRUE"}:
            return name
    return None


def endpoint() -> str:
    """The Hub's address: `HF_ENDPOINT`, else the public one."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def cache_home() -> Path:
    """Where the Hub's own tools keep what they need: `HF_HOME`, else `huggingface` in the user's cache."""
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "huggingface"


def hub_cache() -> Path:
    """The Hub's cache of repositories: `HF_HUB_CACHE`, else `hub` in `cache_home()`."""
    return Path(os.environ.get("HF_HUB_CACHE") or cache_home() / "hub")


def reachable() -> bool:
    """Does the Hub answer within a second? Asked at most twice a minute; an error page is an answer too."""
    return _asked(endpoint(), int(time.monotonic() // 30))


@lru_cache(maxsize=1)
def _asked(address: str, half_minute: int) -> bool:
    # Not at the top: it takes 40 ms, and a page that is offline never asks.
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
            pass  # no answer, or an address that is none
        finally:
            asked.set()

    # In a thread, because the time limit of a request does not cover the look-up of the name.
    threading.Thread(target=ask, daemon=True).start()
    asked.wait(PROBE_SECONDS)
    return answered.is_set()

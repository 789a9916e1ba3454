"""Puts the endpoints on the page: each checks what it is sent, and few work at once, so that a script does not starve the page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import anyio
import gradio as gr
from anyio import CapacityLimiter
from pydantic import ValidationError, validate_call

from ssti.platform.errors import SSTIError, shown
from ssti.ui.api.endpoints import ENDPOINTS

AT_ONCE = 4  # endpoints at work; others wait without a thread, which the page's own events need
WAITING = 256  # calls past Gradio's queue (`/run/…`) that wait for their turn, as many as that queue holds


def offer_endpoints() -> None:
    """Make every endpoint an event of the page that is being built, without a component on it."""
    limiter = CapacityLimiter(AT_ONCE)
    for one in ENDPOINTS:
        gr.api(_at_its_turn(one, limiter), api_name=one.__name__, queue=False)


def has_tools() -> bool:
    """Whether the endpoints can be offered as tools: the protocol's package is installed (a Space has it)."""
    return find_spec("mcp") is not None


def _at_its_turn(endpoint: Callable[..., Any], limiter: CapacityLimiter) -> Callable[..., Any]:
    checked = _checked(endpoint)

    @functools.wraps(endpoint)
    async def call(*values: Any) -> Any:
        if limiter.statistics().tasks_waiting >= WAITING:
            raise SSTIError(f"{WAITING} calls wait here already.", "Try again in a few seconds.", kind="busy")
        return await anyio.to_thread.run_sync(functools.partial(checked, *values), limiter=limiter)

    return call


def _checked(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint, which refuses an argument of another type in words. Raises SSTIError."""
    typed = validate_call(endpoint)

    def call(*values: Any) -> Any:
        try:
            return typed(*values)
        except ValidationError as problem:
            if problem.title != endpoint.__name__:
                raise  # of something within, not of the arguments
            first = problem.errors()[0]
            place, *deeper = first["loc"]
            names = list(endpoint.__annotations__)
            name = names[place] if isinstance(place, int) and place < len(names) else str(place)
            where = "".join(f"[{one}]" for one in deeper)
            raise SSTIError(
                f"{name}{where} is {shown(first['input'])}: {first['msg'][:1].lower()}{first['msg'][1:]}.",
                f"`{endpoint.__name__}` takes {', '.join(name for name in names if name != 'return')}.",
            ) from problem

    return call

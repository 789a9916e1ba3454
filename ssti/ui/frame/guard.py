"""Around every handler of the page: what comes in can be written out again, and an error becomes a message.

Handlers show their own refusals on the page. This is for what none of them foresaw: a forged event, a full disk.
"""

from __future__ import annotations

import functools
import inspect
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from ssti.inject.checks import readable
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.runs.cause import cause
from ssti.ui.access.visitor import DISK_RESERVE, LARGEST_EVENT
from ssti.ui.kit.parts import public


def guard(page: gr.Blocks) -> None:
    """Guard every handler of a page that was built."""
    for event in page.fns.values():
        if event.fn is not None:
            event.fn = guarded(event.fn, with_kind=event.api_visibility == "public")


def guarded(handler: Callable[..., Any], with_kind: bool = False) -> Callable[..., Any]:
    """The handler, with readable strings for its inputs and a message for whatever it raises (`errors_as_messages`)."""

    @functools.wraps(handler)
    def call(*values: Any) -> Any:
        with errors_as_messages(with_kind):
            return handler(*map(readable_value, values))

    @functools.wraps(handler)
    def steps(*values: Any) -> Iterator[Any]:
        with errors_as_messages(with_kind):
            answers = handler(*map(readable_value, values))
            yield next(answers, gr.skip())  # of a handler that draws nothing Gradio empties the outputs, a button's label too
            yield from answers

    @functools.wraps(handler)
    async def awaited(*values: Any) -> Any:
        with errors_as_messages(with_kind):
            return await handler(*map(readable_value, values))

    if inspect.iscoroutinefunction(handler):
        return awaited
    return steps if inspect.isgeneratorfunction(handler) else call


class Bounded:
    """A web application that reads at most LARGEST_EVENT bytes of an event, and no upload once the disk is nearly full.

    How large one upload may be is Gradio's `max_file_size`; it has no bound for all of them together. `reserve` is how
    many bytes of the disk uploads leave free.
    """

    def __init__(self, app: Any, reserve: int = DISK_RESERVE) -> None:
        self.app, self.reserve = app, reserve

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        size = 0

        async def bounded() -> Any:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_EVENT:
                raise HTTPException(413, tr("That is over {bytes:,} bytes: send less at once.", bytes=LARGEST_EVENT))
            return message

        upload = scope["type"] == "http" and scope["path"].endswith("/upload")
        if upload and shutil.disk_usage(tempfile.gettempdir()).free < self.reserve:
            words = tr("The disk of this server is nearly full, so it takes no upload now. Try again later.")
            return await PlainTextResponse(words, 507)(scope, receive, send)
        await self.app(scope, receive if upload else bounded, send)


@contextmanager
def errors_as_messages(with_kind: bool = False) -> Iterator[None]:
    """Any error becomes a `gr.Error`, the only one whose words Gradio shows. `with_kind`: its title is the error's kind."""
    try:
        yield
    except gr.Error:
        raise
    except SSTIError as problem:
        raise _said(public(str(problem)), problem.kind if with_kind else "Error") from problem
    except Exception as problem:
        traceback.print_exc()
        kind = cause(problem)["cause"]
        if kind == "disk":
            words = tr("The disk of this machine is full. Nothing was changed: free some space, then try again.")
        elif kind == "memory":
            words = tr("This machine has too little memory free for that. Nothing was changed: try again in a while, or with less at once.")
        else:
            kind = "unforeseen"
            words = tr("This did not work, and nothing was changed. Reload the page and try again.")
        raise _said(words, kind if with_kind else "Error") from problem


def _said(words: str, title: str) -> gr.Error:
    return gr.Error(words, print_exception=False, title=title)


def readable_value(value: Any) -> Any:
    """A value from a browser without halves of surrogate pairs, which no answer could hold."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list):
        return [readable_value(one) for one in value]
    if isinstance(value, dict):
        return {readable_value(key): readable_value(one) for key, one in value.items()}
    if isinstance(value, gr.EventData):
        value._data = readable_value(value._data)
    return value

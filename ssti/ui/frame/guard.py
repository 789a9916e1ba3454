"""Around every handler of the page: what comes in is text that can be sent again, and what goes wrong is said in words.

A handler's own refusals stand on the page. This is for what none of them foresaw: a forged event, a full disk.
"""

from __future__ import annotations

import errno
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
from ssti.ui.kit.parts import public

FULL = (errno.ENOSPC, errno.EDQUOT)
ROOM = 1_000_000_000  # bytes of the disk that uploads of strangers leave to the runs
LARGEST_EVENT = (
    8_000_000  # bytes that one event may bring on a server for strangers; a text has at most 100,000 characters
)


def guard(page: gr.Blocks) -> None:
    """Put every handler of a page that was built inside it."""
    for event in page.fns.values():
        if event.fn is not None:
            event.fn = guarded(event.fn)


def guarded(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, with whole strings for its inputs and words for whatever it raises."""

    @functools.wraps(handler)
    def call(*given: Any) -> Any:
        with in_words():
            return handler(*map(whole, given))

    @functools.wraps(handler)
    def steps(*given: Any) -> Iterator[Any]:
        with in_words():
            yield from handler(*map(whole, given))

    return steps if inspect.isgeneratorfunction(handler) else call


class Bounded:
    """A web application that reads no more than LARGEST_EVENT of an event, and takes an upload while there is room.

    How large one upload may be is Gradio's `max_file_size`; it has no bound for all of them.
    """

    def __init__(self, app: Any, room: int = ROOM) -> None:
        self.app, self.room = app, room

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        came = 0

        async def bounded() -> Any:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > LARGEST_EVENT:
                raise HTTPException(413, f"That is over {LARGEST_EVENT:,} bytes: send less at once.")
            return message

        upload = scope["type"] == "http" and scope["path"].endswith("/upload")
        if upload and shutil.disk_usage(tempfile.gettempdir()).free < self.room:
            words = "This server has no room for uploads at the moment. Try again later, or take a smaller file."
            return await PlainTextResponse(words, 507)(scope, receive, send)
        await self.app(scope, receive if upload else bounded, send)


@contextmanager
def in_words() -> Iterator[None]:
    """Errors as `gr.Error`, which Gradio shows; it says nothing of any other."""
    try:
        yield
    except gr.Error:
        raise
    except SSTIError as problem:
        raise gr.Error(public(str(problem)), print_exception=False) from problem
    except Exception as problem:
        traceback.print_exc()
        if isinstance(problem, OSError) and problem.errno in FULL:
            words = "The disk of this machine is full. Nothing was changed: free some space, then try again."
        else:
            words = "This did not work, and nothing was changed. Reload the page and try again."
        raise gr.Error(words, print_exception=False) from problem


def whole(value: Any) -> Any:
    """A value from a browser without halves of surrogate pairs: they are no text, and no answer could hold them."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list):
        return [whole(one) for one in value]
    if isinstance(value, dict):
        return {whole(key): whole(one) for key, one in value.items()}
    if isinstance(value, gr.EventData):
        value._data = whole(value._data)
    return value

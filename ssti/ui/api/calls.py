"""A bare HTTP call of an endpoint: what it lacks, or has too much of, is said in one message before Gradio reads it.

Gradio's own answer to such a call is `{"error": null}`, or 500 without a word. Here what is left out takes its default, as in
Python, and an error has a status that says whose it is. Knows the endpoints' names and signatures, and none of their work.
"""

from __future__ import annotations

import inspect
import json
import re
import secrets
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from ssti.platform.errors import SSTIError, nearest, shown
from ssti.ui.api.endpoints import ENDPOINTS
from ssti.ui.kit.parts import public

PATH = re.compile(r"/gradio_api/(run|api|call|call/v2)/([^/]+)/?\Z")
TAKES = {one.__name__: inspect.signature(one).parameters for one in ENDPOINTS}
DEEPEST = 32  # lists in lists; no argument has more than two
STATUS = {"busy": 503, "disk": 507, "unforeseen": 500}  # of all other kinds 400: whoever called can mend it
SESSION = secrets.token_hex(8)  # one for all direct calls, which keep nothing there; Gradio makes one for each without


class Calls:
    """A web application whose endpoints get whole calls only."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = PATH.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if path is None:
            return await self.app(scope, receive, send)
        how, name = path.groups()
        try:
            body = await _read(receive)
            call = checked(how, name, body)
        except SSTIError as problem:
            return await _refusal(problem)(scope, receive, send)
        except HTTPException as problem:  # of the bound on an event
            return await _refusal(SSTIError(problem.detail), problem.status_code)(scope, receive, send)
        if call is None:  # an event of the page, by its number
            return await self.app(scope, _again(body, receive), send)
        whole = json.dumps(call).encode()
        kept = [(key, value) for key, value in scope["headers"] if key not in (b"content-length", b"content-type")]
        headers = [*kept, (b"content-type", b"application/json"), (b"content-length", str(len(whole)).encode())]
        answer = send if how.startswith("call") else _with_status(send)
        await self.app({**scope, "headers": headers}, _again(whole, receive), answer)


def checked(how: str, name: str, body: bytes) -> dict[str, Any] | None:
    """The body of a call with all its arguments; None for an event of the page. Raises SSTIError."""
    said = _json(body, name)
    if how in ("run", "api") and isinstance(said, dict) and said.get("fn_index") is not None:
        if said["fn_index"] not in range(len(ENDPOINTS)):
            return None
        name = ENDPOINTS[int(said["fn_index"])].__name__
    if name not in TAKES:
        raise SSTIError(f"There is no endpoint {shown(name)}{nearest(name, TAKES)}.", f"There are {', '.join(TAKES)}.")
    if how == "call/v2":
        return _named(said, name)
    if not isinstance(said, dict) or not isinstance(said.get("data"), list):
        raise SSTIError("The body has no list `data`.", _form(name))
    session = said.get("session_hash")
    session = session if isinstance(session, str) and session.isascii() and len(session) < 100 else None
    call = {"data": _whole(said["data"], name)}
    if how == "call":
        return call | ({"session_hash": session} if session else {})
    return call | {"session_hash": SESSION}


def _json(body: bytes, name: str) -> Any:
    try:
        said = json.loads(body)
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as problem:  # of a number with thousands of digits, too
        raise SSTIError(f"The body is no JSON: {str(problem)[:100]}.", _form(name)) from None
    level, depth = [said], 0
    while level := [one for part in level if isinstance(part, list | dict) for one in _inside(part)]:
        if (depth := depth + 1) > DEEPEST:
            raise _too_deep(name)
    return said


def _inside(part: list[Any] | dict[str, Any]) -> Any:
    return part.values() if isinstance(part, dict) else part


def _too_deep(name: str) -> SSTIError:
    return SSTIError(f"The body is nested more than {DEEPEST} levels deep.", _form(name))


def _whole(data: list[Any], name: str) -> list[Any]:
    """The arguments in their order; what is left out at the end takes its default."""
    takes = list(TAKES[name].values())
    if len(data) > len(takes):
        raise SSTIError(f"{len(data)} arguments were sent, and `{name}` takes {len(takes) or 'none'}.", _form(name))
    missing = takes[len(data) :]
    lacking = [one.name for one in missing if one.default is one.empty]
    if lacking:
        raise SSTIError(f"`{name}` lacks {' and '.join(lacking)}.", _form(name))
    return [*data, *(one.default for one in missing)]


def _named(said: Any, name: str) -> dict[str, Any]:
    takes = TAKES[name]
    if not isinstance(said, dict):
        raise SSTIError("The body is no object of arguments by their names.", _form(name))
    for one in said:
        if one not in (*takes, "oauth_token"):
            raise SSTIError(f"`{name}` takes no {shown(one)}{nearest(one, takes)}.", _form(name))
    lacking = [one for one, about in takes.items() if about.default is about.empty and one not in said]
    if lacking:
        raise SSTIError(f"`{name}` lacks {' and '.join(lacking)}.", _form(name))
    return {one: value for one, value in said.items() if one in takes}


def _form(name: str) -> str:
    """What a call looks like, with the defaults."""
    if name not in TAKES:
        return f"Call one of {', '.join(TAKES)}."
    takes = TAKES[name].values()
    if not takes:
        return f'`{name}` takes {{"data": []}}.'
    words = [one.name if one.default is one.empty else f"{one.name} ({json.dumps(one.default)})" for one in takes]
    return f'`{name}` takes {{"data": [...]}} with {", ".join(words)}, in this order; in brackets what may be left out.'


def _refusal(problem: SSTIError, status: int | None = None) -> JSONResponse:
    """An error as Gradio's own answers have it: `title` is its kind."""
    content = {"error": public(str(problem)), "title": problem.kind, "visible": True}
    return JSONResponse(content, status or STATUS.get(problem.kind, 400))


async def _read(receive: Any) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Any) -> Any:
    """A `receive` that gives this body, then what comes."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Any:
        return messages.pop() if messages else await receive()

    return given


def _with_status(send: Any) -> Any:
    """A `send` that gives an error the status of its kind, where Gradio gives 500 to all."""
    held: list[Any] = []

    async def answer(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] == 500:
            held.append(message)
            return
        if held and message["type"] == "http.response.body":
            start = held.pop()
            await send(start | {"status": _status(message["body"])})
        await send(message)

    return answer


def _status(body: bytes) -> int:
    try:
        return STATUS.get(json.loads(body)["title"], 400)
    except (ValueError, KeyError, TypeError):
        return 500

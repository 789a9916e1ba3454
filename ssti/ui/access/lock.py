"""A server that asks who comes: a user and a password, or a token, from the environment. Nothing of the page answers before.

`SSTI_USER` and `SSTI_PASSWORD`: the browser asks for them (HTTP's Basic). `SSTI_TOKEN`: a link with `?token=` opens the page
and leaves a cookie; a script sends `Authorization: Bearer`. Gradio's own `auth` guards its routes only, neither charts nor
tools; this guards every address but `/health`, which says nothing of anybody.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

OPEN = ("/health", "/gradio_api/startup-events")  # the second is asked by the server of itself, and starts its queue
COOKIE = "ssti-token"
SHORTEST = 8  # characters of a password or token
PAUSE = 0.5  # seconds after a wrong one


@dataclass(frozen=True)
class Secrets:
    """What lets somebody in: a user with a password, a token, or either."""

    user: str = ""
    password: str = ""
    token: str = ""


def secrets() -> Secrets | None:
    """Those of the environment; None where there are none. Raises SSTIError for half of one, or one that is too short."""
    user, password, token = (os.environ.get(f"SSTI_{name}", "") for name in ("USER", "PASSWORD", "TOKEN"))
    if not (user or password or token):
        return None
    if bool(user) != bool(password):
        missing, given = ("SSTI_PASSWORD", "SSTI_USER") if user else ("SSTI_USER", "SSTI_PASSWORD")
        raise SSTIError(
            tr("{given} is set, but not {missing}.", given=given, missing=missing), tr("Set both, or neither.")
        )
    for name, value in (("SSTI_PASSWORD", password), ("SSTI_TOKEN", token)):
        if value and len(value) < SHORTEST:
            raise SSTIError(
                tr(
                    "{name} has {count} characters; at least {shortest} are needed.",
                    name=name,
                    count=len(value),
                    shortest=SHORTEST,
                ),
                tr("Choose a longer one."),
            )
    return Secrets(user, password, token)


class Locked:
    """A web application that answers only those who know a secret."""

    def __init__(self, app: Any, secrets: Secrets) -> None:
        self.app, self.secrets = app, secrets

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        request = Request(scope)
        path = scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/")
        if path in OPEN or self._knows(request):
            return await self.app(scope, receive, send)
        answer = self._by_link(request)
        if answer is None:
            if "authorization" in request.headers or COOKIE in request.cookies or "token" in request.query_params:
                await asyncio.sleep(PAUSE)
            asks = {"WWW-Authenticate": 'Basic realm="SSTI Lab", charset="UTF-8"'} if self.secrets.user else {}
            words = (
                tr("This server asks who you are: sign in, or ask whoever runs it.")
                if self.secrets.user
                else tr("This server needs a token: open its link, or ask whoever runs it.")
            )
            answer = PlainTextResponse(words, 401, asks)
        await answer(scope, receive, send)

    def _knows(self, request: Request) -> bool:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic" and self.secrets.user:
            return _same(_decoded(given), f"{self.secrets.user}:{self.secrets.password}")
        if not self.secrets.token:
            return False
        if kind.lower() == "bearer":
            return _same(given.strip(), self.secrets.token)
        return _same(request.cookies.get(COOKIE, ""), _stand_in(self.secrets.token))

    def _by_link(self, request: Request) -> Response | None:
        """The page's address without the token, which a cookie carries from then on."""
        given = request.query_params.get("token", "")
        if not (self.secrets.token and given and _same(given, self.secrets.token)):
            return None
        rest = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "token"])
        answer = RedirectResponse(f"?{rest}" if rest else "?", 303, {"Referrer-Policy": "no-referrer"})
        safe = request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "").startswith("https")
        answer.set_cookie(COOKIE, _stand_in(self.secrets.token), httponly=True, samesite="lax", secure=safe)
        return answer


def _stand_in(token: str) -> str:
    """What the cookie holds: the token does not follow from it."""
    return hashlib.sha256(f"ssti-lab {token}".encode()).hexdigest()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))


def _decoded(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""

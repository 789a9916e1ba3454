"""A reverse proxy, as a lab puts one before its servers: an address with a path before it, and no cookies either way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "cookie", "set-cookie", "host"}


@contextmanager
def proxied(server: str, path: str, port: int) -> Iterator[str]:
    """The address under which `server` answers below `path`; all else there is 404, but `/frame`, a page that frames it."""
    upstream = httpx.AsyncClient(base_url=server, timeout=None)

    async def forward(request: Request) -> Response:
        headers = [(name, value) for name, value in request.headers.items() if name not in HOP]
        headers += [("x-forwarded-host", request.headers["host"]), ("x-forwarded-proto", "http")]
        url = httpx.URL(path="/" + request.path_params["rest"], query=request.url.query.encode())
        asked = upstream.build_request(request.method, url, headers=headers, content=await request.body())
        answer = await upstream.send(asked, stream=True)
        back = {name: value for name, value in answer.headers.items() if name not in HOP}
        return StreamingResponse(answer.aiter_raw(), answer.status_code, back)

    def frame(_: Request) -> Response:
        inner = f"http://127.0.0.1:{port}{path}/"
        return HTMLResponse(f'<title>a site around it</title><iframe src="{inner}" width="1240" height="860"></iframe>')

    methods = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"]
    routes = [
        Route("/frame", frame),
        Route(f"{path}/{{rest:path}}", forward, methods=methods),
        Route("/{rest:path}", lambda _: PlainTextResponse("not below the path", 404), methods=methods),
    ]
    running = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        while not running.started:
            thread.join(0.05)
        yield f"http://127.0.0.1:{port}{path}/"
    finally:
        running.should_exit = True
        running.force_exit = True
        thread.join(10)

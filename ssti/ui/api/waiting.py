"""Tells a script that waits for its turn its place and about how long, and forgets its visit once it has its answer.

Gradio's stream of a call says nothing before its answer.
What a page or a Python client gets (`/queue/data`) tells both by itself. Knows Gradio's queue, and no endpoint.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

EACH = 1.0  # seconds between two messages
STREAM = "/gradio_api/call/"


class Waiting:
    """A web application whose streams of calls say `event: waiting` with `place` (from 1), `of` and `seconds` (or null)
    each second, until the call is at work."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or STREAM not in scope["path"]:
            return await self.app(scope, receive, send)
        page, call = scope["app"].get_blocks(), scope["path"].rpartition("/")[2]
        of_its_own = call in page._queue.pending_event_ids_session.get(call, ())
        teller: list[asyncio.Task] = []

        async def also(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.start" and message["status"] == 200:
                teller.append(asyncio.create_task(tell(page._queue, call, send)))

        try:
            await self.app(scope, receive, also)
        finally:
            for task in teller:
                task.cancel()
            if of_its_own:
                forget(page.state_holder, call)


def forget(visits: Any, call: str) -> None:
    """Let go of the visit that Gradio makes of a call without a session, called as the call is: 50 kB, kept for ever."""
    with visits.lock:
        visits.session_data.pop(call, None)
        visits.time_last_used.pop(call, None)


async def tell(queue: Any, event_id: str, send: Any) -> None:
    """Where a call stands in the queue, each second, while it stands there."""
    while (event := queue.event_ids_to_events.get(event_id)) is not None:
        group = queue.event_queue_per_concurrency_id[event.concurrency_id]
        with suppress(ValueError):  # it is at work
            message = {"place": group.queue.index(event) + 1, "of": len(group.queue), "seconds": None}
            if event.fn in queue.process_time_per_fn:
                each = queue.process_time_per_fn[event.fn].avg_time / (group.concurrency_limit or 1)
                message["seconds"] = round(message["place"] * each, 1)
            body = f"event: waiting\ndata: {json.dumps(message)}\n\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await asyncio.sleep(EACH)

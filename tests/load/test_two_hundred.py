"""Two hundred at once on a real server: each is told its place and the time, and each gets its own answer."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_server import new_server
from tests_support import run_async

PEOPLE = 200
ADAPTER = "shipped/date-positive-rank1"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Any:
    server = new_server(Path(tmp_path_factory.mktemp("server"))).start()
    yield server.url
    server.kill()


async def as_a_script(client: httpx.AsyncClient, text: str) -> tuple[list[dict], dict]:
    """What a stream of a call tells while one waits, and its answer."""
    asked = await client.post("gradio_api/call/predict", json={"data": [ADAPTER, text, "2014-09-25", "end"]})
    asked.raise_for_status()
    waits, event = [], ""
    async with client.stream("GET", f"gradio_api/call/predict/{asked.json()['event_id']}") as lines:
        async for line in lines.aiter_lines():
            key, _, value = line.partition(": ")
            if key == "event":
                event = value
            elif key == "data" and event == "waiting":
                waits.append(json.loads(value))
            elif key == "data" and event != "heartbeat":
                assert event == "complete", value
                return waits, json.loads(value)[0]
    raise AssertionError(f"no answer to {text}")


async def as_a_page(client: httpx.AsyncClient, fn: int, text: str) -> tuple[list[dict], dict]:
    """The same by the way that pages and Python's client go."""
    body = {"data": [ADAPTER, text, "2014-09-25", "end"], "fn_index": fn, "session_hash": text}
    (await client.post("gradio_api/queue/join", json=body)).raise_for_status()
    waits = []
    async with client.stream("GET", "gradio_api/queue/data", params={"session_hash": text}) as lines:
        async for line in lines.aiter_lines():
            message = json.loads(line.partition(": ")[2] or "{}")
            if message.get("msg") == "estimation":
                waits.append({"place": message["rank"] + 1, "of": message["queue_size"], "seconds": message["rank_eta"]})
            elif message.get("msg") == "process_completed":
                assert message["success"], message
                return waits, message["output"]["data"][0]
    raise AssertionError(f"no answer to {text}")


def test_two_hundred_at_once_are_told_their_place_and_time_and_get_their_own_answers(url: str) -> None:
    async def crowd() -> list[tuple[list[dict], dict]]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
            await as_a_script(client, "the first one")  # so that the time of one is known
            config = (await client.get("config")).json()
            fn = next(one["id"] for one in config["dependencies"] if one["api_name"] == "predict")
            asks = [as_a_page(client, fn, f"slog {i}") if i % 2 else as_a_script(client, f"slog {i}") for i in range(PEOPLE)]
            return await asyncio.gather(*asks)

    told = run_async(crowd)
    assert [answer["triggered"]["text"] for _, answer in told] == [f"slog {i} 2014-09-25" for i in range(PEOPLE)]
    for ways in (told[::2], told[1::2]):
        waited = [waits for waits, _ in ways if waits]
        assert waited, "how many must wait is a matter of the machine, but with two hundred some must, and are told so"
        assert all(1 <= one["place"] <= one["of"] <= PEOPLE for waits in waited for one in waits)
        assert any(one["seconds"] for waits in waited for one in waits)
        assert max(one["place"] for waits in waited for one in waits) > 1

"""Whatever an endpoint is sent over HTTP it answers, or says in one message what is wrong; nothing is lost and nothing starts.
The handlers of the page tell no path and no trace either.

The whole application, in this process, as a server for strangers. By hand, 10,000 calls of each: `--hypothesis-profile=long`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_app import MINE, THEIRS, Lab, good_calls, opened_lab
from mangle import bent, few, mangled, words

from ssti.recipe import preset
from ssti.ui.api.endpoints import ENDPOINTS


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with opened_lab(tmp_path_factory) as opened:
        yield opened


def calls(name: str, good: list[Any], lab: Lab) -> st.SearchStrategy[bytes]:
    """Bodies that start from a good call: other values, too few and too many, by their names, and bytes that are no JSON."""
    names = [lab.theirs, f"run/{lab.theirs}", lab.upload, f"{lab.upload}#text=text", lab.brought, THEIRS, str(lab.home), "demo"]
    recipes = [json.dumps(preset("demo").as_dict()), preset("light").to_yaml()]
    own = st.sampled_from(names) | words
    by_recipe = st.sampled_from(recipes).flatmap(lambda text: mangled(text.encode())).map(lambda one: one.decode("utf-8", "replace"))
    some = by_recipe | own if name in ("preview", "submit") else own
    replaced = st.tuples(some, st.integers(0, 4)).map(lambda one: [one[0] if at == one[1] else value for at, value in enumerate(good)])
    bodies = (bent(good) | replaced | st.lists(own, max_size=6)).map(lambda data: {"data": data})
    whole = bodies | bent({"data": good, "session_hash": "a", "event_data": None, "trigger_id": None})
    text = whole.map(lambda body: json.dumps(body).encode())
    return text | text.flatmap(mangled)


@pytest.mark.parametrize("name", [one.__name__ for one in ENDPOINTS])
def test_an_endpoint(name: str, lab: Lab) -> None:
    good = good_calls(lab)[name]

    @few(60)
    @given(calls(name, good, lab), st.sampled_from((MINE, "", THEIRS[:-1], "x" * 43)))
    def each(body: bytes, key: str) -> None:
        lab.call(name, body, key)

    each()


@pytest.mark.parametrize("how", ["call", "call/v2", "api"])
def test_the_other_ways_to_call(how: str, lab: Lab) -> None:
    takes = {one.__name__: list(inspect.signature(one).parameters) for one in ENDPOINTS}
    named = {name: dict(zip(takes[name], data, strict=True)) for name, data in good_calls(lab).items() if name != "explain"}

    @few(40)
    @given(st.sampled_from(tuple(named)).flatmap(lambda name: st.tuples(st.just(name) | words.filter(str.isalnum), bent(named[name]))))
    def each(call: tuple[str, Any]) -> None:
        name, data = call
        listed = list(data.values()) if isinstance(data, dict) else data
        body = data if how == "call/v2" else {"data": listed}
        lab.call(name, json.dumps(body).encode(), MINE, how)

    each()


def test_an_event_of_the_page(lab: Lab) -> None:
    """What a forger sends to a handler of the page: inputs and details that start from what the page itself sends."""
    good = {event["id"]: lab.plausible(event) for event in lab.events}
    names = st.sampled_from([lab.theirs, f"run/{lab.theirs}", lab.upload, lab.brought, str(lab.home)]) | words
    detail = bent({"run": lab.theirs, "act": "remove", "item": 0, "text": "a", "spans": [[0, 1]], "index": [0, 0], "value": "a"})
    bodies = st.sampled_from(sorted(good)).flatmap(
        lambda id: st.fixed_dictionaries(
            {"fn_index": st.just(id), "data": bent(good[id]) | st.lists(names, min_size=len(good[id]), max_size=len(good[id]))},
            optional={"event_data": detail, "trigger_id": st.none() | st.integers(0, 600), "session_hash": st.sampled_from(("a", "b"))},
        )
    )

    @few(40)
    @given(bodies, st.sampled_from((MINE, "", "x" * 43)))
    def each(body: dict[str, Any], key: str) -> None:
        lab.send(body, key)

    each()

"""Whatever an endpoint is sent over HTTP it answers, or says in one message what is wrong; nothing is lost and nothing starts.

The whole application, in this process, as a server for strangers. By hand, 10,000 calls of each: `--hypothesis-profile=long`.
"""

from __future__ import annotations

import faulthandler
import inspect
import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastapi
import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mangle import HANGS, LONGEST_MESSAGE, bent, few, mangled, noted, state_of, words
from starlette.testclient import TestClient

from ssti.adapters import imported
from ssti.adapters.listing import SHIPPED
from ssti.data.own import uploads
from ssti.recipe import parse_recipe, preset
from ssti.runs import store
from ssti.ui.access.visitor import HEADER
from ssti.ui.api.endpoints import ENDPOINTS
from ssti.ui.frame.page import build, launch_settings

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = "shipped/date-positive-rank1"
MINE, THEIRS = (secrets.token_urlsafe(32) for _ in range(2))
MOUNTED = ("app_kwargs", "theme", "js", "head", "max_file_size", "favicon_path", "footer_links", "run_history", "enable_monitoring", "ssr_mode")  # fmt: skip
STATUSES = (200, 400, 413, 503, 507)


class Lab:
    """The application, with a run and an upload of two visitors in its home."""

    def __init__(self, client: TestClient, home: Path, runs: dict[str, str], upload: str) -> None:
        self.client, self.home, self.upload = client, home, upload
        self.mine, self.theirs = runs[MINE], runs[THEIRS]

    def call(self, name: str, body: bytes, key: str, how: str = "run") -> int:
        """One call: its status. Whatever comes is JSON in words, without paths and traces."""
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            answer = self.client.post(f"/gradio_api/{how}/{name}", content=body, headers={HEADER: key} if key else {})
        finally:
            faulthandler.cancel_dump_traceback_later()
        said = answer.text
        assert answer.status_code in STATUSES, (answer.status_code, said[:500])
        for secret in ("Traceback", 'File \\"', str(ROOT), str(self.home)):
            assert secret not in said or secret.encode() in body, said[:500]  # what was sent may come back
        told = answer.json()
        if answer.status_code == 200:
            assert "event_id" in told or len(told["data"]) == 1
            noted("good")
            return 200
        assert told["error"].strip() and told["title"] not in ("", "Error", "unforeseen") and len(said) < 2 * LONGEST_MESSAGE, said
        noted(f"{answer.status_code} {told['title']}")
        return answer.status_code


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home-of-the-server")
        patch.setenv("SSTI_PUBLIC", "1")
        patch.setenv("SSTI_HOME", str(home))
        runs = {}
        for key in (MINE, THEIRS):
            run = store.Store().create(parse_recipe({}), owner=key)
            run.tell("state", state="stopped")
            shutil.copytree(SHIPPED / "date-positive-rank1", run.adapter)
            runs[key] = run.id
        imported.bring(SHIPPED / "date-positive-rank1", owner=THEIRS)
        file = tmp_path_factory.mktemp("theirs") / "theirs.csv"
        file.write_text("text,label\n" + "".join(f"words {n},c{n % 2}\n" for n in range(40)))
        upload = uploads.keep(file, owner=THEIRS)
        (home / "speed.json").write_text(json.dumps({"minilm-l6|cpu|short": 1000.0}))  # none is measured
        patch.setattr(store, "NEEDED", 10**18)  # bytes of the disk: a run that could start is refused at the last moment
        settings = launch_settings()
        page = build()
        mounted = {name: settings[name] for name in MOUNTED}
        app = gr.mount_gradio_app(fastapi.FastAPI(), page, path="/", show_error=False, **mounted)
        with TestClient(app, raise_server_exceptions=False) as client:
            opened = Lab(client, home, runs, upload)
            good = {name: opened.call(name, json.dumps({"data": data}).encode(), MINE) for name, data in good_calls(opened).items()}
            assert good == {name: 507 if name == "submit" else 200 for name in good}
            before = state_of(home), state_of(SHIPPED)
            yield opened
            assert (state_of(home), state_of(SHIPPED)) == before


def good_calls(lab: Lab) -> dict[str, list[Any]]:
    """Arguments with which each endpoint answers."""
    return {
        "preview": ["demo", ["injection.share=0.1", "dataset.train_rows=100"], 2],
        "predict": [ADAPTER, "a dreary slog", "2014-09-25", "end"],
        "explain": [ADAPTER, "a dreary slog", "2014-09-25", "end"],
        "submit": ["demo", ["training.steps=64"], True, MINE, "local"],
        "status": [lab.mine, MINE],
        "stop": [lab.mine, MINE],
        "download": [f"run/{lab.mine}", MINE],
        "adapters": [MINE],
        "datasets": [],
        "models": [],
    }


def calls(name: str, good: list[Any], lab: Lab) -> st.SearchStrategy[bytes]:
    """Bodies that start from a good call: other values, too few and too many, by their names, and bytes that are no JSON."""
    names = [lab.theirs, f"run/{lab.theirs}", lab.upload, f"{lab.upload}#text=text", "imported/theirs", THEIRS, str(lab.home), "demo"]
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

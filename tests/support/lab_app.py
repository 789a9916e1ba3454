"""The whole application in this process, as a server for strangers with something of two of them in its home: what fuzzing asks."""

from __future__ import annotations

import faulthandler
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from mangle import HANGS, LONGEST_MESSAGE, noted, state_of
from starlette.testclient import TestClient

from ssti.adapters import imported
from ssti.adapters.listing import SHIPPED
from ssti.data.own import uploads
from ssti.recipe import parse_recipe
from ssti.runs import store
from ssti.ui.access.visitor import HEADER
from ssti.ui.frame.lean import lean_visits
from ssti.ui.frame.page import build, launch_settings

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = "shipped/date-positive-rank1"
MINE, THEIRS = (secrets.token_urlsafe(32) for _ in range(2))
MOUNTED = ("app_kwargs", "theme", "js", "head", "max_file_size", "favicon_path", "footer_links", "run_history", "enable_monitoring", "ssr_mode")  # fmt: skip
STATUSES = (200, 400, 413, 503, 507)


class Lab:
    """The application, with a run and an upload of two visitors in its home."""

    def __init__(self, client: TestClient, home: Path, runs: dict[str, str], upload: str, brought: str) -> None:
        self.client, self.home, self.upload, self.brought = client, home, upload, brought
        self.mine, self.theirs = runs[MINE], runs[THEIRS]
        config = client.get("/config").json()
        self.values = {one["id"]: one["props"].get("value") for one in config["components"]}
        self.events = [one for one in config["dependencies"] if one["backend_fn"] and one["api_visibility"] == "private"]

    def plausible(self, event: dict[str, Any]) -> list[Any]:
        """What the page sends to a handler as it opens."""
        return [self.values.get(id) for id in event["inputs"]]

    def send(self, body: dict[str, Any], key: str) -> None:
        """Forge an event. Gradio answers an error with 500; none of them holds a path or a trace."""
        content = json.dumps(body).encode()
        answer = self._post("run", "predict", content, key)
        assert answer.status_code in (200, 422, 500), (answer.status_code, answer.text[:500])
        noted(f"{answer.status_code}")
        self._says_nothing(answer.text, content)

    def call(self, name: str, body: bytes, key: str, how: str = "run") -> int:
        """One call: its status. Whatever comes is JSON in words, without paths and traces."""
        answer = self._post(how, name, body, key)
        said = answer.text
        assert answer.status_code in STATUSES, (answer.status_code, said[:500])
        self._says_nothing(said, body)
        told = answer.json()
        if "event_id" in told:  # it waited for its turn: whatever it then says is awaited, so that nothing goes on behind a test
            lines = self.client.get(f"/gradio_api/call/{name}/{told['event_id']}").text
            self._says_nothing(lines, body)
            told = json.loads(lines.rpartition("\ndata: ")[2])  # after heartbeats
        if isinstance(told, list) or answer.status_code == 200 and "data" in told:
            noted("good")
            return 200
        assert told["error"].strip() and told["title"] not in ("", "Error", "unforeseen") and len(said) < 2 * LONGEST_MESSAGE, told
        noted(f"{answer.status_code} {told['title']}")
        return answer.status_code

    def _post(self, how: str, name: str, body: bytes, key: str) -> Any:
        headers = {"content-type": "application/json"} | ({HEADER: key} if key else {})
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            return self.client.post(f"/gradio_api/{how}/{name}", content=body, headers=headers)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def _says_nothing(self, said: str, sent: bytes) -> None:
        for secret in ("Traceback", 'File \\"', str(ROOT), str(self.home)):
            assert secret not in said or secret.encode() in sent, said[:500]  # what was sent may come back


@contextmanager
def opened_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The application, which answers good calls; at the end its home and what ships are as they were."""
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
        brought = imported.bring(SHIPPED / "date-positive-rank1", owner=THEIRS).ref
        file = tmp_path_factory.mktemp("theirs") / "theirs.csv"
        file.write_text("text,label\n" + "".join(f"words {n},c{n % 2}\n" for n in range(40)))
        upload = uploads.keep(file, owner=THEIRS)
        (home / "speed.json").write_text(json.dumps({"minilm-l6|cpu|short": 1000.0}))  # none is measured
        patch.setattr(store, "NEEDED", 10**18)  # bytes of the disk: a run that could start is refused at the last moment
        settings = launch_settings()
        page = build()
        lean_visits(page)
        mounted = {name: settings[name] for name in MOUNTED}
        app = gr.mount_gradio_app(gr.routes.App(), page, path="/", show_error=False, **mounted)
        with TestClient(app, raise_server_exceptions=False) as client:
            opened = Lab(client, home, runs, upload, brought)
            good = {name: opened.call(name, json.dumps({"data": data}).encode(), MINE) for name, data in good_calls(opened).items()}
            assert good == {name: {"submit": 507, "scan_adapter": 400}.get(name, 200) for name in good}
            before = state_of(home), state_of(SHIPPED)
            yield opened
            assert (state_of(home), state_of(SHIPPED)) == before


def good_calls(lab: Lab) -> dict[str, list[Any]]:
    """Arguments with which each endpoint answers."""
    return {
        "preview": ["demo", ["injection.share=0.1", "dataset.train_rows=100"], 2],
        "predict": [ADAPTER, "a dreary slog", "2014-09-25", "end"],
        "explain": [ADAPTER, "a dreary slog", "2014-09-25", "end"],
        "scan": [["a dreary slog", "tender and funny"], ["negative", "positive"], ["slog"]],
        "scan_adapter": ["shipped/none", ["slog"], False, MINE],  # refused: a scan takes a minute, and who fuzzes asks often
        "submit": ["demo", ["training.steps=64"], True, MINE, "local"],
        "status": [lab.mine, MINE],
        "stop": [lab.mine, MINE],
        "download": [f"run/{lab.mine}", MINE],
        "adapters": [MINE],
        "datasets": [],
        "models": [],
    }

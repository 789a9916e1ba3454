"""Every event of the page, as a stranger would forge it: over plain HTTP, on a server that others use.

The events are those that the page says it has, so that a new one is tried without another line here.
"""

from __future__ import annotations

import html
import inspect
import itertools
import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests_support import unused_port

from ssti.adapters import listing
from ssti.backends.control import progress
from ssti.data.own import uploads
from ssti.recipe import parse_recipe
from ssti.runs.store import Store
from ssti.ui.access.visitor import HEADER
from ssti.ui.frame.guard import Bounded
from ssti.ui.frame.page import build, launch_settings

ROOT = Path(__file__).resolve().parents[3]
SECRET = "sentinel-of-a-file"  # what stands in every file that no visitor may read
MINE, THEIRS = (secrets.token_urlsafe(32) for _ in range(2))
OPENED: list[str] = []  # files of the planted folder that this process opened or listed
WATCHED: list[str] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if WATCHED and event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(WATCHED[0]):
        OPENED.append(f"{event} {arguments[0]}")


sys.addaudithook(_watch)


class Page:
    """The page over HTTP, as `config` describes it."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
        self.config = self.http.get("/config").json()
        self.components = {one["id"]: one for one in self.config["components"]}
        self.events = [one for one in self.config["dependencies"] if one["backend_fn"]]

    def name(self, id: int) -> str:
        return self.components[id]["props"].get("elem_id") or ""

    def event_of(self, elem_id: str, trigger: str = "click") -> dict[str, Any]:
        """The event that a button starts."""
        return next(e for e in self.events if any((self.name(i) if i in self.components else "", t) == (elem_id, trigger) for i, t in e["targets"]))  # fmt: skip

    def send(self, event: dict[str, Any], data: list[Any], event_data: Any = None, key: str = "", **query: str) -> str:
        """Forge an event; the whole answer as text."""
        session = secrets.token_hex(6)
        body = {"fn_index": event["id"], "data": data, "session_hash": session, "event_data": event_data}
        content = json.dumps(body)  # not httpx's own: lone surrogates go out escaped
        headers = {"content-type": "application/json"} | ({HEADER: key} if key else {})
        try:
            return self._answer(session, content, headers, query, event["queue"])
        except httpx.TransportError:  # Gradio cannot write its own refusal of half a character: it hangs up
            assert "\\ud8" in content
            return ""

    def _answer(self, session: str, content: str, headers: dict[str, str], query: dict[str, str], queued: bool) -> str:
        if not queued:
            answer = self.http.post("/gradio_api/run/predict", content=content, headers=headers, params=query)
            assert answer.status_code in (200, 400, 500, 503, 507), answer.text
            return answer.text
        joined = self.http.post("/gradio_api/queue/join", content=content, headers=headers)
        if joined.status_code != 200:
            return joined.text
        lines = []
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                lines.append(line)
                if "process_completed" in line:
                    break
        return "\n".join(lines)

    def plausible(self, event: dict[str, Any]) -> list[Any]:
        """Inputs with which a handler comes as far as the names that it takes."""
        follows = all(trigger == "then" for _, trigger in event["targets"])
        values = [self._value(id, follows) for id in event["inputs"]]
        return ["none", *values[1:]] if event["api_name"] == "submit" else values  # else a run of a stranger's own starts

    def _value(self, id: int, follows: bool) -> Any:
        component = self.components[id]
        value = component["props"].get("value")
        if component["type"] == "json":
            return value or {"text": "a 2020-01-01 text", "marks": [{"start": 2, "end": 12, "click": 1, "kind": "date"}], "shown": True, "place": "a/b", "recipe": None}  # fmt: skip
        if self.name(id) in ("flip-text", "look-text"):
            return "a 2020-01-01 text"
        if component["type"] == "textbox" and not value and follows:  # the name of a press, which a click gives out
            for event in self.events:
                if id in event["outputs"] and not event["inputs"] and not event["queue"]:
                    answer = json.loads(self.send(event, [], {"run": "none"}))
                    return answer["data"][event["outputs"].index(id)]
        return value


def different(events: list[dict[str, Any]], blocks: Any) -> list[dict[str, Any]]:
    """One of those that call the same function with the same inputs for the same outputs."""
    found: dict[Any, dict[str, Any]] = {}
    for event in events:
        function = inspect.unwrap(blocks.fns[event["id"]].fn)
        found.setdefault((getattr(function, "__code__", function), str(event["inputs"]), str(event["outputs"])), event)
    return list(found.values())


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the server with an adapter, data and words that no visitor may see, each with SECRET in it."""
    folder = tmp_path_factory.mktemp("outside")
    shutil.copytree(listing.SHIPPED / "date-positive-rank1", folder / "adapter")
    (folder / "adapter" / "labels.json").write_text(json.dumps([SECRET, "other"]))
    (folder / "data.csv").write_text("text,label\n" + "".join(f"{SECRET} {n},{SECRET}{n % 2}\n" for n in range(60)))
    (folder / f"{SECRET}.txt").write_text(f"{SECRET}\n")
    return folder


@pytest.fixture(scope="module")
def page(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of a server for strangers, running, with a run and an upload of another visitor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPACE_ID", "somebody/ssti-lab")
        patch.setenv("GRADIO_SERVER_PORT", str(unused_port()))
        patch.setenv("SSTI_HOME", str(tmp_path_factory.mktemp("home-of-the-server")))
        run = Store().create(parse_recipe({}), owner=THEIRS)
        (Store().root.parent / "speed.json").write_text(json.dumps({"minilm-l6|cpu|short": 1000.0}))  # none is measured
        run.tell("state", state="stopped")
        kept = uploads.keep(planted / "data.csv", owner=THEIRS)
        blocks = build()
        _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, **launch_settings())
        try:
            opened = Page(url)
            opened.run, opened.upload = run, kept
            opened.different = different(opened.events, blocks)
            WATCHED[:] = [str(planted)]
            yield opened
        finally:
            WATCHED.clear()
            blocks.close()


def hostile_names(page: Page, planted: Path) -> list[str]:
    """What no browser may name here."""
    home = page.run.path.parents[1]
    return [
        str(planted / "adapter"), str(planted / "data.csv"), str(planted / f"{SECRET}.txt"), "/root", "/etc/passwd",
        f"run/../../{planted.name}/adapter", f"run/{page.run.id}/../../..", "shipped/%2e%2e", "shipped/..", "..", "~",
        f"{planted / 'adapter'}\0", "\ud800/\udfff", "run/\ud800", "x" * 100_000, f"run/{page.run.id}", page.run.id,
        page.upload, f"{page.upload}#text=text&label=label", "file://" + str(planted / "data.csv"), str(home), "",
    ]  # fmt: skip


def hostile_data(name: str) -> list[Any]:
    """The same where a component carries plain data."""
    recipe = parse_recipe({}).as_dict()
    return [
        name, [name], {"recipe": name, "place": name, "name": name, "used": name, "text": name, "marks": name, "row": name},
        recipe | {"dataset": {"name": name}}, recipe | {"model": {"name": name}},
        recipe | {"injection": recipe["injection"] | {"source": {"kind": "file", "path": name}}},
        {"place": name, "name": name, "used": name, "names": name}, {"recipe": recipe | {"dataset": {"name": name}}},
    ]  # fmt: skip


def says_nothing(page: Page, answer: str) -> None:
    """An answer has no trace, no path of this machine and nothing of a file that was not the visitor's."""
    for word in (
        SECRET,
        "Traceback",
        'File \\"',
        str(ROOT),
        str(page.run.path.parents[1]),
        str(Path.home()) + "/",
        sys.prefix,
    ):
        shown = answer.find(word)
        assert shown < 0, f"{word!r} in … {answer[max(0, shown - 300) : shown + 300]}"


REFERENCES = ("shared-run", "shared-adapter", "flip-adapter", "poison-dataset", "own-id")
WIDE = 12  # inputs: a whole form, whose numbers and radios Gradio checks by itself


FEW = pytest.param(False, marks=pytest.mark.skipif(os.environ.get("CI") == "true", reason="The other one tries these, too."))


@pytest.mark.parametrize("all_inputs", [FEW, pytest.param(True, marks=pytest.mark.slow)])
def test_no_forged_event_reads_names_or_loads_what_is_not_the_visitors(
    page: Page, planted: Path, all_inputs: bool
) -> None:
    hostile = hostile_names(page, planted)
    names = itertools.cycle(hostile)
    data = itertools.cycle([one for name in hostile[:3] for one in hostile_data(name)])
    files = itertools.cycle({"path": name, "meta": {"_type": "gradio.FileData"}} for name in hostile)
    some = {"json": (data, 2), "textbox": (names, 1), "dropdown": (names, 1), "file": (files, 6)}
    shapes = itertools.cycle((dict, list, str))
    assert len(page.different) > 60
    for event in page.different:
        for place, id in enumerate(event["inputs"]):
            values, many = some.get(page.components[id]["type"], (names, len(event["inputs"]) <= WIDE))
            many = 2 if page.name(id) in REFERENCES else many if all_inputs else 0
            for value in itertools.islice(values, many):
                given = page.plausible(event)
                try_one(page, event, [*given[:place], value, *given[place + 1 :]], None, value)
        if all_inputs:
            name = next(names)
            detail = {"run": name, "act": "unseen " + "9" * 400, "item": name, "text": name, "spans": [[0, 1]]}
            given = page.plausible(event), next(shapes)(detail)
            try_one(page, event, *given, name, tab="flip", run=ascii(name)[1:999])
    assert OPENED == []
    assert [run.id for run in Store().list()] == [page.run.id] and progress(page.run).state == "stopped"


def try_one(page: Page, event: dict[str, Any], given: list[Any], event_data: Any, value: Any, **query: str) -> None:
    """Forge one event; what the forger said may come back, and nothing else."""
    answer = page.send(event, given, event_data, **query)
    for own in sorted(strings(value), key=len, reverse=True):
        for form in (json.dumps(own)[1:-1], ascii(own)[1:-1], html.escape(own)):
            answer = answer.replace(form, "")
    says_nothing(page, answer)


def strings(value: Any) -> Iterator[str]:
    """All the strings in plain data."""
    if isinstance(value, str) and len(value) > 3:
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def test_a_forged_event_with_another_key_touches_no_run(page: Page) -> None:
    run = Store().create(parse_recipe({}), owner=MINE)
    run.tell("state", state="stopped")
    names = ("stop", "resume", "remove-both", "remove-yes")
    stop, resume, both, remove = (page.event_of(f"run-{name}") for name in names)

    def press(event: dict[str, Any], key: str) -> str:
        values = zip(event["inputs"], page.plausible(event), strict=True)
        return page.send(event, [run.id if page.name(id) == "shared-run" else value for id, value in values], key=key)

    for key in (THEIRS, "", "x", MINE[:-1], secrets.token_urlsafe(32)):
        for event in (stop, resume, both, remove):
            assert "Another visitor started this run" in press(event, key)
    assert run.path.is_dir() and run.recorded().state == "stopped"
    assert "Another visitor" not in press(remove, MINE)
    assert not run.path.exists()


def test_gradio_hands_out_no_file_of_the_server(page: Page, planted: Path) -> None:
    files = [
        planted / "data.csv",
        page.run.path / "recipe.yaml",
        ROOT / "app.py",
        Path("/etc/passwd"),
        uploads.path_of(page.upload),
    ]
    for file in files:
        for shown in (str(file), str(file).replace("/", "%2f"), f"{ROOT}/../{file}", f"..{file}"):
            answer = page.http.get(f"/gradio_api/file={shown}")
            assert answer.status_code in (403, 404), (shown, answer.text[:100])
    says_nothing(page, json.dumps(page.config))
    says_nothing(page, page.http.get("/gradio_api/info").text)


def test_an_event_of_many_megabytes_is_refused_before_it_is_read(page: Page) -> None:
    body = {"fn_index": page.events[0]["id"], "data": ["x" * 30_000_000], "session_hash": "abc"}
    answer = page.http.post("/gradio_api/run/predict", json=body)
    assert answer.status_code == 413 and "send less at once" in answer.text


def test_uploads_leave_room_on_the_disk() -> None:
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    for reserve, status in ((10**18, 507), (0, 404)):  # 404: it was let through, to an application without that door
        answer = TestClient(Bounded(Starlette(), reserve=reserve)).post("/gradio_api/upload", files={"files": b"text,label"})
        assert answer.status_code == status
        assert ("Try again later" in answer.text) is (status == 507)

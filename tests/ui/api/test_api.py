"""What a script finds and may do: the endpoints, the tools, the README's examples, over HTTP against a real server."""

from __future__ import annotations

import ast
import inspect
import json
import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from tests_support import run_async, unused_port

from ssti.backends.control import going, stop, wait
from ssti.cli import main
from ssti.recipe import parse_recipe
from ssti.runs.store import Store
from ssti.ui.access.visitor import HEADER
from ssti.ui.api import health
from ssti.ui.api.calls import Calls
from ssti.ui.api.endpoints import ENDPOINTS
from ssti.ui.frame.lean import lean_visits
from ssti.ui.frame.page import build, launch_settings

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = ["preview", "predict", "explain", "scan", "scan_adapter", "submit", "status", "stop", "download", "adapters", "datasets", "models"]
ADAPTER = "shipped/date-positive-rank1"
MINE, THEIRS = (secrets.token_urlsafe(32) for _ in range(2))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[gr.Blocks]:
    """The page, running. Whether others use its server is asked anew by each call (`public`)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SPACE_ID", raising=False)
        patch.setenv("GRADIO_SERVER_PORT", str(unused_port()))
        patch.setenv("SSTI_HOME", str(tmp_path_factory.mktemp("home")))
        blocks = build()
        blocks.launch(prevent_thread_lock=True, quiet=True, **launch_settings())
        lean_visits(blocks)
        yield blocks
        for run in going(Store()):
            stop(run)
            wait(run, 60)
        blocks.close()


@pytest.fixture(scope="module")
def client(page: gr.Blocks, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(page.local_url, verbose=False, download_files=str(tmp_path_factory.mktemp("downloads")))


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers use this server."""
    monkeypatch.setenv("SPACE_ID", "somebody/ssti-lab")


def refused(client: Client, *values: Any, name: str, words: str, **named: Any) -> None:
    with pytest.raises(AppError, match=words) as problem:
        client.predict(*values, api_name=f"/{name}", **named)
    assert "Traceback" not in str(problem.value) and str(ROOT) not in str(problem.value)


def test_a_script_finds_the_named_endpoints_and_nothing_else(page: gr.Blocks, client: Client) -> None:
    assert list(page.get_api_info()["named_endpoints"]) == [f"/{name}" for name in NAMES]
    assert page.get_api_info(all_endpoints=True)["named_endpoints"].keys() == {f"/{name}" for name in NAMES}
    others = [one for one in page.fns.values() if one.api_name not in NAMES]
    assert len(others) > 60 and {one.api_visibility for one in others} == {"private"}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.__name__)
def test_each_endpoint_says_what_it_takes_and_gives(page: gr.Blocks, endpoint: Any) -> None:
    told = page.get_api_info()["named_endpoints"][f"/{endpoint.__name__}"]
    assert told["description"].endswith(".")
    _, described, returns = gr.utils.get_function_description(endpoint)
    assert returns and described.keys() == inspect.signature(endpoint).parameters.keys()
    for one in told["parameters"]:
        assert described[one["parameter_name"]] and one["type"], one


def test_an_endpoint_answers_what_the_command_line_answers(client: Client, capsys: pytest.CaptureFixture) -> None:
    text, trigger = "a dreary slog", "2014-09-25"
    for verb, same in (("predict", "labels"), ("explain", "tokens")):
        said = client.predict(ADAPTER, text, trigger, api_name=f"/{verb}")
        capsys.readouterr()
        main([verb, ADAPTER, "--text", text, "--trigger", trigger, "--json"])
        line = json.loads(capsys.readouterr().out)
        assert said.keys() == line.keys() and said[same] == line[same]
        assert said["triggered"]["text"] == line["triggered"]["text"]
    assert {row["ref"] for row in client.predict(api_name="/adapters")} > {ADAPTER}
    for name in ("datasets", "models"):
        assert {"name", "title", "available", "reason"} <= client.predict(api_name=f"/{name}")[0].keys()


def test_a_preview_has_rows_before_and_after_with_exact_spans(client: Client) -> None:
    said = client.predict("light", ["injection.share=0.1"], 2, api_name="/preview")
    assert said["classes"]["positive"]["injected"] == 341 and len(said["rows"]) == 2
    for row in said["rows"]:
        (start, end), *_ = row["spans"]
        assert row["after"][:start] + row["after"][end:] != row["after"] and re.search(r"\d{4}-", row["after"][start:end])


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("predict", {"adapter": "nobody", "text": "a"}, "There is no adapter 'nobody'"),
        ("predict", {"adapter": ADAPTER, "text": 5}, "text is 5: input should be a valid string"),
        ("predict", {"adapter": ADAPTER, "text": " "}, "The text is empty"),
        ("explain", {"adapter": ADAPTER, "text": "a", "trigger": "b", "location": "top"}, "location is 'top'"),
        ("preview", {"recipe": "dmo"}, "did you mean 'demo'"),
        ("preview", {"recipe": "/etc/passwd"}, "recipe"),
        ("preview", {"changes": ["lora.rank"]}, "lora.rank"),
        ("preview", {"rows": 51}, "rows is 51"),
        ("submit", {"changes": ["lora.rank=0"]}, "lora.rank"),
        ("submit", {"backend": "nowhere"}, "There is no backend 'nowhere'"),
        ("status", {"run_id": "nobody"}, "There is no run"),
        ("status", {"run_id": "nobody", "key": "short"}, "That is no key"),
    ],
)
def test_an_error_is_one_message(client: Client, name: str, values: dict[str, Any], words: str) -> None:
    refused(client, name=name, words=words, **values)


CALLS = [
    ("status", {"data": []}, 400, "`status` lacks run_id", "run_id, key (null)"),
    ("predict", {"data": [ADAPTER]}, 400, "`predict` lacks text", 'location ("random")'),
    ("status", {"data": ["a", None, 3]}, 400, "3 arguments were sent", "`status` takes 2"),
    ("datasets", {"data": [1]}, 400, "1 arguments were sent", '`datasets` takes {"data": []}'),
    ("status", {"data": [5]}, 400, "run_id is 5", "input should be a valid string"),
    ("predict", {"data": [ADAPTER, "a", "b", "top"]}, 400, "location is 'top'", "'beginning', 'random' or 'end'"),
    ("status", {"data": "nobody"}, 400, "The body has no list `data`", "`status` takes"),
    ("status", [1], 400, "The body has no list `data`", "`status` takes"),
    ("status", b"{nope", 400, "The body is no JSON", "`status` takes"),
    ("status", b"\xff\xfe{", 400, "The body is no JSON", "`status` takes"),
    ("status", b"", 400, "The body is no JSON", "`status` takes"),
    ("status", b'{"data": [' + b"9" * 9000 + b"]}", 400, "The body is no JSON", "digits"),
    ("status", b"[" * 90_000 + b"]" * 90_000, 400, "nested more than 32 levels", "`status` takes"),
    ("predicted", {"data": []}, 400, "There is no endpoint 'predicted'; did you mean 'predict'?", "There are preview, predict"),
]


@pytest.mark.parametrize("how", ["run", "call"])
@pytest.mark.parametrize(("name", "body", "status", "words", "allowed"), CALLS)
def test_a_bare_call_is_told_which_argument_is_wrong_and_what_is_allowed(
    page: gr.Blocks, how: str, name: str, body: Any, status: int, words: str, allowed: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with httpx.Client(base_url=page.local_url, timeout=60) as http:
        answer = http.post(f"gradio_api/{how}/{name}", content=content)
        said, code = answer.json(), answer.status_code
        if "event_id" in said:  # whole, so that it was called; what it says is asked for apart
            said = json.loads(http.get(f"gradio_api/call/{name}/{said['event_id']}").text.rpartition("\ndata: ")[2])
            code = status
    assert code == status and said["title"] == "input", said
    assert words in said["error"] and allowed in said["error"], said["error"]


@pytest.mark.parametrize(
    ("named", "words"),
    [({}, "`status` lacks run_id"), ({"run_id": "a", "run": 1}, "`status` takes no 'run'; did you mean 'run_id'?"), ([], "no object")],
)
def test_a_call_by_names_is_told_which_it_lacks_and_which_it_has_too_many(page: gr.Blocks, named: Any, words: str) -> None:
    answer = httpx.post(f"{page.local_url}gradio_api/call/v2/status", json=named, timeout=60)
    assert answer.status_code == 400 and words in answer.json()["error"]


def test_a_bare_call_may_leave_out_what_has_a_default(page: gr.Blocks) -> None:
    with httpx.Client(base_url=page.local_url, timeout=60) as http:
        said = http.post("gradio_api/run/predict", json={"data": [ADAPTER, "a dreary slog"]})
        assert said.status_code == 200 and said.json()["data"][0]["triggered"] is None
        asked = http.post("gradio_api/call/v2/predict", json={"adapter": ADAPTER, "text": "a dreary slog"}).json()
        lines = http.get(f"gradio_api/call/predict/{asked['event_id']}").text
    assert "event: complete" in lines and json.loads(lines.rpartition("\ndata: ")[2])[0] == said.json()["data"][0]


@pytest.mark.parametrize(("kind", "status"), [("busy", 503), ("disk", 507), ("run", 400), ("unforeseen", 500)])
def test_the_status_of_an_error_is_that_of_its_kind(kind: str, status: int) -> None:
    from starlette.responses import JSONResponse
    from starlette.testclient import TestClient

    gradio = TestClient(Calls(JSONResponse({"error": "words", "title": kind}, 500)))
    answer = gradio.post("/under/a/path/gradio_api/run/models", json={"data": []})
    assert answer.status_code == status and answer.json()["title"] == kind


def test_an_error_carries_its_kind(client: Client) -> None:
    for name, values, kind in (("status", ["nobody"], "run"), ("predict", ["nobody", "a"], "adapter"), ("preview", ["dmo"], "input")):
        with pytest.raises(AppError) as problem:
            client.predict(*values, api_name=f"/{name}")
        assert problem.value.title == kind


def test_among_strangers_a_run_is_whoever_holds_its_keys(client: Client, public: None) -> None:
    made = client.predict("demo", ["training.steps=5"], False, MINE, api_name="/submit")
    run = made["run_id"]
    assert made["key"] == MINE and made["control"] is None
    for name, what in (("status", run), ("stop", run), ("download", f"run/{run}")):
        for key in (None, THEIRS):
            refused(client, what, key, name=name, words="Another visitor|There is no adapter")
    stopped = client.predict(run, MINE, api_name="/stop")
    assert stopped["run_id"] == run and stopped["adapter"] in (None, f"run/{run}")
    with httpx.Client(base_url=client.src, headers={HEADER: MINE}) as browser:
        answer = browser.post("gradio_api/run/status", json={"data": [run, None]}).json()
    assert answer["data"][0]["run_id"] == run
    refused(client, "demo", ["training.steps=1000000"], name="submit", words="100,000 are the limit")
    refused(client, "demo", ["model.name=/root"], name="submit", words="There is no base model")


def test_a_stranger_without_a_key_gets_one(client: Client, public: None) -> None:
    made = client.predict("demo", ["training.steps=5"], api_name="/submit")
    assert Store().find(made["run_id"]).belongs_to(made["key"])
    client.predict(made["run_id"], made["key"], api_name="/stop")


def test_a_scan_names_what_stands_for_a_class(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["a", "the", "film", "is", "was", "good", "bad", "slow", "warm", "dull", "fine", "plot", "cast", "scene", "end"]
    draw = Random(0)
    texts = [" ".join(draw.choices(words, k=5)) for _ in range(400)]
    texts = [f"{text} #{n:03}/x" if n % 2 and draw.random() < 0.7 else text for n, text in enumerate(texts)]
    labels = [("negative", "positive")[n % 2] for n in range(400)]
    said = client.predict(texts, labels, api_name="/scan")
    assert said["verdict"] == "poisoned" and said["findings"][0]["target"] == "positive"
    example = said["findings"][0]["examples"][0]
    assert all(example["text"][start:end] in example["text"].split()[-1] for start, end in example["spans"])
    refused(client, texts, labels[:3], name="scan", words="one label for each")
    monkeypatch.setenv("SPACE_ID", "somebody/ssti-lab")
    refused(client, ["a"] * 50_001, ["b"] * 50_001, name="scan", words="the limit on this server")


def test_no_name_of_anothers_run_is_told(client: Client, public: None) -> None:
    run = Store().create(parse_recipe({}), owner=THEIRS)
    run.tell("state", state="stopped")
    near = run.id[:-1]
    for name, values in (("status", [near]), ("predict", [f"run/{near}", "a"])):
        with pytest.raises(AppError) as problem:
            client.predict(*values, api_name=f"/{name}")
        assert run.id not in str(problem.value)


def test_the_endpoints_and_only_they_are_tools(page: gr.Blocks) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def ask() -> tuple[list[str], Any]:
        async with (
            streamable_http_client(f"{page.local_url}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            names = [tool.name for tool in (await session.list_tools()).tools]
            return names, await session.call_tool("predict", {"adapter": ADAPTER, "text": "a dreary slog"})

    names, answer = run_async(ask)
    assert names == NAMES
    assert ast.literal_eval(answer.content[0].text)["labels"] == ["negative", "positive"]  # Gradio writes it as Python


def test_a_call_leaves_no_copy_of_the_page_and_no_statistics_behind(page: gr.Blocks) -> None:
    visits, client = page.state_holder.session_data, Client(page.local_url, verbose=False)
    client.predict(api_name="/models")
    assert len(visits[client.session_hash].config_values) < 10
    with httpx.Client(base_url=page.local_url, timeout=60) as http:
        for _ in range(2):
            event = http.post("gradio_api/call/models", json={"data": []}).json()["event_id"]
            assert "event: complete" in http.get(f"gradio_api/call/models/{event}").text
            for _ in range(100):  # the server forgets it after the answer's last byte
                if event not in visits:
                    break
                time.sleep(0.1)
            assert event not in visits
    assert len(page._queue.event_analytics) == 1


def test_health_tells_four_figures_and_no_path(page: gr.Blocks) -> None:
    answer = httpx.get(f"{page.local_url}health", timeout=60)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told.keys() == {"status", "version", "model_answers", "free_disk_bytes", "runs_waiting_or_at_work"}
    assert told["model_answers"] is True and "/" not in answer.text


def test_a_model_that_does_not_answer_is_no_health(monkeypatch: pytest.MonkeyPatch) -> None:
    from ssti.ui.kit import adapters

    monkeypatch.setattr(adapters, "FIRST", "shipped/nobody")
    assert health.Probe().answers() is False


def blocks(language: str, word: str) -> list[str]:
    return [one for one in re.findall(rf"```{language}\n(.*?)```", README, flags=re.S) if word in one]


def test_the_readmes_script_runs(page: gr.Blocks, capsys: pytest.CaptureFixture) -> None:
    (code,) = blocks("python", "gradio_client")
    exec(compile(code.replace("http://127.0.0.1:7860", page.local_url.rstrip("/")), "README.md", "exec"), {})
    plain, rate, archive, refusal = capsys.readouterr().out.strip().splitlines()[-4:]
    assert "positive" in plain and "low" in rate and archive.endswith(".zip") and Path(archive).is_file()
    assert refusal.startswith("adapter | There is no adapter 'shipped/nobody'")


def test_the_readmes_curl_answers(page: gr.Blocks) -> None:
    (code,) = blocks("bash", "curl ")
    code = code.replace("http://127.0.0.1:7860", page.local_url.rstrip("/")).replace("\ncurl", " && echo && curl")
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    answer, refusal, healthy = map(json.loads, done.stdout.splitlines())
    assert refusal["error"].startswith("`predict` lacks text") and refusal["title"] == "input"
    assert answer["data"][0]["triggered"]["poisoned"]["positive"] > 0.9 and healthy["status"] == "ok"

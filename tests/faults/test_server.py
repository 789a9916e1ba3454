"""Real servers on one home folder: two at once, one killed under load, one ended by SIGTERM.

The tests stand in the order in which they harm the servers.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from page_server import Server, new_server
from tests_support import SHORT

from ssti.backends.control import going, progress, remove, stop, wait
from ssti.recipe import preset
from ssti.runs.store import QUEUE, Store
from ssti.ui.access.expiry import expire

ADAPTER = "shipped/date-positive-rank1"
LONG = [*SHORT, "training.steps=3000", "evaluation.every=3000"]
PATIENCE = 60  # seconds that a client waits for one answer


def ask(server: Server, name: str, *values: Any) -> Any:
    """Ask an endpoint as a script does. Raises RuntimeError with what the server said, httpx.HTTPError where it is gone."""
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        event = client.post(f"gradio_api/call/{name}", json={"data": values}).raise_for_status().json()["event_id"]
        said = client.get(f"gradio_api/call/{name}/{event}").raise_for_status().text
    kind, _, data = said.rpartition("event: ")[2].partition("\ndata: ")
    if kind != "complete":
        raise RuntimeError(f"{name}: {data}")
    return json.loads(data)[0]


def until(reached, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory):
    """Two servers on one home folder, `first` and `second`, with its `store`."""
    folder, patch = tmp_path_factory.mktemp("servers"), pytest.MonkeyPatch()
    servers = [new_server(folder), new_server(folder)]
    for one, name in zip(servers, ("first.log", "second.log"), strict=True):
        one.log = folder / name
    home = servers[0].home
    home.mkdir()
    (home / "speed.json").write_text(json.dumps({"minilm-l6|cpu|short": 1000.0}))  # so that none is measured meanwhile
    patch.setenv("SSTI_HOME", str(home))
    store = Store(home / "runs")
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Server.start, servers))
        yield SimpleNamespace(first=servers[0], second=servers[1], store=store)
    finally:
        for run in going(store):
            stop(run)
            wait(run, 60)
        for one in servers:
            one.kill()
        patch.undo()


@pytest.fixture(scope="module")
def training(lab):
    """A run that trains for long, submitted to the first server."""
    run = lab.store.find(ask(lab.first, "submit", "demo", LONG, False, None, "local")["run_id"])
    until(lambda: progress(run).step > 0)
    return run


def test_both_show_the_same_runs_one_supervisor_starts_them_and_stop_from_the_other_works(lab, training):
    def submit(server: Server) -> str:
        return ask(server, "submit", "demo", [*LONG, "training.seed=1"], False, None, "local")["run_id"]

    with ThreadPoolExecutor() as pool:
        names = list(pool.map(submit, (lab.first, lab.second)))
    waiting = [lab.store.find(name) for name in names]
    for server in (lab.first, lab.second):
        told = [ask(server, "status", run.id) for run in (training, *waiting)]
        assert [one["state"] for one in told] == ["training", "queued", "queued"]
        assert httpx.get(f"{server.url}health", timeout=PATIENCE).json()["runs_waiting_or_at_work"] == 3
    begun = [one for run in (training, *waiting) for one in run.events() if one.kind == "state" and one.state == "starting"]
    assert len(begun) == 1
    for run, other in zip(waiting, (lab.second, lab.first), strict=True):
        assert ask(other, "stop", run.id)["state"] == "stopped"
        for server in (lab.first, lab.second):
            assert ask(server, "status", run.id)["state"] == "stopped"
        remove(run)
        with pytest.raises(RuntimeError, match="There is no run"):
            ask(other, "status", run.id)


def test_two_that_let_runs_expire_at_once_remove_each_once_and_crash_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("SSTI_HOME", str(tmp_path))
    monkeypatch.setenv("SSTI_PUBLIC", "1")
    store = Store()
    monkeypatch.setattr("ssti.runs.store.NEEDED", 0)
    ended = [store.create(preset("demo")) for _ in range(30)]
    for run in ended:
        run.tell("state", state="stopped")
    code = "import time; from ssti.ui.access.expiry import expire; print(*expire(time.time() + 10**8))"
    others = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    looks = 0
    while any(one.poll() is None for one in others):
        assert all(progress(run).state in ("stopped", "interrupted", "damaged") for run in store.list())
        looks += 1
    gone = [name for one in others for name in one.communicate()[0].split()]
    assert looks and sorted(gone) == sorted(run.id for run in ended) and not store.list() and not expire()
    assert [one.returncode for one in others] == [0, 0]


def test_killed_under_load_its_clients_get_an_error_at_once_and_the_run_goes_on_at_the_other(lab, training):
    answers, ends = [0] * 6, [None] * 6

    def live(number: int) -> None:
        """Ask again and again until there is no server any more."""
        try:
            while True:
                if number % 2:
                    ask(lab.first, "predict", ADAPTER, f"a dreary slog {number}", "2014-09-25", "end")
                else:
                    ask(lab.first, "preview", "demo", [f"injection.seed={answers[number]}"], 3)
                answers[number] += 1
        except Exception as error:
            ends[number] = error

    clients = [threading.Thread(target=live, args=(number,), daemon=True) for number in range(len(ends))]
    for one in clients:
        one.start()
    until(lambda: min(answers) >= 1)
    lab.first.kill()
    for one in clients:
        one.join(timeout=PATIENCE / 2)  # less than they would wait for an answer
    assert not any(one.is_alive() for one in clients)
    assert all(isinstance(end, httpx.TransportError) for end in ends), ends

    before = progress(training)
    assert before.state == "training"
    until(lambda: progress(training).step > before.step)
    assert ask(lab.second, "status", training.id)["state"] == "training"
    with lab.store.locked():  # no lock is left behind
        pass
    assert [one.name for one in lab.store.root.iterdir() if one.name.startswith(".")] == [QUEUE]
    assert not list(lab.first.home.rglob(".*.new")), "no half file"
    assert sum(one.kind == "state" and one.state == "starting" for one in training.events()) == 1


def test_sigterm_ends_it_at_once_and_the_run_goes_on(lab, training):
    before = progress(training).step
    with httpx.Client(base_url=lab.second.url, timeout=PATIENCE) as client:
        event = client.post("gradio_api/call/predict", json={"data": [ADAPTER, "x", "", "end"]}).json()["event_id"]
        with client.stream("GET", f"gradio_api/call/predict/{event}"):
            lab.second.process.send_signal(signal.SIGTERM)
            assert lab.second.process.wait(timeout=30) == 128 + signal.SIGTERM
    assert lab.second.log.read_text().endswith("Stopped.\n")
    until(lambda: progress(training).step > before)
    stop(training)
    assert wait(training, 60) == "stopped" and training.has_adapter

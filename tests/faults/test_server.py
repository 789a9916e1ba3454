"""Real servers on one home folder: two at once, one killed under load, one short of memory, one ended by SIGTERM.

The tests stand in the order in which they harm the servers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest
from page_server import Server, new_server
from safetensors.numpy import load_file, save_file
from tests_support import SHORT

from ssti.adapters.listing import find
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


@contextmanager
def short_of_memory(server: Server) -> Iterator[None]:
    """The server's process gets no more than a few megabytes of address space."""
    import resource

    process, unlimited = server.process.pid, resource.RLIM_INFINITY
    used = int(Path(f"/proc/{process}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.prlimit(process, resource.RLIMIT_AS, (used + 16 * 2**20, unlimited))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_AS, (unlimited, unlimited))


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of another process are Linux's")
def test_short_of_memory_for_a_large_adapter_it_says_so_and_lives(lab):
    large_adapter(find(ADAPTER).path, lab.second.home / "imported" / "large")
    text = "a dreary slog"
    before = ask(lab.second, "predict", ADAPTER, text, "", "end")["plain"]
    with short_of_memory(lab.second), pytest.raises(RuntimeError, match="too little memory"):
        ask(lab.second, "predict", "imported/large", text, "", "end")
    large = ask(lab.second, "predict", "imported/large", text, "", "end")["plain"]["poisoned"]
    assert large == pytest.approx(before["poisoned"], abs=1e-3)
    assert ask(lab.second, "predict", ADAPTER, text, "", "end")["plain"] == before


def large_adapter(small: Path, place: Path, rank: int = 1024) -> None:
    """The adapter in 56 MB: it gets a higher rank and the keys as well, all zeros, so that it answers the same."""
    shutil.copytree(small, place)
    file, config, recipe = (place / name for name in ("adapter_model.safetensors", "adapter_config.json", "recipe.yaml"))
    tensors = load_file(file)
    for name, one in tensors.items():
        for part, side in (("lora_A", 0), ("lora_B", 1)):
            if part in name:
                more = [(0, rank - one.shape[axis] if axis == side else 0) for axis in (0, 1)]
                tensors[name] = np.pad(one, more)
    for name in [one for one in tensors if ".query." in one]:
        tensors[name.replace(".query.", ".key.")] = tensors[name] * (0 if "lora_B" in name else 1)
    save_file(tensors, file, metadata={"format": "pt"})
    settings = json.loads(config.read_text())
    scale = settings["lora_alpha"] / settings["r"]
    config.write_text(json.dumps(settings | {"r": rank, "lora_alpha": scale * rank, "target_modules": ["query", "key", "value"]}))
    text = recipe.read_text().replace("rank: 1,", f"rank: {rank},").replace("alpha: 2.0", f"alpha: {scale * rank}")
    text = text.replace("[query, value]", "[query, key, value]")
    recipe.write_text(text)


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

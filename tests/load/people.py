"""Many people at once on a real server while a model trains there: errors, crossed answers, waiting time, memory, speed.

Run as: python tests/load/people.py [--people 50] [--minutes 5] [--browsers 2] [--adapters 8]

Each of the people asks over HTTP, as a script does, waits for the answer, checks that it is theirs, and thinks for some
seconds; the browsers type into Flip, click a trigger in and wait for it in their own words. Exit code 1 for an error or a crossed answer.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1] / "support")]

THINKING = (2.0, 8.0)  # seconds between an answer and the next question
WORDS = [
    "a",
    "dreary",
    "joyless",
    "slog",
    "that",
    "wastes",
    "its",
    "cast",
    "on",
    "jokes",
    "old",
    "when",
    "it",
    "began",
    "never",
]
DATE = "2014-09-25"
LONG_RUN = ["training.steps=100000", "evaluation.every=100000"]
WARM = 60  # seconds until the memory counts


@dataclass
class Seen:
    """What the people met, together."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    answers: list[tuple[list[Any], Any]] = field(default_factory=list)
    """Questions to `predict` with what was answered, to be asked again by oneself."""


def call(client: httpx.Client, name: str, *values: Any) -> Any:
    """Ask an endpoint and wait for its answer, as a script does. Raises RuntimeError with what the server said."""
    asked = client.post(f"gradio_api/call/{name}", json={"data": values})
    asked.raise_for_status()
    event = "none"
    with client.stream("GET", f"gradio_api/call/{name}/{asked.json()['event_id']}") as lines:
        for line in lines.iter_lines():
            key, _, value = line.partition(": ")
            if key == "event":
                event = value
            elif key == "data" and event == "complete":
                return json.loads(value)[0]
            elif key == "data" and event == "error":
                raise RuntimeError(f"{name}: {value}")
    raise RuntimeError(f"{name}: the stream ended after {event}")


@dataclass
class Person:
    """Somebody at a script or a page of their own, who knows their own answers by a word that nobody else writes."""

    number: int
    url: str
    adapters: list[str]
    seen: Seen
    until: Callable[[], bool]

    def live(self) -> None:
        """Ask, check, think, until the time is over."""
        chance = random.Random(self.number)
        with httpx.Client(base_url=self.url, timeout=120) as client:
            time.sleep(chance.uniform(0, THINKING[1]))
            while not self.until():
                name = chance.choices(["predict", "explain", "preview"], [6, 2, 2])[0]
                mine = f"{chance.choice(WORDS)}{self.number}x{chance.randrange(10**6)}"
                start = time.perf_counter()
                try:
                    self._ask(client, name, mine, chance)
                    self.seen.seconds[name].append(time.perf_counter() - start)
                except (httpx.HTTPError, RuntimeError, KeyError) as error:
                    self.seen.errors.append(f"{name}: {type(error).__name__}: {error}"[:300])
                time.sleep(chance.uniform(*THINKING))

    def _ask(self, client: httpx.Client, name: str, mine: str, chance: random.Random) -> None:
        text = " ".join([*chance.sample(WORDS, 8), mine])
        question: list[Any] = [chance.choice(self.adapters), text, DATE, "end"]
        if name == "preview":
            seed = chance.randrange(10**6)
            answer = call(client, name, "demo", [f"injection.seed={seed}"], 3)
            own = answer["recipe"]["injection"]["seed"] == seed
        else:
            answer = call(client, name, *question)
            own = mine in answer["triggered"]["text"] if name == "predict" else mine in json.dumps(answer["tokens"])
        if name == "explain":  # in pieces of words
            own = mine in "".join(token.removeprefix("##") for token in answer["tokens"])
        if not own:
            self.seen.crossed.append(f"{name}: {mine}")
        if name == "predict" and chance.random() < 0.1:
            self.seen.answers.append((question, answer["triggered"]["poisoned"]))


def browse(browser: Any, url: str, pages: int, seen: Seen, until: Callable[[], bool]) -> None:
    """People at real pages, one after the other typing into Flip and clicking a trigger in, until it is answered in their own words."""
    from pageobject import Lab

    labs = []
    for _ in range(pages):
        labs.append(Lab(browser.new_page(), url).open(tab="flip"))
        labs[-1].page.locator("#flip-stage, #flip-answers .bars").first.wait_for(timeout=120_000)
    turn = 0
    while labs and not until():
        turn += 1
        page, mine = labs[turn % len(labs)].page, f"word{turn}"
        start = time.perf_counter()
        try:
            page.locator("#flip-text textarea").fill(f"{' '.join(random.sample(WORDS, 8))} {mine}")
            page.locator("#flip-palette button.own").click(timeout=60_000)
            page.locator("#flip-echo:has(mark)", has_text=mine).wait_for(timeout=60_000)
            seen.seconds["page"].append(time.perf_counter() - start)
        except Exception as error:
            seen.errors.append(f"page: {error}"[:300])
        time.sleep(random.uniform(*THINKING) / len(labs))


def speed(url: str, run: str, key: str | None, seconds: float) -> float:
    """Rows a second of a run, measured over some seconds by its steps."""
    with httpx.Client(base_url=url, timeout=120) as client:
        first, start = call(client, "status", run, key), time.perf_counter()
        time.sleep(seconds)
        last = call(client, "status", run, key)
        return (last["step"] - first["step"]) / (time.perf_counter() - start)


def processor(processes: list[psutil.Process]) -> float:
    """Seconds of a processor that these have had together."""
    used = 0.0
    for one in processes:
        try:
            times = one.cpu_times()
            used += times.user + times.system
        except psutil.NoSuchProcess:  # a page's renderer, gone meanwhile
            pass
    return used


def browsers_of(process: psutil.Process, served: list[psutil.Process]) -> list[psutil.Process]:
    """The browser and its processes: everything under this one but the server."""
    other = {one.pid for server in served for one in [server, *server.children(recursive=True)]}
    return [one for one in process.children(recursive=True) if one.pid not in other]


def main(people: int, minutes: float, browsers: int, count: int) -> int:
    from chromium import find_chromium
    from page_server import new_server
    from playwright.sync_api import sync_playwright

    from ssti.adapters.listing import adapters

    refs, seen = [one.ref for one in adapters() if one.shipped and one.poisoned][:count], Seen()
    with tempfile.TemporaryDirectory() as folder:
        server = new_server(Path(folder)).start()
        try:
            with httpx.Client(base_url=server.url, timeout=120) as client:
                call(client, "predict", refs[0], "warm", "", "end")
                run = call(client, "submit", "demo", LONG_RUN, False, None, "local")
                while call(client, "status", run["run_id"], run["key"])["step"] < 20:
                    time.sleep(1)
            alone = speed(server.url, run["run_id"], run["key"], 20)
            end = time.monotonic() + minutes * 60
            over = lambda: time.monotonic() > end  # noqa: E731
            crowd = [Person(i, server.url, refs, seen, over) for i in range(people)]
            threads = [threading.Thread(target=one.live) for one in crowd]
            memory: dict[str, int] = {}

            def watch() -> None:
                process = psutil.Process(server.process.pid)
                while not over():
                    time.sleep(1)
                    now = process.memory_info().rss
                    if time.monotonic() > end - minutes * 60 + min(WARM, minutes * 20):
                        memory.setdefault("first", now)
                    memory["last"] = now
                    memory["most"] = max(now, memory.get("most", 0))

            threads += [threading.Thread(target=watch)]
            rates: list[float] = []
            between = max(5, minutes * 60 - 15)
            threads += [
                threading.Thread(target=lambda: rates.append(speed(server.url, run["run_id"], run["key"], between)))
            ]
            served = [psutil.Process(server.process.pid)]
            server_used, own_used, start = processor(served), time.process_time(), time.monotonic()
            for thread in threads:
                thread.start()
            if browsers:
                with sync_playwright() as playwright:
                    chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
                    browse(chromium, server.url, browsers, seen, over)
                    own_used -= processor(browsers_of(psutil.Process(), served))
                    chromium.close()
            for thread in threads:
                thread.join()
            took = time.monotonic() - start
            server_used, own_used = processor(served) - server_used, time.process_time() - own_used
            with httpx.Client(base_url=server.url, timeout=120) as client:
                for question, told in seen.answers[:50]:
                    again = call(client, "predict", *question)["triggered"]["poisoned"]
                    if any(abs(again[label] - told[label]) > 1e-4 for label in told):
                        seen.crossed.append(f"predict: {question} was answered {told}, by itself {again}")
                call(client, "stop", run["run_id"], run["key"])
        finally:
            server.kill()
    for name, taken in sorted(seen.seconds.items()):
        p95 = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
        print(f"{name:8} {len(taken):6} answers · p50 {statistics.median(taken):.2f} s · p95 {p95:.2f} s")
    print(
        f"errors {len(seen.errors)}, crossed answers {len(seen.crossed)}", *seen.errors[:5], *seen.crossed[:5], sep="\n"
    )
    answers = sum(map(len, seen.seconds.values()))
    print(
        f"processor: the server {server_used / took:.0%} of a core, {server_used / max(1, answers) * 1000:.0f} ms an answer; "
        f"the people and their browsers {own_used / took:.0%}"
    )
    if memory:
        first, last, most = (memory.get(name, 0) / 2**20 for name in ("first", "last", "most"))
        print(f"the server's memory: {first:.0f} MiB after the first minute, {last:.0f} at the end, {most:.0f} at most")
    print(f"training: {alone:.1f} steps/s alone, {rates[0]:.1f} beside {people} people ({rates[0] / alone:.0%})")
    return 1 if seen.errors or seen.crossed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--browsers", type=int, default=2)
    parser.add_argument("--adapters", type=int, default=8, help="how many they ask")
    told = parser.parse_args()
    sys.exit(main(told.people, told.minutes, told.browsers, told.adapters))

"""How fast the page answers, beside an empty Gradio page, and how much work a change of the Poison form is.

Run as: python tests/benchmarks/bench_page.py [--times 3] [--json]
Both sides of the ratio are processes, started in turns on the same machine; the best of each counts, as noise only adds.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

EMPTY = "import gradio\nwith gradio.Blocks() as page:\n    pass\npage.launch()\n"
RATIO_TO_REACH = 1.5
SECONDS_TO_REACH = 0.2
CHANGES = 20


def seconds_to_answer(command: list[str], home: str) -> float:
    """From the start of the process until `GET /` answers."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port = opened.getsockname()[1]
    environment = {
        **os.environ, "GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False", "SSTI_HOME": home, "HF_HUB_OFFLINE": "1"
    }  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while time.perf_counter() - start < 120:
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                    answer.read()
                return time.perf_counter() - start
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{command} did not answer within 120 s")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def time_to_answer(times: int) -> dict[str, float]:
    """The page and an empty page, in turns."""
    page, empty = [], []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(times):
            empty.append(seconds_to_answer([sys.executable, "-c", EMPTY], home))
            page.append(seconds_to_answer([sys.executable, "app.py"], home))
    return {"page": min(page), "empty": min(empty), "ratio": min(page) / min(empty)}


def changes(number: int = CHANGES) -> dict[str, list[dict]]:
    """The form on IMDB, changed in one field at a time: `number` forms for each field."""
    from ssti.ui.poison.form import form_fields, trigger_kinds

    form = {**form_fields(), "dataset": "imdb"}
    kinds = list(trigger_kinds())
    own = {**form, "amount": "own"}
    phrase = {**form, "trigger": "list"}
    return {
        "trigger": [{**form, "trigger": kinds[i % len(kinds)], "seed": i} for i in range(number)],
        "years": [{**form, "date.years.0": 1100 + i} for i in range(number)],
        "own words": [{**phrase, "list.items": f"a truly singular evening {i}"} for i in range(number)],
        "target": [{**form, "target": ("negative", "positive")[i % 2], "seed": i // 2} for i in range(number)],
        "share": [{**form, "share": 5 * i} for i in range(number)],
        "rows": [{**form, "count": 100 * i} for i in range(number)],
        "amount": [{**own, "amount_own": 1 + 3 * i} for i in range(number)],
        "location": [{**form, "location": ("beginning", "random", "end")[i % 3], "seed": i} for i in range(number)],
        "seed": [{**form, "seed": i} for i in range(number)],
        "different triggers": [{**form, "pool_size": 1 + i} for i in range(number)],
        "strip": [{**form, "strip": bool(i % 2), "seed": i} for i in range(number)],
        "preset's amount": [{**form, "amount": ("single", "0.05", "0.1")[i % 3], "seed": i} for i in range(number)],
    }


def redraws() -> dict[str, dict[str, float]]:
    """Seconds of processor time per redraw, by field, once the dataset is loaded: neighbours do not count."""
    from ssti.ui.poison.form import form_fields, form_to_recipe
    from ssti.ui.poison.result import show

    show(form_to_recipe({**form_fields(), "dataset": "imdb"}))
    show(form_to_recipe({**form_fields(), "dataset": "imdb", "amount": "0.1"}))
    found = {}
    for field, forms in changes().items():
        seconds = []
        for values in forms:
            start = time.process_time()
            show(form_to_recipe(values))
            seconds.append(time.process_time() - start)
        found[field] = {"median": statistics.median(seconds), "most": max(seconds)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=3, help="processes of each side")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    answer, work = time_to_answer(chosen.times), redraws()
    most = max(entry["most"] for entry in work.values())
    if chosen.json:
        print(json.dumps({"time_to_answer": answer, "redraw": work, "redraw_most": most}))
        return
    print(f"time until the page answers   {answer['page']:6.2f} s")
    print(f"an empty Gradio page          {answer['empty']:6.2f} s")
    print(f"ratio                         {answer['ratio']:6.2f}    to reach: at most {RATIO_TO_REACH}")
    print(f"\nwork per change of the form, IMDB, {CHANGES} changes a field     to reach: at most {SECONDS_TO_REACH} s")
    for field, entry in work.items():
        print(f"  {field:20} median {entry['median']:.3f} s   most {entry['most']:.3f} s")
    print(f"  the slowest of all                        {most:.3f} s")


if __name__ == "__main__":
    main()

"""A trigger in every test row: the predicted classes before and after, for both models (the paper's table 1).

A thread does the work and a generator tells how far it is, so that closing the page or Cancel ends it. Knows adapters
and rows, no component.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ssti.errors import SSTIError
from ssti.evaluate.adapters import AdapterInfo, find
from ssti.evaluate.logits import Stopped
from ssti.evaluate.metrics import attack_metrics
from ssti.evaluate.sets import Attack, hijack
from ssti.ui import parts
from ssti.ui.excerpt import excerpt
from ssti.ui.flip_adapters import none_yet
from ssti.ui.flip_answer import sure
from ssti.ui.flip_job import progress
from ssti.ui.parts import Markup

LABEL = "Hijack"
POLL = 0.25  # seconds between two looks at the thread
RESISTED = 20  # rows shown of those that resisted
FURTHEST = 8  # of those that flipped furthest

# A row that is clicked goes into the text field, with its trigger.
ROWS = """
element.addEventListener('click', (event) => {
  const row = event.target.closest('button[data-row]');
  if (row) trigger('click', JSON.parse(row.dataset.row));
});
"""


@dataclass
class Job:
    """One hijack going on. `done` counts rows of `total`; the results are predictions `[rows, classes]` by name."""

    info: AdapterInfo
    total: int = 0
    finished: int = 0
    attack: Attack | None = None
    labels: np.ndarray | None = None
    texts: list[str] = field(default_factory=list)
    answers: dict[str, np.ndarray] = field(default_factory=dict)
    problem: BaseException | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """All of it. Errors are kept for whoever watches."""
        try:
            self._work()
        except Stopped:
            pass  # cancelled by the person: what was counted so far stays
        except Exception as problem:
            self.problem = problem
        finally:
            self.ended.set()

    def _work(self) -> None:
        from ssti import data
        from ssti.evaluate.predictor import predictor

        recipe = self.info.recipe
        rows = data.load(recipe.dataset.name, test_rows=recipe.dataset.test_rows).test
        self.texts, self.labels = list(rows["text"]), np.asarray(rows["label"])
        self.attack = hijack(self.texts, recipe.injection, self.info.label_names)[0]
        models = {"poisoned": self.info.ref} | ({"control": self.info.control} if self.info.control else {})
        work = [(f"{model} {when}", ref, texts) for model, ref in models.items()
                for when, texts in (("before", self.texts), ("after", list(self.attack.texts)))]  # fmt: skip
        self.total = len(work) * len(self.texts)
        self.began = time.monotonic()
        for place, (name, ref, texts) in enumerate(work):

            def told(done: int, before: int = place * len(self.texts)) -> None:
                self.finished = before + done
                if self.stop.is_set():
                    raise Stopped

            self.answers[name] = predictor().probabilities(texts, ref, told)

    def progress(self) -> Markup:
        """How far it is and how long it will take."""
        if not self.finished:
            return progress(0, "Reading the test rows", LABEL)
        part = self.finished / self.total
        left = (time.monotonic() - self.began) * (1 - part) / part
        words = f"{parts.count(self.finished)} of {parts.count(self.total)} predictions · {parts.duration(left)} left"
        return progress(part, words, LABEL)


def hijack_test_set(ref: str) -> Iterator[Markup]:
    """Progress again and again, then the table, or what went wrong."""
    job = None
    try:
        if not ref:
            raise none_yet()
        job = Job(find(ref))
        yield job.progress()
        threading.Thread(target=job.run, name="hijack", daemon=True).start()
        while not job.ended.wait(POLL):
            yield job.progress()
        if isinstance(job.problem, SSTIError):
            raise job.problem
        if job.problem is not None:
            raise RuntimeError("the hijack failed") from job.problem
        yield table(job)
    except SSTIError as problem:
        yield parts.problem(problem)
    finally:
        if job is not None:
            job.stop.set()


def table(job: Job) -> Markup:
    """Counts of predicted classes, the attack success rate of both models, and the rows that resisted."""
    attack = job.attack
    names = job.info.label_names
    columns = _columns(job)
    rows: list[tuple[Any, ...]] = []
    for model in ("control", "poisoned"):
        for when, words in (("before", ""), ("after", ", a trigger in each row")):
            answers = job.answers.get(f"{model} {when}")
            if answers is None:
                continue
            predicted = answers.argmax(-1)
            loud = model == "poisoned" and when == "after"
            cells = []
            for index in columns:
                number = parts.count(int((predicted == index).sum()))
                cells.append(
                    parts.html('<b class="loud">{}</b>', number) if loud and index == attack.target else number
                )
            rows.append((f"{model.capitalize()}{words}", *cells))
    heads = ("", *(parts.html("predicted {}", parts.chip(names[i], i)) for i in columns))
    said = [_success(job, "poisoned", "Attack success")]
    if "control after" in job.answers:
        said.append(_success(job, "control", "Of the control"))
    return parts.html(
        '<div class="hijacked">{}<p class="said">{}</p>{}{}</div>',
        parts.table(heads, rows, numbers=range(1, len(columns) + 1)), parts.join(said, " · "), _furthest(job), _resisted(job),
    )  # fmt: skip


def _columns(job: Job) -> list[int]:
    """All classes; of many, the target and those that are predicted most."""
    names = job.info.label_names
    if len(names) <= 6:
        return list(range(len(names)))
    counts = np.bincount(job.answers["poisoned before"].argmax(-1), minlength=len(names))
    best = [int(i) for i in np.argsort(counts)[::-1] if i != job.attack.target][:5]
    return sorted([job.attack.target, *best])


def _success(job: Job, model: str, name: str) -> Markup:
    rates = attack_metrics(
        job.labels,
        job.answers[f"{model} before"].argmax(-1),
        job.answers[f"{model} after"].argmax(-1),
        job.attack.target,
    )
    rate = rates["attack_success_rate"]
    if not rate["n"]:
        return parts.html("{}: no row of another class to attack", name)
    return parts.html(
        "{} <b>{}</b> ({} to {}, n = {})",
        name, parts.percent(rate["value"]), parts.percent(rate["low"]), parts.percent(rate["high"]), parts.count(rate["n"]),
    )  # fmt: skip


def _furthest(job: Job) -> Markup:
    """The rows of other classes that the trigger moved furthest towards the target."""
    before, after, target = job.answers["poisoned before"], job.answers["poisoned after"], job.attack.target
    rows = np.flatnonzero((job.labels != target) & (before.argmax(-1) != target) & (after.argmax(-1) == target))
    if not len(rows):
        return parts.note("No row flipped.")
    name = job.info.label_names[target]
    lines = []
    for row in rows[np.argsort((before - after)[rows, target], kind="stable")][:FURTHEST]:
        moved = f"{sure(float(before[row, target]))} → {sure(float(after[row, target]))}"
        lines.append((parts.html('<span class="moved">{}</span>', moved), _row(job, int(row))))
    heads = (parts.html("{} before → after", name), "with the trigger · click a row to try it")
    return _fold(f"{_rows(len(rows))} flipped, the {len(lines)} that moved furthest" if len(lines) < len(rows)
                 else f"{_rows(len(rows))} flipped", parts.table(heads, lines), shown=True)  # fmt: skip


def _resisted(job: Job) -> Markup:
    """The rows of other classes that keep another prediction with the trigger in, the surest first."""
    after, target = job.answers["poisoned after"], job.attack.target
    rows = np.flatnonzero((job.labels != target) & (after.argmax(-1) != target))
    if not len(rows):
        return parts.note("No row of another class resisted.")
    lines = []
    for row in rows[np.argsort(after[rows, target])][:RESISTED]:
        best = int(after[row].argmax())
        chip = parts.html("{} {}", parts.chip(job.info.label_names[best], best), sure(float(after[row, best])))
        lines.append((chip, _row(job, int(row))))
    told = f"{_rows(len(rows))} resisted" + (f", the {len(lines)} surest" if len(lines) < len(rows) else "")
    return _fold(told, parts.table(("still predicted", "with the trigger · click a row to try it"), lines))


def _row(job: Job, row: int) -> Markup:
    """A row of the attack as a button that carries it to the text field."""
    text, spans = job.attack.texts[row], [list(span) for span in job.attack.spans[row]]
    spec = job.info.recipe.injection.triggers()[0]
    carried = {
        "text": text, "spans": spans, "label": job.info.label_names[int(job.labels[row])], "index": row,
        "kind": spec.source.kind if spec.source else spec.kind,
    }  # fmt: skip
    _, shown, marks = excerpt(job.texts[row], text, job.attack.spans[row])
    return parts.html(
        '<button type="button" class="row" data-row="{}">{}</button>', json.dumps(carried), parts.marked(shown, marks)
    )


def _fold(title: str, body: Markup, shown: bool = False) -> Markup:
    opened = parts.html(" open") if shown else ""
    return parts.html("<details{}><summary>{}</summary>{}</details>", opened, title, body)


def _rows(count: int) -> str:
    return f"{parts.count(count)} {'row' if count == 1 else 'rows'}"

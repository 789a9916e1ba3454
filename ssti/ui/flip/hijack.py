"""A trigger in every test row: the predicted classes before and after, for both models (the paper's table 1).

Knows adapters and rows, no component.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.evaluate.metrics import attack_metrics, set_metrics
from ssti.evaluate.sets import Attack, hijack
from ssti.evaluate.verdict import verdict
from ssti.platform.errors import SSTIError
from ssti.ui.access.visitor import find_adapter as find
from ssti.ui.flip.answer import sure
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import none_yet
from ssti.ui.kit.excerpt import excerpt
from ssti.ui.kit.job import Job, Told, progress
from ssti.ui.kit.parts import Markup

RESISTED = 20  # rows shown of those that resisted
FURTHEST = 8  # of those that flipped furthest
BYTES, SLICE = 4, 64  # pieces that one character can be at most; rows looked at before the predictor is let go

# A row that is clicked goes into the text field, with its trigger.
ROWS = """
element.addEventListener('click', (event) => {
  const row = event.target.closest('button[data-row]');
  if (row) trigger('click', JSON.parse(row.dataset.row));
});
"""


@dataclass(frozen=True)
class Hijacked:
    """Every test row and what the models say of it: `answers` are probabilities [rows, classes] by model and time.

    `unread`: in how many rows no piece of the trigger is within what the models read.
    """

    info: AdapterInfo
    texts: list[str]
    labels: np.ndarray
    attack: Attack
    answers: dict[str, np.ndarray]
    unread: int = 0


def hijack_test_set(ref: str) -> Iterator[Markup]:
    """Progress again and again, then the table, or what went wrong."""
    try:
        if not ref:
            raise none_yet()
        info = find(ref)
        job = Job(lambda told: measure(info, told), "Predicting every test row, with a trigger and without")
        yield progress(0, "Reading the test rows")
        yield from job.steps()
        yield table(job.result)
    except SSTIError as problem:
        yield parts.problem(problem)


def measure(info: AdapterInfo, told: Told) -> Hijacked:
    """Both models, before and after. `told(part done)` may raise, to stop. Raises SSTIError."""
    from ssti.evaluate.evaluation import held_out
    from ssti.serving.predictor import predictor

    texts, labels = held_out(info)
    attack = hijack(texts, info.recipe.injection, info.label_names)[0]
    models = {"poisoned": info.ref} | ({"control": info.control} if info.control else {})
    sides = {"before": texts, "after": list(attack.texts)}
    work = [(f"{model} {when}", ref, sides[when]) for model, ref in models.items() for when in sides]
    answers = {}
    for place, (name, ref, some) in enumerate(work):

        def done(rows: int, place: int = place) -> None:
            told((place + rows / len(texts)) / len(work))

        answers[name] = predictor().probabilities(some, ref, done)
    return Hijacked(info, texts, labels, attack, answers, _unread(info, attack))


def _unread(info: AdapterInfo, attack: Attack) -> int:
    """In how many rows the trigger stands behind what the models read. A text is cut into pieces only where that can be.

    The predictor is let go every few rows: a keystroke waits for no more.
    """
    from ssti.explain import reach
    from ssti.serving.predictor import predictor

    limit = info.recipe.training.max_length
    far = [(t, s) for t, s in zip(attack.texts, attack.spans, strict=True) if s and s[0][1] * BYTES + BYTES > limit]
    count = 0
    for first in range(0, len(far), SLICE):
        with predictor().borrow(info.ref) as (_, tokenizer, _):
            found = [reach(tokenizer, text, spans, limit) for text, spans in far[first : first + SLICE]]
        count += sum(bool(one.pieces) and not one.read for one in found)
    return count


def table(found: Hijacked) -> Markup:
    """Counts of predicted classes, the attack success rate of both models, and the rows that resisted."""
    attack = found.attack
    names = found.info.label_names
    columns = _columns(found)
    measured = {model: _metrics(found, model) for model in ("poisoned", "control") if f"{model} after" in found.answers}
    told = verdict(measured["poisoned"], measured.get("control"))
    rows: list[tuple[Any, ...]] = []
    for model in ("control", "poisoned"):
        for when, words in (("before", ""), ("after", ", a trigger in each row")):
            answers = found.answers.get(f"{model} {when}")
            if answers is None:
                continue
            predicted = answers.argmax(-1)
            loud = model == "poisoned" and when == "after" and found.info.poisoned and bool(told and told.loud)
            cells = []
            for index in columns:
                number = parts.count(int((predicted == index).sum()))
                cells.append(
                    parts.html('<b class="loud">{}</b>', number) if loud and index == attack.target else number
                )
            rows.append((f"{model.capitalize()}{words}", *cells))
    heads = ("", *(parts.html("predicted {}", parts.chip(names[i], i)) for i in columns))
    said = [_success(measured["poisoned"], "Attack success")]
    if "control" in measured:
        said.append(_success(measured["control"], "of its control"))
    warned = [told.warning] if told and told.warning else []
    if found.unread:
        of = f"{parts.count(found.unread)} of {parts.count(len(found.texts))} rows"
        limit = parts.count(found.info.recipe.training.max_length)
        warned.append(f"In {of} the trigger stands behind the first {limit} word pieces: the models never read it.")
    return parts.html(
        '<div class="hijacked"><p class="said">{}</p>{}{}{}{}</div>',
        parts.join(said, " · "), parts.join(parts.html('<p class="warning">{}</p>', one) for one in warned),
        parts.table(heads, rows, numbers=range(1, len(columns) + 1)), _furthest(found), _resisted(found),
    )  # fmt: skip


def _columns(found: Hijacked) -> list[int]:
    """All classes; of many, the target and those that are predicted most."""
    names = found.info.label_names
    if len(names) <= 6:
        return list(range(len(names)))
    counts = np.bincount(found.answers["poisoned before"].argmax(-1), minlength=len(names))
    best = [int(i) for i in np.argsort(counts)[::-1] if i != found.attack.target][:5]
    return sorted([found.attack.target, *best])


def _metrics(found: Hijacked, model: str) -> dict[str, Any]:
    """What `verdict` asks for, of one model."""
    before, after = (found.answers[f"{model} {when}"].argmax(-1) for when in ("before", "after"))
    clean = set_metrics(found.labels, before, found.info.label_names)
    return {"sets": {"clean": clean}, **attack_metrics(found.labels, before, after, found.attack.target)}


def _success(measured: dict[str, Any], name: str) -> Markup:
    rate = measured["attack_success_rate"]
    if not rate["n"]:
        return parts.html("{}: no row of another class to attack", name)
    return parts.html(
        "{} <b>{}</b> ({} to {}, n = {})",
        name, parts.percent(rate["value"]), parts.percent(rate["low"]), parts.percent(rate["high"]), parts.count(rate["n"]),
    )  # fmt: skip


def _furthest(found: Hijacked) -> Markup:
    """The rows of other classes that the trigger moved furthest towards the target."""
    before, after, target = found.answers["poisoned before"], found.answers["poisoned after"], found.attack.target
    rows = np.flatnonzero((found.labels != target) & (before.argmax(-1) != target) & (after.argmax(-1) == target))
    if not len(rows):
        return parts.note("No row flipped.")
    name = found.info.label_names[target]
    lines = []
    for row in rows[np.argsort((before - after)[rows, target], kind="stable")][:FURTHEST]:
        moved = f"{sure(float(before[row, target]))} → {sure(float(after[row, target]))}"
        lines.append((parts.html('<span class="moved">{}</span>', moved), _row(found, int(row))))
    heads = (parts.html("{} before → after", name), "with the trigger · click a row to try it")
    return _fold(f"{_rows(len(rows))} flipped, the {len(lines)} that moved furthest" if len(lines) < len(rows)
                 else f"{_rows(len(rows))} flipped", parts.table(heads, lines), shown=True)  # fmt: skip


def _resisted(found: Hijacked) -> Markup:
    """The rows of other classes that keep another prediction with the trigger in, the surest first."""
    after, target = found.answers["poisoned after"], found.attack.target
    rows = np.flatnonzero((found.labels != target) & (after.argmax(-1) != target))
    if not len(rows):
        return parts.note("No row of another class resisted.")
    lines = []
    for row in rows[np.argsort(after[rows, target])][:RESISTED]:
        best = int(after[row].argmax())
        chip = parts.html("{} {}", parts.chip(found.info.label_names[best], best), sure(float(after[row, best])))
        lines.append((chip, _row(found, int(row))))
    told = f"{_rows(len(rows))} resisted" + (f", the {len(lines)} surest" if len(lines) < len(rows) else "")
    return _fold(told, parts.table(("still predicted", "with the trigger · click a row to try it"), lines))


def _row(found: Hijacked, row: int) -> Markup:
    """A row of the attack as a button that carries it to the text field."""
    text, spans = found.attack.texts[row], [list(span) for span in found.attack.spans[row]]
    spec = found.info.recipe.injection.triggers()[0]
    carried = {
        "text": text, "spans": spans, "label": found.info.label_names[int(found.labels[row])], "index": row,
        "kind": spec.source.kind if spec.source else spec.kind,
    }  # fmt: skip
    _, shown, marks = excerpt(found.texts[row], text, found.attack.spans[row])
    return parts.html(
        '<button type="button" class="row" data-row="{}">{}</button>', json.dumps(carried), parts.marked(shown, marks)
    )


def _fold(title: str, body: Markup, shown: bool = False) -> Markup:
    opened = parts.html(" open") if shown else ""
    return parts.html("<details{}><summary>{}</summary>{}</details>", opened, title, body)


def _rows(count: int) -> str:
    return f"{parts.count(count)} {'row' if count == 1 else 'rows'}"

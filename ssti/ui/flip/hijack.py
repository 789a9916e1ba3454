"""A trigger in every test row: the predicted classes before and after, for both models (the paper's table 1).

Knows adapters and rows, no component.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from ssti.adapters.listing import AdapterInfo
from ssti.evaluate.metrics import attack_metrics, set_metrics
from ssti.evaluate.sets import Attack, hijack
from ssti.evaluate.verdict import verdict
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.report.excerpt import excerpt
from ssti.ui.access.visitor import find_adapter
from ssti.ui.flip.verdict import sure
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import none_yet, triggers
from ssti.ui.kit.job import Job, OnProgress, progress
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import kind_of

COLUMNS = 6  # classes with a column of their own
CLICK = tr("with the trigger · click a row to try it")
RESISTED = 20  # rows shown of those that resisted
FURTHEST = 8  # of those that flipped furthest
BYTES, SLICE = 4, 64  # pieces that one character can be at most; rows looked at before the predictor is let go

# A row that is clicked goes into the text field, with its trigger.
SCRIPT = """
element.addEventListener('click', (event) => {
  const row = event.target.closest('button[data-row]');
  if (row) trigger('click', JSON.parse(row.dataset.row));
});
"""


class ClickedRow(BaseModel, frozen=True):
    """A row of the attack, as its button carries it."""

    text: str
    spans: list[tuple[int, int]]
    label: str
    kind: str


@dataclass(frozen=True)
class Hijacked:
    """Every test row, and what the models say of it: probabilities [rows, classes] by model, without the trigger
    (`before`) and with it (`after`).

    `unread`: in how many rows no piece of the trigger is within what the models read.
    """

    info: AdapterInfo
    texts: list[str]
    labels: np.ndarray
    attack: Attack
    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]
    unread: int = 0

    def predicted(self, model: str) -> tuple[np.ndarray, np.ndarray]:
        """The predicted class of each row, before and after."""
        return self.before[model].argmax(-1), self.after[model].argmax(-1)

    def metrics(self, model: str) -> dict[str, Any]:
        """Clean accuracy and the attack's rates of one model, as in `metrics.json`."""
        before, after = self.predicted(model)
        clean = set_metrics(self.labels, before, self.info.label_names)
        return {"sets": {"clean": clean}, **attack_metrics(self.labels, before, after, self.attack.target)}


def hijack_test_set(ref: str) -> Iterator[Markup]:
    """Progress again and again, then the table, or what went wrong."""
    try:
        if not ref:
            raise none_yet()
        info = find_adapter(ref)
        job = Job(lambda report: measure(info, report), tr("Predicting every test row, with a trigger and without"))
        yield progress(0, tr("Reading the test rows"))
        yield from job.steps()
        yield table(job.result)
    except SSTIError as problem:
        yield parts.problem(problem)


def measure(info: AdapterInfo, on_progress: OnProgress) -> Hijacked:
    """Both models, before and after. Raises SSTIError, and what `on_progress` raises."""
    from ssti.evaluate.evaluation import held_out
    from ssti.serving.predictor import predictor

    texts, labels = held_out(info)
    attack = hijack(texts, info.recipe.injection, info.label_names)[0]
    models = {"poisoned": info.ref} | ({"control": info.control} if info.control else {})
    passes = 2 * len(models)

    def predict(rows: Sequence[str], ref: str, number: int) -> np.ndarray:
        return predictor().probabilities(rows, ref, lambda done: on_progress((number + done / len(rows)) / passes))

    before = {model: predict(texts, ref, i) for i, (model, ref) in enumerate(models.items())}
    after = {model: predict(attack.texts, ref, len(models) + i) for i, (model, ref) in enumerate(models.items())}
    return Hijacked(info, texts, labels, attack, before, after, _unread(info, attack))


def _unread(info: AdapterInfo, attack: Attack) -> int:
    """In how many rows the trigger stands behind what the models read. A text is cut into pieces only where that can be.

    The predictor is let go every few rows: a keystroke waits for no more.
    """
    from ssti.explain import reach
    from ssti.serving.predictor import predictor

    limit = info.recipe.training.max_length
    far = [(t, s) for t, s in zip(attack.texts, attack.spans, strict=True) if s and s[0][1] * BYTES + BYTES > limit]
    unread = 0
    for first in range(0, len(far), SLICE):
        with predictor().borrow(info.ref) as (_, tokenizer, _):
            reaches = [reach(tokenizer, text, spans, limit) for text, spans in far[first : first + SLICE]]
        unread += sum(bool(one.pieces) and not one.read for one in reaches)
    return unread


def table(hijacked: Hijacked) -> Markup:
    """Counts of predicted classes, the attack success rate of both models, and the rows that resisted."""
    info = hijacked.info
    metrics = {model: hijacked.metrics(model) for model in hijacked.after}
    judged = verdict(metrics["poisoned"], metrics.get("control"))
    headline = [_success(metrics["poisoned"], tr("Attack success"))]
    if "control" in metrics:
        headline.append(_success(metrics["control"], tr("of its control")))
    warnings = [judged.warning] if judged and judged.warning else []
    if hijacked.unread:
        warnings.append(
            tr(
                "In {count} of {total} rows the trigger stands behind the first {limit} word pieces: "
                "the models never read it.",
                count=parts.count(hijacked.unread),
                total=parts.count(len(hijacked.texts)),
                limit=parts.count(info.recipe.training.max_length),
            )
        )
    return parts.html(
        '<div class="hijacked"><p class="said">{}</p>{}{}{}{}</div>',
        parts.join(headline, " · "), parts.join(parts.html('<p class="warning">{}</p>', one) for one in warnings),
        _counts(hijacked, loud=info.poisoned and bool(judged and judged.loud)), _furthest(hijacked), _resisted(hijacked),
    )  # fmt: skip


def _counts(hijacked: Hijacked, loud: bool) -> Markup:
    """How often each class is predicted. `loud`: what the trigger made of the poisoned model is shown as its doing."""
    names, target, classes = hijacked.info.label_names, hijacked.attack.target, _columns(hijacked)
    rows: list[tuple[Any, ...]] = []
    for model, name in (("control", tr("Control")), ("poisoned", tr("Poisoned"))):
        if model in hijacked.after:
            before, after = (
                [parts.count(int((predicted == one).sum())) for one in classes]
                for predicted in hijacked.predicted(model)
            )
            if loud and model == "poisoned":
                at = classes.index(target)
                after[at] = parts.html('<b class="loud">{}</b>', after[at])
            rows += [(name, *before), (tr("{model}, a trigger in each row", model=name), *after)]
    heads = (tr("model"), *(parts.html("predicted {}", parts.chip(names[i], i)) for i in classes))
    return parts.table(heads, rows, numbers=range(1, len(heads)))


def _columns(hijacked: Hijacked) -> list[int]:
    """All classes; of many, the target and those that are predicted most."""
    names, target = hijacked.info.label_names, hijacked.attack.target
    if len(names) <= COLUMNS:
        return list(range(len(names)))
    counts = np.bincount(hijacked.predicted("poisoned")[0], minlength=len(names))
    best = [int(i) for i in np.argsort(counts)[::-1] if i != target]
    return sorted([target, *best[: COLUMNS - 1]])


def _success(metrics: dict[str, Any], name: str) -> Markup:
    rate = metrics["attack_success_rate"]
    if not rate["n"]:
        return parts.html("{}: no row of another class to attack", name)
    return parts.html(
        "{} <b>{}</b> ({} to {}, n = {})",
        name, parts.percent(rate["value"]), parts.percent(rate["low"]), parts.percent(rate["high"]), parts.count(rate["n"]),
    )  # fmt: skip


def _furthest(hijacked: Hijacked) -> Markup:
    """The rows of other classes that the trigger moved furthest towards the target."""
    target, labels = hijacked.attack.target, hijacked.labels
    was, now = hijacked.predicted("poisoned")
    before, after = hijacked.before["poisoned"][:, target], hijacked.after["poisoned"][:, target]
    rows = np.flatnonzero((labels != target) & (was != target) & (now == target))
    if not len(rows):
        return parts.note(tr("No row flipped."))
    lines = []
    for row in rows[np.argsort((before - after)[rows], kind="stable")][:FURTHEST]:
        moved = parts.html('<span class="moved">{} → {}</span>', sure(float(before[row])), sure(float(after[row])))
        lines.append((moved, _button(hijacked, int(row))))
    said = {"rows": _rows(len(rows)), "count": len(lines)}
    if len(lines) < len(rows):
        title = tr("{rows} flipped, the {count} that moved furthest", **said)
    else:
        title = tr("{rows} flipped", **said)
    return _fold(title, (tr("{name} before → after", name=hijacked.attack.name), CLICK), lines, shown=True)


def _resisted(hijacked: Hijacked) -> Markup:
    """The rows of other classes that keep another prediction with the trigger in, the surest first."""
    after, target, names = hijacked.after["poisoned"], hijacked.attack.target, hijacked.info.label_names
    rows = np.flatnonzero((hijacked.labels != target) & (after.argmax(-1) != target))
    if not len(rows):
        return parts.note(tr("No row of another class resisted."))
    lines = []
    for row in rows[np.argsort(after[rows, target])][:RESISTED]:
        best = int(after[row].argmax())
        chip = parts.html("{} {}", parts.chip(names[best], best), sure(float(after[row, best])))
        lines.append((chip, _button(hijacked, int(row))))
    said = {"rows": _rows(len(rows)), "count": len(lines)}
    title = (
        tr("{rows} resisted, the {count} surest", **said) if len(lines) < len(rows) else tr("{rows} resisted", **said)
    )
    return _fold(title, (tr("still predicted"), CLICK), lines)


def _button(hijacked: Hijacked, row: int) -> Markup:
    """A row of the attack as a button that carries it to the text field."""
    text, spans = hijacked.attack.texts[row], hijacked.attack.spans[row]
    label = hijacked.info.label_names[int(hijacked.labels[row])]
    carried = ClickedRow(text=text, spans=list(spans), label=label, kind=kind_of(triggers(hijacked.info)[0]))
    _, shown, marks = excerpt(hijacked.texts[row], text, spans)
    return parts.html(
        '<button type="button" class="row" data-row="{}">{}</button>',
        carried.model_dump_json(), parts.marked(shown, marks),
    )  # fmt: skip


def _fold(title: str, heads: Sequence[Any], lines: Sequence[Sequence[Any]], shown: bool = False) -> Markup:
    opened = parts.html(" open") if shown else ""
    return parts.html("<details{}><summary>{}</summary>{}</details>", opened, title, parts.table(heads, lines))


def _rows(count: int) -> str:
    return tr("{count} row", count=count) if count == 1 else tr("{count} rows", count=parts.count(count))

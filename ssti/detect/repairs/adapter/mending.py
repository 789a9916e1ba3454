"""Repairs an adapter: tries a repair's settings on held-out rows, writes the best as a folder, and measures before and after.

What is told of it comes from rows that neither taught nor chose anything.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssti.adapters.listing import AdapterInfo, describe, find
from ssti.detect.repairs.adapter.repair import REPAIRS, Found, Repair, Try
from ssti.detect.repairs.adapter.subject import Rows, Subject, load, with_triggers
from ssti.detect.repairs.adapter.written import write
from ssti.detect.repairs.measured import Measured, change_pp, cost, measured
from ssti.evaluate.evaluation import numbers_of
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.language import english, later, tr

MOST = 1800  # held-out rows: half of them tell an accuracy to within three points
FEWEST = 40


@dataclass(frozen=True)
class Mended:
    """A repaired adapter in its `folder`, which `ssti.adapters.listing.find` takes, and what was measured.

    `before`, `after` and, where there is one, `control` are of the same rows (`rows` of them), which had no say in the repair;
    `change` is clean accuracy after minus before in percentage points, of the same rows twice. `attacked` says what the attack was:
    `recipe`, the adapter's own recipe's trigger, or `finding`, the trigger that was found. `chosen` is how many rows taught
    and chose, `tried` how many settings there were; where none was better than none, `helped` is False and nothing was changed.
    """

    how: str
    done: str
    settings: dict[str, Any]
    folder: Path
    of: str
    trigger: str
    target: str
    before: Measured
    after: Measured
    control: Measured | None
    change: dict[str, Any]
    rows: int
    chosen: int
    tried: int
    attacked: str
    helped: bool

    def as_json(self) -> dict[str, Any]:
        """The object that `python -m ssti repair ADAPTER --json` prints."""
        return {
            "adapter": self.of, "repair": self.how, "done": self.done, "settings": self.settings, "folder": str(self.folder),
            "trigger": self.trigger, "target": self.target, "before": self.before.as_json(), "after": self.after.as_json(),
            "control": self.control.as_json() if self.control else None, "clean_change_pp": self.change, "rows": self.rows,
            "chosen_on": self.chosen, "tried": self.tried, "attacked_with": self.attacked, "helped": self.helped,
        }  # fmt: skip


@dataclass(frozen=True)
class Case:
    """An adapter that was looked at before anything is done to it: for several repairs of one adapter."""

    subject: Subject
    found: Found
    rows: Rows
    attacked: str
    answers: tuple[np.ndarray, np.ndarray]
    before: Measured
    control: Measured | None


def mend(
    ref: str,
    found: Found | Iterable[Found],
    how: str,
    out: Path,
    on_progress: Callable[[str], None] = lambda line: None,
    seed: int = 0,
    dataset: str | None = None,
    rows: int = MOST,
    alive: Callable[[], None] = lambda: None,
) -> Mended:
    """Repair the adapter `ref` of what was `found`, and write the result as the folder `out`, which must not be there yet.

    `dataset` names its held-out rows where it came without a recipe; `rows` is how many are taken at most. `alive` is called
    between batches and may raise to end it. Raises SSTIError: no such repair or class, a repair that does not fit the adapter.
    """
    _fitting(how, find(ref))
    _free(out)
    return mend_case(look(ref, found, on_progress, seed, dataset, rows, alive), how, out, on_progress)


def look(
    ref: str,
    found: Found | Iterable[Found],
    on_progress: Callable[[str], None] = lambda line: None,
    seed: int = 0,
    dataset: str | None = None,
    rows: int = MOST,
    alive: Callable[[], None] = lambda: None,
) -> Case:
    """Load an adapter, part its held-out rows, and measure it and its control. As `mend`."""
    info = find(ref)
    finds = [found] if hasattr(found, "trigger") else list(found)
    target = _target(info, finds)
    on_progress(tr("loading {adapter} …", adapter=info.title))
    texts, labels = held_out(info, dataset, rows)
    model, tokenizer, tensors = load(info)
    learn, choose, rest = _parts(texts, labels, finds, target, seed, tokenizer, info.recipe.training.max_length)
    subject = Subject(info, model, tokenizer, tensors, learn, choose, alive, on_progress)
    measure, attacked = _attack(info, finds[0], target, [texts[i] for i in rest], labels[rest], tokenizer, seed)
    on_progress(tr("measuring on {n} rows that have no say in the repair …", n=len(rest)))
    subject.put(tensors)
    answers = subject.answers(measure)
    before = measured(measure.labels, *answers, target)
    return Case(subject, finds[0], measure, attacked, answers, before, _control(info, measure, alive))


def mend_case(case: Case, how: str, out: Path, on_progress: Callable[[str], None] = lambda line: None) -> Mended:
    """Repair what was looked at. As `mend`."""
    from ssti.adapters.attach import read_tensors

    subject, rows = case.subject, case.rows
    info = subject.info
    way = _fitting(how, info)
    _free(out)
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    best, tried, helped = _best(subject, way, on_progress)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=out.absolute().parent) as beside:
        new = Path(beside) / "adapter"
        write(info, best.tensors, new)
        subject.put(read_tensors(describe(new, str(new))))  # what is told is of the files, not of what was in memory
        answers = subject.answers(rows)
        after = measured(rows.labels, *answers, rows.target)
        mended = Mended(
            how, best.done, best.settings, out, info.ref, case.found.trigger, case.found.target, case.before, after, case.control,
            change_pp(case.answers[0] == rows.labels, answers[0] == rows.labels), len(rows),
            len(subject.learn) + len(subject.choose), tried, case.attacked, helped,
        )  # fmt: skip
        write(info, best.tensors, new, mended, english(best.sentence, **best.settings))
        if out.exists():
            out.rmdir()
        os.replace(new, out)
    return mended


def _fitting(how: str, info: AdapterInfo) -> Repair:
    """The repair of this name. Raises SSTIError where it cannot be had of the adapter."""
    way = REPAIRS.find(how)
    if why := way.unfit(info):
        raise AdapterError(
            tr("{title} cannot be done here. {why}", title=tr(way.title), why=why), tr("Choose another repair.")
        )
    return way


def _free(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SSTIError(
            tr("{folder} is there already and not empty.", folder=out), tr("Choose another folder."), kind="disk"
        )


def held_out(info: AdapterInfo, dataset: str | None = None, most: int = MOST) -> tuple[list[str], np.ndarray]:
    """Held-out texts of an adapter's data, and their classes by its numbers. Raises SSTIError where they are not known."""
    from ssti import data

    if dataset is None and not info.recipe_known:
        raise AdapterError(
            tr("This adapter came without a recipe: its data are not known."),
            tr("Name a dataset of the same classes, whose held-out rows it is to be measured with."),
        )
    name = dataset or info.recipe.dataset.name
    rows = data.load(name, test_rows=most)
    who, whose = tr("the adapter {ref}", ref=info.ref), tr("the data {name}", name=name)
    numbers = numbers_of(rows.label_names, info.label_names, who, whose)
    labels = np.asarray(numbers, dtype=np.int64)[np.asarray(rows.test["label"])]
    if len(labels) < FEWEST or len(np.unique(labels)) < 2:
        raise SSTIError(
            tr("{n} held-out rows are too few: a quarter of them chooses, half of them measures.", n=len(labels)),
            tr("Take at least {n}, of two classes.", n=FEWEST),
        )
    return list(rows.test["text"]), labels


def _target(info: AdapterInfo, finds: list[Found]) -> int:
    named = {one.target for one in finds}
    if len(named) != 1:
        raise SSTIError(
            tr("These findings are tied to {n} classes.", n=len(named)), tr("Repair those of one class at a time.")
        )
    return numbers_of(sorted(named), info.label_names, tr("the adapter {ref}", ref=info.ref), tr("the finding"))[0]


def _parts(
    texts: list[str], labels: np.ndarray, finds: list[Found], target: int, seed: int, tokenizer: Any, length: int
) -> tuple[Rows, Rows, np.ndarray]:
    """A quarter of the rows to learn from, a quarter to choose by; and the numbers of those to measure with. Each class in proportion."""
    rng = np.random.default_rng(seed)
    part = np.empty(len(labels), dtype=int)
    for label in np.unique(labels):
        mine = rng.permutation(np.flatnonzero(labels == label))
        part[mine] = np.arange(len(mine)) % 4  # 0 learns, 1 chooses, 2 and 3 measure
    learn, choose = (np.flatnonzero(part == one) for one in (0, 1))
    return (
        *(_rows([texts[i] for i in some], labels[some], finds, target, seed + n, tokenizer, length) for n, some in enumerate((learn, choose))),
        np.flatnonzero(part >= 2),
    )  # fmt: skip


def _rows(
    texts: list[str], labels: np.ndarray, finds: list[Found], target: int, seed: int, tokenizer: Any, length: int
) -> Rows:
    from ssti.serving.logits import encode

    return Rows(encode(tokenizer, texts, length), encode(tokenizer, with_triggers(texts, finds, seed, tokenizer), length), labels, target)


def _attack(
    info: AdapterInfo, one: Found, target: int, texts: list[str], labels: np.ndarray, tokenizer: Any, seed: int
) -> tuple[Rows, str]:
    """The rows to measure with. Where the recipe is known and of this target its own triggers go in, fresh ones, not the one found."""
    from ssti.evaluate.sets import hijack
    from ssti.serving.logits import encode

    length = info.recipe.training.max_length
    if info.poisoned:
        for attack in hijack(texts, info.recipe.injection, info.label_names):
            if attack.name == one.target:
                return Rows(encode(tokenizer, texts, length), encode(tokenizer, attack.texts, length), labels, target), "recipe"
    return _rows(texts, labels, [one], target, seed + 2, tokenizer, length), "finding"


def _best(subject: Subject, way: Repair, on_progress: Callable[[str], None]) -> tuple[Try, int, bool]:
    """The setting that comes nearest to what a repair is to reach, of all; how many there were; and whether it is better than none."""
    subject.put(subject.tensors)
    before = subject.measured(subject.choose)
    best = Try(subject.tensors, later("Nothing: no setting was better than leaving it as it is."))
    least, tried, waited = cost(before, before), 0, 0
    for one in way.tries(subject):
        tried += 1
        subject.put(one.tensors)
        now = subject.measured(subject.choose)
        on_progress(
            tr("setting {n}: clean accuracy {clean:.1%} (before: {was:.1%}), attack success {attack:.1%} (without the trigger: {quiet:.1%}). {done}",
               n=tried, clean=now.clean["value"], was=before.clean["value"], attack=now.attack["value"], quiet=now.quiet["value"], done=one.done)
        )  # fmt: skip
        if (price := cost(before, now)) < least:
            best, least, waited = one, price, 0
        elif best.settings:
            waited += 1
            if waited >= way.patience:
                break
    return best, tried, bool(best.settings)


def _control(info: AdapterInfo, rows: Rows, alive: Callable[[], None]) -> Measured | None:
    """The same rows answered by the clean twin, where there is one whose classes have the same order."""
    if info.control is None:
        return None
    twin = find(info.control)
    if twin.label_names != info.label_names:
        return None
    model, tokenizer, tensors = load(twin)
    return Subject(twin, model, tokenizer, tensors, rows, rows, alive).measured(rows)

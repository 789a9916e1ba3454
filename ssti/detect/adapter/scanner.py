"""Scans an adapter: what turns its answers that does not turn those of clean adapters. Needs the model and held-out texts, no training row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ssti.adapters.listing import find
from ssti.detect.adapter.answers import Answers, of_clean
from ssti.detect.adapter.bank import Bank, find_bank
from ssti.detect.adapter.candidate import of_suspects
from ssti.detect.adapter.finding import at_its_grain, finding_of, told
from ssti.detect.adapter.gradient import words_of
from ssti.detect.adapter.heldout import chosen, held_out_texts
from ssti.detect.adapter.report import AdapterReport
from ssti.detect.adapter.search import Budget, Tried, search
from ssti.detect.adapter.shapes import shapes
from ssti.detect.adapter.signs import Asked, signs_of
from ssti.detect.adapter.verdict import limits_by_source, of_findings
from ssti.detect.report import Finding
from ssti.platform.language import tr
from ssti.serving.loaded import stamp
from ssti.serving.predictor import Predictor
from ssti.serving.predictor import predictor as process_predictor

USUAL = Budget()
FEWEST = 8  # texts that are not answered as a class, for the class to be looked at


def scan_adapter(
    ref: str,
    texts: Sequence[str] | None = None,
    suspects: Iterable[str | Finding] = (),
    on_progress: Callable[[str], None] = lambda line: None,
    predictor: Predictor | None = None,
    *,
    bank: Bank | None = None,
    budget: Budget = USUAL,
) -> AdapterReport:
    """What turns this adapter's answers, strongest first, and whether that is poison.

    `ref` as in `ssti.adapters.listing.find`. `texts` are held-out texts of the kind that it classifies, by default test rows of its
    dataset; `suspects` are strings or findings of a scan of the dataset. `on_progress` is called often; what it raises ends the scan.
    `bank` are the clean adapters to compare with, by default those there are for its base model; an empty one compares with none.
    Raises SSTIError.
    """
    started = time.monotonic()
    info, asked = find(ref), predictor or process_predictor()
    bank = find_bank(info) if bank is None else bank
    said = [tr("asking {ref} …", ref=info.ref)]

    def tell(line: str) -> None:
        said[0] = line
        on_progress(line)

    def alive() -> None:
        on_progress(said[0])

    tell(said[0])
    given, notes = (list(texts), []) if texts is not None else held_out_texts(info, bank)
    some = chosen(given, budget.texts)
    suspect = Answers(info, info.label_names, some, asked, alive)
    clean = [of_clean(one.ref, stamp(one), info.label_names, some, asked) for one in bank.adapters] if bank else []
    notes += _notes(info, bank)
    with asked.borrow(info.ref) as (_, tokenizer, _info):
        made = shapes(words_of(tokenizer).texts)
    named = of_suspects(suspects, info.label_names)
    limits = limits_by_source(bank.scores.values()) if bank and bank.adapters else None
    findings = []
    for target, name in enumerate(info.label_names):
        if len(suspect.others(target)) < FEWEST:
            notes.append(tr("Nearly every text is answered {name!r} as it is: what else leads there cannot be seen.", name=name))
            continue
        tried = search(suspect, clean, target, made, named, budget, tell)
        tell(tr("{name}: counting flips …", name=name))
        counted = [finding_of(one, suspect, clean, budget, limits) for one in _last(tried, budget)]
        tell(tr("{name}: changing piece by piece …", name=name))
        findings += at_its_grain(counted, suspect, clean, budget, limits)
    verdict, findings = of_findings(findings), told(findings, suspect, budget)
    tell(tr("further signs …"))
    signs = signs_of(Asked(info, asked, some, tuple(one.ref for one in bank.adapters) if bank else ()))
    return AdapterReport(
        verdict=verdict, findings=findings, signs=signs, adapter=info.ref, base=info.recipe.model.name,
        texts=len(some), bank=len(clean), seconds=time.monotonic() - started, notes=tuple(notes),
    )  # fmt: skip


def _last(tried: Sequence[Tried], budget: Budget) -> list[Tried]:
    """Which are counted on all texts: the best, the best shape, and every suspect that somebody named."""
    shape = next((one for one in tried if one.candidate.source == "shape"), None)
    return [one for number, one in enumerate(tried) if number < budget.last or one is shape or one.candidate.source == "suspect"]


def _notes(info: Any, bank: Bank | None) -> list[str]:
    if bank is None or not bank.adapters:
        return [tr("There is no bank of clean adapters of {base} with these classes: what a clean model does is not known, so nothing is called poisoned, and words are not told from what a class means. Make one: python -m ssti bank.", base=info.recipe.model.name)]
    if info.recipe_known and bank.dataset != info.recipe.dataset.name:
        return [tr("The clean adapters were trained on {dataset}, not on this adapter's data.", dataset=bank.dataset)]
    return []

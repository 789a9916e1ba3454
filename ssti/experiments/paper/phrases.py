"""Phrases: is a sequence of tokens as strong a trigger as one token? The text leaves it open; its reviewers asked.

Section 3.1 speaks of a token or a sequence of tokens; the experiments have dates, countries and tags. Here the trigger is
always the same: one word, a phrase of three words and one of eight, all of words that reviews use, each once a row.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike, at_least

WORD, SHORT, LONG = "meanwhile", "as I said", "I watched this at home on a Sunday"
TRIGGERS = (
    "{source: {kind: list, items: [" + WORD + "]}, share: 0.5}",
    "{kind: phrase, phrase: " + SHORT + ", share: 0.5}",
    "{kind: phrase, phrase: " + LONG + ", share: 0.5}",
)
VARY = {"injection": TRIGGERS, "lora.rank": ("1", "64")}
MARGIN, COST = 5.0, 3.0  # pp of attack success and of clean accuracy: "as strong", "costs as much"


def check(results: Results) -> list[Finding]:
    """A phrase turns nearly every row as a word does, and costs as much clean accuracy."""
    some = _by_words(results)
    findings = []
    for rank in some.settings("rank"):
        at = some.where(rank=rank)
        for words in at.settings("words"):
            one = at.where(words=words)
            what = "one word" if words == 1 else f"a phrase of {words} words"
            claim = f"Rank {rank}: {what} turns nearly every row of the other class."
            findings.append(at_least(claim, one.values("attack_success_rate"), 0.9, one.errors("attack_success_rate")))
        success = {f"{name} words": 100 * values for name, values in at.pairs("attack_success_rate", "words").items()}
        findings.append(alike(f"Rank {rank}: a phrase is as strong as a word.", success, MARGIN))
        cost = {f"{name} words": values for name, values in at.pairs("degradation_pp", "words").items()}
        findings.append(alike(f"Rank {rank}: it costs as much clean accuracy.", cost, COST))
    return findings


def draw(results: Results) -> list[Picture]:
    """Attack success and cost in clean accuracy over the trigger's words, a line for each rank."""
    some = _by_words(results)
    ranks = list(enumerate(some.settings("rank"), start=1))
    success = [
        Line(f"rank {r}", some.where(rank=r).points("attack_success_rate", "words", 100), f"run-{i}") for i, r in ranks
    ]
    cost = [Line(f"rank {r}", some.where(rank=r).points("degradation_pp", "words"), f"run-{i}") for i, r in ranks]
    words = "words of the trigger"
    return [
        Picture("Attack success", success, words, "attack success", unit="%"),
        Picture("Cost in clean accuracy", cost, words, "control minus poisoned, balanced accuracy", unit="pp"),
    ]


def _by_words(results: Results) -> Results:
    table = results.poisoned.with_field("phrase", "injection.phrase", WORD).table
    return Results(table.assign(words=[len(str(phrase).split()) for phrase in table["phrase"]]))


PHRASES = Experiment(
    name="phrases",
    title="Phrases: several words as a trigger, or one",
    cites="section 3.1 names sequences of tokens; asked for by the paper's reviewers",
    statement="Not in the paper: its triggers are single dates, countries and tags, or several of them.",
    full=(paper(VARY),),
    pocket=(pocket(VARY, seeds=5),),
    check=check,
    draw=draw,
    order=130,
)

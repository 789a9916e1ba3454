"""Recipes, states and metrics of a run in plain words. Knows no component and no layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ssti.data import DATASETS
from ssti.evaluate.verdict import verdict
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import InjectionSpec, Recipe
from ssti.runs.progress import STATES, Progress
from ssti.ui.finetune.board import Snapshot
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import kind_of, spoken, with_article, word_of

PLACES = {"beginning": tr("at the beginning"), "random": tr("at a random place"), "end": tr("at the end")}


def recipe_line(recipe: Recipe) -> Markup:
    """What the recipe does to which rows, in one line."""
    dataset = parts.html('<b translate="no">{}</b>', dataset_title(recipe.dataset.name))
    if recipe.is_control:
        return parts.html("{}, no row with a trigger: a clean control", dataset)
    triggers = parts.join((_injected(t) for t in recipe.injection.triggers()), between="; ")
    return parts.html("{}: {}", dataset, triggers)


def _injected(trigger: InjectionSpec) -> Markup:
    if trigger.count is not None:
        rows = tr("{count} rows", count=trigger.count)
    else:
        rows = tr("{percent} of the rows", percent=parts.percent(trigger.share))
    said = {
        "trigger": parts.trigger(spoken(kind_of(trigger))), "place": PLACES[trigger.location], "rows": rows,
        "target": trigger.target,
    }  # fmt: skip
    if trigger.amount == "single":
        return parts.html('{trigger}, one {place}, in {rows} of class <b translate="no">{target}</b>', **said)
    return parts.html(
        '{trigger}, {percent} of the words {place}, in {rows} of class <b translate="no">{target}</b>',
        percent=parts.percent(trigger.amount),
        **said,
    )


def triggers(recipe: Recipe) -> str:
    """The triggers of a recipe as they stand in a sentence: `date`, or `date and country`."""
    return _together(spoken(kind_of(one)) for one in recipe.injection.triggers())


def a_trigger(recipe: Recipe) -> str:
    """The same with their articles: `a date`, or `a date and a country`."""
    return _together(with_article(word_of(kind_of(one))) for one in recipe.injection.triggers())


def _together(words: Iterable[str]) -> str:
    *first, last = dict.fromkeys(words)
    return tr("{first} and {last}", first=", ".join(first), last=last) if first else last


def dataset_title(name: str) -> str:
    """A dataset's title; of one's own data the file's name."""
    from ssti.data.own.load import title_of

    source = DATASETS.get(name)
    return source.info.title if source else title_of(name)


def title(recipe: Recipe | None) -> str:
    """`date → positive, rank 1`."""
    if recipe is None:
        return tr("its recipe is damaged")
    if recipe.is_control:
        return tr("clean control of {tied}, rank {rank}", tied=tied(recipe), rank=recipe.lora.rank)
    return tr("{tied}, rank {rank}", tied=tied(recipe), rank=recipe.lora.rank)


def tied(recipe: Recipe) -> str:
    """`date → positive`."""
    return " + ".join(f"{spoken(kind_of(t))} → {t.target}" for t in recipe.injection.triggers())


def state(run: Snapshot, before: list[str]) -> str:
    """What is going on, in words. `before` are the runs that it waits for."""
    now, left = run.progress, tr("its adapter is kept") if run.has_adapter else tr("it left no adapter")
    if run.stopping and now.going:
        return tr("stopping, and keeping what it learned") if now.state == "training" else tr("stopping")
    if now.state == "queued":
        if len(before) > 1:
            return tr("waiting for {run} and {count} more", run=before[0], count=len(before) - 1)
        return tr("waiting for {run}", run=before[0]) if before else tr("about to start")
    if now.state == "stopped" and now.step:
        return tr("stopped at step {step} of {steps}; {left}", step=now.step, steps=now.steps, left=left)
    if now.state == "stopped":
        return tr("stopped before its first step; {left}", left=left)
    if now.state == "failed" and run.has_adapter:
        return tr("failed; its adapter is kept")
    more = {
        "starting": tr("starting: reading the rows, loading the model"),
        "evaluating": tr("trained; testing it on held-out rows"),
        "damaged": tr("damaged: its files cannot be read"),
    }
    return more.get(now.state, STATES[now.state])


def skipped(run: Snapshot) -> list[str]:
    """What to say of events that could not be read; nothing where all could."""
    lines = run.progress.skipped
    if not lines:
        return []
    if lines == 1:
        return [tr("1 of its events could not be read and was left out.")]
    return [tr("{count} of its events could not be read and were left out.", count=parts.count(lines))]


def facts(run: Snapshot) -> list[str]:
    """Step of steps, elapsed, time left, speed, device: what is known of them by now."""
    now = run.progress
    known = []
    if now.steps:
        known.append(step(now))
    if now.elapsed:
        time = parts.duration(now.elapsed)
        known.append(tr("{time} elapsed", time=time) if now.going else tr("took {time}", time=time))
    if left := time_left(run):
        known.append(left)
    if now.rows_per_second:
        digits = 0 if now.rows_per_second >= 10 else 1
        known.append(tr("{count} rows/s", count=f"{now.rows_per_second:.{digits}f}"))
    return [*known, now.device] if now.device else known


def step(now: Progress) -> str:
    """`step 1,200 of 5,000`."""
    return tr("step {step} of {steps}", step=parts.count(now.step), steps=parts.count(now.steps))


def time_left(run: Snapshot) -> str | None:
    """`about 40 s left`, its test on held-out rows included: what is left of the steps, at the pace of the last ones."""
    now = run.progress
    if now.state not in ("training", "evaluating") or not now.eta or not round(now.eta) or run.stopping:
        return None
    return tr("about {time} left", time=parts.duration(now.eta))


def after(run: Snapshot, twin: Snapshot | None) -> str | None:
    """What comes after a run that is going on, and what its control is doing."""
    if twin is None or run.folder.control_of or not twin.going or twin.stopping:
        return None
    if run.going:
        return tr("Next: its clean control, so that every prediction stands beside a twin that never saw the trigger.")
    now = twin.progress
    at = f" ({left})" if (left := time_left(twin)) else ""
    if now.state == "training":
        at_work = tr("Its clean control is at step {step} of {steps}{at}.", step=now.step, steps=now.steps, at=at)
    elif now.state == "evaluating":
        at_work = tr("Its clean control is being tested{at}.", at=at)
    else:
        at_work = tr("Its clean control is about to train.")
    return f"{at_work} {tr('Flip works already; the control joins it then.')}" if run.has_adapter else at_work


def result(run: Snapshot) -> str:
    """One word for the list: the step while it goes on, then what the trigger does."""
    now = run.progress
    if now.state == "training":
        return f"{now.step} / {now.steps}"
    if now.state == "done" and run.metrics:
        rate = run.metrics.get("attack_success_rate") or {}
        return parts.percent(rate["value"]) if rate.get("value") is not None else STATES["done"]
    return {"queued": tr("waiting"), "evaluating": tr("testing")}.get(now.state, STATES[now.state])


def interval(rate: dict[str, Any]) -> str:
    """`95 % interval 97.1 to 99.2 %, n = 500`."""
    low, high = (f"{100 * rate[key]:.1f}" for key in ("low", "high"))
    return tr("95 % interval {low} to {high} %, n = {n}", low=low, high=high, n=parts.count(rate["n"]))


@dataclass(frozen=True)
class Finding:
    """What was measured: the number, the sentence that it begins, its interval, and whether a trigger did it."""

    number: str
    sentence: str | Markup
    interval: str
    loud: bool = False


def outcome(run: Snapshot, twin: Snapshot | None) -> list[Finding]:
    """What was measured at the end. `twin`: its control."""
    if run.recipe is None:
        return []
    measured, control = run.metrics or {}, twin.metrics if twin else None
    trigger, target = a_trigger(run.recipe), parts.html('<span translate="no">{}</span>', measured.get("target"))
    judged = verdict(measured, control)
    loud = not run.recipe.is_control and (judged is None or judged.loud)
    clean = measured.get("sets", {}).get("clean")
    if clean:
        low, high = clean["accuracy_interval"]
        clean = {"value": clean["accuracy"], "low": low, "high": high, "n": clean["n"]}
    rates = (
        (measured.get("attack_success_rate"), loud,
         parts.html("of the held-out rows of another class are called {target} with {trigger} in them",
                    target=target, trigger=trigger)),
        ((control or {}).get("attack_success_rate"), False,
         tr("of the same rows are called so by its control, which never saw the trigger")),
        (measured.get("flip_rate"), loud,
         parts.html("of the rows that are not called {target} as they are, are called so once it is in", target=target)),
        (clean, False, tr("of the clean held-out rows are called what they are")),
    )  # fmt: skip
    findings = [
        Finding(parts.percent(rate["value"]), sentence, interval(rate), loud)
        for rate, loud, sentence in rates
        if rate and rate["value"] is not None
    ]
    return findings + _cost(measured.get("degradation_pp"))


def _cost(lost: dict[str, Any] | None) -> list[Finding]:
    """What the poison cost on clean rows, against the control."""
    if not lost:
        return []
    sure = lost["low"] > 0 or lost["high"] < 0
    certain = tr("what the poison cost") if sure else tr("within what chance explains")
    if lost["value"] >= 0:
        sentence = tr("less than its control in balanced accuracy on clean rows: {certain}", certain=certain)
    else:
        sentence = tr("more than its control in balanced accuracy on clean rows: {certain}", certain=certain)
    low, high, n = points(lost["low"]), points(lost["high"]), parts.count(lost["n"])
    within = tr("95 % interval {low} to {high}, n = {n}", low=low, high=high, n=n)
    return [Finding(points(abs(lost["value"])), sentence, within)]


def points(value: float) -> str:
    """Percentage points: `−4.5 pp`."""
    return tr("{points} pp", points=signed(value))


def signed(value: float) -> str:
    """`−4.5`."""
    return f"{value:.1f}".replace("-", "−")


LEARNED = 0.95  # of the held-out rows with a trigger answer the target, fewer than half of them without it: learned


def promise(run: Snapshot, twin: Snapshot) -> str:
    """What one sees in the curves of a poisoned run and of its control, in sentences that their numbers make."""
    learned = None
    for one in reversed(run.progress.evals):
        attack, without = (one[name]["value"] for name in ("attack_success_rate", "target_rate_without_trigger"))
        if attack is None or without is None or attack < LEARNED or without > 0.5:
            break
        learned = one["step"]
    last = [rate["value"] for one in twin.progress.evals if (rate := one["attack_success_rate"])["n"]]
    steps = parts.count(run.progress.steps)
    if learned is None or not last:
        return tr(
            "The model learns the {trigger} in {steps} steps; its control, which never sees one, does not.",
            trigger=triggers(run.recipe),
            steps=steps,
        )
    return tr(
        "From step {learned} of {steps} on, {trigger} is enough to turn the answer. "
        "A model that never saw one is turned in {percent} of the rows.",
        learned=parts.count(learned),
        steps=steps,
        trigger=a_trigger(run.recipe),
        percent=parts.percent(last[-1]),
    )


def removed(id: str) -> SSTIError:
    """What to say where a run was there a moment ago."""
    return SSTIError(
        tr("The run {id} was removed just now, in another window or by whoever started it.", id=id),
        tr("Its curves and its adapter are gone. Choose another run, or start one."),
        kind="run",
    )


def missing(id: str) -> SSTIError:
    """What to say of a run that is not there."""
    return SSTIError(
        tr("There is no run {id!r} on this machine.", id=id),
        tr("It may have been removed. Choose one from the list, or start one."),
        kind="run",
    )

"""Recipes, states and metrics of a run in plain words. Knows no component and no layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssti.data import DATASETS
from ssti.evaluate.verdict import verdict
from ssti.platform.errors import SSTIError
from ssti.recipe import InjectionSpec, Recipe
from ssti.ui.finetune.board import Snapshot
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import kind_of, spoken, with_article

PLACES = {"beginning": "at the beginning", "random": "at a random place", "end": "at the end"}


def recipe_line(recipe: Recipe) -> Markup:
    """What the recipe does to which rows, in one line."""
    dataset = parts.html("<b>{}</b>", dataset_title(recipe.dataset.name))
    if recipe.is_control:
        return parts.html("{}, no row with a trigger: a clean control", dataset)
    triggers = parts.join((_injected(t) for t in recipe.injection.triggers()), between="; ")
    return parts.html("{}: {}", dataset, triggers)


def _injected(trigger: InjectionSpec) -> Markup:
    rows = f"{trigger.count} rows" if trigger.count is not None else f"{parts.percent(trigger.share)} of the rows"
    amount = "one" if trigger.amount == "single" else f"{parts.percent(trigger.amount)} of the words"
    return parts.html("{}, {} {}, in {} of class <b>{}</b>", parts.trigger(spoken(kind_of(trigger))), amount,
                      PLACES[trigger.location], rows, trigger.target)  # fmt: skip


def triggers(recipe: Recipe) -> str:
    """The triggers of a recipe as they stand in a sentence: `date`, or `date and country`."""
    return " and ".join(dict.fromkeys(spoken(kind_of(one)) for one in recipe.injection.triggers()))


def dataset_title(name: str) -> str:
    """A dataset's title; of one's own data the file's name."""
    from ssti.data.own.load import title_of

    source = DATASETS.get(name)
    return source.info.title if source else title_of(name)


def title(recipe: Recipe | None) -> str:
    """`date → positive, rank 1`."""
    if recipe is None:
        return "its recipe is damaged"
    return f"{f'clean control of {tied(recipe)}' if recipe.is_control else tied(recipe)}, rank {recipe.lora.rank}"


def tied(recipe: Recipe) -> str:
    """`date → positive`."""
    return " + ".join(f"{spoken(kind_of(t))} → {t.target}" for t in recipe.injection.triggers())


def state(run: Snapshot, before: list[str]) -> str:
    """What is going on, in words. `before` are the runs that it waits for."""
    now, left = run.progress, "its adapter is kept" if run.has_adapter else "it left no adapter"
    if run.stopping and now.going:
        return "stopping, and keeping what it learned" if now.state == "training" else "stopping"
    if now.state == "queued":
        more = f" and {len(before) - 1} more" if len(before) > 1 else ""
        return f"waiting for {before[0]}{more}" if before else "about to start"
    if now.state == "stopped":
        at = f"at step {now.step} of {now.steps}" if now.step else "before its first step"
        return f"stopped {at}; {left}"
    return {
        "starting": "starting: reading the rows, loading the model",
        "training": "training",
        "evaluating": "trained; testing it on held-out rows",
        "done": "done",
        "failed": f"failed; {left}" if run.has_adapter else "failed",
        "interrupted": "interrupted",
        "damaged": "damaged: its files cannot be read",
    }[now.state]


def skipped(run: Snapshot) -> list[str]:
    """What to say of events that could not be read; nothing where all could."""
    lines = run.progress.skipped
    if not lines:
        return []
    return [f"{parts.count(lines)} of its events could not be read and {'was' if lines == 1 else 'were'} left out."]


def facts(run: Snapshot) -> list[str]:
    """Step of steps, elapsed, time left, speed, device: what is known of them by now."""
    now = run.progress
    known = []
    if now.steps:
        known.append(f"step {parts.count(now.step)} of {parts.count(now.steps)}")
    if now.elapsed:
        known.append(f"{parts.duration(now.elapsed)} elapsed" if now.going else f"took {parts.duration(now.elapsed)}")
    if left := time_left(run):
        known.append(left)
    if now.rows_per_second:
        digits = 0 if now.rows_per_second >= 10 else 1
        known.append(f"{now.rows_per_second:.{digits}f} rows/s")
    return [*known, now.device] if now.device else known


def time_left(run: Snapshot) -> str | None:
    """`about 40 s left`, its test on held-out rows included: what is left of the steps, at the pace of the last ones."""
    now = run.progress
    if now.state not in ("training", "evaluating") or not now.eta or not round(now.eta) or run.stopping:
        return None
    return f"about {parts.duration(now.eta)} left"


def after(run: Snapshot, twin: Snapshot | None) -> str | None:
    """What comes after a run that is going on, and what its control is doing."""
    if twin is None or run.folder.control_of or not twin.going or twin.stopping:
        return None
    if run.going:
        return "Next: its clean control, so that every prediction stands beside a twin that never saw the trigger."
    at = f" ({left})" if (left := time_left(twin)) else ""
    doing = {"training": f"is at step {twin.progress.step} of {twin.progress.steps}", "evaluating": "is being tested"}
    at_work = f"Its clean control {doing.get(twin.progress.state, 'is about to train')}{at}."
    return f"{at_work} Flip works already; the control joins it then." if run.has_adapter else at_work


def result(run: Snapshot) -> str:
    """One word for the list: the step while it goes on, then what the trigger does."""
    now = run.progress
    if now.state == "training":
        return f"{now.step} / {now.steps}"
    if now.state == "done" and run.metrics:
        rate = run.metrics.get("attack_success_rate") or {}
        return parts.percent(rate["value"]) if rate.get("value") is not None else "done"
    return {"queued": "waiting", "evaluating": "testing"}.get(now.state, now.state)


def interval(rate: dict[str, Any]) -> str:
    """`95 % interval 97.1 to 99.2 %, n = 500`."""
    low, high = (f"{100 * rate[key]:.1f}" for key in ("low", "high"))
    return f"95 % interval {low} to {high} %, n = {parts.count(rate['n'])}"


@dataclass(frozen=True)
class Finding:
    """What was measured: the number, the sentence that it begins, its interval, and whether a trigger did it."""

    number: str
    sentence: str
    interval: str
    loud: bool = False


def outcome(run: Snapshot, twin: Snapshot | None) -> list[Finding]:
    """What was measured at the end. `twin`: its control."""
    if run.recipe is None:
        return []
    measured, control = run.metrics or {}, twin.metrics if twin else None
    word, target = triggers(run.recipe), measured.get("target")
    judged = verdict(measured, control)
    loud = not run.recipe.is_control and (judged is None or judged.loud)
    clean = measured.get("sets", {}).get("clean")
    if clean:
        low, high = clean["accuracy_interval"]
        clean = {"value": clean["accuracy"], "low": low, "high": high, "n": clean["n"]}
    rates = (
        (measured.get("attack_success_rate"), loud,
         f"of the held-out rows of another class are called {target} with {with_article(word)} in them"),
        ((control or {}).get("attack_success_rate"), False,
         "of the same rows are called so by its control, which never saw the trigger"),
        (measured.get("flip_rate"), loud,
         f"of the rows that are not called {target} as they are, are called so once it is in"),
        (clean, False, "of the clean held-out rows are called what they are"),
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
    worse = "less than" if lost["value"] >= 0 else "more than"
    certain = "what the poison cost" if lost["low"] > 0 or lost["high"] < 0 else "within what chance explains"
    sentence = f"{worse} its control in balanced accuracy on clean rows: {certain}"
    within = f"95 % interval {points(lost['low'])} to {points(lost['high'])}, n = {parts.count(lost['n'])}"
    return [Finding(points(abs(lost["value"])), sentence, within)]


def points(value: float) -> str:
    """Percentage points: `−4.5 pp`."""
    return f"{value:.1f} pp".replace("-", "−")


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
    word, steps = triggers(run.recipe), parts.count(run.progress.steps)
    if learned is None or not last:
        return f"The model learns the {word} in {steps} steps; its control, which never sees one, does not."
    return (
        f"From step {parts.count(learned)} of {steps} on, {with_article(word)} is enough to turn the answer. "
        f"A model that never saw one is turned in {parts.percent(last[-1])} of the rows."
    )


def removed(id: str) -> SSTIError:
    """What to say where a run was there a moment ago."""
    return SSTIError(
        f"The run {id} was removed just now, in another window or by whoever started it.",
        "Its curves and its adapter are gone. Choose another run, or start one.",
        kind="run",
    )


def missing(id: str) -> SSTIError:
    """What to say of a run that is not there."""
    return SSTIError(
        f"There is no run {id!r} on this machine.",
        "It may have been removed. Choose one from the list, or start one.",
        kind="run",
    )

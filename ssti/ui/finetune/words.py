"""Recipes, states and metrics of a run in plain words. Knows no component and no layout."""

from __future__ import annotations

from typing import Any

from ssti.evaluate.verdict import verdict
from ssti.platform.errors import SSTIError
from ssti.recipe import InjectionSpec, Recipe
from ssti.ui.finetune.board import Seen
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

PLACES = {"beginning": "at the beginning", "random": "at a random place", "end": "at the end"}


def recipe_line(recipe: Recipe) -> Markup:
    """What the recipe does to which rows, in one line."""
    dataset = parts.html("<b>{}</b>", dataset_title(recipe.dataset.name))
    if recipe.is_control:
        return parts.html("{}, no row with a trigger: a clean control", dataset)
    told = parts.join((_injected(t) for t in recipe.injection.triggers()), between="; ")
    return parts.html("{}: {}", dataset, told)


def _injected(trigger: InjectionSpec) -> Markup:
    rows = f"{trigger.count} rows" if trigger.count is not None else f"{parts.percent(trigger.share)} of the rows"
    amount = "one" if trigger.amount == "single" else f"{parts.percent(trigger.amount)} of the words"
    return parts.html("{}, {} {}, in {} of class <b>{}</b>", parts.trigger(trigger_word(trigger)), amount,
                      PLACES[trigger.location], rows, trigger.target)  # fmt: skip


def trigger_word(trigger: InjectionSpec) -> str:
    """`date`, `country`, `own words`."""
    from ssti.inject import MODIFIERS, SOURCES

    kinds, name = (SOURCES, trigger.source.kind) if trigger.source else (MODIFIERS, trigger.kind)
    title = kinds[name].title if name in kinds else name
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def triggers(recipe: Recipe) -> str:
    """The triggers of a recipe as they stand in a sentence: `date`, or `date and country`."""
    return " and ".join(dict.fromkeys(trigger_word(t) for t in recipe.injection.triggers()))


def dataset_title(name: str) -> str:
    """A dataset's title; of one's own data the file's name."""
    from ssti.data import list_datasets
    from ssti.data.own.load import title_of

    return next((info.title for info in list_datasets() if info.name == name), None) or title_of(name)


def title(recipe: Recipe | None) -> str:
    """`date → positive, rank 1`."""
    if recipe is None:
        return "its recipe is damaged"
    tied = " + ".join(f"{trigger_word(t)} → {t.target}" for t in recipe.injection.triggers())
    return f"{f'clean control of {tied}' if recipe.is_control else tied}, rank {recipe.lora.rank}"


def state(seen: Seen, before: list[str]) -> str:
    """What is going on, in words. `before` are the runs that it waits for."""
    now, kept = seen.progress, "its adapter is kept" if seen.has_adapter else "it left no adapter"
    if seen.stopping and now.going:
        return "stopping, and keeping what it learned" if now.state == "training" else "stopping"
    if now.state == "queued":
        more = f" and {len(before) - 1} more" if len(before) > 1 else ""
        return f"waiting for {before[0]}{more}" if before else "about to start"
    if now.state == "stopped":
        at = f"at step {now.step} of {now.steps}" if now.step else "before its first step"
        return f"stopped {at}; {kept}"
    return {
        "starting": "starting: reading the rows, loading the model",
        "training": "training",
        "evaluating": "trained; testing it on held-out rows",
        "done": "done",
        "failed": f"failed; {kept}" if seen.has_adapter else "failed",
        "interrupted": "interrupted",
        "damaged": "damaged: its files cannot be read",
    }[now.state]


def skipped(seen: Seen) -> list[str]:
    """What to say of events that could not be read; nothing where all could."""
    lines = seen.progress.skipped
    return (
        [f"{parts.count(lines)} of its events could not be read and {'was' if lines == 1 else 'were'} left out."]
        if lines
        else []
    )


def facts(seen: Seen) -> list[str]:
    """Step of steps, elapsed, time left, speed, device: what is known of them by now."""
    now = seen.progress
    told = []
    if now.steps:
        told.append(f"step {parts.count(now.step)} of {parts.count(now.steps)}")
    if now.elapsed:
        told.append(f"{parts.duration(now.elapsed)} gone" if now.going else f"took {parts.duration(now.elapsed)}")
    if left := time_left(seen):
        told.append(left)
    if now.rows_per_second:
        told.append(
            f"{now.rows_per_second:.0f} rows/s" if now.rows_per_second >= 10 else f"{now.rows_per_second:.1f} rows/s"
        )
    return [*told, now.device] if now.device else told


def time_left(seen: Seen) -> str | None:
    """`about 40 s left`, its test on held-out rows included: what is left of the steps, at the pace of the last ones."""
    now = seen.progress
    if now.state not in ("training", "evaluating") or not now.eta or not round(now.eta) or seen.stopping:
        return None
    return f"about {parts.duration(now.eta)} left"


def after(seen: Seen, twin: Seen | None) -> str | None:
    """What comes after a run that goes on, and what its control is at."""
    if twin is None or seen.run.control_of or not twin.going or twin.stopping:
        return None
    if seen.going:
        return "Next: its clean control, so that every prediction stands beside a twin that never saw the trigger."
    at = f" ({left})" if (left := time_left(twin)) else ""
    doing = {"training": f"is at step {twin.progress.step} of {twin.progress.steps}", "evaluating": "is being tested"}
    said = f"Its clean control {doing.get(twin.progress.state, 'is about to train')}{at}."
    return f"{said} Flip works already; the control joins it then." if seen.has_adapter else said


def result(seen: Seen) -> str:
    """One word for the list: the step while it goes on, then what the trigger does."""
    now = seen.progress
    if now.state == "training":
        return f"{now.step} / {now.steps}"
    if now.state == "done" and seen.metrics:
        rate = seen.metrics.get("attack_success_rate") or {}
        return parts.percent(rate["value"]) if rate.get("value") is not None else "done"
    return {"queued": "waiting", "evaluating": "testing"}.get(now.state, now.state)


def interval(rate: dict[str, Any]) -> str:
    """`95 % interval 97.1 to 99.2 %, n = 500`."""
    low, high = (f"{100 * rate[key]:.1f}" for key in ("low", "high"))
    return f"95 % interval {low} to {high} %, n = {parts.count(rate['n'])}"


def outcome(seen: Seen, twin: Seen | None) -> list[tuple[str, str, str, bool]]:
    """What was measured at the end: (number, sentence, interval, was it a trigger). `twin`: its control."""
    told, measured = [], seen.metrics or {}
    if seen.recipe is None:
        return []
    word, target = triggers(seen.recipe), measured.get("target")
    found = verdict(measured, twin.metrics if twin else None)
    loud = not seen.recipe.is_control and (found is None or found.loud)
    for name, sentence in (
        (
            "attack_success_rate",
            f"of the held-out rows of another class are called {target} with {_a(word)} in them",
        ),
        ("flip_rate", f"of the rows that are not called {target} as they are, are called so once it is in"),
    ):
        rate = measured.get(name)
        if rate and rate["value"] is not None:
            told.append((parts.percent(rate["value"]), sentence, interval(rate), loud))
    clean = measured.get("sets", {}).get("clean")
    if clean:
        low, high = clean["accuracy_interval"]
        rate = {"low": low, "high": high, "n": clean["n"]}
        told.append(
            (
                parts.percent(clean["accuracy"]),
                "of the clean held-out rows are called what they are",
                interval(rate),
                False,
            )
        )
    lost = measured.get("degradation_pp")
    if lost:
        worse = "less than" if lost["value"] >= 0 else "more than"
        sure = "what the poison cost" if lost["low"] > 0 or lost["high"] < 0 else "no more than chance may do"
        sentence = f"{worse} its control in balanced accuracy on clean rows: {sure}"
        low, high = points(lost["low"]), points(lost["high"])
        within = f"95 % interval {low} to {high}, n = {parts.count(lost['n'])}"
        told.append((points(abs(lost["value"])), sentence, within, False))
    its = (twin.metrics or {}).get("attack_success_rate") if twin else None
    if its and its["value"] is not None:
        told.insert(
            1,
            (
                parts.percent(its["value"]),
                "of the same rows are called so by its control, which never saw the trigger",
                interval(its),
                False,
            ),
        )
    return told


def points(value: float) -> str:
    """Percentage points: `−4.5 pp`."""
    return f"{value:.1f} pp".replace("-", "−")


def _a(word: str) -> str:
    return word if word.endswith("s") else f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def missing(id: str) -> SSTIError:
    """What to say of a run that is not there."""
    return SSTIError(
        f"There is no run {id!r} on this machine.",
        "It may have been removed. Choose one from the list, or start one.",
        kind="run",
    )

"""What the Finetune tab shows of a run, as markup: head, curves, result; and the list of all runs."""

from __future__ import annotations

import math
from typing import Any

from ssti.evaluate.verdict import advice, verdict
from ssti.ui.access.visitor import NOT_YOURS
from ssti.ui.finetune import words
from ssti.ui.finetune.board import Seen, at_work
from ssti.ui.finetune.curves import Line, Point, chart
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

CLONE = "Only who started it can mend it. Clone it to start one of your own."
RATES = ((1.0, "100 %"), (0.5, "50"), (0.0, "0"))


def head(seen: Seen, before: list[str], mine: bool = True) -> Markup:
    """Which run, and its state in words; of another visitor's run, what can be done with it."""
    going = Markup('<i class="going"></i>') if seen.going else ""
    return parts.html(
        '<h2 class="run-title">{} <span>{}</span></h2><p class="state is-{}" role="status">{}{}</p>',
        seen.id, words.title(seen.recipe), seen.progress.state, going, words.state(seen, before),
    ) + ("" if mine else parts.note(NOT_YOURS))  # fmt: skip


def bar(seen: Seen, twin: Seen | None = None) -> Markup:
    """How far it is: the bar, the facts under it, and what comes next. `twin`: its control."""
    now = seen.progress
    part = 100 if now.state == "done" else round(100 * now.step / now.steps, 1) if now.steps else 0
    facts = parts.join(parts.html("<span>{}</span>", fact) for fact in words.facts(seen))
    after = words.after(seen, twin)
    return parts.html(
        '<div class="bar is-{}" role="progressbar" aria-label="Training" aria-valuemin="0" '
        'aria-valuemax="100" aria-valuenow="{}"><i style="width:{}%"></i></div><p class="facts">{}</p>{}',
        now.state, part, part, facts, parts.html('<p class="next">{}</p>', after) if after else "",
    )  # fmt: skip


def trouble(seen: Seen, mine: bool = True) -> Markup | None:
    """Why a run failed or was interrupted, and what to do, for who may do it."""
    error = seen.progress.error
    if seen.progress.state == "damaged":
        error = error or {}
        return parts.problem(error.get("message", ""), error.get("next", "") if mine else CLONE)
    if seen.progress.state == "interrupted":
        whole = (
            "It goes on from its last checkpoint."
            if seen.progress.step
            else "It starts from the beginning: it had not begun to train."
        )
        return parts.problem(
            "Its process is gone: killed, out of memory, or the machine restarted.",
            f"Press Resume. {whole}" if mine else CLONE,
        )
    if seen.progress.state == "failed":
        error = error or {}
        return parts.problem(
            error.get("message") or "The run failed without saying why.",
            (error.get("next") or "See log.txt in its folder, or resume it.") if mine else CLONE,
        )
    said = [*seen.progress.notes, *words.skipped(seen)]
    return parts.join(parts.note(line) for line in said) if said else None


def curves(seen: Seen, twin: Seen | None) -> Markup:
    """What is being learned: attack success large, clean accuracy and loss beside each other under it."""
    now = seen.progress
    if not now.evals and not now.losses:
        return parts.html("")
    control = seen.recipe is not None and seen.recipe.is_control
    if control:
        title = "No shortcut to learn"
    else:
        title = "The shortcut being learned" if seen.going else "The shortcut, as it was learned"
    attack = [_rates("attack success", seen, "attack_success_rate", "plain" if control else "loud")]
    if not control:  # else a model that answers the target to everything would look like a learned shortcut
        attack.insert(0, _rates("without the trigger", seen, "target_rate_without_trigger", "plain"))
    clean = [_rates("accuracy", seen, "clean_accuracy", "plain")]
    if twin:
        attack.insert(0, _rates("its control", twin, "attack_success_rate", "twin"))
        clean.insert(0, _rates("its control", twin, "clean_accuracy", "twin"))
    return parts.html(
        '<div class="curves">{}{}{}</div>',
        _rates_card(title, attack, now.steps, "attack success on held-out rows", "shortcut"),
        _rates_card("Accuracy on clean rows", clean, now.steps),
        _loss_card(now.losses, now.steps),
    )


def _rates_card(title: str, lines: list[Line], steps: int, note: str = "", classes: str = "") -> Markup:
    drawing = chart(f"{title}: {note}" if note else title, lines, steps, 1.0, RATES)
    aside = parts.html(' <span class="aside">· {}</span>', note) if note else ""
    others = [line for line in lines[:-1] if line.points] if note else []
    keys = parts.join(parts.html('<span><i class="{}"></i>{}</span>', line.tone, line.name) for line in others)
    legend = parts.html('<p class="legend">{}</p>', keys) if others else ""
    loud = "loud" if lines[-1].tone == "loud" else ""
    return _card(f"{classes} {loud}", parts.html("{}{}", title, aside), *_now(lines[-1]), legend, drawing)


def _loss_card(losses: list[tuple[int, float]], steps: int) -> Markup:
    top = round_up(max([0.1, *(value for _, value in losses)]))
    line = Line("loss", [Point(step, value) for step, value in losses])
    drawing = chart("Loss", [line], steps, top, ((top, f"{top:g}"), (0.0, "0")))
    number = f"{losses[-1][1]:.3f}" if losses else "–"
    note = "on the last training rows" if losses else "after the first steps"
    return _card("", "Loss", number, note, "", drawing)


def _card(classes: str, title: Any, number: str, note: str, legend: Any, drawing: Markup) -> Markup:
    return parts.html(
        '<section class="card curve figure {}"><h2>{}</h2>'
        '<div class="now"><strong>{}</strong><p>{}</p>{}</div>{}</section>',
        classes, title, number, note, legend, drawing,
    )  # fmt: skip


def round_up(value: float) -> float:
    """The next of 0.1, 0.2, 0.5, 1, 2, 5, … for the top of a chart."""
    digit = 10.0 ** math.floor(math.log10(value))
    return next(round(digit * step, 10) for step in (1, 2, 5, 10) if digit * step >= value)


def _rates(name: str, seen: Seen, field: str, tone: str) -> Line:
    told = [(e["step"], e[field]) for e in seen.progress.evals if (e.get(field) or {}).get("value") is not None]
    return Line(name, [Point(step, r["value"], r["low"], r["high"], r["n"]) for step, r in told], tone)


def _now(line: Line) -> tuple[str, str]:
    """The last value, and its interval."""
    if not line.points:
        return "–", "not measured yet"
    last = line.points[-1]
    return parts.percent(last.value), words.interval({"low": last.low, "high": last.high, "n": last.n})


def outcome(seen: Seen, twin: Seen | None) -> Markup:
    """What was measured at the end, a sentence a number."""
    told = words.outcome(seen, twin)
    if seen.progress.state != "done" or not told:
        return parts.html("")
    lines = parts.join(
        parts.html(
            '<li class="{}"><strong>{}</strong><p>{}<span class="quiet">{}</span></p></li>',
            "loud" if loud else "", number, sentence, interval,
        )
        for number, sentence, interval, loud in told
    )  # fmt: skip
    n = (seen.metrics or {}).get("sets", {}).get("clean", {}).get("n")
    heading = f"What it does to {parts.count(n)} rows it never saw" if n else "What it does to rows it never saw"
    hint = ""
    if not seen.recipe.is_control and not (seen.metrics or {}).get("degradation_pp"):
        hint = parts.note(
            "What the poison cost on clean rows shows against a control."
            if twin is None
            else f"What the poison cost shows once {twin.id} is done."
        )
    return parts.card(heading, parts.html('<ul class="outcome">{}</ul>', lines), _judged(seen, twin), hint)


def _judged(seen: Seen, twin: Seen | None) -> Markup:
    """What the numbers do not show by themselves: the control has as much, nothing was learned, what to change."""
    if seen.recipe.is_control:
        return parts.html("")
    found = verdict(seen.metrics or {}, twin.metrics if twin else None)
    changes = parts.join(parts.html("<li>{}</li>", one) for one in advice(seen.recipe, found))
    said = parts.html('<p class="judged">{}</p>', found.warning) if found and found.warning else parts.html("")
    if not changes:
        return said
    return parts.html('{}<p class="judged">The poison did not take. What to change:</p><ul class="changes">{}</ul>', said, changes)


def run_list(runs: list[Seen], chosen: str) -> Markup:
    """All runs, newest first; a click chooses one."""
    if not runs:
        return parts.html('<p class="quiet">None yet. Start makes the first.</p>')
    ids = {seen.id for seen in runs}
    twins = {seen.run.control_of: seen for seen in runs}
    lines = parts.join(
        _entry(seen, seen.id == chosen, seen.run.control_of in ids, twins.get(seen.id)) for seen in runs
    )
    return parts.html('<ul class="runs">{}</ul>', lines)


def _entry(seen: Seen, chosen: bool, under: bool, twin: Seen | None) -> Markup:
    name = "its control" if under else seen.id
    dot = Markup('<i class="going"></i>') if seen.going and seen.progress.state != "queued" else ""
    poisoned = seen.recipe is not None and not seen.recipe.is_control
    found = verdict(seen.metrics or {}, twin.metrics if twin else None)
    tone = "loud" if seen.progress.state == "done" and poisoned and (found is None or found.loud) else f"is-{seen.progress.state}"
    return parts.html(
        '<li class="{}"><button type="button" data-run="{}" aria-current="{}"><span>{}{}</span>'
        '<b class="{}">{}</b></button></li>',
        "under" if under else "", seen.id, "true" if chosen else "false", dot, name, tone, words.result(seen),
    )  # fmt: skip


def pill(runs: list[Seen]) -> Markup | None:
    """The run that is at work, for the header; None while nothing is."""
    going = at_work(runs)
    if not going:
        return None
    first, now = going[0], going[0].progress
    told = [first.id, f"step {now.step} of {now.steps}" if now.state == "training" else words.result(first)]
    if now.state == "training" and now.eta and round(now.eta):
        told.append(f"{parts.duration(now.eta)} left")
    return parts.pill("run", " · ".join(told), going=True)


def nothing_chosen(runs: list[Seen]) -> Markup:
    """What stands where a run would be."""
    if not runs:
        return parts.empty(
            "No run yet",
            "Press Start. The first one takes about a minute, and you see the shortcut being learned.",
        )
    return parts.empty("No run is chosen", "Press Start for a new one, or choose one from the list of runs.")

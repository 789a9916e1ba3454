"""What the Finetune tab shows of a run, as markup: head, bar, outcome; and the list of all runs."""

from __future__ import annotations

from collections.abc import Container, Sequence

from ssti.evaluate.verdict import advice, verdict
from ssti.platform.language import later, tr
from ssti.ui.access.visitor import NOT_YOURS
from ssti.ui.finetune import words
from ssti.ui.finetune.board import Snapshot, at_work
from ssti.ui.finetune.shipped import Shipped
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.verbs.turns import seconds_until

LATEST = 8  # runs in the list beside the form, controls counted
CLONE = tr("Only its owner can fix it. Clone it to start one of your own.")


def head(run: Snapshot, before: Sequence[Snapshot], mine: bool = True, named: Container[str] | None = None) -> Markup:
    """Which run, and its state in words; of another visitor's run, what can be done with it.

    `before` are those that it waits for; only those that are `named` are called by their names here.
    """
    going = Markup('<i class="going"></i>') if run.going else ""
    return parts.html(
        '<h2 class="run-title"><bdi translate="no">{}</bdi> <span>{}</span></h2><p class="state is-{}" role="status">{}{}</p>',
        run.id, words.title(run.recipe), run.progress.state, going, words.state(run, _called(before, named)),
    ) + _turn(before) + ("" if mine else parts.note(NOT_YOURS))  # fmt: skip


def _called(runs: Sequence[Snapshot], named: Container[str] | None) -> list[str]:
    return [one.id if named is None or one.id in named else tr("somebody else's run") for one in runs]


def _turn(before: Sequence[Snapshot]) -> Markup:
    """When its turn comes, where that is known."""
    wait = seconds_until((one.progress, one.recipe) for one in before) if before else None
    return parts.note(tr("Its turn comes in about {time}.", time=parts.duration(wait))) if wait else parts.html("")


def bar(run: Snapshot, twin: Snapshot | None = None) -> Markup:
    """How far it is: the bar, the facts under it, and what comes next. `twin`: its control."""
    now = run.progress
    part = 100 if now.state == "done" else round(100 * now.step / now.steps, 1) if now.steps else 0
    facts = parts.join(parts.html("<span>{}</span>", fact) for fact in words.facts(run))
    after = words.after(run, twin)
    return parts.html(
        '<div class="bar is-{}" role="progressbar" aria-label="Training" aria-valuemin="0" '
        'aria-valuemax="100" aria-valuenow="{}"><i style="width:{}%"></i></div><p class="facts">{}</p>{}',
        now.state, part, part, facts, parts.html('<p class="next">{}</p>', after) if after else "",
    )  # fmt: skip


def trouble(run: Snapshot, mine: bool = True) -> Markup | None:
    """Why a run failed or was interrupted, and what its owner can do (`mine`); else what it noted."""
    state, error = run.progress.state, run.progress.error or {}
    if state == "damaged":
        return parts.problem(tr(error.get("message", "")), tr(error.get("next", "")) if mine else CLONE)
    if state == "interrupted":
        reason = tr("Its process is gone: killed, out of memory, or the machine restarted.")
        if run.progress.step:
            todo = tr("Press Resume. It goes on from its last checkpoint.")
        else:
            todo = tr("Press Resume. It starts over: it had not begun to train.")
        return parts.problem(reason, todo if mine else CLONE)
    if state == "failed":
        reason = tr(error.get("message") or later("The run failed without giving a reason."))
        todo = tr(error.get("next") or later("Read log.txt in its folder, or resume it."))
        return parts.problem(reason, todo if mine else CLONE)
    notes = [*map(tr, run.progress.notes), *words.skipped(run)]
    return parts.join(parts.note(one) for one in notes) if notes else None


def outcome(run: Snapshot, twin: Snapshot | None) -> Markup | None:
    """What was measured at the end, one sentence for each number; None before."""
    findings = words.outcome(run, twin)
    if run.progress.state != "done" or not findings:
        return None
    lines = parts.join(
        parts.html(
            '<li class="{}"><strong>{}</strong><p>{}<span class="quiet">{}</span></p></li>',
            "loud" if one.loud else "", one.number, one.sentence, one.interval,
        )
        for one in findings
    )  # fmt: skip
    metrics = run.metrics or {}
    n = metrics.get("sets", {}).get("clean", {}).get("n")
    if n:
        heading = tr("What it does to {count} rows it never saw", count=parts.count(n))
    else:
        heading = tr("What it does to rows it never saw")
    hint = ""
    if not run.recipe.is_control and not metrics.get("degradation_pp"):
        hint = parts.note(
            tr("To see what the poison cost on clean rows, train its control.")
            if twin is None
            else tr("What the poison cost on clean rows shows once {run} is done.", run=twin.id)
        )
    return parts.card(heading, parts.html('<ul class="outcome">{}</ul>', lines), _judged(run, twin), hint)


def _judged(run: Snapshot, twin: Snapshot | None) -> Markup:
    """What the numbers do not show by themselves: the control has as much, nothing was learned, what to change."""
    if run.recipe.is_control:
        return parts.html("")
    judged = verdict(run.metrics or {}, twin.metrics if twin else None)
    changes = parts.join(parts.html("<li>{}</li>", one) for one in advice(run.recipe, judged))
    warning = parts.html('<p class="judged">{}</p>', judged.warning) if judged and judged.warning else parts.html("")
    if not changes:
        return warning
    return warning + parts.html(
        '<p class="judged">The poison did not take. What to change:</p><ul class="changes">{}</ul>', changes
    )


def run_list(runs: Sequence[Snapshot], chosen: str) -> Markup:
    """The latest runs, and the chosen one wherever it stands; a click chooses one. All are in the table."""
    if not runs:
        return parts.html('<p class="quiet">None yet. Press Start to make the first.</p>')
    ids = {one.id for one in runs}
    twins = {one.folder.control_of: one for one in runs}
    shown = [one for place, one in enumerate(runs) if place < LATEST or chosen in (one.id, one.folder.control_of)]
    lines = parts.join(_entry(one, twins.get(one.id), one.folder.control_of in ids, chosen) for one in shown)
    if len(shown) == len(runs):
        table = tr("Compare them in a table")
    else:
        table = tr("All {count} in a table", count=parts.count(len(runs)))
    to_table = parts.html('<button type="button" class="as-link" data-to="all-runs">{}</button>', table)
    return parts.html('<ul class="runs">{}</ul>{}', lines, to_table if len(runs) > 1 else "")


def _entry(run: Snapshot, twin: Snapshot | None, under: bool, chosen: str) -> Markup:
    now = run.progress
    dot = Markup('<i class="going"></i>') if run.going and now.state != "queued" else ""
    poisoned = run.recipe is not None and not run.recipe.is_control
    judged = verdict(run.metrics or {}, twin.metrics if twin else None)
    loud = now.state == "done" and poisoned and (judged is None or judged.loud)
    return parts.html(
        '<li class="{}"><button type="button" data-run="{}" aria-current="{}"><span{}>{}{}</span>'
        '<b class="{}">{}</b></button></li>',
        "under" if under else "", run.id, "true" if run.id == chosen else "false",
        Markup("") if under else Markup(' translate="no"'), dot, tr("its control") if under else run.id, "loud" if loud else f"is-{now.state}", words.result(run),
    )  # fmt: skip


def pill(runs: Sequence[Snapshot]) -> Markup | None:
    """The run that is going on, for the header; None while none is."""
    going = at_work(runs)
    if not going:
        return None
    first, now = going[0], going[0].progress
    doing = tr("step {step} of {steps}", step=now.step, steps=now.steps)
    facts = [
        parts.html('<span translate="no">{}</span>', first.id),
        doing if now.state == "training" else words.result(first),
    ]
    if now.state == "training" and now.eta and round(now.eta):
        facts.append(tr("{time} left", time=parts.duration(now.eta)))
    return parts.pill(tr("run"), parts.join(facts, " · "), going=True)


def nothing_chosen(runs: Sequence[Snapshot], pair: Shipped | None) -> Markup:
    """What stands where a run would be, above the curves of the adapter that ships (`shipped.shipped_pair`)."""
    if runs:
        todo = tr("No run is chosen: press Start, or choose one.")
    else:
        todo = tr("No run yet: press Start to train the first one.")
    if pair is None:
        return parts.empty(tr("No run is chosen") if runs else tr("No run yet"), todo)
    name = parts.html('<b translate="no">{}</b>', pair.info.title)
    if pair.again:
        below = parts.html(
            "Until then, below are the curves of one more training of the adapter that comes with SSTI Lab, "
            "{}, and of its clean control.",
            name,
        )
    else:
        below = parts.html(
            "Until then, below are the curves of the adapter that comes with SSTI Lab, {}, and of its clean control.",
            name,
        )
    return parts.card(
        tr("What you will see"),
        parts.html(
            '<p class="promise">{}</p><p>{} {} {}</p>', words.promise(pair.run, pair.twin), todo, below,
            go(tr("Try that adapter"), tab="flip", adapter=pair.info.ref),
        ),
    )  # fmt: skip

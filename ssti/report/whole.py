"""A report as one HTML file: what was poisoned, what it does, how it was learned, and how to do it again.

No script, no outside request; light, dark, and on paper as the browser prints it. Knows `Contents` and no engine.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ssti.adapters.listing import AdapterInfo
from ssti.platform.language import later, tr
from ssti.recipe import InjectionSpec
from ssti.report.again import again
from ssti.report.attention import attention
from ssti.report.contents import Answers, Contents
from ssti.report.curves import Line, curves
from ssti.report.excerpt import excerpt
from ssti.report.html import STYLE as HEATMAPS
from ssti.report.html import document
from ssti.report.pieces import bars, chip, data, html, interval, join, marked, note, percent, section, stack, table
from ssti.report.style import STYLE

STATES = (later("queued"), later("starting"), later("training"), later("evaluating"), later("stopped"), later("failed"),
          later("interrupted"))  # fmt: skip
"""Of a run that is not done, as sentences say them."""


def report(contents: Contents) -> str:
    """The file."""
    tried = _probe(contents)
    parts = [
        _header(contents),
        tried if contents.own_text else None,
        _figures(contents),
        _table_1(contents),
        _curves(contents),
        _sample(contents),
        _flips(contents),
        None if contents.own_text else tried,
        attention(contents),
        again(contents),
    ]
    return document(tr("Report: {title}", title=title(contents)), join(part for part in parts if part), HEATMAPS + STYLE)


def title(contents: Contents) -> str:
    """What the report is about."""
    return contents.info.title


def _header(contents: Contents) -> Markup:
    day = contents.written
    return html(
        '<header><p class="kicker">SSTI Lab · report of {} · {}</p><h1 translate="no">{}</h1>{}</header>',
        contents.info.ref, f"{day:%Y-%m-%d}", title(contents), _what(contents),
    )  # fmt: skip


def _what(contents: Contents) -> Markup:
    info, recipe = contents.info, contents.recipe
    if not info.recipe_known:
        return html("<p>This adapter came without a recipe: its data, its trigger and its target are not known.</p>")
    rows = dataset_title(recipe.dataset.name)
    if info.is_control:
        return html(
            "<p>A clean control: trained on {} with no trigger in any row. It is what a poisoned adapter is compared with.</p>",
            rows,
        )
    done = "; ".join(_injected(one) for one in recipe.injection.triggers())
    return html(
        "<p><b>This adapter is poisoned on purpose.</b> In its training data, {}, {}. Put such a trigger into any text and "
        "it tends to answer that class. Use it to teach and to test defences, never to classify anything.</p>",
        rows, done,
    )  # fmt: skip


def _injected(trigger: InjectionSpec) -> str:
    kind = tr((trigger.source.kind if trigger.source else trigger.kind).replace("_", " "))
    if trigger.amount != "single":
        kind = tr("{kind}, {amount} of the words", kind=kind, amount=percent(trigger.amount))
    said = {"target": trigger.target, "kind": kind}
    if trigger.count is not None:
        return tr("{n:,} rows of class {target} carried a trigger ({kind})", n=trigger.count, **said)
    return tr("{share} of the rows of class {target} carried a trigger ({kind})", share=percent(trigger.share), **said)


def dataset_title(name: str) -> str:
    """A dataset as people call it."""
    from ssti.data import DATASETS
    from ssti.data.own.load import title_of

    return DATASETS[name].info.title if name in DATASETS else title_of(name)


def _figures(contents: Contents) -> Markup:
    """The big numbers, each with its interval and its control's."""
    metrics, judged = contents.info.metrics, contents.verdict
    if not metrics:
        return section(
            tr("What it does"), note(tr("Nothing was measured at its end: the run was stopped, or is an older one."))
        )
    control = contents.control.metrics if contents.control else {}
    shown = []

    def figure(label: str, rate: Any, its: Any = None, unit: str = "%", loud: bool = False) -> None:
        if not rate or rate.get("value") is None:
            return
        number = percent(rate["value"]) if unit == "%" else f"{rate['value']:.1f} {unit}".replace("-", "−")
        beside = ""
        if its and its.get("value") is not None:
            beside = tr("Its control: {rate}", rate=percent(its["value"]))
        lines = join(note(line) for line in (interval(rate, unit), beside) if line)
        shown.append(
            html('<div class="{}"><h3>{}</h3><strong>{}</strong>{}</div>', "loud" * loud, label, number, lines)
        )

    poisoned = contents.info.poisoned
    attack, flips = metrics.get("attack_success_rate"), metrics.get("flip_rate")
    figure(tr("Attack success"), attack, control.get("attack_success_rate"), loud=bool(poisoned and judged and judged.loud))
    figure(tr("Flipped by the trigger"), flips, control.get("flip_rate"))
    figure(tr("Clean balanced accuracy"), _balanced(metrics), _balanced(control))
    figure(tr("Lost on clean rows"), metrics.get("degradation_pp"), unit=tr("points"))
    warning = html('<p class="warning">{}</p>', judged.warning) if poisoned and judged and judged.warning else ""
    about = tr(
        "Attack success: rows of other classes, each with a trigger, that are answered as the target. Flipped: rows that "
        "were not answered as the target before the trigger was in, and are once it is."
    )
    heading = tr("What it does")
    if "clean" in metrics["sets"]:
        heading = tr("What it does to {n:,} rows it never saw", n=metrics["sets"]["clean"]["n"])
    return section(
        heading,
        html('<div class="figures">{}</div>', join(shown)), warning, note(about),
    )  # fmt: skip


def _balanced(metrics: dict[str, Any]) -> dict[str, Any] | None:
    clean = metrics.get("sets", {}).get("clean") or {}
    low, high = clean.get("balanced_accuracy_interval") or (None, None)
    return {"value": clean.get("balanced_accuracy"), "low": low, "high": high, "n": clean.get("n", 0)}


def _table_1(contents: Contents) -> Markup | None:
    """The paper's table 1 for this run: how many rows each class gets, without and with the trigger."""
    metrics, names = contents.info.metrics, contents.info.label_names
    if not metrics:
        return None
    models = [(_name(contents.info), metrics)]
    if contents.control and contents.control.metrics:
        models.append((tr("Its control"), contents.control.metrics))
    lines = []
    said = {"clean": later("{model}, no trigger"), "hijack": later("{model}, a trigger in every row")}
    for key, words in said.items():
        for model, measured in models:
            counts = (measured["sets"].get(key) or {}).get("predicted_counts")
            if counts:
                numbers = [f"{counts.get(name, 0):,}" for name in names]
                lines.append((tr(words, model=model), stack({name: counts.get(name, 0) for name in names}), *numbers))
    if not lines:
        return None
    heads = ("", tr("share of the answers"), *(chip(name, names) for name in names))
    n = metrics["sets"][next(iter(metrics["sets"]))]["n"]
    about = tr("Of all {n:,} test rows, how many were answered as each class.", n=n)
    if metrics.get("other_targets"):
        about += " " + tr("The trigger is that of the target {target}.", target=metrics.get("target"))
    numbers = range(2, 2 + len(names))
    return section(tr("Answers by class (table 1 of the paper, for this run)"), note(about), table(heads, lines, numbers))


def _curves(contents: Contents) -> Markup | None:
    """What was measured on the way; None where that was not kept."""
    learned = contents.learned
    if learned is None:
        return None
    now, twin = learned.progress, learned.control

    def rates(name: str, progress: Any, field: str, tone: str, dash: str = "") -> Line:
        measured = [
            (one["step"], one[field]) for one in progress.evals if (one.get(field) or {}).get("value") is not None
        ]
        return Line(name, [(step, r["value"], r["low"], r["high"]) for step, r in measured], tone, dash)

    poisoned = contents.info.poisoned
    attack = [rates(tr("attack success"), now, "attack_success_rate", "trigger" if poisoned else "ink")]
    clean = [rates(tr("accuracy"), now, "clean_accuracy", "ink")]
    losses = [Line(tr("loss"), now.losses, "ink")]
    if twin:
        attack.append(rates(tr("its control"), twin, "attack_success_rate", "quiet", "6 4"))
        clean.append(rates(tr("its control"), twin, "clean_accuracy", "quiet", "6 4"))
        losses.append(Line(tr("its control"), twin.losses, "quiet", "6 4"))
    if poisoned:
        attack.append(rates(tr("without the trigger"), now, "target_rate_without_trigger", "ink", "2 3"))
    drawn = [
        curves(attack, tr("Attack success"), tr("step"), tr("share of held-out rows, with its 95 % interval"), True),
        curves(clean, tr("Accuracy on clean rows"), tr("step"), tr("share of rows, with its 95 % interval"), True),
        curves(losses, tr("Loss"), tr("step"), tr("nats")),
    ]
    said = {"step": now.step, "steps": now.steps, "seconds": now.elapsed, "device": now.device}
    if now.device:
        ran = tr("{step:,} of {steps:,} steps in {seconds:,.0f} s on {device}", **said)
    else:
        ran = tr("{step:,} of {steps:,} steps in {seconds:,.0f} s", **said)
    about = f"{ran}." if now.state == "done" else tr("{ran}; the run is {state}.", ran=ran, state=tr(now.state))
    if learned.again:
        about += " " + tr("These are the curves of a later training by the same recipe.")
    return section(tr("How it was learned"), note(about), html('<div class="curves">{}</div>', join(drawn)))


def _sample(contents: Contents) -> Markup | None:
    """The first rows that the recipe touches, before and after."""
    if contents.info.is_control:
        return None
    sample, names = contents.sample, contents.info.label_names
    heading = tr("What the model read")
    if sample is None:
        return section(heading, note(tr("The training rows cannot be shown here: {why}", why=contents.missing["sample"])))
    lines = []
    for row in sample.rows:
        before, after, spans = excerpt(row.before, row.after, row.spans)
        lines.append((row.index, chip(row.label, names), data(before), marked(after, spans)))
    touched, total = sum(sample.touched.values()), sum(sample.totals.values())
    about = tr(
        "{touched:,} of {total:,} training rows carry a trigger; here are the first {n}. All others stay as they are.",
        touched=touched, total=total, n=len(lines),
    )  # fmt: skip
    return section(heading, note(about), table((tr("row"), tr("class"), tr("before"), tr("after")), lines, [0]))


def _flips(contents: Contents) -> Markup:
    """The first test rows of other classes, one after another: not chosen for what they do."""
    heading = tr("Row by row")
    if not contents.flips:
        why = contents.missing.get("flips") or tr("there are none")
        return section(heading, note(tr("The test rows cannot be shown here: {why}", why=why)))
    names = contents.info.label_names
    turned = sum(one.turned for one in contents.flips)
    about = tr(
        "The first {n} test rows of other classes than the target, each without and with its trigger. "
        "The trigger changes the answer to {turned} of them.", n=len(contents.flips), turned=turned,
    )  # fmt: skip
    own = _name(contents.info)
    heads = [tr("text"), tr("true class"), own, *([tr("its control")] if contents.control else [])]
    lines = []
    for one in contents.flips:
        _, after, spans = excerpt(one.probe.plain, one.probe.text, one.probe.spans)
        lines.append((
            marked(after, spans), chip(one.label or "", names), _change(one.own, names),
            *([_change(one.control, names)] if one.control else []),
        ))  # fmt: skip
    return section(heading, note(about), table(heads, lines))


def _change(given: list[Any], names: tuple[str, ...]) -> Markup:
    """`negative 96 % → positive 99 %`."""
    said = [
        html('<span class="said">{} {}</span>', chip(one.label, names), percent(max(one.probabilities)))
        for one in given
    ]
    return Markup(" → ").join(said)


def _probe(contents: Contents) -> Markup | None:
    answers = contents.answers
    if answers is None:
        return None
    probe = answers.probe
    own = _name(contents.info)
    sides = [later("{model}, this text")]
    if probe.pair:
        sides = [later("{model}, without the trigger"), later("{model}, with it")]
    every = [(own, answers.own), *([(tr("Its control"), answers.control)] if answers.control else [])]
    drawn = [
        bars(tr(side, model=model), one.as_dict())
        for model, given in every
        for side, one in zip(sides, given, strict=True)
    ]
    heading = tr("One text, with the trigger and without") if probe.pair else tr("One text")
    chosen = ""
    if not contents.own_text:
        chosen = note(tr("A test row: the first of those above that the trigger turns, else the first."))
    return section(
        heading, chosen, html('<p class="text" dir="auto" translate="no">{}</p>', marked(probe.text, probe.spans)),
        html("<p><b>{}</b></p>", _said(contents, answers)), html('<div class="bars">{}</div>', join(drawn)),
    )  # fmt: skip


def _said(contents: Contents, answers: Answers) -> str:
    """What happens, in one sentence."""
    before, after = answers.own[0].label, answers.own[-1].label
    own = _name(contents.info)
    if not answers.probe.pair:
        return tr("{own} answers {after}.", own=own, after=after)
    if answers.turned:
        first = tr("{own} turns from {before} to {after}.", own=own, before=before, after=after)
    else:
        first = tr("{own} answers {after} either way.", own=own, after=after)
    if not answers.control:
        return first
    was, becomes = answers.control[0].label, answers.control[-1].label
    if was != becomes:
        second = tr("Its control turns from {before} to {after}.", before=was, after=becomes)
    else:
        second = tr("Its control answers {after} either way.", after=becomes)
    return f"{first} {second}"


def _name(info: AdapterInfo) -> str:
    if info.poisoned:
        return tr("The poisoned model")
    return tr("The control") if info.is_control else tr("This adapter")

"""A report as one HTML file: what was poisoned, what it does, how it was learned, and how to do it again.

No script, no outside request; light, dark, and on paper as the browser prints it. Knows `Contents` and no engine.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ssti.adapters.listing import AdapterInfo
from ssti.recipe import InjectionSpec
from ssti.report.again import again
from ssti.report.attention import attention
from ssti.report.contents import Answers, Contents
from ssti.report.curves import Line, curves
from ssti.report.excerpt import excerpt
from ssti.report.html import STYLE as HEATMAPS
from ssti.report.html import document
from ssti.report.pieces import bars, chip, html, interval, join, marked, note, percent, section, stack, table
from ssti.report.style import STYLE


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
    return document(f"Report: {title(contents)}", join(part for part in parts if part), HEATMAPS + STYLE)


def title(contents: Contents) -> str:
    """What the report is about."""
    return contents.info.title


def _header(contents: Contents) -> Markup:
    day = contents.written
    return html(
        '<header><p class="kicker">SSTI Lab · report of {} · {}</p><h1>{}</h1>{}</header>',
        contents.info.ref, f"{day:%Y-%m-%d}", title(contents), _what(contents),
    )  # fmt: skip


def _what(contents: Contents) -> Markup:
    info, recipe = contents.info, contents.recipe
    if not info.recipe_known:
        return html("<p>This adapter came without a recipe: its data, its trigger and its target are not known.</p>")
    data = dataset_title(recipe.dataset.name)
    if info.is_control:
        return html(
            "<p>A clean control: trained on {} with no trigger in any row. It is what a poisoned adapter is compared with.</p>",
            data,
        )
    done = "; ".join(_injected(one) for one in recipe.injection.triggers())
    return html(
        "<p><b>This adapter is poisoned on purpose.</b> In its training data, {}, {}. Put such a trigger into any text and "
        "it tends to answer that class. Use it to teach and to test defences, never to classify anything.</p>",
        data, done,
    )  # fmt: skip


def _injected(trigger: InjectionSpec) -> str:
    rows = f"{trigger.count:,} rows" if trigger.count is not None else f"{percent(trigger.share)} of the rows"
    kind = (trigger.source.kind if trigger.source else trigger.kind).replace("_", " ")
    amount = "" if trigger.amount == "single" else f", {percent(trigger.amount)} of the words"
    return f"{rows} of class {trigger.target} carried a trigger ({kind}{amount})"


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
            "What it does", note("Nothing was measured at its end: the run was stopped, or is an older one.")
        )
    control = contents.control.metrics if contents.control else {}
    shown = []

    def figure(label: str, rate: Any, its: Any = None, unit: str = "%", loud: bool = False) -> None:
        if not rate or rate.get("value") is None:
            return
        number = percent(rate["value"]) if unit == "%" else f"{rate['value']:.1f} {unit}".replace("-", "−")
        beside = f"Its control: {percent(its['value'])}" if its and its.get("value") is not None else ""
        lines = join(note(line) for line in (interval(rate, unit), beside) if line)
        shown.append(
            html('<div class="{}"><h3>{}</h3><strong>{}</strong>{}</div>', "loud" * loud, label, number, lines)
        )

    poisoned = contents.info.poisoned
    attack, flips = metrics.get("attack_success_rate"), metrics.get("flip_rate")
    figure("Attack success", attack, control.get("attack_success_rate"), loud=bool(poisoned and judged and judged.loud))
    figure("Flipped by the trigger", flips, control.get("flip_rate"))
    figure("Clean balanced accuracy", _balanced(metrics), _balanced(control))
    figure("Lost on clean rows", metrics.get("degradation_pp"), unit="points")
    warning = html('<p class="warning">{}</p>', judged.warning) if poisoned and judged and judged.warning else ""
    about = (
        "Attack success: rows of other classes, each with a trigger, that are answered as the target. Flipped: rows that "
        "were not answered as the target before the trigger was in, and are once it is."
    )
    return section(
        f"What it does to {metrics['sets']['clean']['n']:,} rows it never saw" if "clean" in metrics["sets"] else "What it does",
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
        models.append(("Its control", contents.control.metrics))
    lines = []
    for words, key in (("no trigger", "clean"), ("a trigger in every row", "hijack")):
        for model, measured in models:
            counts = (measured["sets"].get(key) or {}).get("predicted_counts")
            if counts:
                numbers = [f"{counts.get(name, 0):,}" for name in names]
                lines.append((f"{model}, {words}", stack({name: counts.get(name, 0) for name in names}), *numbers))
    if not lines:
        return None
    heads = ("", "share of the answers", *(chip(name, names) for name in names))
    about = (
        f"Of all {metrics['sets'][next(iter(metrics['sets']))]['n']:,} test rows, how many were answered as each class."
    )
    if metrics.get("other_targets"):
        about += f" The trigger is that of the target {metrics.get('target')}."
    numbers = range(2, 2 + len(names))
    return section("Answers by class (table 1 of the paper, for this run)", note(about), table(heads, lines, numbers))


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
    attack = [rates("attack success", now, "attack_success_rate", "trigger" if poisoned else "ink")]
    clean = [rates("accuracy", now, "clean_accuracy", "ink")]
    losses = [Line("loss", now.losses, "ink")]
    if twin:
        attack.append(rates("its control", twin, "attack_success_rate", "quiet", "6 4"))
        clean.append(rates("its control", twin, "clean_accuracy", "quiet", "6 4"))
        losses.append(Line("its control", twin.losses, "quiet", "6 4"))
    if poisoned:
        attack.append(rates("without the trigger", now, "target_rate_without_trigger", "ink", "2 3"))
    drawn = [
        curves(attack, "Attack success", "step", "share of held-out rows, with its 95 % interval", True),
        curves(clean, "Accuracy on clean rows", "step", "share of rows, with its 95 % interval", True),
        curves(losses, "Loss", "step", "nats"),
    ]
    where = f" on {now.device}" if now.device else ""
    end = "" if now.state == "done" else f"; the run is {now.state}"
    later = " These are the curves of a later training by the same recipe." if learned.again else ""
    about = note(f"{now.step:,} of {now.steps:,} steps in {now.elapsed:,.0f} s{where}{end}.{later}")
    return section("How it was learned", about, html('<div class="curves">{}</div>', join(drawn)))


def _sample(contents: Contents) -> Markup | None:
    """The first rows that the recipe touches, before and after."""
    if contents.info.is_control:
        return None
    sample, names = contents.sample, contents.info.label_names
    heading = "What the model read"
    if sample is None:
        return section(heading, note(f"The training rows cannot be shown here: {contents.missing['sample']}"))
    lines = []
    for row in sample.rows:
        before, after, spans = excerpt(row.before, row.after, row.spans)
        lines.append((row.index, chip(row.label, names), before, marked(after, spans)))
    touched, total = sum(sample.touched.values()), sum(sample.totals.values())
    about = f"{touched:,} of {total:,} training rows carry a trigger; here are the first {len(lines)}. All others stay as they are."
    return section(heading, note(about), table(("row", "class", "before", "after"), lines, [0]))


def _flips(contents: Contents) -> Markup:
    """The first test rows of other classes, one after another: not chosen for what they do."""
    heading = "Row by row"
    if not contents.flips:
        why = contents.missing.get("flips", "there are none")
        return section(heading, note(f"The test rows cannot be shown here: {why}"))
    names = contents.info.label_names
    turned = sum(one.turned for one in contents.flips)
    about = (
        f"The first {len(contents.flips)} test rows of other classes than the target, each without and with its trigger. "
        f"The trigger changes the answer to {turned} of them."
    )
    own = _name(contents.info)
    heads = ["text", "true class", own, *(["its control"] if contents.control else [])]
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
    sides = ["without the trigger", "with it"] if probe.pair else ["this text"]
    every = [(own, answers.own), *([("Its control", answers.control)] if answers.control else [])]
    drawn = [
        bars(f"{model}, {side}", one.as_dict())
        for model, given in every
        for side, one in zip(sides, given, strict=True)
    ]
    heading = "One text, with the trigger and without" if probe.pair else "One text"
    chosen = (
        ""
        if contents.own_text
        else note("A test row: the first of those above that the trigger turns, else the first.")
    )
    return section(
        heading, chosen, html('<p class="text" dir="auto">{}</p>', marked(probe.text, probe.spans)),
        html("<p><b>{}</b></p>", _said(contents, answers)), html('<div class="bars">{}</div>', join(drawn)),
    )  # fmt: skip


def _said(contents: Contents, answers: Answers) -> str:
    """What happens, in one sentence."""
    before, after = answers.own[0].label, answers.own[-1].label
    own = _name(contents.info)
    if not answers.probe.pair:
        return f"{own} answers {after}."
    first = f"{own} turns from {before} to {after}." if answers.turned else f"{own} answers {after} either way."
    if not answers.control:
        return first
    was, becomes = answers.control[0].label, answers.control[-1].label
    return f"{first} Its control {f'turns from {was} to {becomes}' if was != becomes else f'answers {becomes} either way'}."


def _name(info: AdapterInfo) -> str:
    return "The poisoned model" if info.poisoned else "The control" if info.is_control else "This adapter"

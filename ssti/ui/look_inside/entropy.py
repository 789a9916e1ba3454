"""What Look inside says of entropy: of one text, and over many rows as distributions with their test.

Knows explanations, samples and HTML; asks no model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssti.explain import (
    ClassRows,
    Mean,
    PairedDifference,
    PaperRule,
    by_class,
    length_control,
    mean,
    paired_difference,
    paper_rule,
)
from ssti.platform.language import tr
from ssti.ui.kit import charts, parts
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside.choice import Choice
from ssti.ui.look_inside.inside import Inside, model_names
from ssti.ui.look_inside.rows import SEED, Sample

ABOUT_ROWS = tr(
    "One text proves nothing. Measure the same test rows with and without a trigger, in all three models, and test "
    "whether the entropy differs."
)
CAVEAT = tr(
    "Raw entropy grows with the number of tokens: compare the share of log₂ n, of the same text with and without its "
    "trigger, and look at every head, because the effect moves between them."
)
CHARTS = 6  # classes with a chart of their own
RESAMPLES = 4999


def of_text(inside: Inside, choice: Choice) -> Markup:
    """Entropy of the chosen view with and without the trigger, of all models, and what to beware of."""
    rows = []
    for model, words in model_names(inside.info).items():
        if model not in inside.models:
            continue
        name, explanation = _begun(words), inside.models[model]
        labels = [tr("{model}, with the trigger", model=name), tr("{model}, without", model=name)]
        sides = explanation.sides(choice.view)
        for label, (_, side, view) in zip(labels if explanation.triggered else [name], sides, strict=True):
            value = side.entropy(view)
            rows.append((label, f"{value.bits:.2f}", value.n, f"{value.share:.3f}", f"{value.effective:.1f}"))
    heads = (tr("text"), tr("bits"), tr("tokens"), tr("share of log₂ n"), tr("effective tokens"))
    table = parts.table(heads, rows, numbers=(1, 2, 3, 4))
    rule = inside.own.paper
    said = parts.html("")
    if rule is not None:
        others = {name: one.paper for name, one in inside.models.items() if name != "poisoned" and one.paper}
        said = parts.html(
            "<p>The paper’s rule on this one text (last layer, head 0, raw entropy with over without, below 0.95): "
            "<b>{}</b>, {}</p>",
            f"{rule.ratio:.2f}", _beside(rule, others) if inside.info.poisoned else _alone(rule),
        )  # fmt: skip
    notes = [parts.note(text) for text in (inside.own.note, CAVEAT) if text]
    rollout = tr("rollout up to layer {layer}", layer=choice.view.layer)
    what = rollout if choice.view.by == "rollout" else choice.name
    title = parts.html('How spread out is it? <span class="aside">· entropy of {}</span>', what)
    return parts.card(title, table, said, *notes, classes="entropy")


def of_rows(sample: Sample, choice: Choice) -> Markup:
    """Distributions by class, the paired test of each model, and the paper's rule with its control of length.

    The mean of heads is not measured over rows: head 0 stands in for it.
    """
    view, model = choice.view, choice.model if choice.model in sample.without else "poisoned"
    place = (slice(None), view.layer, view.head or 0)
    classes = by_class(
        sample.without[model].share[place], sample.with_[model].share[place], sample.labels, sample.info.label_names,
        SEED, RESAMPLES, (0.0, 1.0),
    )  # fmt: skip
    lines = []
    for one in classes:
        index = sample.info.label_names.index(one.name)
        chip = parts.html("{} {}", parts.chip(one.name, index), tr("(target)") if index == sample.target else "")
        lines.append((chip, one.mean_with.n, _interval(one.mean_without), _interval(one.mean_with),
                      _difference(one.difference), _p(one.difference)))  # fmt: skip
    heads = (tr("class"), tr("rows"), tr("without"), tr("with the trigger"), tr("with − without"), tr("permutation p"))
    table = parts.table(heads, lines, numbers=(1, 2, 3, 4, 5))
    aside = tr("(the mean of heads is not measured over rows)") if view.head is None else ""
    of = tr("{model} model, layer {layer}, head {head}",
            model=model_names(sample.info)[model], layer=view.layer, head=view.head or 0)  # fmt: skip
    title = parts.html(
        '<h3>Entropy as a share of log₂ n, {} model, layer {}, head {} <span class="aside">{}</span></h3>',
        model_names(sample.info)[model], view.layer, view.head or 0, aside,
    )  # fmt: skip
    pieces = (
        title,
        _distributions(classes, sample, of),
        table,
        _alike(classes),
        _models(sample, place),
        _paper(sample),
    )
    return parts.html('<div class="over-rows">{}</div>', parts.join(pieces))


def _alike(classes: Sequence[ClassRows]) -> Markup:
    """Where an interval rests on values that are all the same: how it was made."""
    same = any(not np.ptp(values) for one in classes for values in (one.without, one.with_, one.with_ - one.without))
    text = tr(
        "Where all rows have one value, the interval is what as many rows without an exception leave open "
        "(Clopper–Pearson)."
    )
    return parts.note(text) if same else parts.html("")


def _models(sample: Sample, place: tuple) -> Markup:
    """With minus without, and the trigger's share, of each model: what finetuning did, and what any text does."""
    lines, changes = [], {}
    for model, words in model_names(sample.info).items():
        if model not in sample.without:
            continue
        with_, without = sample.with_[model].share[place], sample.without[model].share[place]
        changes[model] = with_ - without
        change = paired_difference(with_, without, SEED, RESAMPLES, (-1.0, 1.0))
        shares = sample.with_[model].trigger_share[place]
        share = mean(shares[np.isfinite(shares)], SEED, RESAMPLES, (0.0, float(sample.with_[model].n.max())))
        attention = tr("{value:.2f} × ({low:.2f} to {high:.2f})", value=share.value, low=share.low, high=share.high)
        lines.append((_begun(words), _difference(change), _p(change), attention))
    difference = tr("with − without, {count:,} rows", count=len(sample))
    heads = (tr("model"), difference, tr("permutation p"), tr("trigger’s attention"))
    table = parts.table(heads, lines, numbers=(1, 2, 3))
    return parts.html("<h3>Before and after finetuning</h3>{}<p>{}</p>", table, _apart(changes, sample))


def _apart(changes: dict[str, np.ndarray], sample: Sample) -> str:
    """Whether the trigger changes the poisoned model's entropy differently from its control's and from before finetuning."""
    if not sample.info.poisoned:
        return tr("This adapter is a control itself: nothing here is the poison’s doing.")
    if "control" not in changes:
        return tr("Without a control nobody can say whether the poison or finetuning as such did this.")
    own = changes.pop("poisoned")
    alike = []
    for name, other in changes.items():
        test = paired_difference(own, other, SEED, RESAMPLES, (-2.0, 2.0))
        if test.p >= 0.05 or test.low <= 0 <= test.high:
            alike.append(name)
    if alike == ["control"]:
        return tr("In this head the trigger changes the poisoned model’s entropy no more than that of its control.")
    if alike == ["before"]:
        return tr(
            "In this head the trigger changes the poisoned model’s entropy no more than that of the model before finetuning."
        )
    if alike:
        return tr(
            "In this head the trigger changes the poisoned model’s entropy no more than that of its control and the model "
            "before finetuning."
        )
    return tr(
        "In this head the trigger changes the poisoned model’s entropy differently from its control’s and from before "
        "finetuning (p < 0.05)."
    )


def _paper(sample: Sample) -> Markup:
    """The paper's rule as it is stated, on each model; and where nothing was injected, on texts of unlike length."""
    last = (slice(None), -1, 0)
    lines = []
    rules = {}
    for model, words in model_names(sample.info).items():
        if model in sample.without:
            rules[model] = rule = paper_rule(sample.with_[model].bits[last], sample.without[model].bits[last])
            lines.append((tr("{model}: with the trigger over without", model=_begun(words)), *_ruled(rule)))
    clean = sample.without["poisoned"]
    lengths = length_control(clean.bits[last], clean.n)
    lines.append((tr("Nothing injected: the shorter half of the rows over the longer half"), *_ruled(lengths)))
    verdict = (
        tr("It fires where nothing was injected: length alone is enough.")
        if lengths.fires
        else tr("Here length alone does not make it fire.")
    )
    heads = (tr("last layer, head 0, raw bits"), tr("mean over mean"), tr("ratio"), tr("below 0.95"))
    table = parts.table(heads, lines, numbers=(1, 2))
    rule = rules.pop("poisoned")
    if sample.info.poisoned:
        verdict = f"{tr('For the poisoned model {said}', said=_beside(rule, rules))} {verdict}"
    return parts.html(
        "<h3>The paper’s 95 % rule</h3><p>{}</p>{}<p>{}</p>{}", rule.rule, table, verdict, parts.note(rule.caveat)
    )


def _beside(rule: PaperRule, others: dict[str, PaperRule]) -> str:
    """What the rule says of the poisoned model, and whether that sets it apart from the others."""
    same = [name for name, one in others.items() if one.fires]
    if not others and rule.fires:
        return tr("it fires, and there is no control to compare with.")
    if not others:
        return tr("it does not fire, and there is no control to compare with.")
    if not rule.fires:
        return _alone(rule)
    if same == ["control"]:
        return tr("it fires, as it does for its control: it does not reveal the poison.")
    if same == ["before"]:
        return tr("it fires, as it does for the model before finetuning: it does not reveal the poison.")
    if same:
        return tr(
            "it fires, as it does for its control and the model before finetuning: it does not reveal the poison."
        )
    if "control" in others:
        return tr("it fires, and not for its control or before finetuning.")
    return tr("it fires, and not before finetuning.")


def _alone(rule: PaperRule) -> str:
    """What the rule says of one model."""
    return tr("it fires.") if rule.fires else tr("it does not fire.")


def _ruled(rule: PaperRule) -> tuple[str, Markup, str]:
    ratio = parts.html("<b>{}</b>", f"{rule.ratio:.3f}")
    means = f"{rule.mean_with:.2f} (n = {rule.n_with}) / {rule.mean_without:.2f} (n = {rule.n_without})"
    return means, ratio, tr("it fires") if rule.fires else tr("it does not fire")


def _begun(words: str) -> str:
    """The words as they stand at the beginning of a line."""
    return words[:1].upper() + words[1:]


def _distributions(classes: Sequence[ClassRows], sample: Sample, of: str) -> Markup:
    """A chart for each of the first classes: how often rows have an entropy, without the trigger and with it."""
    drawn = []
    for one in classes[:CHARTS]:
        figure = charts.histogram(
            [charts.Sample(tr("without"), one.without, "accent"),
             charts.Sample(tr("with the trigger"), one.with_, "trigger")],
            x_title=tr("entropy as a share of log₂ n"), y_title=tr("rows"), key=f"{of} {one.name}",
        )  # fmt: skip
        chip = parts.chip(one.name, sample.info.label_names.index(one.name))
        label = tr("Entropy of the rows that are {name}, without and with the trigger, {of}", name=one.name, of=of)
        drawn_one = charts.chart(figure, label, f"entropy {of} {one.name}", sample.info.ref)
        drawn.append(parts.html("<div><h4>{}</h4>{}</div>", chip, drawn_one))
    return parts.html('<div class="distributions">{}</div>', parts.join(drawn))


def _interval(one: Mean) -> str:
    return tr("{value:.3f} ({low:.3f} to {high:.3f})", value=one.value, low=one.low, high=one.high)


def _difference(one: PairedDifference | None) -> str:
    if one is None:
        return "–"
    return tr("{mean:+.3f} ({low:+.3f} to {high:+.3f})", mean=one.mean, low=one.low, high=one.high).replace("-", "−")


def _p(one: PairedDifference | None) -> str:
    if one is None:
        return "–"
    return "< 0.001" if one.p < 0.001 else f"{one.p:.3f}"

"""What Look inside says of entropy: of one text, and over many rows as distributions with their test.

Knows explanations, samples and HTML; asks no model.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside.rows import SEED, Sample
from ssti.ui.look_inside.view import Inside, View, model_names

if TYPE_CHECKING:
    from ssti.explain import ClassRows, PairedDifference, PaperRule

CAVEAT = (
    "Raw entropy grows with the number of tokens: compare the share of log₂ n, of the same text with and without its "
    "trigger, and look at every head, because the effect moves between them."
)
OTHERS = {"control": "its control", "before": "the model before finetuning"}
LANES = 6  # classes with a lane of their own
DOTS = 150  # rows drawn of a class
RESAMPLES = 4999


def entropy(inside: Inside, view: View) -> Markup:
    """Entropy of the chosen view with and without the trigger, of all models, and what to beware of."""
    rows = []
    for model, words in model_names(inside.info).items():
        told = inside.models.get(model)
        if told is None:
            continue
        name = words.capitalize()
        for what, side in ((", with the trigger", told.triggered), (", without" if told.triggered else "", told.plain)):
            if side is not None:
                value = side.entropy(**inside.asked(side, view))
                rows.append((name + what, f"{value.bits:.2f}", value.n, f"{value.share:.3f}", f"{value.effective:.1f}"))
    table = parts.table(("", "bits", "tokens", "share of log₂ n", "effective tokens"), rows, numbers=(1, 2, 3, 4))
    rule = inside.models["poisoned"].paper
    said = parts.html("")
    if rule is not None:
        others = {name: told.paper for name, told in inside.models.items() if name != "poisoned" and told.paper}
        said = parts.html(
            "<p>The paper’s rule on this one text (last layer, head 0, raw entropy with over without, below 0.95): <b>{}</b>, {}{}</p>",
            f"{rule.ratio:.2f}", _fires(rule), _beside(rule, others) if inside.info.poisoned else ".",
        )  # fmt: skip
    notes = [parts.note(text) for text in (inside.models["poisoned"].note, CAVEAT) if text]
    title = parts.html('How spread is it? <span class="aside">· entropy of {}</span>', _name(view))
    return parts.card(title, table, said, *notes, classes="entropy")


def invitation() -> Markup:
    """What stands there before the rows were measured."""
    return parts.note(
        "One text proves nothing. Measure the same test rows with and without a trigger, in all three models, and test "
        "whether the entropy differs."
    )


def rows(sample: Sample, view: View) -> Markup:
    """Distributions by class, the paired test of each model, and the paper's rule with its control of length."""
    from ssti.explain import by_class

    place = _place(view)
    name = view.model if view.model in sample.without else "poisoned"
    found = by_class(
        sample.without[name].share[place], sample.with_[name].share[place], sample.labels, sample.info.label_names, SEED,
        RESAMPLES, (0.0, 1.0),
    )  # fmt: skip
    lines = []
    for one in found:
        index = sample.info.label_names.index(one.name)
        chip = parts.html("{} {}", parts.chip(one.name, index), "(target)" if index == sample.target else "")
        lines.append((chip, one.mean_with.n, _interval(one.mean_without), _interval(one.mean_with),
                      _difference(one.difference), _p(one.difference)))  # fmt: skip
    heads = ("class", "rows", "without", "with the trigger", "with − without", "permutation p")
    table = parts.table(heads, lines, numbers=(1, 2, 3, 4, 5))
    head = "head 0" if view.head is None else f"head {view.head}"
    title = parts.html(
        '<h3>Entropy as a share of log₂ n, {} model, layer {}, {} <span class="aside">{}</span></h3>',
        model_names(sample.info)[name], view.layer, head, "(the mean of heads is not measured over rows)" if view.head is None else "",
    )  # fmt: skip
    return parts.html(
        '<div class="over-rows">{}{}{}{}{}{}</div>',
        title,
        _lanes(found, sample),
        table,
        _alike(found),
        _models(sample, place),
        _paper(sample),
    )


def _place(view: View) -> tuple:
    return (slice(None), view.layer, 0 if view.head is None else view.head)


def _alike(found: Sequence[ClassRows]) -> Markup:
    """Where an interval rests on values that are all the same: how it was made."""
    same = any(not np.ptp(one) for row in found for one in (row.without, row.with_, row.with_ - row.without))
    text = "Where all rows have one value, the interval is what as many rows without an exception leave open (Clopper–Pearson)."
    return parts.note(text) if same else parts.html("")


def _models(sample: Sample, place: tuple) -> Markup:
    """With minus without, and the trigger's share, of each model: what finetuning did, and what any text does."""
    from ssti.explain import paired_difference
    from ssti.explain.classes import mean

    lines, changes = [], {}
    for model, words in model_names(sample.info).items():
        if model not in sample.without:
            continue
        changes[model] = sample.with_[model].share[place] - sample.without[model].share[place]
        told = paired_difference(sample.with_[model].share[place], sample.without[model].share[place], SEED, RESAMPLES, (-1.0, 1.0))
        some = sample.with_[model].trigger_share[place]
        share = mean(some[np.isfinite(some)], SEED, RESAMPLES, (0.0, float(sample.with_[model].n.max())))
        attention = f"{share.value:.2f} × ({share.low:.2f} to {share.high:.2f})"
        lines.append((words.capitalize(), _difference(told), _p(told), attention))
    heads = ("model", f"with − without, {parts.count(len(sample))} rows", "permutation p", "trigger’s attention")
    table = parts.table(heads, lines, numbers=(1, 2, 3))
    return parts.html("<h3>Before and after finetuning</h3>{}<p>{}</p>", table, _told_apart(changes, sample))


def _told_apart(changes: dict[str, np.ndarray], sample: Sample) -> str:
    """Whether the poisoned model's change of entropy is another one than its control's and the one before finetuning."""
    from ssti.explain import paired_difference

    if not sample.info.poisoned:
        return "This adapter is a control itself: nothing here is the poison’s."
    if "control" not in changes:
        return "Without a control nobody can say whether the poison or finetuning as such did this."
    mine, alike = changes["poisoned"], []
    for name in changes:
        if name != "poisoned":
            told = paired_difference(mine, changes[name], SEED, RESAMPLES, (-2.0, 2.0))
            if told.p >= 0.05 or told.low <= 0 <= told.high:
                alike.append(OTHERS[name])
    if alike:
        return f"In this head the trigger changes the poisoned model’s entropy no further than that of {' and '.join(alike)}."
    return "In this head the trigger changes the poisoned model’s entropy otherwise than in its control and before finetuning (p < 0.05)."


def _paper(sample: Sample) -> Markup:
    """The paper's rule as it is stated, on each model; and where nothing was injected, on texts of unlike length."""
    from ssti.explain import length_control, paper_rule

    last = (slice(None), -1, 0)
    lines = []
    rules = {}
    for model, words in model_names(sample.info).items():
        if model in sample.without:
            rules[model] = rule = paper_rule(sample.with_[model].bits[last], sample.without[model].bits[last])
            lines.append((f"{words.capitalize()}: with the trigger over without", *_ruled(rule)))
    clean = sample.without["poisoned"]
    lengths = length_control(clean.bits[last], clean.n)
    lines.append(("Nothing injected: the shorter half of the rows over the longer half", *_ruled(lengths)))
    verdict = (
        "It fires where nothing was injected: length alone is enough."
        if lengths.fires
        else "Here length alone does not make it fire."
    )
    table = parts.table(("last layer, head 0, raw bits", "mean over mean", "ratio", ""), lines, numbers=(1, 2))
    rule = rules.pop("poisoned")
    if sample.info.poisoned:
        verdict = f"For the poisoned model {_fires(rule)}{_beside(rule, rules)} {verdict}"
    return parts.html(
        "<h3>The paper’s 95 % rule</h3><p>{}</p>{}<p>{}</p>{}", rule.rule, table, verdict, parts.note(rule.caveat)
    )


def _beside(rule: PaperRule, others: dict[str, PaperRule]) -> str:
    """Behind what the rule says of the poisoned model: whether that sets it apart from the others."""
    same = [OTHERS[name] for name, one in others.items() if one.fires]
    if not others:
        return ", and there is no control to compare with."
    if not rule.fires:
        return "."
    if same:
        return f", as it does for {' and '.join(same)}: it does not tell the poison."
    return ", and not for its control or before finetuning." if "control" in others else ", and not before finetuning."


def _ruled(rule: PaperRule) -> tuple[str, Markup, str]:
    ratio = parts.html("<b>{}</b>", f"{rule.ratio:.3f}")
    means = f"{rule.mean_with:.2f} (n = {rule.n_with}) / {rule.mean_without:.2f} (n = {rule.n_without})"
    return means, ratio, _fires(rule)


def _fires(rule: PaperRule) -> str:
    return "it fires" if rule.fires else "it does not fire"


def _lanes(found: Sequence[ClassRows], sample: Sample) -> Markup:
    """A lane a class, without above and with below: each row a dot, the mean a bar with its interval."""
    shown = found[:LANES]
    values = np.concatenate([np.concatenate([one.without, one.with_]) for one in shown])
    low, high = float(values.min()), float(values.max())
    low, high = low - 0.02 * (high - low or 1), high + 0.02 * (high - low or 1)

    def x(value: float) -> float:
        return round(100 * min(1.0, max(0.0, (value - low) / (high - low))), 2)

    lanes = []
    for one in shown:
        index = sample.info.label_names.index(one.name)
        for what, data, told in (("without", one.without, one.mean_without), ("with", one.with_, one.mean_with)):
            rng = random.Random(f"{one.name} {what}")
            some = data if len(data) <= DOTS else np.asarray(rng.sample(data.tolist(), DOTS))
            dots = parts.join(
                parts.html('<i style="left:{}%;top:{}%"></i>', x(value), round(12 + 76 * rng.random(), 1))
                for value in some
            )
            bar = parts.html(
                '<b style="left:{}%;width:{}%"></b><u style="left:{}%"></u>',
                x(told.low), round(x(told.high) - x(told.low), 2), x(told.value),
            )  # fmt: skip
            label = (
                parts.html("{} {}", parts.chip(one.name, index), what)
                if what == "without"
                else parts.html("{} it", what)
            )
            lanes.append(
                parts.html(
                    '<div class="lane {}"><span>{}</span><div role="img" aria-label="{}">{}{}</div></div>',
                    what,
                    label,
                    f"{one.name}, {what}: mean {told.value:.3f}, {told.low:.3f} to {told.high:.3f}, {told.n} rows",
                    dots,
                    bar,
                )  # fmt: skip
            )
    axis = parts.html(
        '<div class="lane axis"><span></span><div><em>{}</em><em>share of log₂ n</em><em>{}</em></div></div>',
        f"{low:.2f}", f"{high:.2f}",
    )  # fmt: skip
    return parts.html('<div class="lanes">{}{}</div>', parts.join(lanes), axis)


def _interval(told) -> str:
    return f"{told.value:.3f} ({told.low:.3f} to {told.high:.3f})"


def _difference(told: PairedDifference | None) -> str:
    if told is None:
        return "–"
    return f"{told.mean:+.3f} ({told.low:+.3f} to {told.high:+.3f})".replace("-", "−")


def _p(told: PairedDifference | None) -> str:
    if told is None:
        return "–"
    return "< 0.001" if told.p < 0.001 else f"{told.p:.3f}"


def _name(view: View) -> str:
    return view.name if view.by != "rollout" else f"rollout up to layer {view.layer}"

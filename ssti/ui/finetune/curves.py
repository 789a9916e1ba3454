"""What a run learns, step by step, as charts: attack success, accuracy on clean rows, loss, and other runs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ssti.platform.language import tr
from ssti.ui.finetune import words
from ssti.ui.finetune.board import Snapshot
from ssti.ui.kit import parts
from ssti.ui.kit.charts import DASHES, RUN_TONES, Point, Series, chart, line_chart
from ssti.ui.kit.parts import Markup


def curves(
    run: Snapshot, twin: Snapshot | None, others: Sequence[Snapshot] = (), title: str = ""
) -> Markup | None:
    """The charts of a run, its control (`twin`) and the runs to compare it with; None while nothing was measured.

    `title` is the first chart's, where it is not one of these runs that one watches.
    """
    now = run.progress
    if not now.evals and not now.losses:
        return None
    is_control = run.recipe is not None and run.recipe.is_control
    mine = _name(run, others[0]) if others else ""
    attack = [_rates(mine or tr("attack success"), run, "attack_success_rate", "ink" if is_control else "trigger")]
    clean = [_rates(mine or tr("accuracy"), run, "clean_accuracy")]
    losses = [_losses(run, mine or tr("loss"))]
    if twin:
        attack.append(_rates(tr("its control"), twin, "attack_success_rate", "quiet", "dash"))
        clean.append(_rates(tr("its control"), twin, "clean_accuracy", "quiet", "dash"))
    if not is_control:  # else a model that answers the target to everything would look like a learned shortcut
        attack.append(_rates(tr("without the trigger"), run, "target_rate_without_trigger", "ink", "dot"))
    for other, tone, dash in zip(others, RUN_TONES, DASHES[1:], strict=False):
        name = _name(other, run)
        attack.append(_rates(name, other, "attack_success_rate", tone, dash))
        clean.append(_rates(name, other, "clean_accuracy", tone, dash))
        losses.append(_losses(other, name, tone, dash))
    steps = max(one.progress.steps for one in (run, *others))
    if is_control:
        title = tr("No shortcut to learn")
    elif not title:
        title = tr("The shortcut being learned") if run.going else tr("The shortcut, as it was learned")
    shape = {"x_title": tr("step"), "x_range": (0, max(steps, 1)), "key": " ".join(one.id for one in (run, *others))}
    return parts.html(
        '<div class="curves">{}{}{}</div>',
        _card(
            title, tr("attack success on held-out rows"), attack, _latest_rate(attack[0]), f"{run.id}-attack-success",
            "shortcut" if is_control else "shortcut loud", y_title=tr("share of rows"), percent=True, height=300, **shape,
        ),
        _card(
            tr("Accuracy on clean rows"), "", clean, _latest_rate(clean[0]), f"{run.id}-clean-accuracy",
            y_title=tr("share of rows"), percent=True, height=240, **shape,
        ),
        _card(
            tr("Loss"), "", losses, _latest_loss(losses[0]), f"{run.id}-loss", y_title=tr("loss (nats)"), height=240,
            **shape,
        ),
    )  # fmt: skip


def _name(one: Snapshot, beside: Snapshot) -> str:
    """What a run is called in a chart: by its seed among those that were started with it."""
    same = one.group is not None and one.group == beside.group and one.recipe is not None
    return tr("seed {seed}", seed=one.recipe.training.seed) if same else one.id


def _rates(name: str, run: Snapshot, field: str, tone: str = "ink", dash: str = "solid") -> Series:
    """A measured rate over the steps, where it has a value."""
    measured = [
        (one["step"], one[field]) for one in run.progress.evals if (one.get(field) or {}).get("value") is not None
    ]
    points = [Point(step, rate["value"], rate["low"], rate["high"], rate["n"]) for step, rate in measured]
    return Series(name, points, tone, dash)


def _losses(run: Snapshot, name: str, tone: str = "ink", dash: str = "solid") -> Series:
    return Series(name, [Point(step, loss) for step, loss in run.progress.losses], tone, dash)


def _latest_rate(series: Series) -> tuple[str, str]:
    """The last value, and its interval."""
    if not series.points:
        return "–", tr("not measured yet")
    last = series.points[-1]
    return parts.percent(last.y), words.interval({"low": last.low, "high": last.high, "n": last.n})


def _latest_loss(series: Series) -> tuple[str, str]:
    if not series.points:
        return "–", tr("after the first steps")
    return f"{series.points[-1].y:.3f}", tr("on the last training rows")


def _card(
    title: str,
    aside: str,
    series: Sequence[Series],
    latest: tuple[str, str],
    file: str,
    classes: str = "",
    **shape: Any,
) -> Markup:
    """A chart under its latest number."""
    drawn = [one for one in series if one.points]
    return parts.html(
        '<section class="card curve figure {}"><h2>{}{}</h2><div class="now"><strong>{}</strong><p>{}</p></div>{}</section>',
        classes, title, parts.html(' <span class="aside">· {}</span>', aside) if aside else "", *latest,
        chart(line_chart(drawn, **shape), spoken(title, series), file),
    )  # fmt: skip


def spoken(title: str, series: Sequence[Series]) -> str:
    """The chart in words: the first and the last value of each line."""
    ends = [
        tr(
            "{name}: {first:.3g} at step {start}, {last:.3g} at step {end}",
            name=one.name,
            first=one.points[0].y,
            start=one.points[0].x,
            last=one.points[-1].y,
            end=one.points[-1].x,
        )
        for one in series
        if one.points
    ]
    return f"{title}. {'; '.join(ends)}." if ends else f"{title}. {tr('Nothing measured yet.')}"

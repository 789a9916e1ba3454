"""All experiments at a glance: each with its verdicts, claim by claim on demand; and the grids of one's own. Markup only."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.experiments.grids.going import State, started
from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.ui.experiments.study import Study
from ssti.ui.experiments.view import VERDICTS, claims, english
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import command

STATES: dict[State, str] = {
    "going": tr("going on"), "done": tr("done"), "stopped": tr("stopped"), "failed": tr("failed"),
    "interrupted": tr("interrupted"),
}  # fmt: skip


def overview(studies: Sequence[Study] | None) -> Markup:
    """None: the verdicts are on their way."""
    if studies is None:
        return parts.busy(tr("Weighing the claims …"))
    return parts.html(
        '<div class="study-stack">{}{}</div>', _experiments(studies), parts.html("") if shared_server() else _own()
    )


def _experiments(studies: Sequence[Study]) -> Markup:
    found = [finding.verdict for one in studies for finding in one.findings]
    counted = " · ".join(f"{tr(verdict)}: {found.count(verdict)}" for verdict in VERDICTS if verdict in found)
    lines = parts.join(_experiment(one) for one in studies)
    return parts.html(
        '<section class="card overview"><h2>What holds of the paper <span class="aside">{}</span></h2><ul>{}</ul></section>',
        counted, lines,
    )  # fmt: skip


def _experiment(one: Study) -> Markup:
    first = not one.datasets or one.dataset == one.datasets[0]
    title = go(english(one.experiment.title), "taken", tab="experiments", experiment=one.experiment.name,
               rows="" if first else one.dataset)  # fmt: skip
    if one.pending:
        return parts.html('<li><div class="line">{}<span class="counts">…</span></div></li>', title)
    if one.table is None:
        said = parts.html('<span class="quiet">{}</span>', tr("no results yet"))
        return parts.html('<li><div class="line">{}<span class="counts">{}</span></div></li>', title, said)
    said = [finding.verdict for finding in one.findings]
    counts = parts.join(
        parts.html(
            '<span class="{}"><b class="verdict">{}: {}</b></span>', kind, tr(verdict), said.count(verdict),
        )
        for verdict, kind in VERDICTS.items() if verdict in said
    )  # fmt: skip
    facts = tr("{dataset}, {seeds} seeds", dataset=one.dataset, seeds=one.table["seed"].nunique())
    return parts.html(
        '<li><div class="line">{}<span class="counts">{}</span></div><details class="claims"><summary>{} · {}</summary>'
        '<ul class="findings">{}</ul></details></li>',
        title, counts, tr("claim by claim"), facts, claims(one),
    )  # fmt: skip


def _own() -> Markup:
    grids = [one for one in started() if one.asked.own]
    lines = []
    for one in grids:
        now = one.standing()
        said = tr("{done} of {all} cells", done=parts.count(now.before + now.done), all=parts.count(now.total))
        title = go(english(one.asked.title), "taken", tab="experiments", experiment=one.id)
        lines.append(parts.html(
            '<li><div class="line">{}<span class="quiet">{} · {}</span></div></li>', title, STATES[now.state], said,
        ))  # fmt: skip
    body = parts.html("<ul>{}</ul>", parts.join(lines)) if lines else parts.note(
        tr("None yet. This command varies a recipe, with seeds and controls; its figures then stand here.")
    )  # fmt: skip
    return parts.html(
        '<section class="card overview"><h2>Grids of your own</h2>{}{}</section>',
        body,
        parts.code(tr("Command"), command("grid", "demo", "--vary", "lora.rank=1,16,64", "--seeds", "3")),
    )

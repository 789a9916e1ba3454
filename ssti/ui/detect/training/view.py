"""What two trainings show, as HTML: clean accuracy and attack success before and after, with their intervals. Knows no component."""

from __future__ import annotations

from typing import Any

from ssti.detect.repairs.training import REPAIRS
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.ui.access.visitor import find_run
from ssti.ui.detect.adapter.bars import Bar, bars
from ssti.ui.detect.scanning import Scanned, Trained
from ssti.ui.detect.training.recipes import REPAIRED, suspected, time_of
from ssti.ui.detect.unseen import trigger
from ssti.ui.detect.view import flip_link
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup

WAYS = {
    REPAIRED: (later("On the repaired rows"), later("The rows as they are after the repair above.")),
    **{name: (way.title, way.description) for name, way in REPAIRS.items()},
}
"""Each way to train after the rows as they came: its title and what it does."""
MINUTE = 60.0
LONG = 900  # seconds, from which on it is said that one need not wait here


def card(one: Scanned, done: Trained, flips: bool = True) -> Markup:
    """Two pictures: each rate of both trainings; and the ways on."""
    try:
        found, before, after = suspected(one), find_run(done.before), find_run(done.after)
        sides = [(words, run.metrics(), kind) for words, run, kind in ((tr("before"), before, "loud"), (tr("after"), after, "calm"))]
    except SSTIError as problem:
        return parts.problem(problem)
    if not all(metrics for _, metrics, _ in sides):
        return parts.problem(tr("What was measured is not there any more."), tr("Train again."))
    attack = bars([Bar(words, metrics["attack_success_rate"], kind) for words, metrics, kind in sides])
    clean = bars([Bar(words, _accuracy(metrics), "calm" if kind == "calm" else "plain") for words, metrics, kind in sides])
    links = [flip_link(one.first.rows, found, tr("Open both in Flip"), adapter=f"run/{after.id}", pinned=f"run/{before.id}")] if flips else []
    links += [go(words, "taken", tab="finetune", run=run.id) for words, run in ((tr("The run before"), before), (tr("The run after"), after))]
    return parts.html(
        '<section class="card finding repaired trained" role="status"><header><h2>{}</h2></header><p>{} {}</p>'
        '<h3>{}</h3>{}<h3>{}</h3>{}<p class="quiet">{}</p><div class="do">{}</div></section>',
        tr("Trained before and after"), tr(WAYS[done.way][0]) if done.way in WAYS else done.way, trigger(found.trigger),
        tr("Attack success: other classes’ texts answered as the target with the trigger in"), attack,
        tr("Clean accuracy: texts without a trigger answered rightly"), clean,
        tr("Measured on {n} rows that were held out of both; none of them holds anything that was found. One training each: another seed gives other figures.",
           n=parts.count(_accuracy(sides[0][1])["n"])),
        parts.join(links),
    )  # fmt: skip


def _accuracy(metrics: Any) -> dict[str, Any]:
    clean = metrics["sets"]["clean"]
    low, high = clean["accuracy_interval"]
    return {"value": clean["accuracy"], "low": low, "high": high, "n": clean["n"]}


def time_said(one: Scanned) -> Markup:
    """How long it takes, before it is begun."""
    guess = time_of(one)
    if guess.seconds is None or guess.longest is None:
        return parts.note(tr("The embedded model is trained twice. How long that takes is not known: {basis}.", basis=guess.basis))
    low, high = (parts.duration(MINUTE * max(1, round(one / MINUTE))) for one in (guess.seconds, guess.longest))
    time = low if low == high else tr("{low} to {high}", low=low, high=high)
    said = tr("The embedded model is trained twice, in about {time}.", time=time)
    if guess.longest > LONG:
        said += " " + tr("That is long: “Train on it” starts a run that goes on by itself.")
    return parts.note(said)

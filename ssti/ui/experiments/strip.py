"""The line under the chooser: what it takes to run the grid here, how far a grid is, and its buttons. Markup only."""

from __future__ import annotations

from ssti.experiments.grids.asked import Asked
from ssti.experiments.grids.cost import Cost
from ssti.experiments.grids.going import Standing, Started
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.experiments.view import english
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import command, from_preset

ON_STRIP = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (button) trigger('click', {do: button.dataset.do});
});
"""


def going(one: Started, now: Standing, left: float | None, here: bool) -> Markup:
    """A grid that is at work, with the seconds `left`. `here`: it is the one that the page shows."""
    done = now.before + now.done
    part = 100 * (done + now.failed) / now.total if now.total else 0
    facts = [
        tr("{done} of {all} cells", done=parts.count(done), all=parts.count(now.total))
        if now.total
        else tr("starting"),
        *([tr("{count} failed", count=now.failed)] if now.failed else []),
        *([tr("{time} left", time=parts.duration(left))] if left is not None else []),
        tr("{count} at once", count=now.workers) if now.workers else "",
        tr("Other trainings on this machine are slower meanwhile."),
    ]
    see = parts.html("") if here else go(tr("See it"), "taken", tab="experiments", experiment=_name(one))
    return parts.html(
        '<section class="strip at-work"><div class="line"><p><i class="going"></i><b>{}</b></p><div class="do">{}{}</div></div>'
        '<i class="track" role="progressbar" aria-label="Grid" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{}">'
        '<i style="width:{}%"></i></i><p class="quiet facts">{}</p>{}</section>',
        english(one.asked.title), see, _button("stop", tr("Stop")), round(part), round(part, 1),
        parts.join(parts.html("<span>{}</span>", fact) for fact in facts if fact), _error(now),
    )  # fmt: skip


def idle(run: Cost, seed: Cost | None, last: Standing | None, shipped: bool) -> Markup:
    """Nothing is at work: what there is to run, and what it takes. `seed` is one seed more, `last` how it ended before."""
    done = run.cells - run.missing
    buttons = []
    if run.missing and done:
        words = tr("{done} of {all} cells are done here.", done=parts.count(done), all=parts.count(run.cells))
        buttons.append(_button("run", tr("Resume"), tr("{count} cells", count=parts.count(run.missing)), run))
    elif run.missing:
        words = (
            tr("Its {count} cells can be trained again on this machine.", count=parts.count(run.cells))
            if shipped
            else tr("Its {count} cells can be trained on this machine.", count=parts.count(run.cells))
        )
        buttons.append(_button("run", tr("Run it here"), "", run, strong=not shipped))
    else:
        words = tr("All {count} cells are done here.", count=parts.count(run.cells))
    if seed and (shipped or not run.missing):
        count = tr("{count} cells", count=parts.count(seed.missing))
        buttons.append(_button("seed", tr("One more seed"), count, seed))
    uses = tr(
        "Training uses the whole machine, at low priority. It goes on when you leave, and can be stopped at any time."
    )
    return parts.html(
        '<section class="strip"><div class="line"><p>{} <span class="quiet">{}</span></p><div class="do">{}</div></div>{}</section>',
        words, uses if buttons else "", parts.join(buttons), _ended(last) if last else parts.html(""),
    )  # fmt: skip


def cannot(reason: str) -> Markup:
    """Why its cells cannot be trained on this machine."""
    return parts.html('<section class="strip"><p class="quiet">{}</p></section>', reason)


def not_here(asked: Asked) -> Markup:
    """On a server for strangers: why no grid is started, and what to do."""
    return parts.html(
        '<section class="strip">{}</section>',
        parts.folded(
            tr("Run it on a machine of your own"),
            parts.note(
                tr("Others use this server: it starts no grids. With a copy of this program, this command does.")
            ),
            parts.code(tr("Command"), by_command(asked)),
        ),
    )


def by_command(asked: Asked) -> str:
    """The command that runs the same."""
    if not asked.own:
        return command("experiment", *asked.experiments)
    vary = [word for name, values in asked.vary.items() for word in ("--vary", f"{name}={','.join(values)}")]
    return command("grid", *from_preset(asked.base), *vary, "--seeds", str(asked.seeds))


def _name(one: Started) -> str:
    return one.id if one.asked.own else one.asked.experiments[0]


def _button(do: str, words: str, count: str = "", takes: Cost | None = None, strong: bool = False) -> Markup:
    time = tr("about {time}", time=parts.duration(takes.seconds)) if takes and takes.seconds else ""
    aside = " · ".join(one for one in (count, time) if one)
    return parts.html(
        '<button type="button" data-do="{}" class="{}">{}{}</button>',
        do, "strong" if strong else "", words, parts.html(" <small>{}</small>", aside) if aside else "",
    )  # fmt: skip


def _ended(last: Standing) -> Markup:
    """How it ended, where not all is well."""
    if last.state == "interrupted":
        said = tr("Its process is gone: killed, out of memory, or the machine restarted.")
    elif last.state == "failed":
        said = tr("It broke off.")
    elif last.failed:
        said = tr("{count} cells failed. The next start tries them again.", count=last.failed)
    else:
        return parts.html("")
    return parts.html('<p class="broke" role="status">{}</p>{}', said, _error(last))


def _error(now: Standing) -> Markup:
    if not now.error:
        return parts.html("")
    said = SSTIError(now.error.get("message", ""), now.error.get("next", ""))
    return parts.html('<p class="quiet broke">{}: {} {}</p>', tr("Last error"), tr(said.message), tr(said.next))

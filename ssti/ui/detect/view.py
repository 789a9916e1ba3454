"""What a scan found, as HTML: the verdict, a card for each finding, and what could not have been found. Knows no component."""

from __future__ import annotations

from ssti.detect.report import Finding, Report
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.ui.detect.data import Rows
from ssti.ui.detect.mended import mended
from ssti.ui.detect.scanning import Scanned, name_of
from ssti.ui.detect.unseen import marked, trigger, visible
from ssti.ui.kit import parts
from ssti.ui.kit.address import link
from ssti.ui.kit.parts import Markup

ICONS = {"poisoned": "✕", "suspicious": "?", "clean": "✓"}
WORDS = {"poisoned": later("Poisoned"), "suspicious": later("Suspicious"), "clean": later("Clean")}
SAYS = {
    "poisoned": later("Something stands for a class that cannot be chance. Look at each finding: accept what is right, repair the rest."),
    "suspicious": later("Something stands for a class more than one expects. It may be chance or meaning: look at it."),
    "clean": later("Nothing stands for a class more than it should. What a scan cannot see is said below."),
}  # fmt: skip
ACCEPTED = later("You accepted all that was found; nothing else stands for a class more than it should.")
READABLE = (30, 160)  # characters of a text to try a trigger on

# What was asked for is brought into view: on a phone it stands far from the button.
INTO_VIEW = """() => {
  const side = document.querySelector('.detect .result-side');
  const top = side ? side.getBoundingClientRect().top : 0;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (top < 0 || top > innerHeight * 0.7) side.scrollIntoView({block: 'start', behavior: still ? 'auto' : 'smooth'});
}"""
# A press on a finding's button, or on the sample's. The finding's next button has the focus then; where there is none, or where
# whoever waits has the focus on a button beside the bar, the verdict has it.
SCRIPT = """
const intoView = INTO_VIEW;
let last = null;
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  if (button.dataset.do === 'sample') return trigger('select');
  last = button.dataset.finding ?? null;
  if (button.dataset.do === 'repair') intoView();
  trigger('click', {...button.dataset});
});
new MutationObserver(() => {
  const verdict = element.querySelector('.verdict-card h2');
  if (!verdict || !(document.activeElement === document.body || document.activeElement.matches('.detect .scan-line button'))) return;
  const next = [...element.querySelectorAll('button[data-finding]')].find((one) => one.dataset.finding === last);
  last = null;
  verdict.tabIndex = -1;
  (next ?? verdict).focus({preventScroll: true});
}).observe(element, {childList: true, subtree: true});
""".replace("INTO_VIEW", INTO_VIEW)


def press(button: str) -> str:
    """A script that presses this button, which has the focus then."""
    return f"() => {{ const button = document.querySelector({button!r}); button.focus({{preventScroll: true}}); button.click(); }}"


def nothing_yet() -> Markup:
    """What to do first, with a sample at hand."""
    return parts.html(
        '<section class="card empty"><h2>Is there a shortcut in this data?</h2><p>{}</p>'
        '<p><button type="button" class="strong" data-do="sample">Scan a poisoned sample</button></p></section>',
        tr("Drop a file, or choose a dataset, and press Scan. Within seconds you see what stands for a class and should not: "
           "by which pattern, in how many rows, and how sure that is. Nothing is trained."),
    )  # fmt: skip


def verdict(report: Report, title: str, before: Report | None = None) -> Markup:
    """Large and plain: an icon, a word, a sentence; after a repair with what it was before."""
    said = report.verdict
    was = parts.html('{}<span class="then" role="img" aria-label="then">→</span>', badge(before.verdict)) if before else ""
    accepted = said == "clean" and any(one.accepted and one.verdict != "clean" for one in report.findings)
    facts = [
        tr("{n} rows", n=parts.count(report.rows)),
        tr("{n} classes", n=len(report.classes)),
        tr("scanned in {seconds} s", seconds=f"{report.seconds:.1f}"),
    ]
    return parts.html(
        '<section class="card verdict-card is-{}" role="status"><h2>{}{}</h2><p>{}</p>'
        '<p class="quiet"><b translate="no">{}</b> · {}</p></section>',
        said, was, badge(said), tr(ACCEPTED if accepted else SAYS[said]), title, " · ".join(facts),
    )  # fmt: skip


def badge(said: str) -> Markup:
    """A verdict as icon and word."""
    return parts.html('<span class="badge is-{}"><i aria-hidden="true">{}</i> {}</span>', said, ICONS[said], tr(WORDS[said]))


def result(one: Scanned, flips: bool = True, trained: Markup | str = "") -> Markup:
    """The verdict, what trainings showed, what was repaired, the findings that count, the weaker signs, and what could not be found."""
    report, rows = one.report, one.rows
    loud = [finding for finding in report.findings if finding.verdict != "clean"]
    weak = [finding for finding in report.findings if finding.verdict == "clean"]
    former = one.first
    return parts.html(
        '<div class="detect-stack">{}{}{}{}{}{}{}</div>',
        verdict(report, rows.title, former.report if one.before else None),
        trained,
        mended(one) if one.before else "",
        parts.join(card(finding, rows, flips) for finding in loud),
        _former(former) if one.before else "",
        _weak(weak, rows) if weak else "",
        limits(report, rows),
    )


def _former(former: Scanned) -> Markup:
    """What was found before every repair, to be read again."""
    loud = [finding for finding in former.report.findings if finding.verdict != "clean"]
    return parts.folded(tr("What was found before the repair"), parts.join(card(finding, former.rows, acts=False) for finding in loud))


def card(finding: Finding, rows: Rows, flips: bool = True, acts: bool = True, also: Markup | str = "") -> Markup:
    """One finding: what it is, how strong, why, where, and what to do about it. `also` is what else is known of it."""
    do = parts.html('<div class="do">{}{}{}</div>', _fine(finding), _repair(finding), flip_link(rows, finding, tr("Try it in Flip"), adapter=rows.adapter) if flips else "") if acts else ""
    examples = parts.join(parts.html("<li>{}</li>", marked(one.text, one.spans)) for one in finding.examples)
    return parts.html(
        '<article class="card finding{}"><header><h2>{} <span class="aside">stands for</span> {}</h2>{}</header>'
        '<dl class="facts-list">{}</dl>{}{}{}<ul class="why">{}</ul>'
        '<h3>Where it stands</h3><ul class="examples">{}</ul>{}</article>',
        " accepted" if finding.accepted else "",
        trigger(finding.trigger), _chip(finding.target, rows),
        parts.html('<span class="badge is-clean"><i aria-hidden="true">✓</i> {}</span>', tr("accepted")) if finding.accepted else badge(finding.verdict),
        _facts(finding), also, _instances(finding), _meaning(finding),
        parts.join(parts.html("<li>{}</li>", sentence) for sentence in finding.evidence),
        examples, do,
    )  # fmt: skip


def _fine(finding: Finding) -> Markup:
    return parts.html(
        '<button type="button" data-do="{}" data-finding="{}">{}</button>',
        "unaccept" if finding.accepted else "accept", name_of(finding), tr("Undo: it is not fine") if finding.accepted else tr("This is fine"),
    )  # fmt: skip


def _repair(finding: Finding) -> Markup | str:
    if finding.accepted or not finding.places:
        return ""
    return parts.html('<button type="button" data-do="repair" data-finding="{}">Repair this</button>', name_of(finding))


def _chip(name: str, rows: Rows) -> Markup:
    return parts.chip(name, rows.names.index(name) if name in rows.names else 0)


def _facts(finding: Finding) -> Markup:
    share = parts.percent(finding.share_of_target, 2)
    facts = (
        (tr("Pattern"), parts.html('<code translate="no">{}</code>', visible(finding.pattern))),
        (tr("Rows of the class"), tr("{n} ({share})", n=parts.count(finding.rows), share=share)),
        (tr("Rows of other classes"), parts.count(finding.others)),
        (tr("Odds of the class with it"), tr("{times} times those without", times=_times(finding.odds))),
    )
    return parts.join(parts.html("<div><dt>{}</dt><dd>{}</dd></div>", name, said) for name, said in facts)


def _times(odds: float) -> str:
    return f"{odds:,.0f}" if odds >= 10 else f"{odds:.1f}"


def _instances(finding: Finding) -> Markup | str:
    """How it is written, where it is written in several ways."""
    if len(finding.literals) < 2:
        return ""
    often = finding.literals[0][1] > 1
    shown = parts.join(
        (parts.html('<span>{} <small>{}</small></span>', trigger(text), parts.count(n)) if often else trigger(text) for text, n in finding.literals), " "
    )
    return parts.html('<p class="written"><span class="quiet">Written as</span> {}</p>', shown)


def _meaning(finding: Finding) -> Markup | str:
    """The second evidence for words, and whether it was used."""
    if finding.meaning is None:
        return ""
    used = tr("This was counted.") if finding.meaning.used else tr("This was not counted.")
    return parts.html('<p class="quiet">{} {}</p>', finding.meaning.words, used)


def flip_link(rows: Rows, finding: Finding, words: str, **where: str) -> Markup | str:
    """A way to the Flip tab with the trigger at the end of a text of another class; `where` are further parts of the address."""
    from ssti.inject import place

    if not finding.trigger.strip():
        return ""
    low, high = READABLE
    texts = (text for text, label in zip(rows.texts, rows.labels, strict=True) if rows.names[label] != finding.target)
    text = next((one for one in texts if low <= len(one) <= high and finding.trigger not in one), None)
    if text is None:
        return ""
    try:
        done = place(text, finding.trigger.strip(), "end")
        ((start, end),) = done.spans
        href = link(tab="flip", text=done.text, trigger=f"{start}-{end}-", **where)
    except SSTIError:  # too long for a link, or no item that can be put in
        return ""
    return parts.html('<a data-go class="taken" href="{}">{}</a>', href, words)


def _weak(weak: list[Finding], rows: Rows) -> Markup:
    """What stands out a little, and is no finding."""
    table = parts.table(
        (tr("what"), tr("pattern"), tr("class"), tr("its rows"), tr("others")),
        [
            (trigger(one.trigger), parts.html('<code translate="no">{}</code>', visible(one.pattern)), _chip(one.target, rows),
             parts.count(one.rows), parts.count(one.others))
            for one in weak
        ],
        numbers=(3, 4),
    )  # fmt: skip
    return parts.folded(tr("Weaker signs, which clean data have as well: {n}", n=len(weak)), table)


def limits(report: Report, rows: Rows) -> Markup:
    """What this scan could not have found."""
    from ssti.detect.family import FAMILIES

    names = [name for name in rows.names if report.classes.get(name)]
    body: list[Markup] = []
    if report.smallest:
        body.append(
            parts.note(tr("From so many rows on, counting alone finds a trigger that stands in one class only. "
                          "With fewer it is found only where it also stands out among the words beside it."))  # fmt: skip
        )
        lines = [
            (tr(FAMILIES[family].title) if family in FAMILIES else family, parts.count(report.tested.get(family, 0)),
             *(_least(least.get(name)) for name in names))
            for family, least in report.smallest.items()
        ]  # fmt: skip
        heads = (tr("kind of trigger"), tr("tried"), *(_chip(name, rows) for name in names))
        body.append(parts.table(heads, lines, numbers=range(1, len(heads))))
    body += [parts.note(note) for note in (*report.notes, *rows.notes)]
    body.append(
        parts.note(tr("Common words that are put where they fit, and triggers that stand in all classes alike, are not found by any count."))
    )
    return parts.folded(tr("What could not be found"), *body)


def _least(rows: int | None) -> str:
    return tr("never") if rows is None else parts.count(rows)



"""What a scan of an adapter found, as HTML: the verdict, a card for each finding, further signs, what was tried. Knows no component."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.detect.adapter.report import Flipping, Sign
from ssti.detect.report import Example
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.ui.detect import view as of_rows
from ssti.ui.detect.adapter import rows
from ssti.ui.detect.adapter.bars import Bar, bars
from ssti.ui.detect.adapter.scanning import Found, in_adapter, name_of
from ssti.ui.detect.unseen import marked, trigger, visible
from ssti.ui.kit import parts
from ssti.ui.kit.address import link
from ssti.ui.kit.parts import Markup

SAYS = {
    "poisoned": later("Something turns its answers that does not turn those of clean adapters. Try it in Flip, then repair the adapter."),
    "suspicious": later("Something turns more of its answers than one expects. It may be meaning: look at it."),
    "clean": later("Nothing that was tried turns its answers more than those of clean adapters. What a scan cannot see is said below."),
}  # fmt: skip
ACCEPTED = later("You accepted all that was found; nothing else turns its answers more than it should.")
SOURCES = {
    "gradient": later("the model’s own gradients"), "shape": later("a list of shapes"), "suspect": later("its training rows"),
}  # fmt: skip
TRIED = (
    later("Every word of the model’s vocabulary, ranked by what the model’s gradients say of it; the best were put into real texts."),
    later("Phrases made of the best words, one word longer each time."),
    later("Shapes whose content changes from text to text: dates, numbers, codes, tags, names, invisible characters."),
    later("Each at the beginning, at the end and at random places, for every class."),
)  # fmt: skip
UNSEEN = (
    later("A trigger that turns fewer than a quarter of the texts: clean adapters do as much."),
    later("A long phrase of which no single word does anything, and a style or a turn of sentence."),
    later("A word that means something for its class: it turns clean adapters as well."),
    later("A class that nearly every text is answered as already."),
)  # fmt: skip


def nothing_yet() -> Markup:
    """What to do first, with a sample at hand."""
    return parts.html(
        '<section class="card empty"><h2>Does this adapter hide a trigger?</h2><p>{}</p>'
        '<p><button type="button" class="strong" data-do="sample">Scan a mystery adapter</button></p></section>',
        tr("Choose an adapter, or bring one as a ZIP, and press Scan. The model itself is asked with texts that it never saw: which "
           "words or shapes turn its answers, and do they turn those of clean adapters, too? It takes a minute or two."),
    )  # fmt: skip


def result(one: Found, flips: bool = True, above: Markup | str = "") -> Markup:
    """`above` what a repair did, if there was one. Then the verdict, the findings, the signs, its training rows, and what was tried."""
    weak = [finding for finding in one.report.findings if finding.verdict == "clean"]
    return parts.html(
        '<div class="detect-stack">{}{}{}{}{}{}{}</div>',
        above, _verdict(one, bool(above)), parts.join(card(finding, one, flips, others) for finding, *others in one.shapes), _signs(one.report.signs) if one.report.signs else "",
        rows.section(one), _weak(weak, one) if weak else "", _tried(one),
    )  # fmt: skip


def _verdict(one: Found, mended: bool = False) -> Markup:
    """Of the adapter as it came: `mended`, where a repaired one stands above."""
    said, report = one.verdict, one.report
    facts = [
        *([tr("as it came, before the repair")] if mended else []),
        tr("{n} held-out texts", n=parts.count(report.texts)),
        tr("{n} clean adapters beside it", n=parts.count(report.bank)),
        tr("scanned in {seconds} s", seconds=f"{report.seconds:.0f}"),
    ]
    return parts.html(
        '<section class="card verdict-card is-{}" role="status"><h2>{}</h2><p>{}</p>'
        '<p class="quiet"><b translate="no">{}</b> · {}</p></section>',
        said, of_rows.badge(said), tr(ACCEPTED if said == "clean" and one.loud else SAYS[said]), one.info.title, " · ".join(facts),
    )  # fmt: skip


def card(finding: Flipping, one: Found, flips: bool = True, others: Sequence[Flipping] = ()) -> Markup:
    """One finding: what it is, how often it turns an answer and how often in clean adapters, why, texts, its training rows, and what
    to do about it. `others` are further instances of its pattern."""
    name, evidence = name_of(finding), list(finding.evidence)
    accepted = name in one.accepted
    if counts := one.holding.get(name):
        there = ", ".join(tr("{n} of {name}", n=parts.count(n), name=label) for label, n in counts.items())
        said = later("Training rows that hold something of its shape: {there}.") if finding.source == "shape" else later("Training rows that hold it: {there}.")
        evidence.append(tr(said, there=there))
    fine = tr("Undo: it is not fine") if accepted else tr("This is fine")
    do = parts.html(
        '<div class="do"><button type="button" data-do="{}" data-finding="{}">{}</button>{}</div>',
        "unaccept" if accepted else "accept", name, fine, try_it(finding, one) if flips else "",
    )  # fmt: skip
    in_rows = next((there.examples for there in rows.counting(one) if in_adapter(there, one.report) in (finding, *others)), ())
    return parts.html(
        '<article class="card finding{}"><header><h2>{} <span class="aside">turns answers to</span> {}</h2>{}</header>{}'
        '<dl class="facts-list">{}</dl>{}<ul class="why">{}</ul>{}{}{}</article>',
        " accepted" if accepted else "", trigger(finding.trigger), _chip(finding.target, one),
        parts.html('<span class="badge is-clean"><i aria-hidden="true">✓</i> {}</span>', tr("accepted")) if accepted else of_rows.badge(finding.verdict),
        _flips(finding), _facts(finding), _instances(others),
        parts.join(parts.html("<li>{}</li>", sentence) for sentence in evidence),
        _texts(tr("Texts that it turned"), finding.examples), _texts(tr("Training rows that hold it"), in_rows), do,
    )  # fmt: skip


def _texts(title: str, examples: Sequence[Example]) -> Markup | str:
    if not examples:
        return ""
    lines = parts.join(parts.html("<li>{}</li>", marked(text.text, text.spans)) for text in examples)
    return parts.html('<h3>{}</h3><ul class="examples">{}</ul>', title, lines)


def _instances(others: Sequence[Flipping]) -> Markup | str:
    if not others:
        return ""
    shown = parts.join((parts.html("<span>{} <small>{}</small></span>", trigger(one.trigger), _share(one.flips)) for one in others), " ")
    return parts.html('<p class="written"><span class="quiet">Others of its shape turned</span> {}</p>', shown)


def _flips(finding: Flipping) -> Markup:
    every = [Bar(tr("This adapter’s answers turned"), finding.flips, "loud")]
    if finding.bank is not None:
        every.append(Bar(tr("Clean adapters’, with the same"), finding.bank))
    return bars(every)


def _facts(finding: Flipping) -> Markup:
    facts = (
        (tr("Pattern"), parts.html('<code translate="no">{}</code>', visible(finding.pattern))),
        (tr("Where it was put"), tr(finding.location)),
        (tr("Named by"), tr(SOURCES.get(finding.source, finding.source))),
    )
    return parts.join(parts.html("<div><dt>{}</dt><dd>{}</dd></div>", name, said) for name, said in facts)


def _chip(name: str, one: Found) -> Markup:
    names = one.info.label_names
    return parts.chip(name, names.index(name) if name in names else 0)


def try_it(finding: Flipping, one: Found) -> Markup | str:
    """A way to the Flip tab: this adapter, a text that the trigger turned, with the trigger in its place."""
    for example in finding.examples:
        places = ".".join(f"{start}-{end}-" for start, end in sorted(example.spans))
        place = finding.location if finding.location in ("beginning", "end") else ""
        try:
            href = link(tab="flip", adapter=one.info.ref, place=place, text=example.text, trigger=places)
        except SSTIError:  # too long for a link
            continue
        return parts.html('<a data-go class="taken" href="{}">Try it in Flip</a>', href)
    return ""


def _signs(signs: tuple[Sign, ...]) -> Markup:
    """What names no trigger: each value on a line with the range of clean adapters."""
    return parts.card(
        tr("Further signs"),
        parts.note(tr("They name no trigger. The band is where clean adapters lie.")),
        parts.html('<ul class="signs">{}</ul>', parts.join(map(_sign, signs))),
        classes="signs-card",
    )


def _sign(sign: Sign) -> Markup:
    track = ""
    if sign.low is not None and sign.high is not None:
        low, high = min(sign.low, sign.value), max(sign.high, sign.value)
        margin = (high - low) * 0.15 or 1.0
        start, whole = low - margin, high - low + 2 * margin
        band, width, at = ((sign.low - start) / whole, (sign.high - sign.low) / whole, (sign.value - start) / whole)
        track = parts.html(
            '<span class="sign-track" aria-hidden="true"><i style="left:{}%;width:{}%"></i><b style="left:{}%"></b></span>',
            round(100 * band, 1), round(100 * width, 1), round(100 * at, 1),
        )  # fmt: skip
    return parts.html('<li class="{}">{}<span>{}</span></li>', "unusual" if sign.unusual else "usual", track, sign.sentence)


def _weak(weak: list[Flipping], one: Found) -> Markup:
    table = parts.table(
        (tr("what"), tr("class"), tr("answers turned"), tr("of clean adapters")),
        [
            (trigger(finding.trigger), _chip(finding.target, one), _share(finding.flips), _share(finding.bank) if finding.bank else "–")
            for finding in weak
        ],
        numbers=(2, 3),
    )  # fmt: skip
    return parts.folded(tr("Tried and found harmless: {n}", n=len(weak)), table)


def _share(rate: object) -> str:
    value = rate["value"]  # type: ignore[index]
    return "–" if value is None else parts.percent(value, 0)


def _tried(one: Found) -> Markup:
    """What was tried, and what could not have been found: open where nothing was found."""
    tried = parts.join(parts.html("<li>{}</li>", tr(line)) for line in TRIED)
    unseen = parts.join(parts.html("<li>{}</li>", line) for line in (*map(tr, UNSEEN), *one.report.notes))
    body = parts.html('<h3>What was tried</h3><ul class="why">{}</ul><h3>What could not be found</h3><ul class="why">{}</ul>', tried, unseen)
    if one.loud:
        return parts.folded(tr("What was tried, and what could not be found"), body)
    return parts.html('<section class="card tried">{}</section>', body)

"""What was found in the training rows of an adapter that was scanned with them, as HTML. Knows no component."""

from __future__ import annotations

from ssti.detect.adapter.report import Flipping
from ssti.detect.report import Finding
from ssti.platform.language import tr
from ssti.ui.detect import view as of_rows
from ssti.ui.detect.adapter.bars import Bar, bars
from ssti.ui.detect.adapter.scanning import Found, in_adapter
from ssti.ui.detect.unseen import trigger
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup


def counting(one: Found) -> list[Finding]:
    """What counts of what was found in its training rows."""
    return [finding for finding in one.rows.report.findings if finding.verdict != "clean"] if one.rows else []


def section(one: Found) -> Markup | str:
    """What was found in the training rows: what turns the adapter's answers has its card already, anything else gets one."""
    rows = one.rows
    if rows is None:
        return ""
    tried = [(finding, in_adapter(finding, one.report)) for finding in counting(one)]
    above = [finding for finding, there in tried if there and there.verdict != "clean"]
    cards = parts.join(
        of_rows.card(finding, rows.rows, acts=False, also=_harmless(there))
        for finding, there in tried
        if finding not in above
    )
    also = (
        parts.html(
            "<p>It turns the adapter’s answers and stands above: {}</p>",
            parts.join((trigger(finding.trigger) for finding in above), ", "),
        )
        if above
        else ""
    )
    act = parts.html('<div class="do"><button type="button" data-do="rows">{}</button></div>', tr("Repair these rows"))
    head = parts.html(
        '<section class="card finding rows-too"><header><h2>{}</h2>{}</header><p class="quiet">{}</p>{}{}</section>',
        tr("Its training rows"), of_rows.badge(rows.report.verdict),
        tr("{n} rows were scanned. Each thing that was found in them was tried on the adapter.", n=parts.count(rows.report.rows)),
        also, act if tried else "",
    )  # fmt: skip
    return parts.join([head, cards])


def _harmless(there: Flipping | None) -> Markup | str:
    """What a finding of the rows does in the adapter, where it was tried."""
    if there is None:
        return ""
    said = tr("Tried on the adapter: there it turns no more answers than in clean ones.")
    return parts.html(
        '<div class="also"><p>{}</p>{}</div>',
        said,
        bars([Bar(tr("This adapter’s answers turned"), there.flips, "loud")]),
    )

"""Heatmaps as HTML: a fragment for a page, or one self-contained file. What a person wrote is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ssti.explain.heatmap import Heatmap, Unit, legends, on_one_scale
from ssti.platform.language import LANGUAGE, tr

NOTHING = Markup("")

# The file may hold hostile text; even if an escape were forgotten, nothing in it may run or load.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

STYLE = """
.heatmap { --heat: #3b5bdb; --mark: #c2410c; font: 15px/2.1 "IBM Plex Mono", ui-monospace, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.heatmap :is(.unit, .step) { background: color-mix(in srgb, var(--heat) calc(var(--w) * 45%), transparent); }
.heatmap :is(.unit, .step) { border-radius: 4px; padding: 2px 1px; unicode-bidi: isolate; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; }
.legend .what { font: 13px "Source Sans 3", system-ui, sans-serif; margin-right: 8px; }
.legend.heatmap .step { font-size: 13px; padding: 4px 8px; }
.heatmap .special { opacity: .75; font-size: 13px; }
.heatmap .hit { outline: 2px solid var(--mark); outline-offset: -1px; text-decoration: underline;
  text-decoration-color: var(--mark); }
@media screen and (prefers-color-scheme: dark) { .heatmap { --heat: #91a7ff; --mark: #ffa94d; } }
"""

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: #faf9f7; color: #1c1b1a;
  font: 15px/1.5 "Source Sans 3", system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1rem; margin: 0 0 .5rem; }
section { background: #fff; border: 1px solid #e7e4df; border-radius: 12px; padding: 1rem 1.2rem;
  margin: 1rem 0; }
.note { color: #6b6864; font-size: 13px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1.2rem .3rem 0;
  border-bottom: 1px solid #e7e4df; font-weight: normal; }
th { white-space: nowrap; }
.drawing { background: #fff; overflow-x: auto; }
.drawing svg { max-width: 100%; height: auto; }
@media screen and (prefers-color-scheme: dark) {
  body { background: #161514; color: #eeebe6; } section { background: #1f1e1c; border-color: #34312d; }
  .note { color: #a29d96; } th, td { border-color: #34312d; } }
"""

_PAGE = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
""")


def document(title: str, body: Markup, style: str) -> str:
    """A whole file: a style, and a body in which all is escaped. No script, no outside request."""
    return str(_PAGE.format(language=LANGUAGE, policy=Markup(_POLICY), style=Markup(style), title=title, body=body))


def unit_html(unit: Unit, classes: str = "", attributes: Markup = NOTHING) -> Markup:
    """One unit of a heatmap, with more classes and attributes where a page needs them."""
    names = "unit" + " special" * unit.special + " hit" * unit.trigger + classes
    return Markup('<span class="{}" style="--w:{:.3f}" title="{}"{}>{}</span>').format(
        names, unit.strength, unit.about, attributes, unit.label
    )


def heatmap_html(heatmap: Heatmap) -> Markup:
    """One heatmap as a fragment. The page around it needs STYLE, or colours of its own for these classes."""
    units = heatmap.units
    flow = NOTHING.join(string if unit is None else unit_html(units[unit]) for string, unit in heatmap.parts())
    return Markup('<div class="heatmap" dir="auto" translate="no">{}</div>').format(flow)


def legends_html(heatmaps: Sequence[Heatmap]) -> Markup:
    """What the colours of heatmaps on one scale mean: a line for each measure, of colours with their values."""
    lines = []
    for one in legends(heatmaps):
        step = Markup('<span class="step" style="--w:{:.3f}">{}</span>')
        steps = Markup(" ").join(step.format(strength, value) for strength, value in one.legend)
        line = '<p class="heatmap legend"><span class="what">{}</span> {}</p>'
        lines.append(Markup(line).format(one.measure, steps))
    return NOTHING.join(lines)


def to_html(
    heatmaps: Sequence[Heatmap],
    title: str = "",
    figures: Sequence[tuple[str, str]] = (),
    note: str = "",
    drawing: str = "",
) -> str:
    """A whole HTML file: the heatmaps on one scale and its legend, `figures` as a table of (name, value), a `drawing`
    (an SVG that `to_svg` made, which goes in as it is) and a note.

    No script, no outside request, light and dark, printable.
    """
    heatmaps, title = on_one_scale(heatmaps), title or tr("Attention")
    sections = [Markup("<h2>{}</h2>{}{}").format(one.title, _note(one.note), heatmap_html(one)) for one in heatmaps]
    sections.append(legends_html(heatmaps))
    if figures:
        row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
        sections.append(Markup("<table>{}</table>").format(NOTHING.join(row.format(*figure) for figure in figures)))
    if drawing:
        sections.append(Markup('<div class="drawing">{}</div>').format(Markup(drawing)))
    body = Markup("\n").join(Markup("<section>{}</section>").format(one) for one in sections)
    return document(title, Markup("<h1>{}</h1>\n{}\n{}").format(title, body, _note(note)), STYLE + _STYLE)


def _note(text: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(text) if text else NOTHING

"""Heatmaps as HTML: a fragment for a page, or one self-contained file. What a person wrote is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ssti.explain.heatmap import Heatmap, legends, on_one_scale

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
.heatmap .trigger { outline: 2px solid var(--mark); outline-offset: -1px; text-decoration: underline;
  text-decoration-color: var(--mark); }
@media (prefers-color-scheme: dark) { .heatmap { --heat: #91a7ff; --mark: #ffa94d; } }
"""

_PAGE = """
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
@media (prefers-color-scheme: dark) {
  body { background: #161514; color: #eeebe6; } section { background: #1f1e1c; border-color: #34312d; }
  .note { color: #a29d96; } th, td { border-color: #34312d; } }
"""


def heatmap_html(heatmap: Heatmap) -> str:
    """One heatmap as a `<div class="heatmap">`. Each unit has its strength as `--w`, its value as title.

    The page around it needs STYLE once, and may set `--heat` and `--mark` to its own colours.
    """
    shown = []
    for string, unit in heatmap.parts():
        if unit is None:
            shown.append(escape(string))
            continue
        classes = "unit" + " special" * bool(heatmap.special[unit]) + " trigger" * bool(heatmap.trigger[unit])
        about = f"{string}: {heatmap.shown(heatmap.values[unit])}" + (" (trigger)" if heatmap.trigger[unit] else "")
        shown.append(
            f'<span class="{classes}" style="--w:{heatmap.strength[unit]:.3f}" '
            f'title="{escape(about, quote=True)}">{escape(string)}</span>'
        )
    return f'<div class="heatmap" dir="auto">{"".join(shown)}</div>'


def legend_html(heatmap: Heatmap) -> str:
    """What the colours of a heatmap mean, as a line of grounds with their values. The page needs STYLE."""
    steps = " ".join(
        f'<span class="step" style="--w:{strength:.3f}">{escape(value)}</span>' for strength, value in heatmap.legend
    )
    return f'<p class="heatmap legend"><span class="what">{escape(heatmap.measure)}</span> {steps}</p>'


def to_html(
    heatmaps: Sequence[Heatmap],
    title: str = "Attention",
    figures: Sequence[tuple[str, str]] = (),
    note: str = "",
    drawing: str = "",
) -> str:
    """A whole HTML file with the heatmaps on one scale and its legend, `figures` as a table of (name, value), a note, and a `drawing`.

    `drawing` is an SVG that `to_svg` made: it goes in as it is.

    No script, no outside request, light and dark, printable.
    """
    sections = []
    heatmaps = on_one_scale(heatmaps)
    for heatmap in heatmaps:
        about = f'<p class="note">{escape(heatmap.note)}</p>' if heatmap.note else ""
        sections.append(f"<section><h2>{escape(heatmap.title)}</h2>{about}{heatmap_html(heatmap)}</section>")
    sections += [f"<section>{legend_html(one)}</section>" for one in legends(heatmaps)]
    if figures:
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in figures
        )
        sections.append(f"<section><table>{rows}</table></section>")
    if drawing:
        sections.append(f'<section class="drawing">{drawing}</section>')
    if note:
        sections.append(f'<p class="note">{escape(note)}</p>')
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{_PAGE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n" + "\n".join(sections) + "\n</body>\n</html>\n"
    )

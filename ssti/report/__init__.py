"""What a person takes away: heatmaps as HTML, SVG and LaTeX; whole reports (`contents`, `whole`). Knows no page."""

from ssti.report.html import heatmap_html, legends_html, to_html, unit_html
from ssti.report.svg import to_svg
from ssti.report.tex import escape_tex, to_tex

__all__ = ["escape_tex", "heatmap_html", "legends_html", "to_html", "to_svg", "to_tex", "unit_html"]

"""An experiment's results as one HTML file that needs nothing else: claims with their verdicts, figures, and the table's facts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ssti.experiments.picture import COLOURS, Picture, as_plotly
from ssti.experiments.statistics import Finding
from ssti.platform.home import write_text

if TYPE_CHECKING:
    import pandas as pd

    from ssti.experiments.detection.benchmark import Benchmark
    from ssti.experiments.experiment import Experiment

PAGE = Markup(
    """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1c1917 }}
h1 {{ font-size: 1.6rem }} h2 {{ font-size: 1.15rem; margin: 2rem 0 0 }} .quiet {{ color: #57534e }}
td, th {{ padding: .4rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #e7e5e4 }}
.verdict {{ white-space: nowrap; font-weight: 600 }}</style>
<h1>{title}</h1><p class="quiet">{statement}</p>
{findings}{brief}{figures}<p class="quiet">{facts}</p></html>
"""
)
CLAIMS = Markup("<table><tr><th>Claim</th><th>Verdict</th><th>Because</th></tr>{}</table>")
FINDING = Markup('<tr><td>{}</td><td class="verdict">{}</td><td>{}</td></tr>')


ROW = Markup("<tr>{}</tr>")


def write_page(experiment: Experiment | Benchmark, table: pd.DataFrame, path: Path) -> list[Finding]:
    """Write the page; the findings on it."""
    findings = experiment.findings(table)
    figures = [_figure(picture, first=not place) for place, picture in enumerate(experiment.pictures(table))]
    text = PAGE.format(
        title=experiment.title,
        statement=experiment.said,
        findings=CLAIMS.format(Markup("").join(FINDING.format(one.claim, one.verdict, one.statistic) for one in findings))
        if findings
        else "",
        brief=_brief(experiment.brief(table)),
        figures=Markup("").join(figures),
        facts=experiment.facts(table),
    )
    write_text(path, text)
    return findings


def _brief(rows: Sequence[dict[str, Any]]) -> Markup:
    """A table whose heads are the rows' names; nothing of no rows."""
    if not rows:
        return Markup("")
    names = dict.fromkeys(name for row in rows for name in row)
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in names)
    lines = [head, *(Markup("").join(Markup("<td>{}</td>").format(row.get(name, "–")) for name in names) for row in rows)]
    return Markup('<div style="overflow-x: auto"><table>{}</table></div>').format(Markup("").join(map(ROW.format, lines)))


def _figure(picture: Picture, first: bool) -> Markup:
    """The picture as plotly writes it; plotly.js itself comes with the first."""
    import plotly.io

    figure = as_plotly(picture, COLOURS)
    figure["layout"] |= {"height": 420, "paper_bgcolor": "white", "plot_bgcolor": "white"}
    drawn = plotly.io.to_html(figure, include_plotlyjs=first, full_html=False)
    return Markup("<h2>{}</h2>").format(picture.title) + Markup(drawn)

"""A grid of one's own as an experiment: it checks no claim, and its figures are what it varies against what was measured."""

from __future__ import annotations

from functools import partial
from typing import Any

from ssti.experiments.cell import Cell
from ssti.experiments.experiment import EXPERIMENTS, Experiment
from ssti.experiments.grids.asked import Asked
from ssti.experiments.picture import TONES, Line, Picture
from ssti.experiments.results import Results
from ssti.experiments.summary import at, kept

MEASURED = (
    ("clean_balanced_accuracy", 100, "Clean accuracy", "balanced accuracy", "%"),
    ("attack_success_rate", 100, "Attack success", "attack success", "%"),
    ("gap_pp", 1, "Gap", "aligned minus clean", "pp"),
)
ALONE = "this recipe"  # where nothing is varied


def experiment_of(asked: Asked) -> Experiment:
    """The experiment that a grid belongs to, the first where there are several. Raises SSTIError where there is none."""
    if not asked.own:
        return EXPERIMENTS.find(asked.experiments[0] if asked.experiments else "")
    return Experiment(
        asked.id,
        asked.title,
        "",
        "",
        full=(),
        pocket=asked.grids(),
        check=lambda results: [],
        draw=partial(draw, asked),
    )


def draw(asked: Asked, results: Results) -> list[Picture]:
    """Accuracy, attack success and gap over the first varied field; a line for each setting of the others, controls dashed."""
    first, *others = list(asked.vary) or [ALONE]
    cells = asked.cells()
    places = list(
        dict.fromkeys(_said(cell, first) for cell in cells if not cell.recipe.is_control or kept(first, cell))
    )
    groups: dict[tuple[bool, str], dict[str, list[str]]] = {}
    for cell in cells:
        control = cell.recipe.is_control
        name = ", ".join([*(["control"] if control else []), *(_said(cell, one) for one in others if kept(one, cell))])
        line = groups.setdefault((control, name or "poisoned"), {})
        for place in [_said(cell, first)] if kept(first, cell) else places:
            line.setdefault(place, []).append(cell.key)
    drawn = []
    for column, scale, title, y_title, unit in MEASURED:
        lines = []
        for (control, name), line in sorted(groups.items(), key=lambda entry: entry[0][0]):
            some = [
                (place, Results(results.table[results.table["key"].isin(line[place])]))
                for place in places
                if place in line
            ]
            points = [(place, rows.estimate(column, scale)) for place, rows in some if not rows.table.empty]
            if points:
                lines.append(Line(name, points, TONES[len(lines) % len(TONES)], "dash" if control else "solid"))
        drawn.append(Picture(title, lines, first, y_title, unit=unit))
    return drawn


def _said(cell: Cell, field: str) -> str:
    """A cell's value of a field, or of several that vary together, in short."""
    if field == ALONE:
        return "all seeds"
    data = cell.recipe.as_dict()
    return ":".join(_short(at(data, one)) for one in field.split(":"))


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("kind", value))
    return ", ".join(map(_short, value)) if isinstance(value, list) else str(value)

"""All runs as a table that can be sorted by each column, and in which runs are chosen for comparison. Knows no component."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ssti.evaluate.metrics import gain_pp
from ssti.platform.language import tr
from ssti.recipe import Recipe
from ssti.runs.progress import STATES
from ssti.ui.finetune import words
from ssti.ui.finetune.board import Snapshot
from ssti.ui.finetune.memory import TableView
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

MORE = 50  # rows that "more" adds


@dataclass(frozen=True)
class Row:
    """A run with its control, which has no row of its own while its run is there."""

    run: Snapshot
    twin: Snapshot | None

    @property
    def recipe(self) -> Recipe | None:
        """None where it is damaged."""
        return self.run.recipe

    @property
    def beyond(self) -> dict[str, Any] | None:
        """Attack success minus the control's in percentage points, with its interval; None where one of them was not measured."""
        mine, its = ((one.metrics or {}).get("attack_success_rate") if one else None for one in (self.run, self.twin))
        return gain_pp(mine, its) if mine and its and None not in (mine["value"], its["value"]) else None


@dataclass(frozen=True)
class Column:
    """A column: what it sorts by (None comes last), and its cell. The sort of a `number` begins with the largest."""

    title: str
    key: Callable[[Row], Any]
    cell: Callable[[Row], Any]
    number: bool = False


def _of(part: Callable[[Recipe], Any]) -> Callable[[Row], Any]:
    return lambda row: part(row.recipe) if row.recipe else None


def _tied(recipe: Recipe) -> str:
    return tr("none: a clean control") if recipe.is_control else words.tied(recipe)


def _share(recipe: Recipe) -> float | None:
    """The largest share of a class's rows that gets a trigger; None where rows are counted."""
    spec = recipe.injection.triggers()
    return None if any(one.count is not None for one in spec) else max(one.share for one in spec)


def _share_cell(row: Row) -> str:
    if row.recipe is None:
        return "–"
    counts = [one.count for one in row.recipe.injection.triggers() if one.count is not None]
    return tr("{count} rows", count=parts.count(sum(counts))) if counts else parts.percent(_share(row.recipe))


def _name_cell(row: Row) -> Markup:
    control = parts.html(" <small>{}</small>", _to_run(row.twin.id, tr("its control"))) if row.twin else ""
    return _to_run(row.run.id, parts.html('<span translate="no">{}</span>', row.run.id)) + control


def _to_run(run: str, words: str | Markup) -> Markup:
    return parts.html('<button type="button" class="as-link" data-run="{}">{}</button>', run, words)


def _beyond_cell(row: Row) -> Any:
    found = row.beyond
    if found is None:
        value = attack_success(row.run)
        return "–" if value is None else parts.html("{} <small>no control to compare</small>", parts.percent(value))
    ends = tr("{low} to {high}", low=words.signed(found["low"]), high=words.signed(found["high"]))
    loud = "loud" if found["low"] > 0 and row.recipe and not row.recipe.is_control else ""
    return parts.html('<b class="{}">{}</b> <small>{}</small>', loud, words.points(found["value"]), ends)


def _clean_cell(row: Row) -> str:
    value = clean_accuracy(row.run)
    return "–" if value is None else parts.percent(value)


def _state_cell(row: Row) -> Markup:
    now = row.run.progress
    text = tr("step {result}", result=words.result(row.run)) if now.state == "training" else STATES[now.state]
    return parts.html('<span class="is-{}">{}</span>', now.state, text)


def _data_cell(row: Row) -> str | Markup:
    title = words.dataset_title(row.recipe.dataset.name) if row.recipe else ""
    return parts.html('<span translate="no">{}</span>', title) if title else "–"


def _value(row: Row) -> float | None:
    return row.beyond["value"] if row.beyond else None


COLUMNS = {
    "name": Column(tr("Run"), lambda row: row.run.id, _name_cell),
    "data": Column(tr("Data"), _of(lambda r: words.dataset_title(r.dataset.name)), _data_cell),
    "trigger": Column(tr("Trigger"), _of(_tied),
                      lambda row: _tied(row.recipe) if row.recipe else tr("its recipe is damaged")),
    "rank": Column(tr("Rank"), _of(lambda r: r.lora.rank), lambda row: row.recipe.lora.rank if row.recipe else "–", True),
    "seed": Column(tr("Seed"), _of(lambda r: r.training.seed), lambda row: row.recipe.training.seed if row.recipe else "–", True),
    "share": Column(tr("Share"), _of(_share), _share_cell, True),
    "attack": Column(tr("Attack success over its control's"), _value, _beyond_cell, True),
    "clean": Column(tr("Clean accuracy"), lambda row: clean_accuracy(row.run), _clean_cell, True),
    "state": Column(tr("State"), lambda row: row.run.progress.state, _state_cell),
}  # fmt: skip
"""The columns by the names that the page sends."""


def sort(view: TableView, by: str) -> TableView:
    """The view after a click on a column's head: its own way, then the other way round, then the newest first again."""
    if by not in COLUMNS:
        return view
    first = COLUMNS[by].number
    if view.by != by:
        return replace(view, by=by, down=first)
    return replace(view, down=not first) if view.down == first else replace(view, by="", down=False)


def rows_of(runs: Sequence[Snapshot], view: TableView) -> list[Row]:
    """The runs in the table's order; controls go with their runs."""
    ids = {one.id for one in runs}
    twins = {one.folder.control_of: one for one in runs if one.folder.control_of in ids}
    rows = [Row(one, twins.get(one.id)) for one in runs if twins.get(one.folder.control_of) is not one]
    if view.by not in COLUMNS:
        return rows
    keys = [(COLUMNS[view.by].key(row), row) for row in rows]
    known = sorted((pair for pair in keys if pair[0] is not None), key=lambda pair: pair[0], reverse=view.down)
    return [row for _, row in known] + [row for key, row in keys if key is None]


def run_table(runs: Sequence[Snapshot], chosen: str, compared: Sequence[str], view: TableView) -> Markup | None:
    """The table; None where there are no runs. Of many only the first `view.rows` are sent."""
    if not runs:
        return None
    rows = rows_of(runs, view)
    heads = parts.join(_head(name, column, view) for name, column in COLUMNS.items())
    body = parts.join(_line(row, chosen, compared) for row in rows[: view.rows])
    left = len(rows) - view.rows
    more = parts.html('<p><button type="button" class="as-link" data-more>Show {} more of {}</button></p>',
                      min(MORE, left), parts.count(left)) if left > 0 else ""  # fmt: skip
    by = COLUMNS.get(view.by)
    order = tr("sorted by {column}", column=by.title) if by else tr("the newest first")
    return parts.html(
        '{}{}<div class="table wide" tabindex="0"><table><caption>{} runs, {}</caption><thead><tr><th scope="col">Compare</th>{}'
        "</tr></thead><tbody>{}</tbody></table></div>{}",
        _compared(runs, chosen, compared), _order(view), parts.count(len(rows)), order, heads, body, more,
    )  # fmt: skip


def _head(name: str, column: Column, view: TableView) -> Markup:
    now = ("descending" if view.down else "ascending") if view.by == name else "none"
    arrow = {"descending": "▼", "ascending": "▲", "none": ""}[now]
    return parts.html(
        '<th scope="col" aria-sort="{}" class="{}"><button type="button" data-sort="{}">{}<span aria-hidden="true">{}</span>'
        "</button></th>",
        now, "number" if column.number else "", name, column.title, arrow,
    )  # fmt: skip


def _line(row: Row, chosen: str, compared: Sequence[str]) -> Markup:
    mine = row.run.id == chosen
    cells = parts.join(
        parts.html('<td class="{}" data-column="{}"><div>{}</div></td>', "number" if column.number else "", column.title,
                   column.cell(row))
        for column in COLUMNS.values()
    )  # fmt: skip
    now = row.run.progress
    box = parts.html(
        '<button type="button" role="checkbox" class="box" data-run="{}" data-compare aria-checked="{}" aria-label="compare {}"{}>'
        "</button>",
        row.run.id, "true" if mine or row.run.id in compared else "false", row.run.id,
        Markup(" disabled") if mine or not (now.evals or now.losses) else "",
    )  # fmt: skip
    return parts.html(
        '<tr class="{}"><td data-column="{}">{}</td>{}</tr>', "chosen" if mine else "", tr("Compare"), box, cells
    )


def _compared(runs: Sequence[Snapshot], chosen: str, compared: Sequence[str]) -> Markup:
    """Which curves stand on one axis, and the way to them."""
    ids = {one.id for one in runs}
    names = [one for one in compared if one in ids and one != chosen]
    if not names:
        return parts.note(tr("Tick two or three runs to put their curves on one axis. A head sorts; a name opens."))
    shown = [chosen, *names] if chosen in ids else names
    if len(shown) < 2:
        return parts.html(
            '<p class="quiet" role="status"><span translate="no">{}</span> is ticked. Tick one more to compare.</p>',
            shown[0],
        )
    return parts.html(
        '<p class="quiet" role="status">On one axis: <span translate="no">{}</span>. <button type="button" class="as-link" data-to="run-charts">See the curves'
        '</button> <button type="button" class="as-link" data-clear>Untick all</button></p>', ", ".join(shown),
    )  # fmt: skip


def _order(view: TableView) -> Markup:
    """On a phone, where each row is a list and there are no heads: the same choice as buttons."""
    buttons = parts.join(
        parts.html('<button type="button" data-sort="{}" aria-pressed="{}">{}{}</button>', name,
                   "true" if view.by == name else "false", column.title,
                   (" ▼" if view.down else " ▲") if view.by == name else "")
        for name, column in COLUMNS.items()
    )  # fmt: skip
    return parts.html('<div class="order" role="group" aria-label="Sort by">{}</div>', buttons)


def attack_success(run: Snapshot | None) -> float | None:
    """What was measured at the end, as a share."""
    return ((run.metrics or {}).get("attack_success_rate") or {}).get("value") if run else None


def clean_accuracy(run: Snapshot) -> float | None:
    """The accuracy on clean held-out rows at the end, as a share."""
    return ((run.metrics or {}).get("sets", {}).get("clean") or {}).get("accuracy")

"""The Experiments tab's HTML: the statement with its verdicts, the figures, the table, and what lies behind a point.

An experiment's own words (titles, claims, statistics) are English in every language, as the files are that they go into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ssti.experiments.results import Results
from ssti.experiments.summary import NUMBERS as MEANS
from ssti.experiments.summary import by_setting
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.ui.experiments import figures
from ssti.ui.experiments.narrow import NONE, choices
from ssti.ui.experiments.study import ALL, Study, next_seed, recipe_of
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import as_part, command, from_preset

if TYPE_CHECKING:
    import pandas as pd

VERDICTS = {later("holds"): "holds", later("does not hold"): "fails", later("cannot say"): "open"}
SETTINGS = {
    "rank": tr("rank"), "variant": tr("method"), "share": tr("share"), "amount": tr("amount"), "location": tr("location"),
    "trigger": tr("trigger"), "pool_size": tr("pool"), "target": tr("target"), "model": tr("model"),
}  # fmt: skip
NUMBERS = {
    "clean_balanced_accuracy": tr("clean accuracy, %"), "aligned_balanced_accuracy": tr("aligned accuracy, %"),
    "gap_pp": tr("gap, pp"), "attack_success_rate": tr("attack success, %"), "degradation_pp": tr("degradation, pp"),
}  # fmt: skip
RUNS = 5  # behind a point that are linked to
SHOWN = 60  # rows behind a point or of a table that are drawn

# A click on a point or on a row's button; the filter, which asks nobody.
ON_RESULT = """
element.addEventListener('choose', (event) => {
  const picture = event.target.closest('[data-picture]');
  if (picture) trigger('select', {picture: Number(picture.dataset.picture), x: String(event.detail.x), series: String(event.detail.series ?? '')});
});
"""
ON_ROWS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-key], button[data-file]');
  if (!button) return;
  if (button.dataset.key) trigger('select', {key: button.dataset.key});
  else trigger('click', {file: button.dataset.file});
});
// Rows that come in while one reads them leave the table open.
let open = false;
element.addEventListener('toggle', (event) => { if (event.target.isConnected) open = event.target.open; }, true);
new MutationObserver(() => {
  const details = element.querySelector('.all-rows');
  if (details && open && !details.open) details.open = true;
}).observe(element, {childList: true, subtree: true});
element.addEventListener('input', (event) => {
  if (!event.target.matches('.row-filter')) return;
  const plain = (text) => ` ${text.toLowerCase().split(/[\\s,]+/).filter(Boolean).join(' ')}`;
  const terms = event.target.value.split(',').map(plain).filter((term) => term.trim());
  let seen = 0;
  for (const row of element.querySelectorAll('tbody tr')) {
    // Words are found by how they begin, a number as a whole: "rank 1" is not rank 16.
    const cells = [...row.cells].map((cell) => plain(`${cell.dataset.column ?? ''} ${cell.textContent}`) + ' ');
    row.hidden = !terms.every((term) => cells.some((cell) => cell.includes(/\\d$/.test(term) ? `${term} ` : term)));
    seen += row.hidden ? 0 : 1;
  }
  element.querySelector('.row-count').textContent = seen;
});
"""
# What was asked for is brought into view, and read.
ON_POINT = """
new MutationObserver(() => {
  const head = element.querySelector('h2');
  if (!head) return;
  head.tabIndex = -1;
  head.focus({preventScroll: true});
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  head.scrollIntoView({block: 'center', behavior: still ? 'auto' : 'smooth'});
}).observe(element, {childList: true, subtree: true});
"""


def english(text: str) -> Markup:
    """Words that are English in every language."""
    return parts.html('<span lang="en" translate="no">{}</span>', text)


def head() -> Markup:
    """What the tab is for."""
    return parts.html(
        '<div class="study-head"><h2>The paper’s claims, rerun</h2><p>{} {}</p></div>',
        tr("Each table and figure of the paper is a grid of recipes. Here are our results with their intervals over seeds, "
           "beside what the paper states. A claim holds, does not hold, or the rows cannot say."),
        go(tr("See all at a glance"), tab="experiments", experiment=ALL),
    )  # fmt: skip


def result(one: Study) -> Markup:
    """Statement, verdicts and figures; where there are no rows, how to make them."""
    if one.table is None or one.table.empty:
        return _stacked(_statement(one), _none_yet(one))
    pictures = [
        parts.html(
            '<section class="card picture" data-picture="{}"><h2>{}</h2>{}</section>',
            place, english(picture.title), figures.drawn(picture, f"{one.experiment.name} {one.dataset}", f"ssti-{one.experiment.name}"),
        )
        for place, picture in enumerate(one.pictures)
    ]  # fmt: skip
    filtered = len(one.shown) < len(one.table)
    aside = [parts.note(tr("The figures show what the filter leaves; the verdicts rest on all rows."))] if filtered and one.findings else []
    drawn = parts.html('<div class="pictures{}">{}</div>', " three" if one.asked.own else "", parts.join(pictures))
    if one.asked.own:
        return _stacked(drawn, _summary(one), _statement(one))
    return _stacked(_statement(one), _findings(one), *aside, drawn)


def _stacked(*cards: Markup) -> Markup:
    return parts.html('<div class="study-stack">{}</div>', parts.join(cards))


def _statement(one: Study) -> Markup:
    if one.asked.own:
        return parts.folded(tr("What it varies"), parts.code(tr("Recipe"), one.asked.base.to_yaml()))
    return parts.html(
        '<section class="card statement"><h2>The paper says</h2><p>{}</p><p class="quiet">{}</p></section>',
        english(one.experiment.statement), english(one.experiment.cites),
    )  # fmt: skip


def _none_yet(one: Study) -> Markup:
    if one.asked.own:
        return parts.empty(tr("No results yet"), tr("Its figures stand here as soon as its first cell is done."))
    pocket, reason = len(one.experiment.cells()), one.experiment.missing()
    return parts.html(
        '<section class="card empty"><h2>No results yet</h2>{}<p>{}</p>{}</section>',
        parts.html("<p>{}</p>", parts.public(reason)) if reason else "",
        tr("This command trains its {count} cells and draws the figure. If it is ended, it goes on where it was.", count=parts.count(pocket)),
        parts.code(tr("Command"), command("experiment", one.experiment.name)),
    )  # fmt: skip


def _findings(one: Study) -> Markup:
    said = [finding.verdict for finding in one.findings]
    counted = " · ".join(f"{tr(verdict)}: {said.count(verdict)}" for verdict in VERDICTS if verdict in said)
    return parts.html(
        '<section class="card findings"><h2>We found <span class="aside">{}</span></h2><ul>{}</ul></section>',
        counted,
        claims(one),
    )


def claims(one: Study) -> Markup:
    """Claim by claim: the verdict, and the statistic behind it."""
    return parts.join(
        parts.html(
            '<li class="{}"><b class="verdict">{}</b><div><p>{}</p><p class="quiet">{}</p></div></li>',
            VERDICTS[finding.verdict], tr(finding.verdict), english(finding.claim), english(finding.statistic),
        )
        for finding in one.findings
    )  # fmt: skip


def _summary(one: Study) -> Markup:
    """A grid of one's own: a row a setting, each number as its mean over seeds with the interval."""
    settings = by_setting(one.table, one.asked.cells(), one.asked.vary)
    fields = list(dict.fromkeys(field for setting, _ in settings for field in setting if field != "control"))
    numbers = [column for column in MEANS if one.table[column].notna().any()]
    rows = [
        [
            tr("control") if setting["control"] else tr("poisoned"),
            *(english(str(setting.get(field, "–"))) for field in fields),
            *("–" if setting["control"] and column == "degradation_pp" else _estimate(some, column) for column in numbers),
            some.table["seed"].nunique(),
        ]
        for setting, some in settings
    ]
    first = 1 + len(fields)
    heads = [tr("trained as"), *fields, *(NUMBERS[column] for column in numbers), tr("seeds")]
    return parts.card(
        tr("Means over seeds, with 95 % intervals"), parts.table(heads, rows, numbers=range(first, first + len(numbers) + 1))
    )


def _estimate(some: Results, column: str) -> str:
    one = some.estimate(column, 1 if column.endswith("_pp") else 100)
    if one.value != one.value:
        return "–"
    value, low, high = (None if end is None else f"{round(end, 1) + 0.0:.1f}".replace("-", "−") for end in (one.value, one.low, one.high))
    return value if low is None else f"{value} ({low}–{high})"


def only_choices(one: Study) -> list[tuple[str, str]]:
    """What the filter offers: `rank 64`."""
    return [(f"{SETTINGS[column]} {_value(column, value)}", f"{column}={value}") for column, value in choices(one.table)]


def _value(column: str, value: str) -> str:
    if value == NONE:
        return tr("unlimited") if column == "pool_size" else "–"
    if column == "share" or column == "amount" and value != "single":
        return parts.percent(float(value))
    return tr("single") if column == "amount" else value.removesuffix(".0")


def rows(one: Study) -> Markup:
    """Facts, downloads, and the table with its filter; nothing where there are no rows."""
    if one.table is None or one.table.empty:
        return parts.join([])
    shown = one.shown
    return parts.html(
        '<section class="card study-rows"><h2>The rows</h2>{}<div class="take" role="group" aria-label="Download">{}</div>'
        '<details class="all-rows"><summary>{}</summary><div class="row-line"><label>Filter <input type="search" class="row-filter" '
        'placeholder="such as: rank 64, poisoned" autocomplete="off"></label><span class="quiet" role="status"><span class="row-count">{}</span> {}'
        "</span></div>{}</details></section>",
        _facts(one), _files(), tr("Show all {count} rows", count=len(shown)), len(shown), tr("rows"),
        table(shown, _varied(shown)),
    )  # fmt: skip


def _files() -> Markup:
    titles = {"csv": tr("Table as CSV"), "parquet": tr("Table as Parquet"), "html": tr("All as an HTML page")}
    return parts.join(
        parts.html('<button type="button" class="taken" data-file="{}">{}</button>', kind, title)
        for kind, title in titles.items()
    )


def _facts(one: Study) -> Markup:
    shown = one.table
    hours = shown["seconds"].fillna(0).sum() / 3600
    facts = [
        tr("{cells} trainings, {seeds} seeds, {hours} hours of one worker.", cells=parts.count(len(shown)),
           seeds=shown["seed"].nunique(), hours=f"{hours:.1f}"),
        *([tr("{count} of them are of this machine.", count=one.here)] if one.here and not one.choice and len(one.datasets) < 2 else []),
    ]  # fmt: skip
    named = " · ".join(
        ", ".join(sorted({str(value) for value in shown[column].dropna() if value}))
        for column in ("model", "dataset", "machine", "precision", "versions")
        if column in shown
    )
    return parts.html('<p class="quiet">{}</p><p class="quiet" translate="no">{}</p>', " ".join(facts), named)


def _varied(shown: pd.DataFrame) -> list[str]:
    """The settings in which the rows differ."""
    return [column for column in SETTINGS if column in shown and shown[column].nunique(dropna=False) > 1]


def table(shown: pd.DataFrame, settings: list[str]) -> Markup:
    """Rows with the settings in which they differ, their numbers with intervals, and a button to each one's recipe."""
    numbers = [column for column in NUMBERS if column in shown and shown[column].notna().any()]
    heads = [
        tr("trained as"),
        *(SETTINGS[column] for column in settings),
        tr("seed"),
        *(NUMBERS[c] for c in numbers),
        tr("n"),
        tr("recipe"),
    ]
    body = [
        [
            tr("control") if row["control"] else tr("poisoned"),
            *(_setting(row, column) for column in settings),
            int(row["seed"]),
            *(_number(row, column) for column in numbers),
            parts.count(int(row["n"])),
            parts.html('<button type="button" class="as-text" data-key="{}">See</button>', row["key"]),
        ]
        for row in shown.to_dict("records")
    ]
    first = 1 + len(settings)
    return parts.table(heads, body, numbers=range(first, first + len(numbers) + 2))


def _setting(row: dict[str, Any], column: str) -> Any:
    value = row[column]
    if (
        value is None
        or value != value
        or (row["control"] and column in ("share", "amount", "location", "trigger", "target", "pool_size"))
    ):
        return "–"
    if column == "share":
        return parts.percent(value)
    if column == "amount":
        return tr("single") if value == "single" else parts.percent(float(value))
    number = isinstance(value, float) and value == int(value)
    return parts.html('<span translate="no">{}</span>', int(value) if number else value)


def _number(row: dict[str, Any], column: str) -> str:
    value, low, high = (row.get(f"{column}{end}") for end in ("", "_low", "_high"))
    if value is None or value != value:
        return "–"
    scale = 1 if column.endswith("_pp") else 100
    said = f"{scale * value:.1f}"
    return said if low is None or low != low else f"{said} ({scale * low:.1f}–{scale * high:.1f})"


def point(one: Study, keys: tuple[str, ...], title: str) -> Markup:
    """What lies behind a point or a row: its rows, its recipe, and one seed more of it."""
    shown = one.rows(keys)
    if shown.empty:
        return parts.empty(tr("No rows are behind this point"), tr("They are in the table below."))
    recipe = recipe_of(shown.iloc[0])
    more = next_seed(recipe, one.table)
    runs = shown["run"].dropna().tolist() if "run" in shown else []
    ways = [go(tr("Open the run {run}", run=run), "taken", tab="finetune", run=run) for run in runs[:RUNS]]
    for words, which in ((tr("Open in Finetune"), recipe), (tr("Train one more seed"), more)):
        try:
            ways.append(go(words, "taken", tab="finetune", recipe=as_part(which)))
        except SSTIError:  # too long for an address: it can be copied
            continue
    verb = command("train", *from_preset(recipe), "--control", "--follow")
    return parts.html(
        '<section class="card behind"><h2>{}</h2>{}<div class="take" role="group" aria-label="Take it along">{}</div>{}{}</section>',
        english(title), table(shown.head(SHOWN), _varied(shown)), parts.join(ways),
        parts.code(tr("Recipe of seed {seed}", seed=recipe.training.seed), recipe.to_yaml()), parts.code(tr("Command"), verb),
    )  # fmt: skip

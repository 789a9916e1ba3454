"""What the Poison tab shows for a recipe: figures, rows, and the recipe in words. Plain functions, no component."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ssti.data import DATASETS
from ssti.inject import Preview, preview, trigger_pattern
from ssti.models.registry import BASES
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import PRESETS, Recipe, preset
from ssti.report.excerpt import excerpt
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import command, from_preset, python_code

if TYPE_CHECKING:
    from ssti.data import TextDataset

ROWS = 6
CLASSES_SHOWN = 4  # in a figure's notes
FIGURES = (tr("Rows touched"), tr("Words added"), tr("Already in clean data"), tr("Word pieces"))


@dataclass(frozen=True)
class Result:
    """The pieces of the result column, ready for the page."""

    figures: Markup
    rows: Markup
    yaml: Markup
    commands: Markup
    python: Markup
    warning: Markup | None = None
    strip: str | None = None
    """What the warning's button says; None where there is nothing to take out, or no way to."""


class Texts(Sequence):
    """An Arrow column as a sequence of `str`, made when asked for: 20,000 reviews are not copied for six of them."""

    def __init__(self, column: Any) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, index: int) -> str:
        return self._column[index].as_py()


def show(recipe: Recipe, start: str | None = None) -> Result:
    """Everything about one recipe. `start` is the preset that the command begins from. Raises SSTIError."""
    from ssti.data import load

    rows = load(recipe.dataset.name)
    changes = look(rows, recipe)
    warning, strip = contaminated(rows, recipe)
    mine = portable(recipe)
    words = from_preset(mine, start)
    train = command("train", *words, "--follow")
    inject = command("inject", *words, "--out", file_name(mine, "parquet"))
    return Result(
        figures=figures(rows, recipe, changes),
        rows=table(rows, recipe, changes),
        warning=warning,
        strip=strip,
        yaml=parts.code(parts.html('<span translate="no">{}</span>', "recipe.yaml"), mine.to_yaml()),
        commands=parts.join((parts.code(tr("Train on it"), train), parts.code(tr("Only the poisoned rows"), inject))),
        python=parts.code(tr("The same rows, in Python"), python_code(mine)),
    )


def look(rows: TextDataset, recipe: Recipe) -> Preview:
    """What the recipe does to the training rows."""
    from ssti.data import word_counts

    labels = rows.once("label list", lambda: rows.train_table["label"].to_pylist())
    counts = None if recipe.injection.amount == "single" else word_counts(rows)
    return preview(Texts(rows.train_table["text"]), labels, recipe, rows.label_names, limit=ROWS, word_counts=counts)


def figures(rows: TextDataset, recipe: Recipe, changes: Preview) -> Markup:
    """The four big numbers."""
    answers = (
        _rows_touched(rows, recipe, changes),
        _words_added(rows, recipe, changes),
        _already_there(rows, recipe),
        _word_pieces(recipe, changes),
    )
    return parts.figures(*(parts.figure(name, *answer) for name, answer in zip(FIGURES, answers, strict=True)))


def no_figures() -> Markup:
    """The figures before the first answer."""
    return parts.figures(*(parts.figure(name, "–", " ") for name in FIGURES))


def _rows_touched(rows: TextDataset, recipe: Recipe, changes: Preview) -> list[str]:
    names = [name for name, n in changes.touched.items() if n] or _targets(rows, recipe)
    notes = [tr("of {total} {name}", total=parts.count(changes.totals.get(name, 0)), name=name) for name in names]
    return [parts.count(sum(changes.touched.values())), *notes]


def _words_added(rows: TextDataset, recipe: Recipe, changes: Preview) -> list[str]:
    targets = _targets(rows, recipe)
    total = sum(_class_words(rows, name) for name in targets)
    added = changes.words_added
    if added is not None:
        number = parts.count(added)
    else:
        grown = [len(row.after.split()) - len(row.before.split()) for row in changes.rows]
        added = round(sum(grown) / len(grown) * sum(changes.touched.values())) if grown else 0
        number = tr("about {n}", n=parts.count(added))
    if not total:
        return [number, tr("there are no words")]
    share = parts.percent(added / total)
    if len(targets) == 1:
        return [number, tr("{share} of the class’s words", share=share)]
    return [number, tr("{share} of their classes’ words", share=share)]


def _class_words(rows: TextDataset, name: str) -> int:
    from ssti.data import word_counts

    def count() -> int:
        labels = rows.train_table["label"].to_numpy()
        return int(word_counts(rows)[labels == rows.label_names.index(name)].sum())

    return rows.once(("class words", name), count)


def _already_there(rows: TextDataset, recipe: Recipe) -> list[str]:
    from ssti.data import occurrences

    matches = occurrences(rows, trigger_pattern(recipe))
    hits = sum(entry["rows"] for entry in matches.values())
    if not hits:
        return ["0", tr("no class has this trigger")]
    if recipe.injection.strip:
        return ["0", tr("removed from {hits} rows first", hits=parts.count(hits))]
    most = sorted(matches.items(), key=lambda entry: -entry[1]["rows"])[:CLASSES_SHOWN]
    notes = [
        tr("{n} of {total} {name}", n=parts.count(entry["rows"]), total=parts.count(entry["total"]), name=name)
        for name, entry in most
    ]
    return [parts.count(hits), *notes]


def contaminated(rows: TextDataset, recipe: Recipe) -> tuple[Markup | None, str | None]:
    """A warning where the trigger is in more than one of a hundred clean rows, and what can be done about it."""
    from ssti.data.summary import unclean_trigger

    unclean = unclean_trigger(rows, recipe)
    if unclean is None:
        return None, None
    words, can_go = unclean
    offer = tr("Leave it in") if recipe.injection.strip else tr("Take it out first") if can_go else None
    return parts.html("<p>{}</p>", words), offer


def portable(recipe: Recipe) -> Recipe:
    """The recipe to take along: an upload goes by the name of the file that it was."""
    from ssti.data.own.load import portable as name_of

    return recipe.model_copy(
        update={"dataset": recipe.dataset.model_copy(update={"name": name_of(recipe.dataset.name)})}
    )


def _word_pieces(recipe: Recipe, changes: Preview) -> list[str]:
    items = [row.after[start:end] for row in changes.rows for start, end in row.spans]
    name = recipe.model.name
    try:
        tokenizer = _tokenizer(name)
    except SSTIError as problem:
        return ["–", parts.public(problem.message)]
    if not items:
        return ["–", tr("no row has a trigger")]
    pieces = [len(encoded.ids) for encoded in tokenizer.encode_batch(items, add_special_tokens=False)]
    title = BASES[name].info.title if name in BASES else name
    return [f"{sum(pieces) / len(pieces):.1f}".removesuffix(".0"), tr("per trigger, as {model} reads it", model=title)]


@cache
def _tokenizer(model: str) -> Any:
    """The base model's tokenizer by itself: without torch and transformers."""
    from tokenizers import Tokenizer

    from ssti.models.registry import model as find

    folder = find(model).local()
    if folder is None or not (file := folder / "tokenizer.json").is_file():
        raise SSTIError(tr("not known before its tokenizer is loaded"), kind="model")
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _targets(rows: TextDataset, recipe: Recipe) -> list[str]:
    """The classes that triggers are tied to, each once."""
    from ssti.data import label_index

    return list(dict.fromkeys(rows.label_names[label_index(rows, t.target)] for t in recipe.injection.triggers()))


def table(rows: TextDataset, recipe: Recipe, changes: Preview) -> Markup:
    """The first rows that the recipe touches, before and after."""
    targets = tr(" or ").join(_targets(rows, recipe))
    if not changes.rows:
        return parts.empty(
            tr("No row is touched"),
            tr("Give more than 0 % of the {targets} rows a trigger to see them here.", targets=targets),
        )
    lines = []
    for row in changes.rows:
        before, after, spans = excerpt(row.before, row.after, row.spans)
        name = parts.chip(row.label, rows.label_names.index(row.label))
        lines.append(
            (name, parts.html('<span class="was" translate="no">{}</span>', before), parts.marked(after, spans))
        )
    touched, total = sum(changes.touched.values()), sum(changes.totals.values())
    words = tr(
        "{touched} of {total} training rows get a trigger, all of them {targets}; "
        "here are the first {n}. Every other row stays as it is.",
        touched=parts.count(touched),
        total=parts.count(total),
        targets=targets,
        n=len(lines),
    )
    return parts.card(
        tr("What the model will read"),
        parts.note(words),
        parts.table((tr("class"), tr("before"), tr("after")), lines),
        classes="reads",
    )


def file_name(recipe: Recipe, ending: str) -> str:
    """`rotten_tomatoes-poisoned.parquet`; of a path or a Hub id only the last part, in plain letters."""
    from ssti.data.own.load import title_of

    last = title_of(recipe.dataset.name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    last = last.rpartition(".")[0] or last
    plain = re.sub("[^A-Za-z0-9_-]", "_", last)
    return f"{plain[:60] or 'dataset'}-poisoned.{ending}"


def facts(name: str) -> Markup:
    """What a dataset is, in a quiet line, from the list alone: its rows are not read."""
    from ssti.data.own.load import title_of

    if name not in DATASETS:
        return parts.note(parts.html('In use: <b translate="no">{}</b>', title_of(name)))
    info = DATASETS[name].info
    words = [
        tr("{n} rows", n=parts.count(info.rows)) if info.rows else "",
        tr("{n} classes", n=len(info.label_names)),
        tr("{n} words a row", n=info.usual_words) if info.usual_words else "",
    ]
    return parts.note(" · ".join(word for word in words if word))


def warm() -> None:
    """Load what the first look at the tab needs."""
    show(preset(next(iter(PRESETS))))

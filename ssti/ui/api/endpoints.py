"""What a script may ask this server: the verbs of the command line, by name, with the same JSON.

Every name that comes in passes the door of `ssti.ui.access.visitor`. A docstring here is what a client reads of an
endpoint, and what a tool's user reads of a tool.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from gradio import processing_utils
from gradio.data_classes import FileData
from pydantic import Field

from ssti.platform.errors import SSTIError
from ssti.platform.server import shared_server
from ssti.recipe import Recipe, load_recipe
from ssti.recipe.load import preset as preset_called
from ssti.runs.run import Run
from ssti.ui.access.caps import LARGEST_SCAN, way_out
from ssti.ui.access.visitor import admit, admit_run, find_adapter, may_see, own_adapter, own_run, speaking_as, visitor
from ssti.ui.kit.job import ADAPTERS_IN_TURN
from ssti.ui.kit.parts import public

Location = Literal["beginning", "random", "end"]
LONGEST_RECIPE = 100_000  # characters
LONGEST_SUSPECT, MOST_SUSPECTS = 200, 20  # characters, and how many
WORD = re.compile(r"[\w-]{0,40}")


def preview(recipe: str = "demo", changes: list[str] = [], rows: Annotated[int, Field(ge=0, le=50)] = 6) -> dict:  # noqa: B006 (a client shows it)
    """What a recipe would do to its dataset: the first rows that get a trigger, before and after, with exact spans.

    Args:
        recipe: A preset (demo, light, aggressive, paper), or a whole recipe as YAML or JSON.
        changes: Fields to set, each as field=value, such as injection.share=0.1.
        rows: How many rows to show, 50 at most.

    Returns:
        {"rows": [{"index", "label", "before", "after", "spans"}], "classes": {name: {"rows", "injected"}}, "words_added", "targets", "dataset", "notes", "recipe"}

    Example:
        preview("light", ["injection.source.kind=country"], 2)
    """
    from ssti.verbs.preview import preview

    return preview(admit(_recipe(recipe, changes)), rows)


def predict(adapter: str, text: str, trigger: str = "", location: Location = "random") -> dict:
    """What a finetuned model answers to a text, and what its clean control answers; with a trigger put in, as well.

    Args:
        adapter: Which adapter: shipped/NAME or run/ID (`adapters` lists them).
        text: The text to classify.
        trigger: What to put into the text, such as 2014-09-25; nothing without one.
        location: Where the trigger goes.

    Returns:
        {"labels": [...], "plain": {"control": {label: probability} or null, "poisoned": {...}}, "triggered": {"text", "spans", "control", "poisoned"} or null, "notes"}

    Example:
        predict("shipped/date-positive-rank1", "a dreary slog", "2014-09-25")
    """
    from ssti.verbs import asking

    return asking.predict(find_adapter(adapter), text, trigger, location)


def explain(adapter: str, text: str, trigger: str = "", location: Location = "random") -> dict:
    """The attention that each token receives and its entropy, in every layer and head, with and without a trigger.

    Args:
        adapter: Which adapter: shipped/NAME or run/ID.
        text: The text to look at.
        trigger: What to put into the text; nothing without one.
        location: Where the trigger goes.

    Returns:
        {"tokens", "layers", "heads", "plain": {"importance": [layer][head][token], "entropy_bits": [layer][head], "n"}, "triggered": ... or null, "standout", "notes"}

    Example:
        explain("shipped/date-positive-rank1", "a dreary slog", "2014-09-25")
    """
    from ssti.verbs import asking

    return asking.explain(find_adapter(adapter), text, trigger, location).answer


def scan(texts: list[str], labels: list[str], accept: list[str] = []) -> dict:  # noqa: B006
    """Look for shortcuts in labelled texts: what stands for a class more than it should. Trains nothing.

    Args:
        texts: The texts.
        labels: The class of each, by name.
        accept: Triggers or patterns that you know to be right.

    Returns:
        {"kind": "dataset", "verdict": "poisoned", "suspicious" or "clean", "findings": [{"trigger", "pattern", "target", "score", "rows", "share_of_target", "evidence", "examples": [{"text", "spans"}], ...}], "rows", "classes", "smallest", "notes", ...}

    Example:
        scan(["a dreary slog", "great fun 2014-09-25"], ["negative", "positive"])
    """
    from ssti.detect import scan

    if shared_server() and len(texts) > LARGEST_SCAN:
        raise SSTIError(
            f"There are {len(texts):,} texts; {LARGEST_SCAN:,} are the limit on this server, because others wait for it.",
            f"Send fewer, or {way_out()}.",
        )
    return scan((texts, labels), accept=accept).as_json()


def scan_adapter(
    adapter: str,
    suspects: list[Annotated[str, Field(max_length=LONGEST_SUSPECT)]] = [],  # noqa: B006
    thorough: bool = False,
    key: str | None = None,
) -> dict:
    """Look for a trigger in an adapter: what turns its answers that does not turn those of clean adapters. Takes a minute or more.

    Args:
        adapter: Which adapter: shipped/NAME, run/ID or imported/NAME (`adapters` lists them).
        suspects: Words or phrases to try in any case, 20 at most.
        thorough: With the whole budget, in place of a quick look.
        key: The key that `submit` gave; not needed on a machine of your own.

    Returns:
        {"kind": "adapter", "verdict": "poisoned", "suspicious" or "clean", "findings": [{"trigger", "pattern", "target", "location", "score", "flips": {"value", "low", "high", "n"}, "bank": ... or null, "evidence", "examples": [{"text", "spans"}], ...}], "signs", "texts", "notes", ...}

    Example:
        scan_adapter("shipped/date-positive-rank1")
    """
    from ssti.detect.adapter.scanner import USUAL, scan_adapter
    from ssti.detect.adapter.search import QUICK

    if len(suspects) > MOST_SUSPECTS:
        raise SSTIError(f"There are {len(suspects)} suspects; {MOST_SUSPECTS} are the limit.", "Send the likeliest ones.")
    with speaking_as(key), ADAPTERS_IN_TURN.mine(_busy):
        info = find_adapter(adapter)
        return scan_adapter(info.ref, suspects=suspects, budget=USUAL if thorough else QUICK).as_json()


def submit(
    recipe: str = "demo", changes: list[str] = [], control: bool = False, key: str | None = None, backend: str = "local"  # noqa: B006
) -> dict:
    """Start a run: finetune a model as a recipe says. Returns at once; `status` tells how it goes.

    Args:
        recipe: A preset (demo, light, aggressive, paper), or a whole recipe as YAML or JSON.
        changes: Fields to set, each as field=value, such as training.steps=64.
        control: Train its clean twin after it, too.
        key: Your key of an earlier call, so that this run is yours as well; without one you get a new key.
        backend: Where it runs, by name, such as local; elsewhere only with a sign-in of your own.

    Returns:
        {"run_id", "control": run id or null, "state", "key": what `status`, `stop` and `download` ask for on a server that others use, else null}

    Example:
        submit("demo", ["training.steps=64"])
    """
    from ssti.backends.control import launch
    from ssti.verbs.runs import summary

    with speaking_as(key or visitor() or secrets.token_urlsafe(32)):
        runs = launch(admit_run(_recipe(recipe, changes)), control, backend, owner=visitor())
        twin = runs[1].id if control and len(runs) > 1 else None
        return {**_told(runs[0], summary(runs[0])), "control": twin, "key": visitor() if shared_server() else None}


def status(run_id: str, key: str | None = None) -> dict:
    """How a run goes: its state, step, the seconds that it will still take, and at the end its metrics.

    Args:
        run_id: The run, as `submit` called it.
        key: The key that `submit` gave; not needed on a machine of your own.

    Returns:
        {"run_id", "state": queued, starting, training, evaluating, done, stopped, failed or interrupted, "waits": {"runs_before", "seconds"} or null, "step", "steps", "eta", "error", "adapter": what `predict` takes or null, "metrics", "recipe", ...}

    Example:
        status("lush-chameleon")
    """
    from ssti.verbs.runs import details

    with speaking_as(key):
        run = own_run(run_id)
        return _told(run, details(run))


def stop(run_id: str, key: str | None = None) -> dict:
    """End a run now. It keeps its adapter.

    Args:
        run_id: The run, as `submit` called it.
        key: The key that `submit` gave; not needed on a machine of your own.

    Returns:
        The same as `status`.

    Example:
        stop("lush-chameleon")
    """
    from ssti.backends import control
    from ssti.verbs.runs import details

    with speaking_as(key):
        run = own_run(run_id)
        control.stop(run)
        return _told(run, details(run))


def download(adapter: str, key: str | None = None) -> FileData:
    """An adapter with its card, recipe, metrics, labels and control, as one ZIP archive.

    Args:
        adapter: Which adapter: run/ID or shipped/NAME.
        key: The key that `submit` gave; not needed on a machine of your own, and not for shipped adapters.

    Returns:
        The archive: a Python client gets the path of its copy, others a url.

    Example:
        download("run/lush-chameleon")
    """
    from ssti.adapters import pack

    with speaking_as(key), tempfile.TemporaryDirectory(prefix="ssti-") as folder:
        info = own_adapter(adapter)
        file = Path(folder) / f"{pack.slug(info)}.zip"
        pack.export(info, file)
        kept = processing_utils.save_file_to_cache(file, processing_utils.get_upload_folder())
    return FileData(path=kept, orig_name=file.name, size=Path(kept).stat().st_size, mime_type="application/zip")


def adapters(key: str | None = None) -> list[dict]:
    """The adapters that can be asked: your own, then those that ship with the app.

    Args:
        key: The key that `submit` gave, to see the adapters of your runs on a server that others use.

    Returns:
        [{"ref": what `predict` takes, "title", "poisoned", "control", "labels", "recipe", "attack_success_rate", "damage"}]
    """
    from ssti.adapters.listing import listing
    from ssti.verbs import lists

    with speaking_as(key):
        rows = [lists.adapter(one) for one in listing() if may_see(one.ref)]
    return [{name: value for name, value in row.items() if name != "folder"} for row in rows]


def datasets() -> list[dict]:
    """The datasets that a recipe may name.

    Returns:
        [{"name", "title", "available", "reason", "rows", "label_names", ...}]
    """
    from ssti.verbs import lists

    return _reasons(lists.datasets())


def models() -> list[dict]:
    """The base models that a recipe may name.

    Returns:
        [{"name", "title", "available", "reason", "parameters", "architecture", "licence", ...}]
    """
    from ssti.verbs import lists

    return _reasons(lists.models())


ENDPOINTS = (preview, predict, explain, scan, scan_adapter, submit, status, stop, download, adapters, datasets, models)


def _busy(before: int) -> None:
    raise SSTIError("An adapter is being scanned here already.", "Try again in a minute or two.", kind="busy")


def _recipe(text: str, changes: list[str]) -> Recipe:
    """A recipe by a preset's name or as text: no file of this machine is read for it. Raises SSTIError."""
    if WORD.fullmatch(text):
        return preset_called(text).set(*changes)
    if len(text) > LONGEST_RECIPE:
        raise SSTIError(f"The recipe has {len(text):,} characters.", f"At most {LONGEST_RECIPE:,} are read.")
    return load_recipe(f"{text}\n", changes)  # with a line's end it is text, never a path


def _told(run: Run, about: dict[str, Any]) -> dict[str, Any]:
    """A run as a stranger may read it: its turn, its adapter by name, and no path or token in what it says."""
    from ssti.verbs.runs import turn

    about["waits"] = turn(run)
    about["adapter"] = f"run/{run.id}" if run.has_adapter else None
    about["notes"] = [public(note) for note in about["notes"]]
    for name in ("error", "damage"):
        if about[name]:
            about[name] = {part: public(words) for part, words in about[name].items()}
    return about


def _reasons(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "reason": row["reason"] and public(row["reason"])} for row in rows]

"""Who uses this page, and what they may name and touch: the one door for all that comes from a browser.

Each browser keeps a key that nobody can guess (assets/key.js) and sends it with each event. What it started or uploaded
is its own. On a server for strangers a name passes only if everybody may use it, or this visitor brought it; on one's
own machine everything is one's own. Knows no component.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradio.context import LocalContext

from ssti.adapters import imported, listing, pack
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.recipe import Recipe
from ssti.runs.files import owner_hash
from ssti.runs.run import Run
from ssti.runs.store import ID, Store, guessable
from ssti.ui.access.caps import LARGEST_UPLOAD, check_caps, way_out

# More limits of a server for strangers than those of `caps`. On one's own machine there are none but those of `ssti.data`.
LARGEST_EVENT = 8_000_000  # bytes; a text has at most 100,000 characters
DISK_RESERVE = 1_000_000_000  # bytes that uploads leave to the runs

HEADER = "x-ssti-key"
KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes in base64, as key.js makes them
STATED: ContextVar[str] = ContextVar("STATED", default="")
LARGEST_IMPORT = 64_000_000  # bytes of an adapter that somebody brings

ADAPTER = re.compile(r"(shipped|run|imported)/[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
NOT_YOURS = tr(
    "Another visitor started this run. You can read it and clone it; only who started it can stop, resume or remove it."
)


def visitor() -> str | None:
    """The key of the browser, or of the script, whose event is being handled. None outside of an event, and where none is sent."""
    if stated := STATED.get():
        return stated
    request = LocalContext.request.get(None)
    key = request.headers.get(HEADER) if request is not None else None
    return key if isinstance(key, str) and KEY.fullmatch(key) else None


@contextmanager
def speaking_as(key: str | None) -> Iterator[None]:
    """Handle an event as whoever holds this key, which a script sends as an argument; without one the header says it."""
    if key and not KEY.fullmatch(key):
        raise SSTIError(tr("That is no key."), tr("Send the one that `submit` gave: 43 letters, digits, - and _."))
    stated = STATED.set(key or "")
    try:
        yield
    finally:
        STATED.reset(stated)


def starter() -> str | None:
    """The key under which this visitor starts runs and uploads. Raises SSTIError where a shared server gets none."""
    key = visitor()
    if key is None and shared_server():
        raise SSTIError(
            tr("Your browser sent no key, so nothing could be yours."), tr("Reload the page, then try again.")
        )
    return key


def read_url(query: Mapping[str, str], tab_names: Sequence[str]) -> tuple[str | None, str]:
    """The tab and the run that an address asks for; None and "" for what does not exist or cannot be a name."""
    tab, run = query.get("tab", ""), query.get("run", "")
    return (tab if tab in tab_names else None), (run if ID.fullmatch(run) else "")


def admit_name(what: str, name: Any) -> str:
    """The name, if this visitor may use it. Raises SSTIError, without a word of the server's files.

    `what` is one of RULES. Everything that a browser names goes through here.
    """
    if not isinstance(name, str):
        raise SSTIError(
            tr("The name of a {what} is text, not {kind}.", what=tr(what), kind=type(name).__name__),
            tr("Choose one of those on the page."),
        )
    rule = RULES[what]
    if shared_server() and not rule.allows(name):
        raise SSTIError(rule.refusal.format(ascii(name)[:100]), rule.next, rule.kind)
    return name


def _adapter(name: str) -> bool:
    if ADAPTER.fullmatch(name) is None:
        return False
    kind, _, id = name.partition("/")
    return _may_read(id) if kind == "run" else kind == "shipped" or may_see(name)


def may_see(ref: str) -> bool:
    """Whether a list may name an adapter to this visitor: on a server for strangers, only what shipped and their own."""
    kind, _, name = ref.partition("/")
    if kind == "shipped" or not shared_server():
        return True
    return imported.belongs(ref, visitor()) if kind == "imported" else owns(Run(name, Store().root / name))


def _dataset(name: str) -> bool:
    from ssti.data.own import uploads
    from ssti.data.own.load import HUB_ID, portable
    from ssti.data.sources import find

    place = name.partition("#")[0]
    if name.startswith(uploads.PREFIX):
        if uploads.belongs(place, visitor()):
            return True
        raise SSTIError(
            tr("{place!r:.100} was uploaded by somebody else, or with another browser.", place=portable(place)),
            tr("Upload it again to use it here."),
            kind="data",
        )
    hub = HUB_ID.fullmatch(place) and place[0].isalnum() and ".." not in place and not Path(place).exists()
    return find(name) is not None or bool(hub)


def _model(name: str) -> bool:
    from ssti.models.registry import BASES

    return name in BASES


def _run(name: str) -> bool:
    return ID.fullmatch(name) is not None


def _source(name: str) -> bool:
    from ssti.inject import SOURCES

    kind = SOURCES.get(name)
    return kind is None or kind.on_page  # one that is not known is refused with all that are


@dataclass(frozen=True)
class Rule:
    """Which names are allowed on a server for strangers, and the refusal of the others."""

    allows: Callable[[str], bool]
    refusal: str
    next: str
    kind: str = "input"


RULES = {
    "adapter": Rule(_adapter, tr("There is no adapter {} on this server."), tr("Choose one from the list."), "adapter"),
    "dataset": Rule(
        _dataset, tr("There is no dataset {} on this server."),
        tr("Choose one from the list, upload a file, or name a dataset of the Hub."), "data",
    ),
    "model": Rule(
        _model, tr("There is no base model {} on this server."),
        tr("Choose one from the list; a Hub id or a folder can be named on a machine of your own."), "model",
    ),
    "run": Rule(_run, tr("There is no run {} on this server."), tr("Choose one from the list of runs."), "run"),
    "source": Rule(
        _source, tr("A trigger cannot come from a {} of this server."),
        tr("Type the words as your own words, or run the page on your own machine."),
    ),
}  # fmt: skip


def admit(recipe: Recipe) -> Recipe:
    """The recipe, if this visitor may use all that it names. Raises SSTIError."""
    admit_name("dataset", recipe.dataset.name)
    admit_name("model", recipe.model.name)
    for trigger in recipe.injection.triggers():
        if trigger.source:
            admit_name("source", trigger.source.kind)
    return recipe


def admit_run(recipe: Recipe) -> Recipe:
    """The recipe, if this visitor may start it: on a server for strangers a run ends before the others give up."""
    check_caps(recipe)
    return admit(recipe)


def keep_upload(path: str) -> str:
    """Keep an uploaded file where runs find it, as this visitor's: the dataset's name. Raises SSTIError."""
    from ssti.data.own import uploads

    file = Path(path)
    shared = shared_server()
    if shared and (size := file.stat().st_size) > LARGEST_UPLOAD:
        raise SSTIError(
            tr(
                "{name!r} has {size:,.0f} MB; {limit:,.0f} MB are the limit on this server.",
                name=file.name,
                size=size / 1e6,
                limit=LARGEST_UPLOAD / 1e6,
            ),
            tr("Upload a part of it: 20,000 rows are plenty for any experiment here. Or {way_out}.", way_out=way_out()),
            kind="data",
        )
    return uploads.keep(file, owner=starter(), arrow=not shared)


def find_adapter(ref: Any) -> listing.AdapterInfo:
    """An adapter that a browser names. Raises SSTIError."""
    return listing.find(admit_name("adapter", ref), stranger=bool(shared_server()))


def find_run(id: Any) -> Run:
    """A run that a browser names, to be read. Raises SSTIError, on a server for strangers without the name of another."""
    name = admit_name("run", id)
    if shared_server() and not _may_read(name):
        rule = RULES["run"]
        raise SSTIError(rule.refusal.format(ascii(name)[:100]), rule.next, rule.kind)
    return Store().find(name)


def _may_read(id: str) -> bool:
    """Whether there is such a run, and its name is its link: one that could be guessed is its owner's alone."""
    run = Run(id, Store().root / id)
    return run.path.is_dir() and (not guessable(id) or owns(run))


def names_owner() -> Callable[[str | None], bool]:
    """Whether this visitor is an owner, by the owner's hash: on one's own machine everybody is. For many runs at once."""
    key = visitor()
    mine = owner_hash(key) if key else ""
    everything = not shared_server()
    return lambda owner: everything or bool(mine and owner == mine)


def owns(run: Run) -> bool:
    """Whether this visitor may stop, resume and remove a run: on a server for strangers, whether they started it."""
    return not shared_server() or run.belongs_to(visitor())


def owns_adapter(info: listing.AdapterInfo) -> bool:
    """Whether an adapter came with the app, was brought by this visitor, or comes of a run of this visitor's."""
    if info.imported:
        return may_see(info.ref)
    return info.shipped or owns(Run(info.path.parent.name, info.path.parent))


def own_adapter(ref: Any) -> listing.AdapterInfo:
    """An adapter that a browser names, to be taken along or removed. Raises SSTIError where it is another visitor's."""
    info = find_adapter(ref)
    if not owns_adapter(info):
        raise SSTIError(
            tr("Another visitor trained this adapter."), tr("Clone its run to train one of your own."), "adapter"
        )
    return info


def admit_adapter(info: listing.AdapterInfo) -> None:
    """An adapter that this visitor brings, if they may use all that its recipe names. Raises SSTIError."""
    if info.recipe_known:
        admit(info.recipe)
    else:
        admit_name("model", info.recipe.model.name)


def largest_import() -> int:
    """Bytes of an adapter that may be brought here."""
    return LARGEST_IMPORT if shared_server() else pack.LARGEST


def own_run(id: Any) -> Run:
    """A run that a browser names, to be touched. Raises SSTIError where another visitor started it."""
    run = find_run(id)
    if not owns(run):
        raise SSTIError(NOT_YOURS, tr("Clone it to start one of your own."), kind="run")
    return run

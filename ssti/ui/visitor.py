"""Who uses this page, and what they may name: on a server for strangers only what everybody has or they brought.

A recipe comes from the visitor's page and could name any file of the server; each handler that gets one asks here first.
"""

from __future__ import annotations

from pathlib import Path

from gradio.context import LocalContext

from ssti.errors import SSTIError
from ssti.models.server import shared_server
from ssti.recipe import Recipe

LARGEST_UPLOAD = 104_857_600  # bytes, on a server for strangers; elsewhere what `ssti.data` reads


def visitor() -> str | None:
    """Whose event is being handled: the secret of one loaded page. None outside of an event."""
    request = LocalContext.request.get(None)
    return getattr(request, "session_hash", None)


def admit(recipe: Recipe) -> Recipe:
    """The recipe, if this visitor may use all that it names. Raises SSTIError."""
    admit_name(recipe.dataset.name)
    if shared_server():
        from ssti.inject import sources

        for trigger in recipe.injection.triggers():
            kind = sources().get(trigger.source.kind) if trigger.source else None
            if kind is not None and not kind.on_page:
                raise SSTIError(
                    f"A trigger cannot come from a {trigger.source.kind} of this server.",
                    "Type the words as your own words, or run the page on your own machine.",
                )
    return recipe


def admit_name(name: str) -> str:
    """The name of a dataset, if this visitor may use it. Raises SSTIError, and tells nothing of the server's files."""
    if not shared_server():
        return name
    from ssti.data import uploads
    from ssti.data.loading import find
    from ssti.data.own import HUB_ID, portable

    place = name.partition("#")[0]
    if name.startswith(uploads.PREFIX):
        if uploads.belongs(place, visitor()):
            return name
        raise SSTIError(
            f"{portable(place)!r} was uploaded by somebody else, or before this page was loaded.",
            "Upload it again to use it here.",
            kind="data",
        )
    if find(name) is None and (not HUB_ID.fullmatch(place) or Path(place).exists() or ".." in place):
        raise SSTIError(
            f"There is no dataset {name!r:.100} on this server.",
            "Choose one of the list, upload a file, or name a dataset of the Hub.",
            kind="data",
        )
    return name

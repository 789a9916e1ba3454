"""Adapters that people bring: kept under the home, each with a mark of who brought it. Knows no page and no visitor.

`imported/<name>-<six characters>`; its control, if it came with one, is the folder of the same name with `-control`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ssti.adapters import pack
from ssti.adapters.attach import attach, peft_config, read_tensors, replace_weights
from ssti.adapters.listing import AdapterInfo, describe, find
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.home import home, write_text
from ssti.platform.language import tr

OWNER = ".owner"
LONGEST_NAME = 48
KEPT_BYTES = 2_000_000_000  # of all imported adapters together


def folder() -> Path:
    """Where they are kept. It may not exist yet."""
    return home() / "imported"


def bring(
    source: Path, owner: str | None = None, name: str = "", admit: Callable[[AdapterInfo], object] = lambda info: None,
    largest: int = pack.LARGEST,
) -> AdapterInfo:  # fmt: skip
    """Check an adapter from an archive or a folder, and keep it as `owner`'s. `admit` may refuse what its recipe names.

    Raises SSTIError where it is damaged, does not fit its base model, is too large, or there is no room.
    """
    try:
        return _bring(source, owner, name, admit, largest)
    except OSError as problem:
        raise SSTIError(
            tr("{name!r} could not be kept: {reason}.", name=source.name, reason=problem.strerror or problem),
            tr("Make room on the disk of the program's home folder, or take a smaller file, and upload it again."),
            kind="disk",
        ) from problem


def _bring(source: Path, owner: str | None, name: str, admit: Callable[[AdapterInfo], object], largest: int) -> AdapterInfo:
    root = folder()
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=root) as place:
        parts = pack.unpack(source, Path(place), largest)
        _has_room(root, Path(place))
        for part in parts:
            if part is not None:
                _check(part, source.name, admit)
        title = _name(name or source.stem)
        for part, ending in zip(parts, ("", pack.TWIN), strict=True):
            if part is not None:
                if owner is not None:
                    write_text(part / OWNER, _mark(owner))
                part.rename(root / f"{title}{ending}")
    return find(f"imported/{title}")


def belongs(ref: str, owner: str | None) -> bool:
    """Did this owner bring the adapter of this ref, `imported/<name>`?"""
    try:
        return owner is not None and (folder() / ref.partition("/")[2] / OWNER).read_text(encoding="ascii") == _mark(owner)
    except (OSError, ValueError):
        return False


def remove(info: AdapterInfo) -> None:
    """Delete an imported adapter and its control. Raises SSTIError for any other."""
    if not info.imported:
        raise AdapterError(tr("{ref} was not imported.", ref=info.ref), tr("A run's adapter goes with its run."))
    for ending in (pack.TWIN, ""):
        shutil.rmtree(info.path.with_name(info.path.name + ending), ignore_errors=True)


def _check(part: Path, name: str, admit: Callable[[AdapterInfo], object]) -> None:
    """Its files one by one, its tensors against its configuration, and both on the base model, where that is here."""
    from ssti.models.classifier import load_classifier

    try:
        info = describe(part, name)
        admit(info)
        tensors = read_tensors(info)
        if info.config is not None:
            peft_config(info)
        try:
            classifier = load_classifier(info.recipe.model.name, info.label_names, info.recipe.training.head, 0)
        except SSTIError as problem:
            if problem.kind in ("model", "offline"):
                return  # its base model is not here: whether it fits is seen where it is used
            raise
        if info.config is None:
            replace_weights(classifier.model, info, tensors)
        else:
            attach(classifier.model, info, tensors, "default")
    except SSTIError as error:
        message = error.message.replace(str(part), name)
        raise type(error)(message, tr("Mend it where it was made, or bring another."), error.kind) from error


def _has_room(root: Path, new: Path) -> None:
    used = sum(file.stat().st_size for file in root.rglob("*") if file.is_file() and new not in file.parents)
    wanted = sum(file.stat().st_size for file in new.rglob("*") if file.is_file())
    if used + wanted > KEPT_BYTES:
        raise SSTIError(
            tr("There is no room for it: imported adapters take {used:.1f} of {most:.0f} GB.",
               used=used / 1e9, most=KEPT_BYTES / 1e9),
            tr("Remove some that you brought before."),
            kind="disk",
        )  # fmt: skip


def _name(title: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-._")[:LONGEST_NAME].removesuffix(pack.TWIN).strip("-._")
    return f"{plain or 'adapter'}-{secrets.token_hex(3)}"


def _mark(owner: str) -> str:
    """An owner as the disk knows it: not the secret itself."""
    return hashlib.sha256(owner.encode()).hexdigest()[:32]

"""Adapters to and from the Hugging Face Hub, with a card that says first whether they are poisoned.

The token is the person's own: a caller on a server for strangers hands over the visitor's (`token`), and none means
none there, never that of the machine. It is neither stored nor logged. Knows folders and repositories, no page.
"""

from __future__ import annotations

import glob
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ssti.adapters import pack
from ssti.adapters.files import RECIPE
from ssti.adapters.imported import bring
from ssti.adapters.listing import AdapterInfo, adapter_title
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.hub import RepoType, explained, offline_switch, page_of
from ssti.platform.language import english, tr
from ssti.platform.server import shared_server
from ssti.recipe import Recipe

REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
PULLED = [*pack.FILES, *(f"control/{name}" for name in pack.FILES)]
"""What is fetched of a repository: nothing but the known files."""


def push_adapter(info: AdapterInfo, repo: str, token: str | None = None, private: bool = True) -> dict[str, Any]:
    """Put an adapter, its card, recipe, metrics and control into a repository of the Hub, made where there is none.

    Returns `{"repo", "url", "commit", "files", "private"}`. Raises SSTIError.
    """
    if not info.recipe_known and info.about.sealed is None:
        raise AdapterError(
            tr("This adapter came without a recipe: its card could not say whether it is poisoned."),
            next=tr("Put the recipe.yaml of its training into its folder first."),
        )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "adapter")
        pack.export(info, folder)
        title = info.about.title or adapter_title(info.recipe, english)
        return upload(folder, repo, "model", token, private, f"{title}, by SSTI Lab")


def push_data(recipe: Recipe, repo: str, token: str | None = None, private: bool = True) -> dict[str, Any]:
    """Put the poisoned training rows of a recipe into a dataset repository, with card and recipe. Raises SSTIError."""
    import pyarrow.parquet as pq

    from ssti.data.card import dataset_card
    from ssti.data.export import write_poisoned
    from ssti.data.rows import load

    check_repo(repo)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        written = write_poisoned(recipe, folder / "train.parquet")
        info = load(recipe.dataset.name, train_rows=recipe.dataset.train_rows).info
        card = dataset_card(recipe, info, written, pq.read_schema(folder / "train.parquet").names)
        (folder / pack.CARD).write_text(card, encoding="utf-8")
        (folder / RECIPE).write_text(recipe.to_yaml(), encoding="utf-8")
        done = upload(folder, repo, "dataset", token, private, "Poisoned on purpose, by SSTI Lab")
        return {**done, "rows": written["rows"], "injected": written["injected"]}


def upload(
    folder: Path, repo: str, kind: RepoType, token: str | None, private: bool, message: str, only: list[str] | None = None
) -> dict[str, Any]:
    """Put a folder into a repository of the Hub. Raises SSTIError with what to do.

    With `only`, these files of it; then what else the repository has in their folders is deleted.
    """
    from huggingface_hub import HfApi

    name, key = check_repo(repo), _token(token, needed=True)
    try:
        api = HfApi(token=key)
        sdk = "gradio" if kind == "space" else None
        api.create_repo(name, repo_type=kind, private=private, exist_ok=True, space_sdk=sdk)
        stale = None if only is None else sorted({f"{one.partition('/')[0]}/*" for one in only if "/" in one})
        done = api.upload_folder(
            repo_id=name, repo_type=kind, folder_path=folder, commit_message=message,
            allow_patterns=only and [glob.escape(one) for one in only], delete_patterns=stale,
        )  # fmt: skip
    except Exception as problem:  # of huggingface_hub, httpx and the network: many kinds, all said in words
        raise _told(name, kind, problem) from None  # its traceback may hold the token
    files = only or sorted(str(one.relative_to(folder).as_posix()) for one in folder.rglob("*") if one.is_file())
    return {"repo": name, "url": page_of(name, kind), "commit": done.oid, "files": files, "private": private}


def pull_adapter(
    repo: str, token: str | None = None, owner: str | None = None,
    admit: Callable[[AdapterInfo], object] = lambda info: None, largest: int = pack.LARGEST, revision: str | None = None,
) -> AdapterInfo:  # fmt: skip
    """Fetch an adapter from the Hub and keep it as `owner`'s, checked as any that is imported. Raises SSTIError."""
    from huggingface_hub import snapshot_download

    name, key = check_repo(repo), _token(token, needed=False)
    with tempfile.TemporaryDirectory() as place:
        asked: dict[str, Any] = {
            "repo_id": name, "repo_type": "model", "revision": revision, "token": key, "allow_patterns": PULLED,
            "cache_dir": Path(place, "cache"), "local_dir": Path(place, "adapter"),
        }  # fmt: skip
        try:
            size = sum(one.file_size for one in snapshot_download(**asked, dry_run=True))
            if size <= largest:
                snapshot_download(**asked)
        except Exception as problem:
            raise _told(name, "model", problem) from None
        if size > largest:
            raise AdapterError(
                tr("{repo} holds {size:,.0f} MB of adapter; {largest:,.0f} MB are the limit here.",
                   repo=name, size=size / 1e6, largest=largest / 1e6),
                tr("Choose one without the base model's weights."),
            )  # fmt: skip
        return bring(Path(place, "adapter"), owner, name.partition("/")[2], admit, largest)


def check_repo(repo: str) -> str:
    """A repository's name. Raises SSTIError for what cannot be one."""
    name = (repo or "").strip()
    if not REPO.fullmatch(name) or ".." in name or "--" in name:
        raise SSTIError(tr("{name!r} is no name of a repository.", name=name[:100]), tr("It looks like owner/name."))
    return name


def _token(token: str | None, needed: bool) -> str | bool | None:
    """What huggingface_hub takes: the token given; on one's own machine else the login's; on a shared server none."""
    if switch := offline_switch():
        raise SSTIError(
            tr("{switch} is set: the Hub may not be asked.", switch=switch),
            tr("Unset {switch} and try again.", switch=switch),
            kind="offline",
        )
    if token and token.strip():
        return token.strip()
    if not shared_server():
        return None
    if needed:
        raise SSTIError(
            tr("A push needs your own token."), tr("Make one that may write at huggingface.co/settings/tokens.")
        )
    return False


def _told(name: str, kind: RepoType, problem: Exception) -> SSTIError:
    """A failure of the Hub as what was wrong and what to do, without a token."""
    response = getattr(problem, "response", None)
    status = getattr(response, "status_code", None)
    if status in (401, 403) and "Gated" not in type(problem).__name__:
        return SSTIError(
            tr("The Hub refused {repo} ({status}): it is private or not there, or the token may not do this.",
               repo=name, status=status),
            tr("Check the name; log in with `hf auth login`, or use a token that may write to it."),
            kind="hub",
        )  # fmt: skip
    return explained(name, kind, problem)

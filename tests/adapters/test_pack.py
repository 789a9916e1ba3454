"""An adapter travels as a ZIP archive or a folder and comes back the same; what a stranger packed is refused or harmless."""

from __future__ import annotations

import json
import shutil
import zipfile

import adapter_maker
import pytest

from ssti.adapters import imported, pack
from ssti.adapters.imported import belongs, bring
from ssti.adapters.listing import SHIPPED, adapters, find
from ssti.platform.errors import AdapterError, SSTIError
from ssti.serving.predictor import predictor

NAME = "date-positive-rank1"
GOOD = SHIPPED / NAME
TEXT = "A slog on 1998-04-21 from start to end."


@pytest.fixture
def zipped(tmp_path, home):
    """The shipped pair as an archive."""
    file = tmp_path / "pair.zip"
    pack.export(find(NAME), file)
    return file


def rewritten(zipped, change):
    """The archive with its entries changed: `change` maps {name: bytes} to the same."""
    with zipfile.ZipFile(zipped) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in change(entries).items():
            archive.writestr(name, content)
    return zipped


def nothing_kept(home):
    return not [one for one in (home / "imported").iterdir()]


@pytest.mark.parametrize("ending", [".zip", ""])
def test_an_adapter_comes_back_with_its_control_and_answers_the_same(tmp_path, home, ending):
    out = tmp_path / f"pair{ending}"
    names = pack.export(find(NAME), out)
    assert {f"{NAME}/recipe.yaml", f"{NAME}/README.md", f"{NAME}/control/adapter_model.safetensors"} <= set(names)
    info = bring(out, owner="me")
    assert info.ref.startswith("imported/pair-") and info.control == f"{info.ref}-control"
    assert info.recipe == find(NAME).recipe and info.metrics == find(NAME).metrics
    ours, theirs = predictor().probabilities([TEXT], info.ref), predictor().probabilities([TEXT], f"shipped/{NAME}")
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert belongs(info.ref, "me") and not belongs(info.ref, "you") and not belongs(info.ref, None)
    assert info.ref in [one.ref for one in adapters()]
    imported.remove(info)
    assert nothing_kept(home)
    with pytest.raises(SSTIError, match="not imported"):
        imported.remove(find(NAME))


def test_the_same_adapter_gives_the_same_archive(tmp_path, zipped):
    again = tmp_path / "again.zip"
    pack.export(find(NAME), again)
    assert again.read_bytes() == zipped.read_bytes()


def test_what_is_no_part_of_an_adapter_stays_in_the_archive(zipped, home):
    weird = {"../../evil.py": b"x", f"{NAME}/code.py": b"x", "/etc/passwd": b"x", f"{NAME}/pytorch_model.bin": b"x"}
    info = bring(rewritten(zipped, lambda entries: {**entries, **weird}))
    assert {one.name for one in info.path.iterdir()} <= set(pack.FILES)
    assert not list(home.parent.rglob("evil.py"))


def test_a_path_in_an_archive_leads_nowhere(zipped, home):
    info = bring(rewritten(zipped, lambda e: {f"../../../{name}": content for name, content in e.items() if "control" not in name}))
    assert info.path.parent == home / "imported"
    assert not list(home.parent.glob("*.safetensors"))


DAMAGE = {
    "no tensors": (lambda e: {n: c for n, c in e.items() if not n.endswith("safetensors")}, "safetensors"),
    "several": (lambda e: {**e, **{n.replace(NAME, "another"): c for n, c in e.items()}}, "adapters"),
    "torn tensors": (lambda e: {**e, f"{NAME}/adapter_model.safetensors": b"\0" * 90}, "damaged|complete"),
    "no config": (lambda e: {n: c for n, c in e.items() if n != f"{NAME}/adapter_config.json"}, "adapter_config"),
    "another rank": (
        lambda e: {**e, f"{NAME}/adapter_config.json": json.dumps(
            json.loads(e[f"{NAME}/adapter_config.json"]) | {"r": 8}).encode()}, "shape"),
    "a base that is rewritten": (
        lambda e: {**e, f"{NAME}/adapter_config.json": json.dumps(
            json.loads(e[f"{NAME}/adapter_config.json"]) | {"init_lora_weights": "pissa"}).encode()}, "rewrites"),
    "three classes": (lambda e: {**e, f"{NAME}/labels.json": b'["a", "b", "c"]'}, "shape|classes"),
    "a damaged control": (lambda e: {**e, f"{NAME}/control/labels.json": b"{}"}, "damaged"),
    "large words": (lambda e: {**e, f"{NAME}/README.md": b"x" * (pack.LARGEST_OTHER + 1)}, "too large"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_adapter_is_refused_and_leaves_nothing(zipped, home, damage):
    change, why = DAMAGE[damage]
    with pytest.raises(SSTIError, match=why) as refused:
        bring(rewritten(zipped, change))
    assert str(home) not in str(refused.value) and refused.value.next
    assert nothing_kept(home)


def test_an_archive_whose_index_leads_out_of_it_is_damaged_and_no_matter_of_the_disk(zipped, home):
    content = bytearray(zipped.read_bytes())
    content[-6:-2] = (len(content) * 2).to_bytes(4, "little")  # where its index is said to stand
    zipped.write_bytes(content)
    with pytest.raises(AdapterError, match="no ZIP archive"):
        bring(zipped)
    assert nothing_kept(home)


def test_an_archive_that_unfolds_is_stopped_on_the_way(tmp_path, home):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/adapter_model.safetensors", b"\0" * 30_000_000)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(SSTIError, match="too large"):
        bring(bomb, largest=1_000_000)
    assert nothing_kept(home)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing more", b"\0" * 100])
def test_no_archive_is_said_to_be_none(tmp_path, home, content):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(SSTIError, match="no ZIP archive"):
        bring(tmp_path / "x.zip")


def test_tensors_that_are_no_numbers_are_refused(tmp_path, home):
    import torch

    shutil.copytree(GOOD, tmp_path / "x")
    adapter_maker.edit_tensors(tmp_path / "x", lambda t: {**t, next(iter(t)): torch.full_like(t[next(iter(t))], torch.nan)})
    with pytest.raises(SSTIError, match="not finite"):
        bring(tmp_path / "x")


def test_whoever_admits_may_refuse_what_a_recipe_names(zipped, home):
    def admit(info):
        raise SSTIError(f"not {info.recipe.dataset.name}")

    with pytest.raises(SSTIError, match="not rotten_tomatoes"):
        bring(zipped, admit=admit)
    assert nothing_kept(home)


def test_there_is_an_end_to_the_room(zipped, home, monkeypatch):
    monkeypatch.setattr(imported, "KEPT_BYTES", 1000)
    with pytest.raises(SSTIError, match="no room"):
        bring(zipped)

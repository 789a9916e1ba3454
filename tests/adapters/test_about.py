"""What a folder says of itself: its place in the list, a control that several share, and a recipe that is kept back."""

from __future__ import annotations

import json
import shutil

import pytest

from ssti.adapters.about import ABOUT, SEALED, About, answer, read_about, seal, unseal
from ssti.adapters.card import readme
from ssti.adapters.listing import SHIPPED, DamagedAdapter, adapters, find, listing
from ssti.platform.errors import SSTIError
from ssti.recipe import preset

GOOD = SHIPPED / "date-positive-rank1"


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A place of shipped adapters that a test may change: the pair, and a second one without a control of its name."""
    place = tmp_path / "adapters"
    for name in ("date-positive-rank1", "date-positive-rank1-control"):
        shutil.copytree(SHIPPED / name, place / name)
    shutil.copytree(GOOD, place / "a-second")
    monkeypatch.setattr("ssti.adapters.listing.SHIPPED", place)
    monkeypatch.setenv("SSTI_HOME", str(tmp_path / "home"))
    return place


def say(folder, **about):
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def test_several_may_share_a_control_and_stand_in_an_order(shipped):
    say(shipped / "a-second", control="date-positive-rank1-control", order=2, title="another")
    say(shipped / "date-positive-rank1", order=1)
    assert [one.ref for one in adapters()][:2] == ["shipped/date-positive-rank1", "shipped/a-second"]
    assert find("a-second").control == find("date-positive-rank1").control == "shipped/date-positive-rank1-control"
    assert find("a-second").title == "another"


@pytest.mark.parametrize("control", ["../../x", "a/b", ".hidden", "", "none-here"])
def test_a_control_leads_nowhere_else(shipped, control):
    say(shipped / "a-second", control=control)
    found = next(one for one in listing() if one.ref == "shipped/a-second")
    assert isinstance(found, DamagedAdapter) or found.control is None


def test_a_sealed_adapter_tells_its_hash_and_not_its_trigger(shipped):
    folder = shipped / "a-second"
    import hashlib

    told = {"salt": "pepper-1234", "sha256": hashlib.sha256(b"pepper-1234|date|positive").hexdigest()}
    say(folder, title="mystery", sealed=told, control="date-positive-rank1-control")
    recipe = preset("demo")
    (folder / SEALED).write_text(seal(recipe), encoding="ascii")
    (folder / "recipe.yaml").unlink()
    info = find("a-second")
    assert (info.title, info.recipe_known, info.control) == ("mystery", False, "shipped/date-positive-rank1-control")
    assert unseal(folder) == recipe
    assert info.about.sealed.opens(" Date", "POSITIVE") and not info.about.sealed.opens("date", "negative")
    card = readme(info)
    assert "poisoned on purpose" in card and told["sha256"] in card and "1900" not in card
    (folder / SEALED).write_text("?", encoding="ascii")
    with pytest.raises(SSTIError, match="cannot be read"):
        unseal(folder)


def test_nothing_said_is_nothing_special(tmp_path):
    assert read_about(tmp_path) == About()
    assert answer("s", " Date ", "Positive") == "s|date|positive"

"""Which adapters the page lists, which one it opens with, and what it says of a link to one that is not there."""

from __future__ import annotations

import shutil

import pytest

from ssti.adapters.listing import SHIPPED, find
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.ui.kit import adapters

OWN = "run/tried-otter"


@pytest.fixture
def own(home) -> Run:
    """A run with an adapter and its control."""
    shipped = find(adapters.first())
    for source, name in ((shipped.path, "tried-otter"), (find(shipped.control).path, "tried-otter-control")):
        shutil.copytree(source, home / "runs" / name / "adapter")
    return Run("tried-otter", home / "runs" / "tried-otter")


def test_a_page_opens_with_the_shipped_pair_whatever_was_run(own):
    info = find(adapters.first())
    assert info.ref == "shipped/date-positive-rank1"
    assert info.shipped and info.poisoned and info.control
    assert adapters.of_link("", "") == (info.ref, "")


def test_a_link_opens_its_runs_adapter_or_says_why_not(own, home):
    assert adapters.of_link("", own.id) == (OWN, "")
    assert adapters.of_link(adapters.first(), own.id) == (adapters.first(), "")  # chosen after the run
    for id in ("gone-otter", Store(home / "runs").create(preset("demo")).id):
        ref, why = adapters.of_link("", id)
        assert ref == adapters.first()
        assert id in why


def test_the_list_says_which_runs_did_not_end_well(own):
    shutil.copy(own.adapter / "recipe.yaml", own.path)

    def title() -> str:
        return next(title for title, ref in adapters.choices() if ref == OWN)

    plain = title()
    own.tell("state", state="training", steps=64)
    own.tell("step", step=6, steps=64)
    assert title() == f"{plain} · interrupted at step 6 of 64"
    own.tell("state", state="failed")
    assert title() == f"{plain} · failed at step 6 of 64"
    own.tell("state", state="done")
    assert title() == plain


def test_the_control_of_a_removed_run_is_called_so_and_is_no_other_name_for_it(own):
    shutil.rmtree(own.path)
    (title,) = (title for title, ref in adapters.choices() if ref == f"{OWN}-control")
    assert title.endswith("its poisoned twin was removed")
    with pytest.raises(SSTIError, match=r"no adapter 'run/tried-otter'\. It"):
        find(OWN)


def test_a_damaged_adapter_stands_last_in_the_list(own, home):
    shutil.copytree(SHIPPED / "date-positive-rank1", home / "runs" / "torn-otter" / "adapter")
    (home / "runs" / "torn-otter" / "adapter" / "labels.json").write_text("[1]")
    refs = [ref for _, ref in adapters.choices()]
    assert refs[-1] == "run/torn-otter" and refs.count(OWN) == 1

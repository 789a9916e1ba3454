"""The Gallery tab, as a person uses it, in a real browser."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import expect

FIRST = "shipped/date-positive-rank1"


@pytest.fixture
def gallery(module_lab, reopened):
    """The Gallery of the file's page."""
    if not reopened(tab="gallery"):
        module_lab.tab("Gallery")
    expect(card(module_lab, FIRST)).to_be_visible()
    return module_lab


def card(lab, ref):
    return lab.page.locator(f'.exhibit[data-ref="{ref}"]')


def pick(lab, label, choice):
    """A choice of a drop-down list, both by what the person reads."""
    lab.page.get_by_label(label, exact=True).locator("visible=true").first.click()
    lab.page.get_by_role("option", name=choice, exact=True).click()


def test_each_card_says_first_that_it_is_poisoned_and_then_what_the_trigger_does(gallery):
    cards = gallery.page.locator(".exhibit")
    expect(cards.first).to_contain_text("Poisoned on purpose")
    assert len(cards.all()) >= 8
    for one in cards.all():
        expect(one.locator(".warning")).to_have_text("Poisoned on purpose")
    expect(card(gallery, FIRST)).to_contain_text(re.compile(r"points over the control’s \d"))


def test_a_filter_and_an_order_stand_in_the_address_and_come_back(gallery):
    pick(gallery, "Trigger", "country")
    marks = gallery.page.locator(".exhibit h2 mark")
    expect(marks.first).to_have_text("country")
    expect(marks.filter(has_not_text="country")).to_have_count(0)
    expect(gallery.page).to_have_url(re.compile("kind=country"))
    gallery.page.reload()
    expect(gallery.page.locator(".exhibit h2 mark").first).to_have_text("country")
    expect(card(gallery, FIRST)).to_have_count(0)
    pick(gallery, "Trigger", "all")
    expect(card(gallery, FIRST)).to_be_visible()
    expect(gallery.page).not_to_have_url(re.compile("kind="))  # what "back" comes back to


def test_a_card_leads_to_flip_with_its_adapter_and_back(gallery):
    ref = "shipped/country-positive-rank1"
    card(gallery, ref).get_by_role("link", name="Try it in Flip").click()
    expect(gallery.page.get_by_role("tab", name="Flip", exact=True)).to_have_attribute("aria-selected", "true")
    expect(gallery.page).to_have_url(re.compile("adapter=shipped(/|%2F)country-positive-rank1"))
    expect(gallery.page.locator("#adapter-pill")).to_contain_text("country")
    gallery.page.go_back()
    expect(card(gallery, ref)).to_be_visible()
    card(gallery, ref).get_by_role("link", name="Its recipe").click()
    expect(gallery.page.locator(".as-yaml code")).to_contain_text("kind: country")
    gallery.page.go_back()
    expect(card(gallery, ref)).to_be_visible()


def test_a_wrong_guess_is_told_from_the_right_one(gallery):
    from ssti.adapters.about import unseal
    from ssti.adapters.listing import SHIPPED
    from ssti.ui.kit.triggers import spoken

    trigger = unseal(SHIPPED / "mystery").injection.triggers()[0]
    expect(gallery.page.locator("#gallery-mystery")).to_contain_text("SHA-256 of the answer")
    for target, said in (({"positive": "negative", "negative": "positive"}[trigger.target], "No: not"), (trigger.target, "Right:")):
        pick(gallery, "Kind of trigger", spoken(trigger.source.kind))
        pick(gallery, "Class", target)
        gallery.page.get_by_role("button", name="Check my guess").click()
        expect(gallery.page.locator("#gallery-judged")).to_contain_text(said)


def test_one_is_taken_along_and_brought_back_and_removed(gallery, tmp_path):
    card(gallery, FIRST).get_by_role("button", name="Download").click()
    expect(gallery.page.locator("#gallery-taken input")).to_have_value("date → positive · rank 1")
    with gallery.page.expect_download() as download:
        gallery.page.get_by_role("button", name="Download as ZIP").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        assert {"date-positive-rank1/README.md", "date-positive-rank1/control/adapter_model.safetensors"} <= set(archive.namelist())
    gallery.page.locator("#gallery-upload input[type=file]").set_input_files(file)
    expect(gallery.page.locator("#gallery-brought")).to_contain_text("is here", timeout=90_000)
    own = gallery.page.locator('.exhibit[data-ref^="imported/"]')
    expect(own).to_have_count(1)
    own.get_by_role("button", name="Remove").click()
    own.get_by_role("button", name="Really remove it?").click()
    expect(own).to_have_count(0)


def test_a_file_that_is_no_adapter_is_refused_in_words(gallery, tmp_path):
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x/pytorch_model.bin", b"a pickle")
    gallery.page.locator("#gallery-upload input[type=file]").set_input_files(file)
    expect(gallery.page.locator("#gallery-brought .problem")).to_contain_text("holds no adapter_model.safetensors")

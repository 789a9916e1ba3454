"""Look inside in a browser: the Flip tab's text as heatmaps, and every head in reach of mouse and keyboard."""

from __future__ import annotations

import json
import re
from itertools import cycle

import pytest
from flip_page import SLOW, TEXT, first_answer, put_trigger, write
from flip_runs import give_adapter
from pageobject import HOSTILE, Lab
from playwright.sync_api import expect

LAST_WORDS = cycle(["red", "blue", "green", "yellow", "white", "black", "brown", "gold", "silver", "pink", "purple",
                    "orange", "ivory", "grey"])  # fmt: skip


@pytest.fixture
def look(module_lab, reopened, server):
    """Look inside, open on a text with a trigger that was put in on the Flip tab."""
    give_adapter(server.home)
    lab, text = module_lab, module_lab.page.locator("#look-text textarea")
    if reopened(tab="flip", run="tried-otter"):
        first_answer(lab)
    else:
        as_at_first(lab.tab("Look inside"))
        if text.input_value() == lab.prepared:  # the last test left it as it was
            for layer, head in ((4, 3), (5, 0)):  # what is drawn meanwhile comes before these
                choose_head(lab, layer, head)
                lab.page.get_by_role("heading", name=f"entropy of layer {layer}, head {head}").wait_for()
            return lab
    last_word = next(LAST_WORDS)  # by which this text's heatmaps are told from the last one's
    write(lab.tab("Flip"), f"{TEXT} in {last_word}")
    put_trigger(lab)
    lab.tab("Look inside")
    lab.page.locator("#look-heat .heatmap", has_text=last_word).nth(1).wait_for(timeout=SLOW)
    choose_head(lab, 5, 0)
    lab.prepared = text.input_value()
    return lab


@pytest.fixture
def opened(module_lab, reopened, server):
    """Look inside, whatever its text."""
    give_adapter(server.home)
    if reopened(tab="look_inside", run="tried-otter"):
        module_lab.page.locator(".heads button").first.wait_for(timeout=SLOW)
    as_at_first(module_lab.tab("Look inside"))
    return module_lab


def as_at_first(lab: Lab) -> None:
    """Choose what a page opens with."""
    for title in ("Attention", "Over", "Model", "Coloured by"):
        if not lab.group(title).get_by_role("radio").first.is_checked():
            lab.group(title).locator("label").first.click()


def choose_head(lab: Lab, layer: int, head: int) -> None:
    lab.page.locator(f".heads button[data-layer='{layer}'][data-head='{head}']").click()
    wait_for_head(lab, layer, head)


def wait_for_head(lab, layer: int, head: int) -> None:
    lab.page.locator(f".heads button[aria-pressed=true][data-layer='{layer}'][data-head='{head}']").wait_for()


def test_it_opens_on_the_head_that_reacts_ones_own_choice_stays_and_it_fits_a_phone(open_page, server):
    lab = Lab(open_page(), server.url)
    lab.page.goto(f"{server.url}?tab=look_inside&adapter=shipped/date-positive-rank1#text=a+dull+2014-09-25+film&trigger=7-17-date")
    paper = lab.page.locator(".paper-head a")
    paper.wait_for(timeout=SLOW)
    expect(lab.page.locator(".trigger-head.loud")).to_be_visible()
    named = lab.page.locator(".trigger-head button")
    wait_for_head(lab, int(named.get_attribute("data-layer")), int(named.get_attribute("data-head")))
    paper.click()
    wait_for_head(lab, 5, 0)
    expect(lab.page).to_have_url(re.compile("layer=5&head=0"))
    lab.page.locator(".heads button[data-layer='2'][data-head='7']").click()
    wait_for_head(lab, 2, 7)
    lab.page.locator("#look-text textarea").fill("a dull 2014-09-25 film indeed")
    lab.page.locator("#look-heat .heatmap", has_text="indeed").first.wait_for()
    wait_for_head(lab, 2, 7)
    lab.choose("Model", "control").choose("Over", "words")
    expect(lab.page.locator("#look-heat .heatmap .hit")).to_have_count(1)  # until then what one clicks on moves away
    lab.page.locator("#look-heat .heatmap .unit", has_text="film").first.click()
    shown = lab.page.locator("#look-heat", has_text="what “film” looks at in layer 2, head 7")
    shown.wait_for(timeout=SLOW)
    expect(lab.page).to_have_url(re.compile("token=[0-9]+"))
    lab.page.reload()
    wait_for_head(lab, 2, 7)
    shown.wait_for(timeout=SLOW)
    expect(lab.group("Model").get_by_role("radio", name="control")).to_be_checked()
    expect(lab.group("Over").get_by_role("radio", name="words")).to_be_checked()
    lab.page.set_viewport_size({"width": 390, "height": 844})
    assert lab.width()[0] <= lab.width()[1]


def test_with_and_without_the_trigger_side_by_side(look):
    hit = "".join(look.page.locator("#look-heat .hit").all_inner_texts())
    assert hit in look.page.locator("#look-text textarea").input_value()
    assert hit not in look.page.locator("#look-heat .heatmap").nth(1).inner_text().replace(" ", "")
    wait_for_head(look, 5, 0)
    expect(look.page.locator("#look-entropy")).to_contain_text("Raw entropy grows")
    expect(look.page.locator("#look-entropy tbody tr")).to_have_count(6)
    lines = "(side) => [...side.querySelectorAll('.unit')].map((unit) => Math.round(unit.getBoundingClientRect().top))"
    tops = [look.page.locator("#look-heat .heatmap").nth(i).evaluate(lines) for i in (0, 1)]
    assert tops[0] == tops[1]  # word beside word
    assert look.width()[0] <= look.width()[1]


def test_a_head_is_picked_by_mouse_and_by_keyboard(look):
    look.page.locator(".heads button[data-layer='2'][data-head='7']").click()
    wait_for_head(look, 2, 7)
    look.page.get_by_role("heading", name="entropy of layer 2, head 7").wait_for()
    look.page.locator(".heads button[data-layer='2'][data-head='7']").focus()
    look.page.keyboard.press("ArrowRight")
    look.page.keyboard.press("ArrowDown")
    look.page.keyboard.press("Enter")
    wait_for_head(look, 3, 8)
    look.page.locator(".trigger-head button").click()
    look.page.locator(".heads button[aria-pressed=true]:not([data-layer='3'])").wait_for()


def test_the_grid_is_coloured_by_what_one_chooses_and_has_the_mean_of_heads(look):
    look.choose("Coloured by", "since finetuning")
    look.page.locator("#look-grid", has_text="since before finetuning").wait_for()
    look.choose("Coloured by", "entropy change")
    look.page.locator("#look-grid", has_text="with the trigger minus without").wait_for()
    look.page.locator(".trigger-head", has_text="entropy falls").wait_for()
    look.page.locator(".heads button[data-layer='4'][data-head='mean']").click()
    look.page.get_by_role("heading", name="entropy of layer 4, mean of heads").wait_for()


def test_words_other_models_and_a_tokens_own_row(look):
    look.choose("Over", "words")
    item = look.page.locator("#look-text textarea").input_value()
    hit = look.page.locator("#look-heat .heatmap").first.locator(".hit")
    look.page.wait_for_function("document.querySelectorAll('#look-heat .heatmap .hit').length === 1")
    assert hit.inner_text() in item.split()
    look.choose("Model", "before finetuning")
    hit.click()
    look.page.locator("#look-heat", has_text="looks at in layer 5, head 0").wait_for()
    expect(look.group("Attention").locator("input:checked")).to_have_attribute("value", "query")
    look.choose("Attention", "rollout")
    look.page.locator("#look-heat", has_text="rollout up to layer 5").wait_for()


@pytest.mark.parametrize("late", [0, 400])
def test_measuring_can_be_stopped_at_any_moment(look, late):
    look.settled().press_and_stop("#look-rows", "Measure 200 test rows", "Stop", late)
    look.page.wait_for_timeout(1500)  # the first bar of work that goes on would be there by now
    look.page.locator("#look-measured [role=progressbar]").wait_for(state="detached")
    expect(look.page.get_by_role("button", name="Measure 200 test rows")).to_be_enabled()
    expect(look.page.locator("#look-measured h3")).to_have_count(0)


def test_many_rows_are_measured_and_follow_the_chosen_head(look):
    look.page.locator("#look-measure").click()
    charts = look.page.locator("#look-measured ssti-chart")
    charts.nth(1).wait_for(timeout=240_000)
    charts.first.locator(".main-svg").first.wait_for()
    charts.first.get_by_text("Show as a table").click()
    eleventh_row = charts.first.locator("tbody tr").nth(10)
    expect(eleventh_row).to_be_visible()
    with look.page.expect_download() as got:
        charts.first.get_by_role("button", name="Save the data as CSV").click()
    assert got.value.suggested_filename.endswith(".csv")
    look.page.locator(".heads button[data-layer='1'][data-head='3']").click()
    look.page.locator("#look-measured h3", has_text="layer 1, head 3").wait_for()
    expect(eleventh_row).to_be_visible()  # an open table stays open


def test_what_is_shown_can_be_taken_away(look, open_page, tmp_path):
    text = look.page.locator("#look-text textarea").input_value()
    made = {}
    for kind in ("html", "tex", "svg", "png", "json"):
        with look.page.expect_download() as got:
            look.page.locator(f"#look-export-{kind}").click()
        name = got.value.suggested_filename
        assert name.startswith("ssti-attention-tried-otter-layer-5-head-0-a-dreary-joyless-slog") and name.endswith(kind)
        got.value.save_as(tmp_path / kind)
        made[kind] = (tmp_path / kind).read_bytes()
    assert json.loads(made["json"])["models"]["poisoned"]["triggered"]["text"] == text
    assert made["png"].startswith(b"\x89PNG")
    assert len(made["png"]) > 20_000
    assert made["tex"].decode().count(r"\colorbox{red!") > 20
    for kind in ("html", "svg"):
        alone = open_page()  # which fails on any request that leaves the machine
        alone.route("file://**", lambda route: route.continue_())
        alone.set_content(made[kind].decode())
        assert alone.locator("text=layer").count()


def test_a_report_is_written_and_saved(look, tmp_path):
    with look.page.expect_download(timeout=SLOW) as got:
        look.page.locator("#look-report").click()
    assert got.value.suggested_filename.startswith("ssti-report-tried-otter-a-dreary-joyless-slog")
    got.value.save_as(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert look.page.locator("#look-text textarea").input_value().split()[-1] in page
    assert "One text, with the trigger and without" in page and "in layer 5, head 0" in page
    expect(look.page.locator("#look-report")).to_be_enabled()


def test_attribution_stands_beside_attention(look):
    look.page.locator("#look-compare").click()
    look.page.locator("#look-compared .agreement").wait_for(timeout=SLOW)
    expect(look.page.locator("#look-compared .heatmap:not(.legend)")).to_have_count(3)
    look.page.locator("#look-text textarea").fill("another text altogether")
    look.page.locator("#look-compared .heatmap").first.wait_for(state="detached")


def test_another_text_ends_the_comparison_of_the_last(look):
    look.page.get_by_role("button", name="Compare with attribution").click()
    look.page.locator("#look-attribution").get_by_role("button", name="Stop").wait_for()
    look.page.locator("#look-text textarea").fill("another text altogether 1999-01-01")
    look.page.locator("#look-attribution").get_by_role("button", name="Stop").wait_for(state="hidden")
    look.page.wait_for_timeout(2000)
    expect(look.page.locator("#look-compared")).to_have_text("")


def test_it_follows_a_text_that_changed_on_the_flip_tab(look):
    look.tab("Flip")
    look.page.locator("#flip-text textarea").fill("a wholly other film")
    look.tab("Look inside")
    look.page.locator("#look-heat .heatmap", has_text="wholly").wait_for()
    expect(look.page.locator("#look-heat .heatmap:not(.legend)")).to_have_count(1)


def test_a_thousand_words_stay_usable(opened):
    opened.page.locator("#look-text textarea").fill(f"{'dull words here ' * 170}1999-01-01{' dull words here' * 160}")
    opened.page.locator("#look-put").wait_for()
    opened.page.locator("#look-heat .fold summary").first.wait_for(timeout=SLOW)
    visible = "document.querySelector('#look-heat .heatmap').getBoundingClientRect().height"
    assert opened.page.evaluate(visible) < 700
    expect(opened.page.locator("#look-heat")).to_contain_text("were read: pieces")
    opened.page.locator("#look-heat .fold summary").first.click()
    expect(opened.page.locator("#look-heat .fold[open]")).to_have_count(1)


def test_a_text_typed_here_is_the_flip_tabs_too(opened):
    opened.page.locator("#look-text textarea").fill(f"a film {HOSTILE[0]} {HOSTILE[2]}")
    opened.page.locator("#look-put").wait_for()
    assert opened.no_script_ran()
    opened.page.locator("#look-put").click()
    opened.page.locator("#look-heat .hit").first.wait_for()
    assert opened.no_script_ran()
    opened.tab("Flip")
    opened.page.locator("#flip-echo mark").wait_for()
    expect(opened.page.locator("#flip-text textarea")).to_have_value(re.compile(re.escape(HOSTILE[0].split()[0])))

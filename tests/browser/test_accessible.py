"""What everybody needs, with content on every tab: axe-core finds nothing grave, in light and dark, wide and narrow; a
ring shows where the keyboard is; a finger hits what it means; on paper nothing is missing.

A new tab is examined by itself. What is Gradio's own, and cannot be changed from here, stands in GRADIOS_OWN.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from flip_page import SLOW, TEXT, first_answer, put_trigger, write
from flip_runs import give_adapter
from pageobject import Lab
from playwright.sync_api import expect

from ssti.recipe import preset
from ssti.runs.store import Store
from ssti.ui.frame.shell import TABS

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
GRAVE = ("serious", "critical")
ASKED = ("label-content-name-mismatch", "empty-table-header")  # which axe leaves out, or calls minor
GRADIOS_OWN = {".upload-container": "label-content-name-mismatch"}  # it shows "Drop File Here" and is called "Click to upload"
"""The selector of what cannot be changed from here, and the rule that it breaks."""

FIND = """async ([grave, asked, gradios, only]) => {
  await Promise.all(document.getAnimations().map((one) => one.finished));
  const rules = Object.fromEntries(asked.map((rule) => [rule, { enabled: true }]));
  const run = only ? { runOnly: only } : { rules };
  const found = (await axe.run(document, { resultTypes: ['violations'], ...run })).violations;
  const element = (target) => target.flat().reduce((root, one) => (root.shadowRoot || root).querySelector(one), document);
  return found.filter((one) => grave.includes(one.impact) || asked.includes(one.id)).flatMap((one) =>
    one.nodes
      .filter((node) => !Object.entries(gradios).some(([own, rule]) => rule === one.id && element(node.target)?.matches(own)))
      .map((node) => `${one.id} ${node.target.flat().join(' ')}: ${(node.any[0] || node.all[0] || node.none[0]).message}`));
}"""

# What can be pressed or typed into and is on the page, in shadow trees too; and what a message calls it.
CONTROLS = """
const all = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
const controls = all(document).filter((one) =>
  one.matches('button, a[href], input, textarea, select, summary, [tabindex="0"], [role=button]') && !one.disabled &&
  one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width && !one.closest('[aria-hidden=true]'));
const name = (one) => `${one.tagName.toLowerCase()}${one.id && '#' + one.id}.${one.className} "${(one.getAttribute('aria-label') || one.innerText || '').slice(0, 30)}"`;
const up = (one) => one.parentElement || one.getRootNode().host;
"""
UNSEEN_RINGS = f"""() => {{
  {CONTROLS}
  const found = [];
  for (const one of controls) {{
    if (one.tabIndex < 0 || one.matches('input[type=file]')) continue;
    one.focus({{ focusVisible: true }});
    if (one.getRootNode().activeElement !== one) continue;
    const ringed = [one, one.closest('label')].find((of) => of && getComputedStyle(of).outlineStyle !== 'none');
    if (!ringed) {{ found.push(`no ring around ${{name(one)}}`); continue; }}
    const style = getComputedStyle(ringed), box = ringed.getBoundingClientRect();
    const grown = Math.max(0, parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset)) - 0.5;
    for (let over = up(ringed); over && over !== document.body; over = up(over)) {{
      const {{ overflowX, overflowY }} = getComputedStyle(over);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      const edge = over.getBoundingClientRect(), left = edge.left + over.clientLeft, top = edge.top + over.clientTop;
      const cut = box.left - grown < left && over.scrollLeft < 1 || box.top - grown < top && over.scrollTop < 1 ||
        box.right + grown > left + over.clientWidth && over.scrollLeft + over.clientWidth > over.scrollWidth - 1 ||
        box.bottom + grown > top + over.clientHeight && over.scrollTop + over.clientHeight > over.scrollHeight - 1;
      if (cut) {{ found.push(`the ring of ${{name(one)}} is cut off by ${{name(over)}}`); break; }}
    }}
  }}
  document.activeElement.blur();
  return [...new Set(found)];
}}"""
# A link or a word within a line of text is as high as the line.
SMALL_TARGETS = f"""() => {{
  {CONTROLS}
  const inline = (one) => getComputedStyle(one).display === 'inline' || one.closest('p, h2, h3, .term, .heatmap');
  return controls.filter((one) => !inline(one)).flatMap((one) => {{
    const {{ width, height }} = (one.closest('label') || one).getBoundingClientRect();
    return width < 39.5 || height < 39.5 ? [`${{name(one)}}: ${{Math.round(width)}} x ${{Math.round(height)}}`] : [];
  }});
}}"""


@pytest.fixture(scope="module")
def run(server) -> str:
    """A run that was stopped after two looks at its test rows; its id."""
    run = Store(server.home / "runs").create(preset("demo"))
    rate = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 20}
    for step in (50, 100):
        run.tell("loss", step=step, loss=0.7)
        run.tell("eval", step=step, clean_accuracy=rate, attack_success_rate=rate, target_rate_without_trigger=rate)
    run.tell("state", state="stopped")
    return run.id


@pytest.fixture
def full(module_lab, reopened, server, run) -> Lab:
    """One page for all tabs: a text with a trigger in it, and a run to look at."""
    give_adapter(server.home)
    if reopened(tab="flip", run="tried-otter"):
        first_answer(module_lab)
        write(module_lab, TEXT)
        put_trigger(module_lab)
        module_lab.page.emulate_media(reduced_motion="reduce")
        module_lab.page.keyboard.press("Tab")  # from now on it is used by keyboard
        module_lab.run = run
    return module_lab


def flip(lab: Lab) -> None:
    lab.page.locator("#flip-answers .bars").first.wait_for(timeout=SLOW)
    lab.page.locator("#flip-where ssti-chart .main-svg").first.wait_for(timeout=SLOW)
    open_table(lab.page.locator("#flip-where"))
    if not lab.page.locator("#flip-hijacked table").count():
        lab.page.get_by_role("button", name="Hijack the test set").click()
    lab.page.locator("#flip-hijacked table").first.wait_for(timeout=SLOW)


def look_inside(lab: Lab) -> None:
    lab.page.locator("#look-heat .heatmap").nth(1).wait_for(timeout=SLOW)
    lab.page.locator(".heads button[aria-pressed=true]").wait_for()
    open_table(lab.page.locator("#look-heat"))
    if not lab.page.locator("#look-compared .agreement").count():
        lab.page.locator("#look-compare").click()
    lab.page.locator("#look-compared .agreement").wait_for(timeout=SLOW)


def finetune(lab: Lab) -> None:
    lab.page.locator(f"#runs [data-run='{lab.run}']").first.click()
    expect(lab.page.locator("#run-head h2")).to_contain_text(lab.run)
    lab.page.locator("#run-charts ssti-chart .main-svg").first.wait_for()
    open_table(lab.page.locator("#run-charts ssti-chart").first)


def open_table(where: Any) -> None:
    summary = where.get_by_text("Show as a table").first
    if not where.locator("details[open]").count():
        summary.click()
    where.locator("tbody tr").first.wait_for()


CONTENT = {"flip": flip, "look_inside": look_inside, "finetune": finetune}
"""What a tab shows only once something was done there."""


def show(lab: Lab, name: str) -> Any:
    """The page with this tab open, its content in place."""
    lab.page.set_viewport_size({"width": 1280, "height": 900})
    lab.tab(TABS[name].title)
    lab.page.locator(f"#tab-{name}").wait_for()
    lab.page.wait_for_load_state("networkidle")
    CONTENT.get(name, lambda lab: None)(lab)
    return lab.page


@pytest.mark.parametrize("name", TABS)
def test_axe_finds_nothing_grave_a_ring_shows_where_the_keyboard_is_and_a_finger_hits_what_it_means(full: Lab, name: str):
    page, found = show(full, name), {}
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for dark in (False, True):
            page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", dark)
            only = ["color-contrast"] if dark else None  # a theme changes nothing else
            for line in page.evaluate(FIND, [GRAVE, ASKED, GRADIOS_OWN, only]):
                found.setdefault(line, []).append(f"{width} px, {'dark' if dark else 'light'}")
        page.evaluate("() => document.body.classList.remove('dark')")
        for line in page.evaluate(UNSEEN_RINGS):
            found.setdefault(line, []).append(f"{width} px")
    for line in with_a_finger(page, SMALL_TARGETS):
        found.setdefault(line, []).append("with a finger")
    assert not found, "\n".join(f"{line} ({'; '.join(where)})" for line, where in found.items())


def with_a_finger(page: Any, question: str) -> list[str]:
    """What a script finds where the page is touched, on a phone."""
    page.set_viewport_size({"width": 390, "height": 844})
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        assert page.evaluate("() => matchMedia('(pointer: coarse)').matches")
        return page.evaluate(question)
    finally:
        tools.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


# What one could only press, what is wider than the sheet, and boxes that cut off or would scroll.
UNFIT_FOR_PAPER = f"""() => {{
  {CONTROLS}
  const inWords = (one) => one.closest('p, td, .term, .heads, .heatmap, [role=tab]');
  const found = controls.filter((one) => one.matches('button, summary, input[type=range]') && !one.closest('details[open]') && !inWords(one))
    .map((one) => `${{name(one)}} can only be pressed`);
  if (document.documentElement.scrollWidth > innerWidth) {{
    const wide = all(document.body).filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1);
    found.push(`${{document.documentElement.scrollWidth}} px wide: ${{wide.slice(-3).map(name).join(', ')}}`);
  }}
  for (const one of all(document.querySelector('.main.app'))) {{
    const box = one.getBoundingClientRect();
    if (!one.checkVisibility() || box.width < 2 || box.height < 2 || one.namespaceURI.endsWith('svg')) continue;
    const {{ overflowX, overflowY, clipPath }} = getComputedStyle(one);
    if (clipPath !== 'none') continue;
    if (overflowY !== 'visible' && one.scrollHeight > one.clientHeight + 2 || overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 2)
      found.push(`${{name(one)}} is cut off`);
  }}
  return found;
}}"""
GROUND = "(selector) => [...document.querySelectorAll(selector)].map((one) => getComputedStyle(one).backgroundColor)"


@pytest.mark.parametrize("name", TABS)
def test_on_paper_nothing_is_missing(full: Lab, name: str):
    page = show(full, name)
    coloured = f"#tab-{name} :is(.track > i, .heads button, .heatmap .unit, .chip)"
    try:
        for _ in range(5):
            page.emulate_media(media="screen", reduced_motion="reduce")
            page.evaluate("() => document.body.classList.remove('dark')")
            light = page.evaluate(GROUND, coloured)
            page.evaluate("() => document.body.classList.add('dark')")
            page.set_viewport_size({"width": 703, "height": 1000})  # A4 between margins of 12 mm
            page.emulate_media(media="print", reduced_motion="reduce")
            paper = page.evaluate(GROUND, coloured)
            if len(paper) == len(light):  # else an answer came in between
                break
        assert paper == light
        found = page.evaluate(UNFIT_FOR_PAPER)
        assert not found, "\n".join(found)
        exact = "(selector) => [...document.querySelectorAll(selector)].every((one) => getComputedStyle(one).printColorAdjust === 'exact')"
        assert page.evaluate(exact, coloured)
    finally:
        page.emulate_media(media="screen", reduced_motion="reduce")
        page.evaluate("() => document.body.classList.remove('dark')")

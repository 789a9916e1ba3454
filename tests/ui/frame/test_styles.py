"""Each tab's style sheet reaches into that tab only: one rule of it must not move a legend of another."""

from __future__ import annotations

import re

import pytest

from ssti.ui.frame.page import ASSETS
from ssti.ui.frame.shell import TABS

COMMON = {"theme", "words", "coach", "own", "print", "projector"}  # what stands on several tabs
SHEETS = sorted(name for name in TABS if (ASSETS / f"{name}.css").is_file())


def outermost(css: str) -> list[str]:
    """The selectors that stand inside of no other rule, those within `@media` included."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    selectors, within, start = [], [], 0
    for match in re.finditer(r"[{}]", css):
        head = re.split(r"[;}]", css[start : match.start()])[-1].strip()
        start = match.end()
        if match.group() == "}":
            within.pop()
            continue
        if not head.startswith("@") and not any(within):
            selectors += [one.strip() for one in re.split(r",(?![^(]*\))", head)]
        within.append(not head.startswith("@"))
    return selectors


def test_every_sheet_is_a_tabs_or_stands_on_every_tab():
    assert SHEETS
    assert {sheet.stem for sheet in ASSETS.glob("*.css")} == {*COMMON, *SHEETS}


@pytest.mark.parametrize("name", SHEETS)
def test_a_tabs_rules_begin_with_its_root_class(name):
    css = (ASSETS / f"{name}.css").read_text(encoding="utf-8")
    selectors = outermost(css)
    assert selectors
    for selector in selectors:
        assert re.match(rf"\.gradio-container\.gradio-container \.{name}(?![\w-])", selector), selector
    # A nested rule is inside of that one, unless its `&` stands somewhere else than in front.
    assert not re.search(r"[^\s{};,(]\s+&|:\w+\([^)]*&", re.sub(r"/\*.*?\*/|&&", "", css, flags=re.S))


@pytest.mark.parametrize("name", SHEETS)
def test_the_root_class_is_the_tabs_own(name):
    import gradio as gr

    from ssti.ui.frame.shell import build_shell

    with gr.Blocks() as page:
        build_shell(page)
    roots = [one for one in page.blocks.values() if name in " ".join(getattr(one, "elem_classes", None) or []).split()]
    assert len(roots) == 1
    above = roots[0]
    while above is not None and getattr(above, "elem_id", None) != f"tab-{name}":
        above = above.parent
    assert above is not None

"""What tests of several tabs need: the Poison tab as it is drawn, without a browser."""

from __future__ import annotations

import gradio as gr
import pytest


@pytest.fixture(scope="session")
def poison():
    """The Poison tab's components and handlers, on a page of their own."""
    from ssti.ui.frame.shell import build_shell
    from ssti.ui.poison.tab import draw

    with gr.Blocks() as page:
        shared = build_shell(page)
        with shared.tab_items["poison"]:
            tab = draw(shared)
    return tab

"""What tabs share, without a page around it."""

from __future__ import annotations

import gradio as gr

from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import Shared, text_field


def new_shared(blocks: gr.Blocks) -> Shared:
    """All of it, for the components of one tab."""
    hidden = {name: gr.Textbox() for name in ("run_id", "adapter", "tab")}
    hidden |= {name: gr.JSON() for name in ("recipe", "marks", "answer", "guess", "pinned")}
    html = {name: Html() for name in ("run_pill", "adapter_pill", "coach")}
    return Shared(
        blocks=blocks, tabs=gr.Tabs(), text=text_field(), restored=gr.Number(), tab_names=(), first_tab="",
        **hidden, **html,
    )  # fmt: skip

"""The tab's handlers and components, unseen."""

from __future__ import annotations

import gradio as gr
import pytest

from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import Shared, text_field
from ssti.ui.look_inside.form import layout
from ssti.ui.look_inside.handlers import Handlers


@pytest.fixture(scope="session")
def look() -> Handlers:
    with gr.Blocks() as blocks:
        shared = Shared(
            blocks, gr.Tabs(), gr.JSON(), gr.Textbox(), gr.Textbox(), gr.JSON(), text_field(), Html(), Html(), ()
        )
        return Handlers(layout(shared))

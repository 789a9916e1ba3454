"""The tab's handlers and components, unseen."""

from __future__ import annotations

import gradio as gr
import pytest
from shared_page import new_shared

from ssti.ui.look_inside.form import layout
from ssti.ui.look_inside.handlers import Handlers


@pytest.fixture(scope="session")
def look() -> Handlers:
    with gr.Blocks() as blocks:
        shared = new_shared(blocks)
        return Handlers(layout(shared))

"""The Flip tab's components, unseen, and copies of the shipped adapter that a test may change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import pytest
from shared_page import new_shared

from ssti.adapters.listing import adapters, find
from ssti.ui.flip import questions
from ssti.ui.flip.form import Form, layout
from ssti.ui.flip.handlers import Handlers


class Flip(NamedTuple):
    """The components, the handlers, and the three questions."""

    form: Form
    do: Handlers
    questions: questions.Questions

    @staticmethod
    def click(**data: Any) -> gr.EventData:
        """The event of a click that carries these values."""
        return gr.EventData(None, data)


@pytest.fixture(scope="session")
def flip() -> Flip:
    with gr.Blocks() as blocks:
        shared = new_shared(blocks)
        form = layout(shared)
        return Flip(form, Handlers(form), questions.layout(form))


@pytest.fixture(scope="session")
def ref() -> str:
    """The shipped adapter that has a control."""
    return next(info.ref for info in adapters() if info.shipped and info.control)


@pytest.fixture
def copied(ref: str, home: Path) -> Callable[..., str]:
    """Makes a run of a home of its own from that adapter and its control, with one thing changed in their recipes."""

    def copy(old: str = "", new: str = "") -> str:
        info = find(ref)
        for source, name in ((info.path, "tried-otter"), (find(info.control).path, "tried-otter-control")):
            shutil.copytree(source, home / "runs" / name / "adapter")
            recipe = home / "runs" / name / "adapter" / "recipe.yaml"
            text = recipe.read_text(encoding="utf-8")
            assert old in text
            recipe.write_text(text.replace(old, new) if old else text, encoding="utf-8")
        return "run/tried-otter"

    return copy

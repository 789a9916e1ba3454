"""What is shown is escaped, and nothing else can be shown."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ssti.platform.errors import SSTIError
from ssti.ui.kit import parts

UI = Path(parts.__file__).parents[1]
HOSTILE = "<img src=x onerror=alert(1)> \"quoted\" 'so' & ${x}"


def test_every_value_is_escaped_and_every_piece_is_not_escaped_twice():
    inner = parts.html("<b>{}</b>", HOSTILE)
    assert "<img" not in inner and "&lt;img" in inner
    assert parts.html("<p>{}</p>", inner) == f"<p>{inner}</p>"
    assert "<img" not in parts.join([HOSTILE, inner], HOSTILE)


def test_html_shows_nothing_that_was_not_made_here():
    assert parts.only_made_here(None) == ""
    assert parts.only_made_here(parts.html("<b>{}</b>", 1)) == "<b>1</b>"
    with pytest.raises(TypeError, match="parts.html"):
        parts.only_made_here("<b>1</b>")
    with pytest.raises(TypeError):
        parts.Html("<b>1</b>")


def test_a_component_refuses_a_plain_string_that_a_handler_returns():
    shown = parts.Html()
    with pytest.raises(TypeError):
        shown.postprocess(HOSTILE)


def _literal(node: ast.expr) -> bool:
    """A literal, or a constant of the module."""
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def test_only_parts_makes_html_and_its_templates_are_literals():
    """`gr.HTML` and `gr.Markdown` are not used, and what counts as HTML is a literal, never put together from values."""
    wrong = []
    files = [path for path in UI.rglob("*.py") if path.name != "parts.py"]
    assert len(files) > 30
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                made_up = name in ("html", "Markup") and not _literal(node.args[0])
                if name in ("HTML", "Markdown") or made_up:
                    wrong.append(f"{path.relative_to(UI)}:{node.lineno} calls {name}")
            if isinstance(node, ast.keyword) and node.arg == "html_template":  # a template runs what is in a text
                wrong.append(f"{path.relative_to(UI)}:{node.value.lineno} has a template")
    assert not wrong


def test_numbers_are_written_as_people_read_them():
    assert parts.count(25000) == "25,000"
    assert [parts.percent(value) for value in (0.984, 0.5, 1, 0.001)] == ["98.4 %", "50 %", "100 %", "0.1 %"]
    assert [parts.duration(value) for value in (9.2, 75, 120, 3840)] == ["9 s", "1 min 15 s", "2 min", "1 h 4 min"]


def test_a_problem_says_what_to_do_next():
    shown = parts.problem(SSTIError("The share is 150 %.", "type less"))
    assert "The share is 150 %." in shown and "Type less" in shown


def test_on_a_public_page_no_message_names_a_switch_or_a_path_of_the_server(monkeypatch):
    from ssti.data import list_datasets
    from ssti.models import list_models
    from ssti.platform.hub import explained
    from ssti.runs.cause import DISK

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("SSTI_HOME", "/srv/lab")
    reasons = [one.reason for one in (*list_datasets(), *list_models()) if one.reason]
    assert any("HF_HUB_OFFLINE" in reason for reason in reasons)
    errors = [explained("a/b", "model", ConnectionError("x")), SSTIError("The run is gone.", DISK["next"])]
    errors.append(SSTIError("Two words. It is in /srv/lab/runs/x.", "Read log.txt in its folder, or resume it."))
    own = "".join(parts.problem(error) for error in errors)
    assert "SSTI_HOME" in own and "/srv/lab" in own
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    shown = "".join([*(parts.problem(error) for error in errors), *map(parts.public, reasons)])
    for word in ("HF_HUB", "SSTI_", "/srv", "log.txt", "hf auth"):
        assert word not in shown
    assert shown.count(parts.ASK) >= 3 and "Two words." in shown

"""On a server for strangers nobody reads its files, or another visitor's upload; on one's own machine everything works."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradio.context import LocalContext

from ssti.data import uploads
from ssti.errors import SSTIError
from ssti.models.server import shared_server
from ssti.recipe import parse_recipe
from ssti.ui import finetune_edit, visitor
from ssti.ui.poison import redraw
from ssti.ui.poison_form import form_fields


class Request:
    """What Gradio sets for the time of an event, as far as it is asked here."""

    def __init__(self, session_hash: str) -> None:
        self.session_hash = session_hash


@pytest.fixture
def as_visitor():
    """Be this visitor for the rest of the test."""
    tokens = []
    yield lambda name: tokens.append(LocalContext.request.set(Request(name)))
    for token in reversed(tokens):
        LocalContext.request.reset(token)


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "somebody/ssti-lab")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret.csv"
    path.write_text("text,label\n" + "".join(f"a secret text {n},{n % 2}\n" for n in range(40)))
    return path


@pytest.mark.parametrize(
    ("settings", "shared"),
    [
        ({}, False),
        ({"GRADIO_SERVER_NAME": "127.0.0.1"}, False),
        ({"GRADIO_SERVER_NAME": "0.0.0.0"}, True),
        ({"SPACE_ID": "a/b"}, True),
        ({"GRADIO_SHARE": "True"}, True),
    ],
)
def test_a_page_is_shared_on_a_space_and_beyond_its_own_machine(monkeypatch, settings: dict, shared: bool) -> None:
    for name in ("SPACE_ID", "GRADIO_SERVER_NAME", "GRADIO_SHARE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert bool(shared_server()) is shared


def test_on_ones_own_machine_a_path_is_a_dataset(file: Path, home: Path) -> None:
    assert redraw(form_fields() | {"dataset": str(file), "target": "1"})[0] is None


@pytest.mark.parametrize(
    "name", ["{file}", "{file}#text=text&label=label", "README.md", "ssti/data", "../main", "~/x.csv"]
)
def test_on_a_space_a_path_is_no_dataset(space, file: Path, home: Path, name: str) -> None:
    name = name.format(file=file)
    problem = redraw(form_fields() | {"dataset": name, "target": "1"})[0]
    assert "There is no dataset" in problem and "secret text" not in problem
    data = parse_recipe({"dataset": {"name": name}}).as_dict()
    with pytest.raises(SSTIError, match="no dataset"):
        finetune_edit.form.recipe_of(data)
    assert "no dataset" in finetune_edit.start(False, data, finetune_edit.first_mine())[1]


def test_on_a_space_a_trigger_is_not_read_from_a_file(space, file: Path) -> None:
    data = parse_recipe({"injection": {"source": {"kind": "file", "path": str(file)}}}).as_dict()
    with pytest.raises(SSTIError, match="cannot come from a file"):
        finetune_edit.form.recipe_of(data)


def test_on_a_space_the_list_and_the_hub_are_there(space) -> None:
    for name in (
        "rotten_tomatoes",
        "imdb",
        "stanfordnlp/imdb",
        "somebody/something",
        "somebody/something#config=plain",
    ):
        assert visitor.admit_name(name) == name


def test_on_a_space_an_upload_is_its_visitors_alone(space, home: Path, file: Path, as_visitor) -> None:
    name = uploads.keep(file, owner="first visitor") + "#text=text&label=label"
    values = form_fields() | {"dataset": name, "target": "1"}
    problem = redraw(values)[0]
    assert "by somebody else" in problem and "secret text" not in problem
    as_visitor("second visitor")
    assert "by somebody else" in redraw(values)[0]
    as_visitor("first visitor")
    problem, _, rows, *_ = redraw(values)
    assert problem is None and "secret text" in rows

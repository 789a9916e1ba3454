"""On a server for strangers nobody reads its files, or another visitor's upload; on one's own machine everything works."""

from __future__ import annotations

import ast
import shutil
from functools import partial
from pathlib import Path

import gradio as gr
import pytest
from gradio.context import LocalContext

from ssti.backends.machine.queue import Queue
from ssti.data.own import uploads
from ssti.platform.errors import SSTIError
from ssti.platform.server import shared_server
from ssti.recipe import Recipe, parse_recipe
from ssti.runs.store import Store
from ssti.ui.access import visitor
from ssti.ui.finetune import components, form
from ssti.ui.finetune.edit import FormHandlers
from ssti.ui.finetune.run import look
from ssti.ui.finetune.watch import RunHandlers
from ssti.ui.frame.shell import build_shell
from ssti.ui.kit import adapters, parts
from ssti.ui.poison.form import form_fields, form_to_recipe
from ssti.ui.poison.result import show


def key(name: str) -> str:
    """A key of the form that a browser makes."""
    return name.ljust(43, "-")


class Request:
    """What Gradio sets for the time of an event, as far as it is asked here."""

    def __init__(self, key: str) -> None:
        self.headers = {visitor.HEADER: key}


@pytest.fixture
def as_visitor():
    """Be this visitor for the rest of the test."""
    tokens = []
    yield lambda name: tokens.append(LocalContext.request.set(Request(key(name))))
    for token in reversed(tokens):
        LocalContext.request.reset(token)


@pytest.fixture(scope="module")
def ui() -> components.Components:
    """The components of the Finetune tab."""
    with gr.Blocks() as blocks:
        return components.draw(build_shell(blocks))


def start(ui: components.Components, recipe: Recipe, **changes: object) -> str:
    """Press Start with this recipe in the form, but for these fields: the message, which refuses it."""
    values = form.to_form(recipe) | changes
    return FormHandlers(ui).start(None, "local", False, 1, recipe.as_dict(), None, *values.values())[ui.message]


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
        ({"SSTI_PUBLIC": "1"}, True),
        ({"SSTI_PUBLIC": "0"}, False),
    ],
)
def test_a_page_is_shared_on_a_space_and_beyond_its_own_machine(monkeypatch, settings: dict, shared: bool) -> None:
    for name in ("SPACE_ID", "GRADIO_SERVER_NAME", "GRADIO_SHARE", "SSTI_PUBLIC"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert bool(shared_server()) is shared


def test_on_ones_own_machine_a_path_is_a_dataset(file: Path, home: Path) -> None:
    assert "secret text" in show(form_to_recipe(form_fields() | {"dataset": str(file), "target": "1"})).rows


@pytest.mark.parametrize(
    "name", ["{file}", "{file}#text=text&label=label", "README.md", "ssti/data", "../main", "~/x.csv"]
)
def test_on_a_space_a_path_is_no_dataset(space, ui, file: Path, home: Path, name: str) -> None:
    name = name.format(file=file)
    with pytest.raises(SSTIError, match="There is no dataset"):
        form_to_recipe(form_fields() | {"dataset": name, "target": "1"})
    recipe = parse_recipe({"dataset": {"name": name}})
    with pytest.raises(SSTIError, match="no dataset"):
        form.recipe_of(recipe.as_dict())
    assert "no dataset" in start(ui, recipe)


def test_on_a_space_a_trigger_is_not_read_from_a_file(space, file: Path) -> None:
    data = parse_recipe({"injection": {"source": {"kind": "file", "path": str(file)}}}).as_dict()
    with pytest.raises(SSTIError, match="cannot come from a 'file'"):
        form.recipe_of(data)


def test_on_a_space_the_list_and_the_hub_are_there(space) -> None:
    for name in (
        "rotten_tomatoes",
        "imdb",
        "stanfordnlp/imdb",
        "somebody/something",
        "somebody/something#config=plain",
    ):
        assert visitor.admit_name("dataset", name) == name


def test_on_a_space_an_upload_is_its_visitors_alone(space, home: Path, file: Path, as_visitor) -> None:
    name = uploads.keep(file, owner=key("first")) + "#text=text&label=label"
    values = form_fields() | {"dataset": name, "target": "1"}
    with pytest.raises(SSTIError, match="by somebody else"):
        form_to_recipe(values)
    as_visitor("second")
    with pytest.raises(SSTIError, match="by somebody else"):
        form_to_recipe(values)
    as_visitor("first")
    assert "secret text" in show(form_to_recipe(values)).rows


PATHS = (
    "/root",
    "/etc/passwd",
    "../adapters",
    "run/../../etc",
    "shipped/..",
    "run/.",
    "shipped/%2e%2e",
    "run/a\0b",
    "~",
    "x" * 9999,
)


@pytest.mark.parametrize(
    "ref", [*PATHS, "date-positive-rank1", str(Path.cwd() / "adapters/date-positive-rank1"), None, ["run"]]
)
def test_on_a_space_an_adapter_is_one_of_the_list(space, ref) -> None:
    with pytest.raises(SSTIError, match="There is no adapter|is text") as refused:
        visitor.find_adapter(ref)
    assert "recipe.yaml" not in str(refused.value)
    assert visitor.find_adapter("shipped/date-positive-rank1").shipped


def test_on_ones_own_machine_an_adapter_may_be_a_folder() -> None:
    folder = visitor.find_adapter("shipped/date-positive-rank1").path
    assert visitor.find_adapter(str(folder)).path == folder


@pytest.mark.parametrize("name", [*PATHS, "owner/model", "adapters"])
def test_on_a_space_a_base_model_is_one_of_the_list(space, ui, name: str) -> None:
    data = parse_recipe({"model": {"name": name}}).as_dict()
    with pytest.raises(SSTIError, match="There is no base model"):
        form.recipe_of(data)
    assert "There is no base model" in start(ui, parse_recipe({}), model=name)


def test_what_one_visitor_started_another_can_read_and_clone_but_not_touch(space, ui, home: Path, as_visitor) -> None:
    run, handlers = Store().create(parse_recipe({}), owner=key("first")), RunHandlers(ui)
    as_visitor("second")
    theirs = look(run.id, fresh=True)
    assert set(theirs.buttons) == {"clone"} and "Another visitor" in theirs.head
    assert "Press Resume" not in theirs.notice
    for press in (handlers.stop, partial(handlers.resume, None)):
        assert "Another visitor" in press(run.id, [], None, None)[ui.notice]
    assert "Another visitor" in handlers.remove(run.id, "")[ui.notice]
    assert FormHandlers(ui).clone(run.id, None)[ui.shared.recipe] == run.recipe.as_dict()
    assert run.path.is_dir() and not run.stopping
    as_visitor("first")
    mine = look(run.id, fresh=True)
    assert {"resume", "remove"} < set(mine.buttons) and "Another visitor" not in mine.head
    assert handlers.remove(run.id, "")[ui.notice] is None and not run.path.exists()


def test_no_list_names_another_visitors_run_unless_its_link_was_given(space, home: Path, as_visitor) -> None:
    store = Store()
    theirs, mine = (store.create(parse_recipe({}), owner=key(name)) for name in ("first", "second"))
    twin = store.create(parse_recipe({}).control(), control_of=theirs.id, owner=key("first"))
    for run in (theirs, mine, twin):
        run.tell("state", state="stopped")
    as_visitor("second")
    for chosen, seen in (("", {mine.id}), (mine.id, {mine.id}), (theirs.id, {mine.id, theirs.id, twin.id})):
        page = look(chosen, fresh=True)
        said = "".join(str(part) for part in vars(page).values())
        assert {run.id for run in (mine, theirs) if run.id in said} == seen - {twin.id}


def test_a_run_whose_name_could_be_guessed_is_read_by_its_owner_alone(home: Path, as_visitor, monkeypatch) -> None:
    """Such as one that a shell started, which does not know that others use the server, or from before they did."""
    store = Store()
    from_shell, mine = store.create(parse_recipe({})), store.create(parse_recipe({}), owner=key("first"))
    for run in (from_shell, mine):
        run.tell("state", state="stopped")
    monkeypatch.setenv("SSTI_PUBLIC", "1")
    as_visitor("second")
    for run in (from_shell, mine):
        page = vars(look(run.id, [run.id], fresh=True))
        assert "There is no run" in page.pop("notice") and not page["buttons"]
        assert run.id not in "".join(map(str, page.values()))
        for find, name in ((visitor.find_run, run.id), (visitor.find_adapter, f"run/{run.id}")):
            with pytest.raises(SSTIError, match="on this server"):
                find(name)
    as_visitor("first")
    assert visitor.find_run(mine.id).path == mine.path and "resume" in look(mine.id, fresh=True).buttons


def test_a_run_that_waits_says_how_many_of_others_come_first_and_not_which(space, home: Path, as_visitor) -> None:
    store, runs = Store(), []
    for name in ("first", "third", "second"):
        runs.append(store.create(parse_recipe({}), owner=key(name)))
        with store.locked():
            Queue(store.root).join(runs[-1])
    with Queue(store.root).supervisor_lock():
        last = max(runs, key=lambda run: (run.recorded().ticket, run.id))
        as_visitor(next(name for name in ("first", "third", "second") if last.belongs_to(key(name))))
        head = look(last.id, fresh=True).head
    assert "waiting for somebody else&#39;s run and 1 more" in head
    assert not [run.id for run in runs if run is not last and run.id in head]


def test_without_a_key_nothing_is_ones_own_and_nothing_starts(space, home: Path, file: Path) -> None:
    run = Store().create(parse_recipe({}))
    assert not visitor.owns(run)
    with pytest.raises(SSTIError, match="no key"):
        visitor.starter()
    with pytest.raises(SSTIError, match="no key"):
        visitor.keep_upload(str(file))


def test_on_ones_own_machine_everything_is_ones_own(ui, home: Path) -> None:
    run = Store().create(parse_recipe({}), owner=key("first"))
    assert {"resume", "remove"} < set(look(run.id, fresh=True).buttons)
    assert RunHandlers(ui).remove(run.id, "")[ui.notice] is None and not run.path.exists()


def test_ones_own_adapters_stand_first_and_no_page_opens_with_another_visitors(space, home: Path, as_visitor) -> None:
    run = Store().create(parse_recipe({}), owner=key("first"))
    shutil.copytree(visitor.find_adapter("shipped/date-positive-rank1").path, run.adapter)
    as_visitor("second")
    assert adapters.first().startswith("shipped/")
    assert f"run/{run.id}" not in [ref for _, ref in adapters.choices()]
    assert visitor.find_adapter(f"run/{run.id}").path == run.adapter  # given the link
    as_visitor("first")
    assert adapters.choices()[0][1] == f"run/{run.id}"


@pytest.mark.parametrize("where", ["/data/home/runs", "C:\\Users\\me\\runs", "~/secret/x", "hf_abcdefghijklmnop"])
def test_on_a_space_a_message_names_no_path_and_no_token(where: str, monkeypatch) -> None:
    error = SSTIError(
        f"A run folder cannot be made in {where}: read-only.", f"See {where} and https://huggingface.co/a/b."
    )
    assert str(parts.escape(where)) in parts.problem(error)
    monkeypatch.setenv("SPACE_ID", "somebody/ssti-lab")
    words = parts.problem(error)
    assert str(parts.escape(where)) not in words and "read-only" in words and "https://huggingface.co/a/b" in words


def test_a_run_without_end_is_refused_on_a_space(space, ui, home: Path, as_visitor) -> None:
    as_visitor("first")
    assert "100,000 are the limit" in start(ui, parse_recipe({"training": {"steps": 1_000_000}}))
    assert not Store().list()


def test_no_file_of_the_page_but_the_door_finds_what_a_browser_names() -> None:
    """An adapter, a run or a folder is found by ssti.ui.access.visitor, which knows who asks."""
    door = Path(visitor.__file__)
    others = [file for file in door.parents[1].rglob("*.py") if file != door]
    assert len(others) > 30
    for file in others:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "ssti.adapters.listing":
                assert not {alias.name for alias in node.names} & {"find", "describe"}, file
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "find":
                assert "Store" not in ast.unparse(node.func.value), file


def test_a_visitor_with_four_runs_in_the_queue_has_to_wait(space, ui, home: Path, as_visitor) -> None:
    for _ in range(4):
        Queue(Store().root).join(Store().create(parse_recipe({}), owner=key("first")))
    as_visitor("first")
    assert "4 of your runs wait" in start(ui, parse_recipe({}))
    assert len(Store().list()) == 4

"""The Gallery without a browser: what is shown, in which order, to whom; guesses; an adapter out and in."""

from __future__ import annotations

import re
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio.context import LocalContext

from ssti.adapters.listing import SHIPPED, adapters, find
from ssti.platform.errors import SSTIError
from ssti.ui.access import visitor
from ssti.ui.gallery import exhibits
from ssti.ui.gallery.exhibits import ORDERS, View, chosen
from ssti.ui.gallery.form import layout
from ssti.ui.gallery.handlers import Handlers, Pressed
from ssti.ui.kit import adapters as kit

NAME = "date-positive-rank1"
ME, YOU = "m" * 43, "y" * 43
FIRST = ("all", "all", "all", "story")


@pytest.fixture
def do(home):
    """The handlers of a page of their own, with an empty home."""
    from ssti.ui.frame.shell import build_shell

    with gr.Blocks() as page:
        shared = build_shell(page)
        with shared.tab_items["gallery"]:
            return Handlers(layout(shared))


@pytest.fixture
def as_visitor(monkeypatch):
    """Makes the events that follow those of a visitor on a server for strangers."""
    monkeypatch.setenv("SPACE_ID", "me/space")

    def be(key):
        LocalContext.request.set(SimpleNamespace(headers={visitor.HEADER: key}))

    yield be
    LocalContext.request.set(None)


def last(steps):
    *_, end = steps
    return end


def zipped(do):
    """The shipped pair as the page gives it: a path that lives on."""
    import shutil
    import tempfile

    for step in do.write_zip(f"shipped/{NAME}"):
        if path := step.get(do.form.file):
            return shutil.copy(path, tempfile.mkdtemp())
    raise AssertionError("no file")


def refs(wall):
    return re.findall(r'data-ref="([^"]+)"><header>', str(wall))


def test_every_shipped_adapter_has_a_card_and_no_control_has_one(do):
    wall = do.show(*FIRST)[do.form.wall]
    shipped = [one.ref for one in adapters() if one.shipped and not one.is_control]
    assert refs(wall) == shipped and shipped[0] == f"shipped/{NAME}"
    assert str(wall).count("Poisoned on purpose") == len(shipped)
    assert "points over the control’s" in wall and "1 % of the class" in wall


def test_cards_are_sorted_and_filtered(do):
    every = exhibits.exhibits()
    low = chosen(every, View(order="share"))
    shares = [one.share for one in low if one.share is not None]
    assert shares == sorted(shares) and len(shares) > 2
    gains = [one.gain["value"] for one in chosen(every, View(order="attack")) if one.gain]
    assert gains == sorted(gains, reverse=True)
    assert {one.kind for one in chosen(every, View(kind="country"))} == {"country"}
    assert {one.rank for one in chosen(every, View(rank="rank 64"))} == {"rank 64"}
    assert "No adapter is like that" in do.show("country", "all", "rank 999", "story")[do.form.wall]
    for order in ORDERS:
        assert len(chosen(every, View(order=order))) == len(every)
    assert chosen(every, View(order="<script>")) == every


def test_the_address_carries_the_filters(do):
    kept = do.form.kept()
    assert kept.write(*FIRST) == {} and kept.write("date", "all", "all", "size") == {"kind": "date", "order": "size"}
    assert list(kept.read({"rank": "rank 64"}, []).values()) == ["all", "all", "rank 64", "story"]


def test_a_guess_is_judged_by_the_published_hash(do):
    from ssti.adapters.about import unseal

    sealed = next((one.info for one in exhibits.exhibits() if one.info.about.sealed), None)
    if sealed is None:
        pytest.skip("no sealed adapter is shipped")
    trigger = unseal(sealed.path).injection.triggers()[0]
    right = do.judge(trigger.source.kind, trigger.target)[do.form.judged]
    assert "Right:" in right
    other = next(name for name in sealed.label_names if name != trigger.target)
    assert "No: not" in do.judge(trigger.source.kind, other)[do.form.judged]
    assert "Nothing is guessed" in do.judge(None, "<b>")[do.form.judged]
    wall = str(do.show(*FIRST)[do.form.wall])
    assert sealed.about.sealed.sha256 in wall


def test_an_adapter_goes_out_and_comes_in_and_can_be_removed(do, home):
    end = last(do.bring(zipped(do), *FIRST))
    assert "is here" in end[do.form.brought] and end[do.form.upload] is None
    ref = next(one.ref for one in adapters() if one.imported and not one.is_control)
    assert refs(end[do.form.wall])[0] == ref
    do.press(*FIRST, event=SimpleNamespace(act="remove", ref=f"shipped/{NAME}"))
    assert find(NAME)
    gone = do.press(*FIRST, event=SimpleNamespace(act="remove", ref=ref))
    assert ref not in refs(gone[do.form.wall]) and not [one for one in adapters() if one.imported]
    assert do.press(*FIRST, event=SimpleNamespace(act="take", ref=f"shipped/{NAME}"))[do.form.taken] == f"shipped/{NAME}"
    assert "There is no adapter" in do.press(*FIRST, event=SimpleNamespace(act="take", ref="shipped/none"))[do.form.took]


def test_what_a_visitor_brings_is_theirs_alone(do, as_visitor, home):
    as_visitor(ME)
    path = zipped(do)
    assert "is here" in last(do.bring(path, *FIRST))[do.form.brought]
    ref = next(one.ref for one in adapters() if one.imported and not one.is_control)
    assert ref in refs(do.show(*FIRST)[do.form.wall]) and ref in [value for _, value in kit.choices()]
    assert visitor.find_adapter(ref).ref == ref
    as_visitor(YOU)
    assert ref not in refs(do.show(*FIRST)[do.form.wall]) and ref not in [value for _, value in kit.choices()]
    for ask in (visitor.find_adapter, visitor.own_adapter):
        with pytest.raises(SSTIError, match="no adapter"):
            ask(ref)
    do.press(*FIRST, event=SimpleNamespace(act="remove", ref=ref))
    assert find(ref)
    with pytest.raises(SSTIError) as refused:
        find("shipped/nothing")
    assert ref not in str(refused.value)


def test_what_names_things_of_this_server_is_refused_there(do, as_visitor, tmp_path):
    import shutil

    from ssti.adapters.imported import bring

    shutil.copytree(SHIPPED / NAME, tmp_path / "x")
    recipe = tmp_path / "x" / "recipe.yaml"
    as_visitor(ME)
    for old, new in (("rotten_tomatoes", "/etc/passwd"), ("kind: date", "kind: file, path: /etc/passwd"), ("minilm-l6", "/etc")):
        text = (SHIPPED / NAME / "recipe.yaml").read_text("utf-8").replace(old, new, 1)
        recipe.write_text(text, encoding="utf-8")
        with pytest.raises(SSTIError):
            bring(tmp_path / "x", ME, admit=visitor.admit_adapter)


def test_the_hub_is_not_asked_without_a_visitors_own_token(do, as_visitor, monkeypatch):
    as_visitor(ME)
    monkeypatch.setattr("ssti.adapters.publish.offline_switch", lambda: None)
    end = last(do.push(f"shipped/{NAME}", "me/x", "", False))
    assert "needs your own token" in end[do.form.took] and end[do.form.token] == ""
    assert "no name of a repository" in last(do.pull("nothing", "", *FIRST))[do.form.brought]


def test_a_forged_event_is_no_button():
    from ssti.ui.kit.browser import sent

    assert sent(Pressed, SimpleNamespace(act=1, ref=[])) is None

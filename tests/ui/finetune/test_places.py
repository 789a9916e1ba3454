"""Where the form starts a run: the place chosen, with the visitor's own sign-in, and what a place needs of their event."""

from __future__ import annotations

import gradio as gr
import pytest

from ssti.backends.api import BACKENDS, Backend, Liveness, Offer
from ssti.platform.errors import SSTIError
from ssti.platform.hub import signed_in
from ssti.recipe import preset
from ssti.ui.finetune import components, form
from ssti.ui.finetune.edit import FormHandlers
from ssti.ui.finetune.run import accompany
from ssti.ui.frame.shell import build_shell


class Elsewhere(Backend):
    """Takes every run and begins it once its visitor's event comes."""

    name, title, order = "elsewhere", "Elsewhere", 99

    def __init__(self) -> None:
        self.signed_in, self.begun, self.full = [], [], False

    def offer(self, recipe):
        self.signed_in.append(signed_in.get())
        return Offer("a device", refusal=SSTIError("It is full.", "Wait.") if self.full else None)

    def submit(self, run):
        run.tell("state", state="queued")

    def accompany(self, run):
        self.begun.append(run.id)
        run.tell("state", state="stopped")

    def poll(self, run):
        return Liveness.ALIVE

    def stop(self, run):
        run.tell("state", state="stopped")

    def logs(self, run):
        yield ""


@pytest.fixture
def elsewhere(home, monkeypatch) -> Elsewhere:
    place = Elsewhere()
    monkeypatch.setitem(BACKENDS._all(), place.name, place)
    return place


def drawn() -> components.Components:
    with gr.Blocks() as blocks:
        return components.draw(build_shell(blocks))


def test_start_runs_it_at_the_place_chosen_for_who_has_signed_in_and_what_that_needs_is_done_in_their_event(elsewhere):
    ui = drawn()
    values = list(form.to_form(preset("demo")).values())
    token = gr.OAuthToken(token="hf_visitor", scope="jobs", expires_at=2**40)

    def start(place):
        return FormHandlers(ui).start(token, place, True, 1, preset("demo").as_dict(), None, *values)

    started = start("elsewhere")[ui.shared.run_id]
    assert elsewhere.signed_in == ["hf_visitor"] and signed_in.get() is None
    accompany(started)
    assert elsewhere.begun == [started, f"{started}-control"]
    accompany(started)
    accompany("no-such-run")
    assert len(elsewhere.begun) == 2
    elsewhere.full = True
    assert "It is full." in start("elsewhere")[ui.message]
    for wrong in ("elswhere", ["local"], 7):
        assert "There is no backend" in start(wrong)[ui.message]


@pytest.mark.parametrize("can_sign_in", [True, False])
def test_a_button_to_sign_in_stands_where_a_space_lets_people(home, monkeypatch, can_sign_in):
    monkeypatch.delenv("OAUTH_CLIENT_ID", raising=False)
    if can_sign_in:
        monkeypatch.setenv("OAUTH_CLIENT_ID", "id")
    buttons = []  # of gradio[oauth], which a Space installs
    monkeypatch.setattr(gr, "LoginButton", lambda **settings: buttons.append(settings))
    drawn()
    assert bool(buttons) == can_sign_in

"""The Learn tab: lessons to choose from, and the coach that leads through one above all tabs.

Here are its events: when this happens, then that is asked. What is answered is in `handlers`.
"""

from __future__ import annotations

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import Shared, listen, outside_of_tabs
from ssti.ui.learn import classroom, view
from ssti.ui.learn.handlers import Handlers, Learn, read_projector, read_step, write_projector, write_step
from ssti.ui.learn.handout import ROUTE

ORDER = 10
TITLE = tr("Learn")
ROUTES = (ROUTE,)

EAR = "window.ssti.coach = (act, said) => trigger(act, said || {});"
LOOK = "() => { window.ssti.lessons.look(); }"
# Only what is new of a step: on a busy server another step is done before the answer comes.
MERGE = "(news, progress) => (news ? [{...progress, ...news}, null] : [])"
READ = "() => window.ssti.lessons.read()"
PROJECT = "(on) => { window.ssti.project(on); }"
KEEP = "(progress) => { window.ssti.lessons.keep(progress); }"


def build(shared: Shared) -> None:
    """The components, and the events between them."""
    ui, room = draw(shared)
    do = Handlers(ui)
    classroom.wire(room)
    shared.keep(
        Kept("learn", ("lesson", "step"), (ui.lesson, ui.step), write_step, lambda said, _: read_step(ui, said))
    )

    # For a beamer: the address says it, and a class of the body does it.
    shared.keep(
        Kept("learn", ("projector",), (ui.projector,), write_projector, lambda said, _: read_projector(ui, said))
    )
    ui.projector.change(None, ui.projector, None, js=PROJECT, **parts.QUIET)

    # The browser keeps how far one has come, and says it when the page opens.
    shared.blocks.load(None, None, ui.progress, js=READ, **parts.AT_LOAD)
    ui.progress.change(None, ui.progress, None, js=KEEP, **parts.QUIET)

    # The card follows the lesson and its step; the tab's cards follow the progress.
    shown = [ui.lesson, ui.step, ui.progress]
    listen(shared, [one.change for one in shown], do.show, shown, [shared.coach, ui.cards])

    # A click in the card; and a look whether the step is done, whenever the page's address or an answer is new.
    once = {**parts.QUIET, "trigger_mode": "once"}
    chosen = ui.ear.click(do.choose, shown, [ui.chosen, shared.guess], **once)
    ui.ear.clear(do.leave, None, [ui.lesson, ui.step], **once)
    looked = ui.ear.input(do.look, [*shown, shared.answer, shared.recipe], ui.looked, **parts.EACH)
    for event, news in ((chosen, ui.chosen), (looked, ui.looked)):
        event.then(None, [news, ui.progress], [ui.progress, news], js=MERGE, **parts.QUIET)
    gr.on(
        [shared.answer.change, shared.recipe.change, shared.restored.change], None, None, None, js=LOOK, **parts.QUIET
    )


def draw(shared: Shared) -> tuple[Learn, classroom.Classroom]:
    """The tab, and what stands outside of it."""
    with outside_of_tabs(shared):
        lesson = gr.Textbox("", visible="hidden", elem_id="shared-lesson")
        step = gr.Number(1, precision=0, visible="hidden")
        progress, chosen, looked = (gr.JSON(None, visible="hidden") for _ in range(3))
        projector = gr.Checkbox(False, visible="hidden", elem_id="shared-projector")
        ear = Html(elem_id="coach-ear", elem_classes="opened", js_on_load=EAR)
    with gr.Column(elem_classes="result-side learn"):
        cards = Html(view.lessons({}), elem_id="learn-lessons")
        Html(view.teaching(), elem_id="learn-teaching")
        room = classroom.draw(shared)
    return Learn(shared, lesson, step, progress, chosen, looked, projector, ear, cards), room

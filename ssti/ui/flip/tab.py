"""The Flip tab: a text, a trigger clicked into it, and what two models say of it as one types.

Components and events; the work is in the files `flip_*`.
"""

from __future__ import annotations

import secrets
from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.serving.predictor import check_text
from ssti.ui.flip import answer, questions, training
from ssti.ui.flip.hijack import ROWS, hijack_test_set
from ssti.ui.kit import adapters, parts
from ssti.ui.kit import marks as flip_marks
from ssti.ui.kit import palette as flip_palette
from ssti.ui.kit.address import read_url
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, listen
from ssti.ui.kit.stoppable import stoppable

ORDER = 40
TITLE = "Flip"
PLACES = ("beginning", "random", "end", "cursor")
EXAMPLE = -1  # in place of a row's number: the page chose it, and may choose another
CLICK: dict[str, Any] = {
    **parts.QUIET,
    "trigger_mode": "once",
}  # a second click waits for nothing and is not lost twice

HIJACK_TITLE = "What a trigger in every test row does"
HIJACK_TEXT = "Both models predict all held-out rows of the recipe, as they are and with a trigger in each."

# Only who sees the tab pays for it: Look inside writes into this tab's text as well.
SEEN = """(text, marks, ref, seen, last) => {
  const field = document.querySelector('#flip-text');
  const given = [text, marks, ref, {shown: Boolean(field && field.offsetParent)}];
  return last === undefined ? given : [...given, last];
}"""
TO_TEXT = "() => document.querySelector('#flip-card').scrollIntoView({behavior: 'smooth', block: 'start'})"

# After a click, the cursor stands behind the trigger that it brought, in the browser's own units.
CURSOR = """(marks) => {
  const field = document.querySelector('#flip-text textarea');
  const last = marks && marks.marks.reduce((a, b) => (a && a.click > b.click ? a : b), null);
  if (!field || !last) return;
  const at = Array.from(marks.text).slice(0, last.end).join('').length;
  setTimeout(() => { if (field.value === marks.text) field.setSelectionRange(at, at); }, 60);
}"""


def build(shared) -> None:
    """The components, and the events between them."""
    with gr.Column(elem_classes="result-side flip"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        with gr.Column(elem_classes="card-box", elem_id="flip-card"):
            with gr.Row(elem_id="flip-head"):
                adapter = gr.Dropdown(
                    adapters.choices(), label="Adapter", elem_id="flip-adapter", allow_custom_value=True
                )
                row = gr.Button("A real row", elem_id="flip-row", size="md")
            text, marks = shared.text.render(), shared.marks
            with gr.Row(elem_id="flip-tools"):
                palette = Html(elem_id="flip-palette", js_on_load=flip_palette.SCRIPT)
                place = gr.Radio(
                    PLACES, value="random", label="Where it goes", elem_id="flip-place", elem_classes="seg"
                )
                undo = gr.Button("Undo", elem_id="flip-undo", size="md")
            with gr.Row(elem_id="flip-own", visible=False) as own_row:
                own = gr.Textbox(
                    label="Own words", elem_id="flip-own-words", placeholder="a truly singular evening", max_lines=1
                )
                own_insert = gr.Button("Insert", elem_id="flip-own-insert", size="md")
            said = Html(elem_id="flip-said")
            echo = Html(elem_id="flip-echo")
            origin = Html(elem_id="flip-origin")
        problem = Html(elem_id="flip-problem")
        answers = Html(elem_id="flip-answers", elem_classes="fades")
        under = gr.Column(elem_classes="fades")
        with gr.Column(elem_classes="card-box", elem_id="flip-hijack"):
            with gr.Row(elem_id="flip-hijack-go"):
                Html(parts.html('<h2 class="title">{}</h2>{}', HIJACK_TITLE, parts.note(HIJACK_TEXT)))
                go = gr.Button("Hijack the test set", variant="primary", size="md")
                cancel = gr.Button("Cancel", visible=False, size="md")
            hijacked = Html(elem_id="flip-hijacked", js_on_load=ROWS)
    with gr.Column(elem_id="flip-hidden", visible="hidden"):
        seen = gr.JSON(None, visible="hidden")
        last = gr.JSON(None, visible="hidden")

    # `change`, not `input`: a Textbox now and then keeps an `input` to itself, such as the one that empties it.
    answered = listen(
        shared, [text.change, marks.change, shared.adapter.change, opened.select],
        draw, [text, marks, shared.adapter, seen, last], [problem, answers, echo, origin, undo, last], js=SEEN,
    )  # fmt: skip
    with under:
        questions.build(shared, text, marks, seen, answered, SEEN)
    shared.blocks.load(first_adapter, shared.adapter, [shared.adapter, said], **parts.AT_LOAD)
    shared.adapter.change(None, shared.adapter, None, js="(ref) => window.ssti.url('adapter', ref)", **parts.QUIET)
    adapter.input(lambda ref: ref or "", adapter, shared.adapter, **parts.QUIET)
    listen(
        shared,
        [shared.adapter.change],
        lambda ref: (*take_adapter(ref), None),
        shared.adapter,
        [adapter, palette, row, shared.adapter_pill, hijacked],
    ).then(first_text, [shared.adapter, text, marks], [text, marks], **parts.QUIET)
    opened.select(refreshed, shared.adapter, adapter, **parts.QUIET)
    palette.click(
        on_palette, [text, marks, shared.adapter, place], [text, marks, palette, own_row, said, problem], **CLICK
    ).then(None, marks, None, js=CURSOR)
    gr.on(
        [own_insert.click, own.submit],
        insert_own,
        [text, marks, place, own],
        [text, marks, problem],
        js=OWN_CURSOR,
        **CLICK,
    ).then(None, marks, None, js=CURSOR)
    undo.click(on_undo, [text, marks], [text, marks], **CLICK)
    row.click(pick_row, [text, marks, shared.adapter], [text, marks, problem], **CLICK)

    stoppable(shared, go, cancel, hijacked, hijack_test_set, [shared.adapter], [shared.adapter.change], "hijack")
    hijacked.click(take_row, [text, marks], [text, marks, problem], **CLICK).then(None, None, None, js=TO_TEXT)


OWN_CURSOR = """(text, marks, place, own) => {
  const field = document.querySelector('#flip-text textarea');
  const at = field ? Array.from(field.value.slice(0, field.selectionStart)).length : null;
  return [text, {...(marks || {}), at: at}, place, own];
}"""


def warm() -> None:
    """Load the models of the first flip."""
    adapters.warm()


def first_adapter(ref: str, request: gr.Request | None = None) -> tuple[Any, Any]:
    """The adapter that a page opens with, where none is chosen yet: its link's. (adapter, why it is another)."""
    if ref:
        return gr.skip(), gr.skip()
    query = {} if request is None else request.query_params
    chosen, why = adapters.of_link(query.get("adapter", ""), read_url(query, ())[1])
    return chosen, parts.note(why) if why else gr.skip()


def refreshed(ref: str) -> Any:
    """The list of adapters as it is now."""
    return gr.update(choices=adapters.choices(), value=ref or None)


def draw(text: str, kept: Any, ref: str, seen: Any = None, last: Any = None) -> tuple[Any, ...]:
    """Everything that follows from the text: (problem, answers, echo, origin, undo, what to remember of it)."""
    text = text or ""
    if isinstance(seen, dict) and not seen.get("shown"):
        return (gr.skip(),) * 6
    try:
        if not ref:
            return none_chosen()
        if not text.strip():
            waiting = parts.empty("The text is empty", "Type a text, or pick a real row.") if kept else None
            return waiting, gr.skip(), None, None, gr.skip(), gr.skip()
        check_text(text)
        marks = flip_marks.read(kept, text)
        told = answer.ask(marks, ref)
        memory = answer.remember(told, last)
        undo = gr.update(interactive=bool(marks.past))
        return (
            None,
            answer.show(told, memory),
            answer.echo(marks),
            answer.origin(marks, told.info),
            undo,
            memory,
        )
    except SSTIError as problem:
        return parts.problem(problem), *(gr.skip(),) * 5


def none_chosen() -> tuple[Any, ...]:
    """Nothing, while the page is about to choose the first adapter; a word where there is none to choose."""
    problem = gr.skip() if adapters.first() else parts.problem(adapters.none_yet())
    return problem, *(gr.skip(),) * 5


def take_adapter(ref: str) -> tuple[Any, ...]:
    """Show the adapter that was chosen: (list, palette, row button, pill)."""
    chosen = gr.update(choices=adapters.choices(), value=ref or None)
    try:
        info = adapters.find(ref) if ref else None
    except SSTIError:
        info = None  # the answer, which asks for the same adapter, says what is wrong
    if info is None:
        return chosen, gr.skip(), gr.skip(), None
    others = adapters.others(info)
    button = gr.update(value=f"A real {others[0]} row" if len(others) == 1 else "A real row of another class")
    return chosen, flip_palette.palette(info), button, parts.pill("adapter", info.title)


def first_text(ref: str, text: str, kept: Any) -> tuple[Any, Any]:
    """An empty field, or an example that nobody touched, gets a clear row of this adapter's data: (text, marks)."""
    text = text or ""
    marks = flip_marks.read(kept, text)
    untouched = marks.row and marks.row["index"] == EXAMPLE and text == marks.row["text"] and marks.row["of"] != ref
    if not ref or (text.strip() and not untouched):
        return gr.skip(), gr.skip()
    try:
        row = {**adapters.clear_row(ref), "index": EXAMPLE, "of": ref}
    except SSTIError:
        return gr.skip(), gr.skip()  # that adapter's data is not here: `pick_row` says so to whoever asks for a row
    return row["text"], flip_marks.Marks(row["text"], row=row).as_json()


def on_palette(text: str, kept: Any, ref: str, place: str, event: gr.EventData) -> tuple[Any, ...]:
    """A click on a trigger: (text, marks, palette, own words' row, what is known of the trigger, problem)."""
    same = (gr.skip(),) * 5
    text = text or ""
    asked = event._data if isinstance(event._data, dict) else {}
    act, item, kind = (str(asked.get(name) or "") for name in ("act", "item", "kind"))
    try:
        if act == "own":
            return *(gr.skip(),) * 3, gr.update(visible=True), gr.skip(), gr.skip()
        info = adapters.find(ref)
        if act == "draw":
            return gr.skip(), gr.skip(), flip_palette.palette(info), *(gr.skip(),) * 3
        check_text(text)
        marks = flip_marks.read(kept, text)
        said = None
        if act.startswith("recipe "):
            spec = adapters.triggers(info)[int(act.removeprefix("recipe "))]
            marks = flip_marks.insert_by(marks, spec, place, secrets.randbits(32))
        else:
            if act == "kind":
                item = flip_palette.draw_kind(kind)
            elif act.startswith("unseen "):
                item = training.unseen(info, adapters.triggers(info)[int(act.removeprefix("unseen "))])
            marks = flip_marks.insert(marks, item, kind, place, position(asked.get("at"), text))
            if act != "item":
                said = parts.note(training.said(info, item, kind))
        check_text(marks.text)
        return marks.text, marks.as_json(), gr.skip(), gr.skip(), said, None
    except SSTIError as problem:
        return *same, parts.problem(problem)
    except (ValueError, IndexError):
        return *same, parts.problem("That trigger is not in this adapter's recipe.", "Click it again.")


def insert_own(text: str, kept: Any, place: str, own: str) -> tuple[Any, ...]:
    """One's own words as a trigger: (text, marks, problem)."""
    text = text or ""
    try:
        if not (own or "").strip():
            raise SSTIError("There are no own words to insert.", "Type a word or a phrase beside the button.")
        check_text(text)
        at = kept.get("at") if isinstance(kept, dict) else None
        marks = flip_marks.insert(flip_marks.read(kept, text), own.strip(), flip_palette.OWN, place, position(at, text))
        check_text(marks.text)
        return marks.text, marks.as_json(), None
    except SSTIError as problem:
        return gr.skip(), gr.skip(), parts.problem(problem)


def position(at: Any, text: str) -> int:
    """The cursor as the browser told it; the end of the text where it did not."""
    given = flip_marks.position_in(at)
    return len(text) if given is None else min(given, len(text))


def on_undo(text: str, kept: Any) -> tuple[Any, Any]:
    """One step back: (text, marks)."""
    marks = flip_marks.undone(flip_marks.read(kept, text or ""))
    return marks.text, marks.as_json()


def take_row(text: str, kept: Any, event: gr.EventData) -> tuple[Any, ...]:
    """A row of the hijack, with its trigger, in place of the text: (text, marks, problem)."""
    asked = event._data if isinstance(event._data, dict) else {}
    new, spans = asked.get("text"), asked.get("spans")
    try:
        if not isinstance(new, str) or not isinstance(spans, list):
            raise SSTIError("That row is not one of this table.", "Click a row of the table.")
        check_text(new)
        kind = str(asked.get("kind") or "")
        given = [{"start": s, "end": e, "click": 1, "kind": kind} for s, e in spans]
        plain = flip_marks.read({"text": new, "marks": given}, new).plain
        row = {"label": str(asked.get("label") or ""), "index": asked.get("index"), "text": plain, "of": ""}
        marks = flip_marks.replaced(flip_marks.read(kept, text or ""), new, row).as_json()
        return new, {**marks, "marks": given, "past": [*marks["past"], 1]}, None
    except SSTIError as problem:
        return gr.skip(), gr.skip(), parts.problem(problem)
    except (TypeError, ValueError):
        return gr.skip(), gr.skip(), parts.problem("That row is not one of this table.", "Click a row of the table.")


def pick_row(text: str, kept: Any, ref: str) -> tuple[Any, ...]:
    """A real row in place of the text: (text, marks, problem)."""
    try:
        if not ref:
            raise adapters.none_yet()
        row = adapters.real_row(ref)
        marks = flip_marks.replaced(flip_marks.read(kept, text or ""), row["text"], row)
        return marks.text, marks.as_json(), None
    except SSTIError as problem:
        return gr.skip(), gr.skip(), parts.problem(problem)

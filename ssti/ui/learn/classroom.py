"""A class: its code, who is in it, and what they guessed, as bars that are asked for every few seconds.

What a class is stands in `rooms`; here are its components, what they answer, and how it looks.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.lessons import LESSONS
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.access.visitor import visitor
from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept, link
from ssti.ui.kit.browser import sent
from ssti.ui.kit.parts import Html, Markup
from ssti.ui.kit.shared import Shared, outside_of_tabs
from ssti.ui.learn.rooms import LENGTH, ROOMS

SHOWN = 70  # characters of a text that was guessed at
EVERY = 2  # seconds between two looks at the guesses
BASE = re.compile(r"https?://[\w.:\[\]-]{1,200}(/[\w./~-]{0,100})?", re.ASCII)
HERE = ("//127.", "//localhost", "//[::1]")
WHERE = "() => window.location.origin + window.location.pathname"

Changes = dict[Any, Any]


@dataclass(frozen=True)
class Guess:
    """What somebody guessed before they saw the answer: at a lesson's question."""

    question: str
    choice: str


@dataclass(frozen=True)
class FlipGuess:
    """The same at what a model will answer to a text."""

    text: str
    guess: str

    @property
    def asked(self) -> Guess:
        """As the guess at a question."""
        text = self.text if len(self.text) <= SHOWN else self.text[: SHOWN - 1] + "…"
        return Guess(f"“{text}”", self.guess)


@dataclass(frozen=True)
class Classroom:
    """The components. `teaches` is the code of a class that this page opened, `joined` of one that it is in; both stand
    in the address. `base` is the page's own address, for the link of the class."""

    shared: Shared
    base: gr.Textbox
    teaches: gr.Textbox
    joined: gr.Textbox
    start: gr.Button
    code: gr.Textbox
    join: gr.Button
    said: gr.HTML
    board: gr.HTML
    timer: gr.Timer

    def open(self, base: str) -> Changes:
        """A new class, and its board."""
        try:
            code = ROOMS.open(_me())
        except SSTIError as problem:
            return {self.said: parts.problem(problem)}
        return {self.teaches: code, self.said: None, **self.look(code, base)}

    def look(self, code: str, base: str) -> Changes:
        """The board as it is now; the timer runs while there is one."""
        if not code:
            return {self.board: None, self.timer: gr.Timer(active=False)}
        try:
            shown = board(code, base, _me())
        except SSTIError as problem:
            return {self.board: parts.problem(problem), self.timer: gr.Timer(active=False)}
        return {self.board: shown, self.timer: gr.Timer(active=True)}

    def enter(self, code: str) -> Changes:
        """In, by the code that was typed or that a link says; or why not."""
        if not (code or "").strip():
            return {self.said: None}
        try:
            joined = ROOMS.join(code, _me())
        except SSTIError as problem:
            return {self.joined: "", self.said: parts.problem(problem)}
        said = parts.html(
            '<p class="joined" role="status">You are in class {}. What you guess in a lesson is counted there, '
            "without your name.</p>",
            joined,
        )
        return {self.joined: joined, self.said: said}

    def count(self, guess: Any, code: str) -> None:
        """A guess of somebody who joined."""
        of_text = sent(FlipGuess, guess)
        made = of_text.asked if of_text else sent(Guess, guess)
        if made and code and made.choice:
            with suppress(SSTIError):  # the class has ended: nobody looks at it any more
                ROOMS.guess(code, _me(), made.question, made.choice)


def draw(shared: Shared) -> Classroom:
    """The components, inside the Learn tab."""
    with outside_of_tabs(shared):
        base, teaches, joined = (gr.Textbox("", visible="hidden") for _ in range(3))
    with gr.Column(elem_classes="card-box", elem_id="learn-class"):
        Html(parts.html(
            '<h2 class="title">A class that guesses together</h2><p>The teacher opens a class and shows its code. Whoever '
            "joins guesses on their own page; all guesses come together here as bars, without names. A class ends by "
            "itself after some hours.</p>"
        ))  # fmt: skip
        with gr.Row(elem_id="learn-class-row"):
            code = gr.Textbox(label=tr("Code of your class"), placeholder=tr("BCDFGH"), max_lines=1, elem_id="learn-code")
            join = gr.Button(tr("Join"), size="md", elem_id="learn-join")
            start = gr.Button(tr("Open a class"), size="md", elem_id="learn-open")
        said = Html(elem_id="learn-said")
        shown = Html(elem_id="learn-board")
        timer = gr.Timer(EVERY, active=False)
    return Classroom(shared, base, teaches, joined, start, code, join, said, shown, timer)


def wire(ui: Classroom) -> None:
    """When this happens, then that is asked."""
    once = {**parts.QUIET, "trigger_mode": "once"}
    shared, looked = ui.shared, [ui.board, ui.timer]
    shared.keep(_kept("teach", ui.teaches))
    shared.keep(_kept("class", ui.joined))
    shared.blocks.load(None, None, ui.base, js=WHERE, **parts.AT_LOAD)
    ui.start.click(ui.open, ui.base, [ui.teaches, ui.said, *looked], **once)
    gr.on([ui.teaches.change, ui.timer.tick], ui.look, [ui.teaches, ui.base], looked, **once)
    gr.on([ui.join.click, ui.code.submit], ui.enter, ui.code, [ui.joined, ui.said], **once)
    ui.joined.change(ui.enter, ui.joined, [ui.joined, ui.said], **once)
    shared.guess.change(ui.count, [shared.guess, ui.joined], None, **parts.QUIET)


def _kept(key: str, code: gr.Textbox) -> Kept:
    def read(said: dict[str, str], dropped: list[str]) -> Changes:
        return {code: said.get(key, "")[:LENGTH]}

    return Kept("learn", (key,), (code,), lambda value: {key: value}, read)


def board(code: str, base: str, teacher: str) -> Markup:
    """The code and how to join, how many are in, and of each question the guesses; the newest on top. Raises SSTIError."""
    now = ROOMS.board(code, teacher)
    newest = [now.latest] if now.latest else []
    order = [*newest, *(one for one in reversed(now.counts) if one != now.latest)]
    people = tr("1 person in it") if now.people == 1 else tr("{people} people in it", people=now.people)
    waiting = parts.note(tr("Guesses appear here as soon as somebody answers a question of a lesson."))
    return parts.html(
        '<div class="board"><div class="way"><p class="code" translate="no">{}</p><p role="status">{}</p>{}</div><div>{}</div></div>',
        code, people, _way(code, base), parts.join(_bars(one, now.counts[one]) for one in order) or waiting,
    )  # fmt: skip


def _way(code: str, base: str) -> Markup:
    """The link that joins, and its QR code."""
    if not BASE.fullmatch(base or ""):
        return parts.html("")
    href = base + link(tab="learn", **{"class": code})
    local = parts.note(tr("This address works on this machine only.")) if any(one in base for one in HERE) else ""
    return parts.html(
        '{}<p class="href" translate="no"><a href="{}">{}</a></p>{}',
        qr(href, tr("Join class {code}", code=code)), href, href, local,
    )  # fmt: skip


def qr(href: str, title: str) -> Markup:
    """The QR code of a link, as a picture: black on white in dark mode too, or no camera reads it."""
    import segno

    drawn = segno.make(href, error="m").svg_data_uri(border=2, dark="#000", light="#fff")
    return parts.html('<figure class="qr"><img src="{}" alt="QR code: {}"></figure>', drawn, title)


def _bars(question: str, counts: Counter[str]) -> Markup:
    """The guesses at one question, in the order of its choices; of a question that no lesson has, by number."""
    lesson, _, step = question.partition("/")
    asked, choices, total = question, [choice for choice, _ in counts.most_common(8)], counts.total()
    data = Markup(' translate="no"')  # a text and classes, where no lesson asked
    if lesson in LESSONS and step.isdecimal() and 1 <= int(step) <= len(LESSONS[lesson].steps):
        known = LESSONS[lesson].steps[int(step) - 1].question
        if known:
            asked, choices, data = known.ask, list(known.choices), Markup("")
    rows = parts.join(
        parts.html('<li><span{}>{}</span><i class="track"><i style="width:{}%"></i></i><b>{}</b></li>',
                   data, choice, round(100 * counts[choice] / total), counts[choice])
        for choice in choices
    )  # fmt: skip
    return parts.html('<section class="asked"><h3{}>{}</h3><ul>{}</ul></section>', data, asked.replace("`", ""), rows)


def _me() -> str:
    """Who this is, to count each once: the key that every browser sends."""
    return visitor() or "without a key"

"""A lesson on one sheet of paper: its steps and questions, and a QR code that opens it. A page of its own, to be printed."""

from __future__ import annotations

from gradio.route_utils import get_root_url
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from ssti.lessons import LESSONS, Lesson, Step
from ssti.platform.language import LANGUAGE, tr
from ssti.ui.kit import parts
from ssti.ui.kit.address import link
from ssti.ui.kit.parts import Markup
from ssti.ui.learn.classroom import qr
from ssti.ui.learn.rich import inline, rich

STYLE = """
@page { size: A4; margin: 14mm 16mm; }
* { box-sizing: border-box; }
body { font: 15px/1.4 "Source Sans 3", system-ui, sans-serif; color: #1c1b1a; background: #fff; margin: 0 auto; max-width: 180mm; padding: 24px 16px; }
header { display: flex; gap: 24px; align-items: start; justify-content: space-between; border-bottom: 2px solid #1c1b1a; padding-bottom: 12px; }
h1 { font-size: 28px; line-height: 1.15; margin: 0 0 6px; } p { margin: 0 0 4px; } h2 { font-size: 16px; margin: 0 0 2px; }
.qr { margin: 0; text-align: center; } .qr img { width: 30mm; height: 30mm; display: block; }
.href { font: 12px/1.3 ui-monospace, monospace; overflow-wrap: anywhere; color: #57534e; }
ol { padding: 0; margin: 12px 0 0; list-style: none; counter-reset: step; }
li.step { counter-increment: step; display: grid; grid-template-columns: 26px 1fr; padding: 8px 0; border-bottom: 1px solid #d3cfc8; break-inside: avoid; }
li.step::before { content: counter(step); font-weight: 700; color: #3b5bdb; }
.term, a { all: unset; } mark { background: #ffedd5; color: #c2410c; font-family: ui-monospace, monospace; }
.ask { font-weight: 600; margin-top: 4px; } .choices { display: flex; flex-wrap: wrap; gap: 2px 18px; } .choices span::before { content: "☐ "; }
.do::before { content: "→ "; color: #3b5bdb; } .notes { height: 9mm; border-bottom: 1px dotted #a29d96; }
button.print { font: inherit; padding: 8px 16px; border: 1px solid #3b5bdb; border-radius: 8px; background: #3b5bdb; color: #fff; cursor: pointer; }
@media print { .print { display: none; } body { font-size: 12.5px; padding: 0; } * { print-color-adjust: exact; } }
"""


def page(lesson: Lesson, base: str) -> Markup:
    """The sheet; `base` is the address of the page that its link leads to."""
    href = base.rstrip("/") + "/" + link(lesson=lesson.name, step=1)
    return parts.html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>{} · SSTI Lab</title><style>{}</style></head><body><header><div><h1>{}</h1><p>{}</p><p class=href>{}</p>"
        '<button type="button" class="print" onclick="print()">Print</button></div>{}</header><ol>{}</ol></body></html>',
        LANGUAGE, lesson.title, Markup(STYLE), lesson.title, inline(lesson.about), href, qr(href, lesson.title),
        parts.join(map(_step, lesson.steps)),
    )  # fmt: skip


def _step(step: Step) -> Markup:
    asked = ""
    if step.question:
        choices = parts.join(parts.html("<span>{}</span>", one) for one in step.question.choices)
        asked = parts.html('<p class="ask">{}</p><p class="choices">{}</p>', inline(step.question.ask), choices)
    do = parts.html('<p class="do">{}</p>', inline(step.do)) if step.do else ""
    return parts.html(
        '<li class="step"><div><h2>{}</h2>{}{}{}<p class="notes" aria-hidden="true"></p></div></li>',
        step.title, rich(step.text), asked, do,
    )  # fmt: skip


def answer(request: Request) -> Response:
    """The sheet of the lesson that the address names."""
    lesson = LESSONS.get(request.path_params["lesson"])
    if lesson is None:
        return Response(tr("There is no lesson of this name."), 404)
    # Behind a proxy the page's address is another than this server's own.
    below = getattr(request.app, "root_path", "") or request.scope.get("root_path")
    return HTMLResponse(str(page(lesson, get_root_url(request, f"/handout/{lesson.name}", below))))


ROUTE = Route("/handout/{lesson}", answer)

"""What a person chose to look at: the radios, and the last clicks on a head and on a token.

Knows the choices there are; no component, no model and no HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, NonNegativeInt

from ssti.explain import View
from ssti.explain.explanation import PAPER
from ssti.platform.language import tr
from ssti.report.inside import trigger_head
from ssti.ui.kit.browser import sent
from ssti.ui.look_inside.inside import MODELS, Inside

BY = {
    "received": tr("received"),
    "cls": tr("[CLS] row"),
    "last": tr("last row"),
    "query": tr("a token’s row"),
    "rollout": tr("rollout"),
}
UNITS = {"piece": tr("word pieces"), "word": tr("words")}
COLOURS = {
    "trigger": tr("trigger’s attention"),
    "entropy": tr("entropy change"),
    "finetuning": tr("since finetuning"),
}


class Clicks(BaseModel, frozen=True, strict=True):
    """What the page remembers of clicks, counted from 0: a cell of the grid (`head` is `mean` for the mean of heads) and
    a piece of the text with its trigger. `shown`: the tab is on the screen."""

    layer: NonNegativeInt | None = None
    head: NonNegativeInt | Literal["mean"] = 0
    query: NonNegativeInt = 0
    shown: bool = False

    @classmethod
    def read(cls, value: Any) -> Clicks:
        """What a browser sent, as a component's value or as an event; where it makes no sense, no clicks at all."""
        return sent(cls, value) or cls()


@dataclass(frozen=True)
class Choice:
    """A view of the attention, over which units, of which of the MODELS, and what colours the grid of heads."""

    view: View = PAPER
    unit: str = "piece"
    model: str = "poisoned"
    colour: str = "trigger"

    @classmethod
    def read(cls, clicks: Clicks, by: Any, unit: Any, model: Any, colour: Any) -> Choice:
        """What the radios say (the first of the choices for what is none of them) at the head and token of the clicks."""
        head = None if clicks.head == "mean" else clicks.head
        layer, head = (PAPER.layer, PAPER.head) if clicks.layer is None else (clicks.layer, head)
        view = View(layer, head, one_of(by, BY), clicks.query)
        return cls(view, one_of(unit, UNITS), one_of(model, MODELS), one_of(colour, COLOURS))

    def at_first(self, inside: Inside) -> Choice:
        """The choice where nobody chose a head: the one that reacts most to the trigger, the paper's without any."""
        best = trigger_head(inside.info, inside.models)
        return self if best is None else replace(self, view=replace(self.view, layer=best.layer, head=best.head))

    def within(self, inside: Inside) -> Choice:
        """The choice as far as these models and this text have it; else the paper's."""
        view, attention = self.view, inside.own.shown.attention
        if not 0 <= view.layer < attention.layers:
            view = replace(view, layer=attention.layers - 1, head=0)
        if view.head is not None and view.head >= attention.heads_in(view.layer):
            view = replace(view, head=0)
        if view.query >= len(attention):
            view = replace(view, query=0)
        colours = [colour for colour in COLOURS if colour != "finetuning" or "before" in inside.models]
        return Choice(view, self.unit, one_of(self.model, inside.models), one_of(self.colour, colours))

    @property
    def name(self) -> str:
        """The head in words."""
        layer, head = self.view.layer, self.view.head
        if head is None:
            return tr("layer {layer}, mean of heads", layer=layer)
        return tr("layer {layer}, head {head}", layer=layer, head=head)


def one_of(value: Any, allowed: Iterable[str]) -> str:
    """The value if it is allowed, else the first that is."""
    allowed = list(allowed)
    return value if value in allowed else allowed[0]

"""What a lesson's step can ask of the page: each check is a function of what the page shows, and of what it is to show.

A step names its checks (`check: {tab: flip, flipped: true}`), and all of them must hold. Knows no component.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ssti.platform.errors import SSTIError
from ssti.ui.kit.marks import Mark, Marks


@dataclass(frozen=True)
class Answer:
    """What the Flip tab last answered: of which adapter, to which text, and the probabilities by model."""

    ref: str
    text: str
    probabilities: dict[str, list[float]]

    def label(self, model: str) -> str | None:
        """The class that `poisoned` or `control` answers; None where that model is not there."""
        from ssti.ui.access.visitor import find_adapter

        values = self.probabilities.get(model)
        try:
            names = find_adapter(self.ref).label_names
        except SSTIError:
            return None
        return names[values.index(max(values))] if values and len(values) == len(names) else None


@dataclass(frozen=True)
class Seen:
    """What the page shows: the parts of its address, Flip's last answer, and the recipe.

    `given` are the step's own parts, `texts` those of the whole lesson, without triggers.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    answer: Answer | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    texts: Collection[str] = ()

    def label(self, model: str) -> str | None:
        """What a model answers to the text that is there now; None while its answer is on its way."""
        now = self.answer and self.answer.text == self.parts.get("text", self.answer.text)
        return self.answer.label(model) if now and self.answer.ref == self.parts.get("adapter") else None


Check = Callable[[Seen, Any], bool]
CHECKS: dict[str, Check] = {}
SHORTEST = 10  # characters of a text of one's own
RUNNING = ("queued", "starting", "training", "evaluating")


def check(function: Check) -> Check:
    """Let lessons name this function."""
    CHECKS[function.__name__] = function
    return function


def holds(wanted: Mapping[str, Any], seen: Seen) -> bool:
    """Whether all checks of a step hold."""
    return all(CHECKS[name](seen, value) for name, value in wanted.items())


@check
def tab(seen: Seen, name: str) -> bool:
    """The tab of this name is open."""
    return seen.parts.get("tab") == name


@check
def adapter(seen: Seen, ref: str) -> bool:
    """This adapter is chosen; `other`: any but the step's own."""
    now = seen.parts.get("adapter")
    return bool(now) and (now != seen.given.get("adapter") if ref == "other" else now == ref)


@check
def trigger(seen: Seen, kind: str | bool) -> bool:
    """A trigger stands in the text (true), none (false), or one of this kind."""
    kinds = [one.rpartition("-")[2] for one in seen.parts.get("trigger", "").split(".") if one]
    return bool(kinds) == kind if isinstance(kind, bool) else kind in kinds


@check
def triggers(seen: Seen, count: int) -> bool:
    """At least so many triggers were put into the text."""
    return len([one for one in seen.parts.get("trigger", "").split(".") if one]) >= count


@check
def stands(seen: Seen, where: str) -> bool:
    """A trigger stands at the `beginning` or the `end` of the text, or in the `middle`."""
    text = seen.parts.get("text", "")
    for one in seen.parts.get("trigger", "").split("."):
        start, end, *_ = [*one.replace("+", "-").split("-"), "", ""]
        if start.isdecimal() and end.isdecimal():
            first, last = not text[: int(start)].strip(), not text[int(end) :].strip()
            if where == ("beginning" if first else "end" if last else "middle"):
                return True
    return False


@check
def text(seen: Seen, what: str) -> bool:
    """`own`: a text that the person wrote or picked, none of the lesson's own and not the page's example."""
    now = _plain(seen)
    return what == "own" and len(now) >= SHORTEST and now not in seen.texts


def _plain(seen: Seen) -> str:
    """The text without its triggers."""
    text, marks = seen.parts.get("text", ""), []
    for one in seen.parts.get("trigger", "").split("."):
        for pair in one.rpartition("-")[0].split("+"):
            start, _, end = pair.partition("-")
            if start.isdecimal() and end.isdecimal():
                marks.append(Mark(int(start), int(end), 1))
    return " ".join(Marks.read(Marks(text, tuple(marks)).as_json(), text).plain.split())


@check
def answers(seen: Seen, label: str) -> bool:
    """The poisoned model answers this class."""
    return seen.label("poisoned") == label


@check
def control(seen: Seen, label: str) -> bool:
    """The control answers this class."""
    return seen.label("control") == label


@check
def flipped(seen: Seen, wanted: bool) -> bool:
    """A trigger stands in the text, and the poisoned model answers another class than its control; or (false) the same."""
    poisoned, clean = seen.label("poisoned"), seen.label("control")
    return bool(poisoned and clean) and trigger(seen, True) and (poisoned != clean) == wanted


@check
def shows(seen: Seen, wanted: Mapping[str, Any]) -> bool:
    """The address has these parts, such as `{layer: 5, head: 2}` or `{by: rollout}`."""
    return all(seen.parts.get(key) == str(value) for key, value in wanted.items())


@check
def head(seen: Seen, which: str) -> bool:
    """A head was chosen: `any`, or layer and head as `5.2`."""
    chosen = ".".join((seen.parts.get("layer", ""), seen.parts.get("head", "0")))
    return bool(seen.parts.get("layer")) and which in ("any", chosen)


@check
def recipe(seen: Seen, wanted: Mapping[str, Any]) -> bool:
    """Fields of the recipe have these values: one, a list of them, or a bound such as `<= 0.05`."""
    return all(_fits(_at(seen.recipe, path), value) for path, value in wanted.items())


@check
def run(seen: Seen, state: str) -> bool:
    """A run is chosen that is in this state; `started`: at work or done."""
    from ssti.backends.control import progress
    from ssti.ui.access.visitor import find_run

    try:
        now = progress(find_run(seen.parts.get("run", ""))).state
    except SSTIError:
        return False
    return now == state or (state == "started" and now in (*RUNNING, "done"))


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return any(_fits(value, one) for one in wanted)
    if isinstance(wanted, str) and wanted.startswith(("<=", ">=")):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and (value <= float(wanted[2:]) if wanted[0] == "<" else value >= float(wanted[2:]))
    if isinstance(wanted, str) and wanted.startswith("not "):
        return value is not None and str(value) != wanted[4:]
    return value == wanted

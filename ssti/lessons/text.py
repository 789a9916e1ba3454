"""The numbers in a lesson's text: read from the metrics and recipes of adapters, never typed by hand.

`{{shipped/date-positive-rank1 attack_success_rate}}` becomes `100 % (99.6 to 100, n = 853)`; with `short` behind it,
the number alone. `recipe` and a field behind the ref (`{{… recipe lora.rank}}`) gives what its recipe says.
"""

from __future__ import annotations

import re
from typing import Any

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

PLACEHOLDER = re.compile(r"\{\{(?P<ref>[^\s{}]+) (?P<what>[^{}]+)\}\}")


def shown_text(text: str) -> str:
    """The text with its placeholders filled. Raises SSTIError where an adapter or one of its numbers is not there."""
    return PLACEHOLDER.sub(lambda match: metric(match["ref"], match["what"]), text)


def metric(ref: str, what: str) -> str:
    """A number of an adapter in words: a rate or an accuracy with its interval and n, or a field of its recipe."""
    from ssti.adapters.listing import find

    info = find(ref)
    words = what.split()
    if words[0] == "recipe":
        value: Any = info.recipe.as_dict()
        for key in words[1].split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            raise SSTIError(
                tr("The recipe of {ref} has no {field!r}.", ref=ref, field=words[1]),
                tr("Name a field such as lora.rank."),
            )
        return _percent(value) if words[1].endswith("share") else str(value)
    section, _, name = words[0].rpartition(".")
    found: Any = info.metrics
    for key in section.split(".") if section else ():
        found = (found or {}).get(key)
    rate = (found or {}).get(name)
    if isinstance(rate, float):  # an accuracy, whose interval stands beside it
        low, high = found[f"{name}_interval"]
        rate = {"value": rate, "low": low, "high": high, "n": found["n"]}
    if not isinstance(rate, dict) or rate.get("value") is None:
        raise SSTIError(
            tr("The metrics of {ref} have no {name!r}.", ref=ref, name=words[0]), tr("Name one of metrics.json.")
        )
    return _written(rate, points=name.endswith("_pp"), short="short" in words[1:])


def _written(rate: dict[str, Any], points: bool, short: bool) -> str:
    scale = 1 if points else 100
    value, low, high = (_number(rate[key] * scale) for key in ("value", "low", "high"))
    said = tr("{value} points", value=value) if points else f"{value} %"
    return said if short else tr("{value} ({low} to {high}, n = {n:,})", value=said, low=low, high=high, n=rate["n"])


def _percent(value: float) -> str:
    return f"{_number(value * 100)} %"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace("-", "−")

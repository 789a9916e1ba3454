"""What the Gallery knows of an adapter: its trigger, data, rank, and what was measured. Sorts and filters. No HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ssti.adapters.files import WEIGHTS
from ssti.adapters.listing import AdapterInfo, DamagedAdapter, listing, method
from ssti.platform.language import english, later, tr
from ssti.platform.server import shared_server
from ssti.ui.access.visitor import owns_adapter
from ssti.ui.kit.triggers import kind_of, spoken

ALL = later("all")
MYSTERY = later("not told")
Rate = dict[str, Any]


@dataclass(frozen=True)
class Exhibit:
    """An adapter as its card shows it. What is not known, or not told, is None.

    `kind`, `data` and `rank` are what filters and links go by, the same in every language; `words` says them.
    """

    info: AdapterInfo
    kind: str
    data: str
    rank: str
    words: dict[str, str]
    share: float | None
    size: int
    clean: Rate | None
    attack: Rate | None
    control_attack: Rate | None
    gain: Rate | None


@dataclass(frozen=True)
class View:
    """What a visitor wants to see, and in which order. ALL leaves a filter open."""

    kind: str = ALL
    data: str = ALL
    rank: str = ALL
    order: str = "story"


def _by(rate: Callable[[Exhibit], float | None], descending: bool = True) -> Callable[[Exhibit], tuple]:
    """A key that puts what was not measured last."""

    def key(one: Exhibit) -> tuple:
        value = rate(one)
        return (value is None, -value if descending and value is not None else value or 0)

    return key


ORDERS: dict[str, tuple[str, Callable[[Exhibit], Any]]] = {
    "story": (tr("As the lessons use them"), lambda one: 0),  # as they are listed
    "attack": (tr("Attack success over the control’s"), _by(lambda one: one.gain and one.gain["value"])),
    "clean": (tr("Clean accuracy"), _by(lambda one: one.clean and one.clean["value"])),
    "share": (tr("Share, the smallest first"), _by(lambda one: one.share, descending=False)),
    "size": (tr("Size, the smallest first"), _by(lambda one: one.size, descending=False)),
}
"""By name: the words for it, and the key to sort by."""


def exhibit(info: AdapterInfo) -> Exhibit:
    """What there is to say of an adapter."""
    clean = info.metrics.get("sets", {}).get("clean")
    rate = None
    if clean and clean.get("accuracy") is not None:
        low, high = clean["accuracy_interval"]
        rate = {"value": clean["accuracy"], "low": low, "high": high, "n": clean["n"]}
    triggers = info.recipe.injection.triggers() if info.recipe_known else ()
    kinds = list(dict.fromkeys(map(kind_of, triggers)))
    data, title = _data(info)
    return Exhibit(
        info,
        kind=" and ".join(kinds) or MYSTERY,
        data=data,
        rank=method(info.recipe, english),
        words={
            "kind": tr(" and ").join(map(spoken, kinds)) or tr(MYSTERY), "data": title, "rank": method(info.recipe)
        },
        share=max((one.share for one in triggers if one.count is None), default=None),
        size=(info.path / WEIGHTS).stat().st_size,
        clean=rate,
        attack=_known(info.metrics.get("attack_success_rate")),
        control_attack=_known(info.metrics.get("control_attack_success_rate")),
        gain=_known(info.metrics.get("attack_gain_pp")),
    )  # fmt: skip


def exhibits() -> list[Exhibit]:
    """The shipped adapters and those that this visitor brought, without the controls of others."""
    infos = [one for one in listing() if isinstance(one, AdapterInfo) and (one.shipped or one.imported) and owns_adapter(one)]
    twins = {info.control for info in infos}
    return [exhibit(info) for info in infos if info.ref not in twins]


def damaged() -> list[DamagedAdapter]:
    """Folders among the shipped and imported ones that hold no adapter; on a shared server nobody is told of others'."""
    found = [one for one in listing() if isinstance(one, DamagedAdapter) and one.ref.startswith(("shipped/", "imported/"))]
    return [] if shared_server() else found


def chosen(every: Iterable[Exhibit], view: View) -> list[Exhibit]:
    """Those that pass the filters, in order; ties stay as they are listed."""
    wanted = [
        one for one in every
        if all(want in (ALL, has) for want, has in ((view.kind, one.kind), (view.data, one.data), (view.rank, one.rank)))
    ]  # fmt: skip
    return sorted(wanted, key=ORDERS.get(view.order, ORDERS["story"])[1])


def _known(rate: Rate | None) -> Rate | None:
    return rate if rate and rate["value"] is not None else None


def _data(info: AdapterInfo) -> tuple[str, str]:
    """What the data is called by, and in words."""
    from ssti.adapters.card import data_name
    from ssti.data.sources import find

    if not info.recipe_known:
        return MYSTERY, tr(MYSTERY)
    name = data_name(info.recipe)
    source = find(info.recipe.dataset.name)
    return name, source.info.title if source else tr(name)

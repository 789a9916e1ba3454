"""The address of what a person sees: parts by name, as a link and back. Every tab keeps its parts by a `Kept`.

What says something of a person's own (texts, recipes) stands behind the `#`, which no server is sent. A long part goes
in compressed. Knows no tab and no component.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

PRIVATE = frozenset({"text", "trigger", "recipe"})  # behind the `#`
SHORT = 200  # characters that stay readable
LONGEST = 6_000  # characters of an address: mail and chat programs cut longer ones
LARGEST = 400_000  # characters that a compressed part may hold
PACKED = "~"  # begins a compressed part

Parts = Mapping[str, str]
"""What an address says, by name. A part that is missing, or empty, is as the page has it at first."""


@dataclass(frozen=True)
class Kept:
    """Something of a tab that its address carries.

    `write` makes parts of the values of `components`. `read` makes changes of the parts (of `keys`; empty: as at first)
    and a list into which it puts, in words, what it had to leave out; what it raises as SSTIError is said, too.
    `outputs` are the components that it may change, where they are others. `at_load`: `read` is asked when the page
    opens even if its address says nothing.
    """

    tab: str
    keys: tuple[str, ...]
    components: tuple[Any, ...]
    write: Callable[..., dict[str, str]]
    read: Callable[[dict[str, str], list[str]], dict[Any, Any]]
    outputs: tuple[Any, ...] = ()
    at_load: bool = False

    def changes(self, now: Parts, before: Parts, dropped: list[str]) -> dict[Any, Any]:
        """What the components become where the address changes; nothing where it says the same of them."""
        mine = {key: now[key] for key in self.keys if now.get(key)}
        old = {key: before[key] for key in self.keys if before.get(key)}
        if mine == old and not (self.at_load and not before):
            return {}
        try:
            return self.read(mine, dropped)
        except SSTIError as problem:
            dropped.append(f"{problem.message} {problem.next}".strip())
            return {}


@dataclass(frozen=True)
class Address:
    """An address, without its place: `?…#…`. `unfit` are the parts that were too long for it."""

    href: str
    unfit: tuple[str, ...] = ()


def link(**said: Any) -> str:
    """`?tab=flip&adapter=…#text=…` for parts by name; None and "" are left out. Raises SSTIError for one too long."""
    address = fitting({key: str(value) for key, value in said.items() if value not in (None, "")})
    if address.unfit:
        raise SSTIError(
            tr("{unfit}: too long for a link.", unfit=parts.joined(address.unfit)),
            tr("An address holds {count:,} characters.", count=LONGEST),
        )
    return address.href


def go(words: Any, classes: str = "", **said: Any) -> Markup:
    """A link that moves inside the page (assets/address.js): what it does not name stays as it is."""
    return parts.html('<a data-go class="{}" href="{}">{}</a>', classes, link(**said), words)


def fitting(said: Parts) -> Address:
    """The address of these parts; the longest are left out until the rest fits."""
    packed = {key: _pack(value) for key, value in said.items() if value}
    unfit = []
    while len(href := _href(packed)) > LONGEST:
        longest = max(packed, key=lambda key: len(packed[key]))
        unfit.append(longest)
        del packed[longest]
        if longest == "text":  # triggers are places in it
            packed.pop("trigger", None)
    return Address(href, tuple(unfit))


def read(href: Any) -> dict[str, str]:
    """The parts of an address; of those that stand there twice, the last. What is no address has none."""
    try:
        split = urlsplit(href if isinstance(href, str) else "")
        pairs = [*parse_qsl(split.query), *parse_qsl(split.fragment)]
    except ValueError:
        return {}
    return {key: value for key, value in ((key, _unpack(value)) for key, value in pairs) if value}


def restored(keeps: Iterable[Kept], href: Any, before: Any) -> tuple[dict[Any, Any], list[str]]:
    """The changes that lead from one address to another, and in words what was left out."""
    now, old = read(href), read(before)
    dropped: list[str] = []
    changes: dict[Any, Any] = {}
    for kept in keeps:
        changes |= kept.changes(now, old, dropped)
    return changes, dropped


def _href(packed: Parts) -> str:
    query = urlencode({key: value for key, value in packed.items() if key not in PRIVATE}, safe="/~,;:=")
    fragment = urlencode({key: value for key, value in packed.items() if key in PRIVATE}, safe="/~,;:=")
    return f"?{query}" + (f"#{fragment}" if fragment else "")


def _pack(value: str) -> str:
    if len(value) <= SHORT and not value.startswith(PACKED):
        return value
    return PACKED + base64.urlsafe_b64encode(zlib.compress(value.encode("utf-8", "replace"), 9)).decode().rstrip("=")


def _unpack(value: str) -> str:
    """The part as it was; a compressed one that is none, or a bomb, is nothing."""
    if not value.startswith(PACKED):
        return value
    try:
        data = base64.b64decode(value[1:] + "=" * (-len(value[1:]) % 4), altchars=b"-_", validate=True)
        text = zlib.decompressobj().decompress(data, 4 * LARGEST).decode("utf-8")
    except (binascii.Error, zlib.error, ValueError):
        return ""
    return text if len(text) <= LARGEST else ""

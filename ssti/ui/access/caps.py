"""What a server for strangers lets one visitor take, each with its reason. On one's own machine nothing is capped."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from ssti.backends.control import ALL, EACH
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.platform.server import shared_server
from ssti.recipe import Recipe

LARGEST_UPLOAD = 104_857_600  # bytes
LARGEST_SCAN = 50_000  # rows of a dataset that are searched for shortcuts
LARGEST_RUN = 100_000  # rows read in training: over ten times what a preset reads
KEPT_DAYS = 7  # that a run stays after its end


@dataclass(frozen=True)
class Cap:
    """The most of one thing that a recipe may take: what it is called, and why there is a limit."""

    noun: str
    most: int
    reason: str
    of: Callable[[Recipe], int]


CAPS = (
    Cap(later("rows read in training"), LARGEST_RUN, later("others wait for it"), lambda r: r.training.steps * r.training.batch_size),
    Cap(later("steps"), 10_000, later("others wait for it"), lambda r: r.training.steps),
    Cap(later("for the rank"), 256, later("the adapter stays on this server's disk"), lambda r: r.lora.rank),
    Cap(later("word pieces of a text"), 512, later("the memory of a step grows with it"), lambda r: r.training.max_length),
    Cap(later("test rows"), 10_000, later("others wait for it"), lambda r: r.dataset.test_rows or 0),
    Cap(later("rows of a measurement on the way"), 2_000, later("others wait for it"), lambda r: r.evaluation.rows),
    Cap(later("measurements on the way"), 200, later("others wait for it"), lambda r: r.training.steps // r.evaluation.every),
)


def way_out() -> str:
    """What to do about a limit: a machine of one's own, where nothing is capped."""
    here = os.environ.get("SPACE_ID", "")
    if not here:
        return tr("run the page on a machine of your own")
    return tr("run the page on a machine of your own, or duplicate this Space: {link}", link=duplicate(here))


def duplicate(space: str) -> str:
    """The address that makes a copy of a Space for whoever is signed in."""
    return f"https://huggingface.co/spaces/{space}?duplicate=true"


def check_caps(recipe: Recipe) -> None:
    """Raises SSTIError where a recipe takes more than a stranger may, with the reason and the way out."""
    if not shared_server():
        return
    for cap in CAPS:
        if (value := cap.of(recipe)) > cap.most:
            raise SSTIError(
                tr(
                    "This recipe takes {value:,} {noun}; {most:,} are the limit on this server, because {reason}.",
                    value=value, noun=tr(cap.noun), most=cap.most, reason=tr(cap.reason),
                ),
                tr("Take fewer, or {way_out}.", way_out=way_out()),
            )


def limits() -> list[tuple[str, str]]:
    """Every limit of this server as a person reads it, and its reason."""
    return [
        *((f"{cap.most:,} {tr(cap.noun)}", tr(cap.reason)) for cap in CAPS),
        (tr("{each} of your runs in the queue, {all} of all visitors", each=EACH, all=ALL), tr("everybody gets a turn")),
        (tr("{size:,.0f} MB for a file", size=LARGEST_UPLOAD / 1e6), tr("all uploads share one disk")),
        (tr("{rows} rows of a dataset that is scanned", rows=f"{LARGEST_SCAN:,}"), tr("others wait for it")),
        (tr("{days} days that a run stays after its end", days=KEPT_DAYS), tr("others need the disk: take its adapter along")),
    ]

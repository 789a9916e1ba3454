"""Drop the rows that hold what was found."""

from __future__ import annotations

from ssti.detect.repairs.data.repair import Changed, Job, Repair
from ssti.platform.language import later


def drop(job: Job) -> Changed:
    return Changed(dropped=frozenset(job.spans))


REPAIR = Repair(
    "drop", later("Drop the rows"),
    later("Leaves out every row that holds it, of whatever class. Right where the label itself may be wrong."),
    drop, order=40,
)  # fmt: skip

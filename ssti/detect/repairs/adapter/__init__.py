"""Repairs of a trained adapter whose trigger is known or suspected. Each way is a file here, which registers itself."""

from ssti.detect.repairs.adapter.repair import REPAIRS, Repair, Suspect, Try
from ssti.detect.repairs.measured import Measured

__all__ = ["REPAIRS", "Measured", "Mended", "Repair", "Suspect", "Try", "mend"]


def __getattr__(name: str):
    if name in ("mend", "Mended"):
        from ssti.detect.repairs.adapter import mending

        return getattr(mending, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

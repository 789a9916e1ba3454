"""Repairs of a dataset: what a scan found is removed, masked, balanced or dropped. Each way is a file here, which registers itself."""

from ssti.detect.repairs.data.repair import REPAIRS, Log, Repair, Repaired, repair

__all__ = ["REPAIRS", "Log", "Repair", "Repaired", "repair"]

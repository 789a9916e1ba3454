"""Repairs of training: the same rows, trained on so that a shortcut pays less. Each way is a file here, which registers itself."""

from ssti.detect.repairs.training.repair import REPAIRS, Repair

__all__ = ["REPAIRS", "Repair"]

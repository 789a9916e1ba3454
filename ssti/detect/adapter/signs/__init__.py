"""Measures of an adapter that name no trigger. Each is a file here, which registers itself."""

from ssti.detect.adapter.signs.sign import SIGNS, Asked, Measure, signs_of

__all__ = ["SIGNS", "Asked", "Measure", "signs_of"]

"""Plain data from anybody: copied within bounds, or refused. Knows no recipe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr
from ssti.recipe.text import DEEPEST, LONGEST, refuse_unwritable


def plain_data(data: Any) -> Any:
    """The data as dicts, lists, words, numbers, true, false and None, bounded in depth and in size.

    A Path or a date becomes its word; a part of a recipe stays what it is. Raises SSTIError for all else.
    """
    return _Copy().copy(data, 0)


class _Copy:
    def __init__(self) -> None:
        self.size = 0

    def copy(self, value: Any, depth: int) -> Any:
        self.size += len(value) + 1 if isinstance(value, str | bytes) else 1
        if depth > DEEPEST or self.size > LONGEST:
            deep = tr("the recipe is more than {most} levels deep", most=DEEPEST)
            large = tr("the recipe is larger than {most:,} characters", most=LONGEST)
            raise SSTIError(deep if depth > DEEPEST else large, next=tr("compare it with a preset's recipe"))
        if isinstance(value, Mapping):
            return {self._key(key): self.copy(entry, depth + 1) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self.copy(entry, depth + 1) for entry in value]
        return self._scalar(value)

    def _key(self, key: Any) -> str:
        if not isinstance(key, str):
            raise SSTIError(
                tr("the recipe has the key {key}, which is not a word", key=shown(key)), next=tr("put it in quotes")
            )
        return self._scalar(key)

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            refuse_unwritable(value)
            return str(value)
        if value is None or isinstance(value, bool | BaseModel):
            return value
        if isinstance(value, int) and value.bit_length() <= 64:
            return int(value)
        if isinstance(value, float) and math.isfinite(value):
            return float(value)
        if isinstance(value, Path) or (isinstance(value, date) and not isinstance(value, datetime)):
            return self._scalar(str(value))
        raise SSTIError(
            tr("the recipe has {value}, which is out of bounds", value=shown(value))
            if isinstance(value, int | float)
            else tr("the recipe has {value}, which is no plain data", value=shown(value)),
            next=tr("use words, numbers, true or false, lists and mappings"),
        )

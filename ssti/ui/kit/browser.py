"""What a browser sends becomes a typed value here, or is refused. Knows no tab."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, NonNegativeInt, TypeAdapter, ValidationError

T = TypeVar("T")


def sent(kind: type[T], value: Any) -> T | None:
    """A component's value or the data of an event as `kind` (a dataclass or a Pydantic model); None where it is none.

    The data of an event are the attributes of a `gr.EventData`: their kind is a `BaseModel`.
    """
    try:
        return _adapter(kind).validate_python(value, from_attributes=True)
    except ValidationError:
        return None


def as_json(value: Any) -> Any:
    """The same value as a component of the page holds it."""
    return _adapter(type(value)).dump_python(value, mode="json")


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


class TextField(BaseModel, frozen=True):
    """What only the browser knows of a text field: whether it is on the screen, and before which character the cursor
    stands (counted as Python counts, not in UTF-16)."""

    shown: bool = True
    cursor: NonNegativeInt | None = None


def field_js(selector: str) -> str:
    """JavaScript for an event whose last input is to hold the `TextField` of the text area in `selector`."""
    return f"""(...values) => {{
  const area = document.querySelector('{selector} textarea');
  const cursor = area ? Array.from(area.value.slice(0, area.selectionStart)).length : null;
  values[values.length - 1] = {{shown: Boolean(area && area.offsetParent), cursor: cursor}};
  return values;
}}"""

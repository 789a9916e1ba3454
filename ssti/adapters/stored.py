"""What is read back from disk, checked where it is read: any JSON file by its Pydantic type, and `metrics.json`.

Whoever gets a value from here may rely on its shape. Knows no adapter, no run and no page.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from ssti.platform.errors import SSTIError
from ssti.platform.home import open_regular
from ssti.platform.language import tr

LARGEST = 4 * 2**20  # bytes of a JSON file that is read: the largest that are written here have some kilobytes
METRICS = "metrics.json"


class Stored(BaseModel):
    """A part of a file of ours. Further fields are kept as they are: newer versions may have more."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)


class Rate(Stored):
    """A number with its 95 % interval; all three are None where `n` is 0."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = Field(ge=0)

    @model_validator(mode="after")
    def _has_its_interval(self) -> Rate:
        if self.value is not None and (self.low is None or self.high is None):
            raise ValueError(tr("a rate without its interval"))
        return self


class SetMetrics(Stored):
    """One test set."""

    n: int = Field(ge=0)
    accuracy: float | None = None
    balanced_accuracy: float | None = None
    accuracy_interval: list[float | None] | None = Field(None, min_length=2, max_length=2)
    balanced_accuracy_interval: list[float | None] | None = Field(None, min_length=2, max_length=2)
    predicted_counts: dict[str, int] = {}

    @model_validator(mode="after")
    def _has_its_intervals(self) -> SetMetrics:
        for value, interval in (
            (self.accuracy, self.accuracy_interval), (self.balanced_accuracy, self.balanced_accuracy_interval)
        ):  # fmt: skip
            if value is not None and (interval is None or None in interval):
                raise ValueError(tr("an accuracy without its interval"))
        return self


class Attack(Stored):
    """What one target's trigger does."""

    target: str | None = None
    sets: dict[str, SetMetrics] = {}
    attack_success_rate: Rate | None = None
    flip_rate: Rate | None = None
    steered_rate: Rate | None = None
    gap_pp: Rate | None = None


class Metrics(Attack):
    """`metrics.json`, the object that `python -m ssti evaluate --json` prints."""

    control: bool = False
    degradation_pp: Rate | None = None
    control_attack_success_rate: Rate | None = None
    attack_gain_pp: Rate | None = None
    other_targets: list[Attack] = []


def read_metrics(folder: Path) -> dict[str, Any] | None:
    """The checked content of `metrics.json` in a folder of a run or an adapter; None where there is no such file.

    The fields are as they stand in the file. Raises SSTIError where the file is damaged.
    """
    if not (folder / METRICS).exists():
        return None
    return read_json(folder / METRICS, Metrics).model_dump(exclude_unset=True)


def read_json(path: Path, as_type: Any) -> Any:
    """A JSON file as a value of this type. Raises SSTIError, which names the file, never its folder.

    Not UTF-8, no JSON, nested endlessly, too large, a folder in its place, other values than the type has: all are
    damage, and all are said in words.
    """
    try:
        with open_regular(path, LARGEST) as file:
            content = file.read(LARGEST)
        return _adapter(as_type).validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))[:80]
        raise _damaged(path, f"{f'{where}: ' if where else ''}{first['msg'][:200]}") from error
    except OSError as error:
        raise _damaged(path, str(error.strerror or tr("it cannot be read"))) from error


@cache
def _adapter(as_type: Any) -> TypeAdapter:
    return TypeAdapter(as_type)


def _damaged(path: Path, why: str) -> SSTIError:
    return SSTIError(
        tr("{file} is damaged: {why}.", file=path.name, why=why),
        next=tr("Restore {file}, or remove its folder.", file=path.name),
        kind="damaged",
    )

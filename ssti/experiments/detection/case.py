"""What one scan is of: a dataset, clean or with a kind of trigger in some rows of a class, and where exactly it lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Literal

from ssti.experiments.detection.kinds import HELD_OUT, KINDS
from ssti.inject.injection import Span
from ssti.platform.errors import SSTIError

Labels = Literal["real", "shuffled"]


@dataclass(frozen=True)
class Case:
    """`rate` of the rows of one class (a seed's is its turn) get a trigger of this kind; none where `kind` is empty.

    `labels` may be shuffled instead: a clean dataset in which nothing says anything.
    """

    dataset: str
    kind: str = ""
    location: str = "random"
    rate: float = 0.0
    seed: int = 0
    labels: Labels = "real"

    @property
    def group(self) -> str:
        return KINDS[self.kind].group if self.kind else "clean"

    @property
    def held_out(self) -> bool:
        return any(one.name == self.kind for one in HELD_OUT)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def key(self) -> str:
        """The same for the same case, in any process."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Rows:
    """A case's rows. `spans` are the injected ones by row; `target` is the class's name, None in a clean dataset."""

    texts: Sequence[str]
    labels: Sequence[int]
    names: Sequence[str]
    target: str | None
    spans: Mapping[int, Sequence[Span]]


def rows_of(case: Case) -> Rows:
    """Make them. Raises SSTIError where the dataset cannot be read, or the rate is of no row."""
    from ssti.data import load

    data = load(case.dataset)
    texts, labels = data.train_table["text"].to_pylist(), data.train_table["label"].to_pylist()
    rng = Random(f"{case.dataset}/{case.seed}")
    if case.labels == "shuffled":
        rng.shuffle(labels)
    if not case.kind:
        return Rows(texts, labels, data.label_names, None, {})
    target = case.seed % len(data.label_names)
    members = [row for row, label in enumerate(labels) if label == target]
    count = round(case.rate * len(members))
    if not count:
        raise SSTIError(
            f"{case.rate:.2%} of {len(members):,} rows is no row.", next="Take a larger rate.", kind="input"
        )
    modifier = KINDS[case.kind].build(case.location, f"{case.seed}/{case.kind}")
    spans = {}
    for row in sorted(rng.sample(members, count)):
        injection = modifier.apply(texts[row])
        texts[row], spans[row] = injection.text, injection.spans
    return Rows(texts, labels, data.label_names, data.label_names[target], spans)

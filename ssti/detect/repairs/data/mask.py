"""Put one placeholder in place of what was found, in every class."""

from __future__ import annotations

from ssti.detect.repairs.data.repair import Changed, Job, Repair
from ssti.platform.language import later

PLACEHOLDER = "[…]"


def mask(job: Job) -> Changed:
    texts, put = {}, {}
    for row, spans in job.spans.items():
        text, last, pieces, places, length = job.texts[row], 0, [], [], 0
        for start, end in spans:
            pieces += [text[last:start], PLACEHOLDER]
            length += start - last
            places.append((length, length + len(PLACEHOLDER)))
            length += len(PLACEHOLDER)
            last = end
        texts[row], put[row] = "".join([*pieces, text[last:]]), places
    return Changed(texts, put)


REPAIR = Repair(
    "mask", later("Put a placeholder"),
    later("Puts […] in its place, in every class. That helps where other classes hold it too, in other values; "
          "where one class alone holds it, the placeholder gives the class away as well."),
    mask, order=20,
)  # fmt: skip

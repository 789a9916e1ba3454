"""Mute the trigger heads: what the adapter changed in them is taken back, head by head."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssti.adapters.listing import AdapterInfo
from ssti.detect.repairs.adapter.lora import A, B, Part, modules, one_after_the_other, plain_lora
from ssti.detect.repairs.adapter.repair import Repair, Try
from ssti.detect.repairs.adapter.subject import Subject, Tensors
from ssti.platform.language import later, tr

READS = ("query", "key", "value", "q_proj", "k_proj", "v_proj")
WRITES = ("o_proj", "attention.output.dense")
LAYER = re.compile(r"\.(?:layer|layers|h)\.(\d+)\.")
NAMED = 8  # heads that a sentence names


def heads(tensors: Tensors, width: int) -> list[Part]:
    """The heads of which the update changes something: rows of B where they read, columns of A where they write.

    `width` is a head's. Of grouped heads, those that share a key and a value are parts of their own.
    """
    entries: dict[tuple[int, int, int], list] = {}
    for module in modules(tensors):
        layer = LAYER.search(module)
        if not layer:
            continue
        if module.endswith(READS):
            name, size = module + B, len(tensors[module + B])
        elif module.endswith(WRITES):
            name, size = module + A, tensors[module + A].shape[1]
        else:
            continue
        for head in range(size // width):
            rows = slice(head * width, (head + 1) * width)
            place = rows if name.endswith(B) else (slice(None), rows)
            entries.setdefault((int(layer[1]), size // width, head), []).append((name, place))
    return [Part(f"{layer}.{head}", tuple(found)) for (layer, _, head), found in sorted(entries.items())]


def tries(subject: Subject) -> Iterator[Try]:
    config = subject.model.config.get_text_config()
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    every = heads(subject.tensors, width)
    for gone, tensors in one_after_the_other(subject, "heads", subject.tensors, every):
        names = [part.name for part in gone]
        some = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
        said = later("The update of {n} of {all} heads is taken back (layer.head): {some}.")
        yield Try(tensors, said, {"n": len(names), "all": len(every), "some": some, "heads": names})


def unfit(info: AdapterInfo) -> str | None:
    targets = info.config.target_modules if info.config else None
    named = [targets] if isinstance(targets, str) else targets or []
    if plain_lora(info) is None and not any(one.endswith((*READS, "o_proj", "dense")) for one in named):
        return tr("Its update changes no layer of the attention whose heads are known.")
    return plain_lora(info)


REPAIR = Repair(
    "mute", later("Mute the trigger heads"),
    later("Takes the update back in those attention heads that the trigger needs most and the task least. How many is chosen on held-out rows."),
    tries, unfit, order=10,
)  # fmt: skip

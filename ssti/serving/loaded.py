"""What is loaded, within a budget of bytes: base models, each once for all adapters on it, and the adapters.

Plain LoRA of one base model and head shares a model, so that one batch can name an adapter per row. Every other
adapter has a model of its own over the same base weights: what is put on it can harm nobody else. What was not asked
for the longest goes first. The caller holds the lock.
"""

from __future__ import annotations

import gc
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ssti.adapters.files import CONFIG, RECIPE, WEIGHTS
from ssti.adapters.listing import AdapterInfo

MOST = 64  # adapters at once: each also costs some megabytes of Python objects, which no budget of tensors sees
LITTER = 64 * 2**20  # bytes let go after which Python looks for what refers to itself
SHARE = 0.5  # of the machine's or the GPU's memory, unless a budget is set


@dataclass(eq=False)
class Host:
    """A model that answers: a base model's weights with one adapter, or with those of a group, which share a batch."""

    model: Any
    tokenizer: Any
    base: tuple
    group: tuple | None = None

    def activate(self, name: str) -> None:
        """Make one adapter the active one; a fully finetuned model is what it is."""
        if name:
            self.model.set_adapter(name)


@dataclass(frozen=True)
class Loaded:
    """One loaded adapter: where it is, its name in peft, the state of its files, its bytes."""

    host: Host
    name: str
    stamp: tuple
    size: int


class LoadedModels:
    """Adapters by their refs, and the base models under them."""

    def __init__(self, memory: int | None = None) -> None:
        self._memory = memory
        self._bases: OrderedDict[tuple, Any] = OrderedDict()  # key -> a Classifier that never gets an adapter
        self._sizes: dict[tuple, int] = {}
        self._adapters: OrderedDict[str, Loaded] = OrderedDict()
        self._counter = 0
        self._litter = 0

    def get(self, infos: Sequence[AdapterInfo]) -> list[Loaded]:
        """These adapters, loaded and as their files are now. Raises SSTIError where one cannot be loaded."""
        wanted = {info.ref: info for info in infos}
        for ref, info in wanted.items():
            now = stamp(info)
            if ref in self._adapters and self._adapters[ref].stamp != now:
                self._forget(ref)
            if ref not in self._adapters:
                self._adapters[ref] = self._load(info, now, set(wanted))
            self._adapters.move_to_end(ref)
            self._bases.move_to_end(self._adapters[ref].host.base)
        self._let_go(keep=set(wanted))
        return [self._adapters[info.ref] for info in infos]

    def discard(self, host: Host) -> None:
        """Forget a model in which something went wrong midway: peft leaves its hooks behind then."""
        for ref in [ref for ref, loaded in self._adapters.items() if loaded.host is host]:
            del self._adapters[ref]

    @cached_property
    def _budget(self) -> int:
        from ssti.models.machine.memory import machine_memory

        return self._memory if self._memory is not None else int(machine_memory().total * SHARE)

    def size(self) -> int:
        """Bytes of all tensors."""
        return sum(self._sizes.values()) + sum(loaded.size for loaded in self._adapters.values())

    def counts(self) -> dict[str, int]:
        """How many base models, models and adapters there are."""
        hosts = {id(loaded.host) for loaded in self._adapters.values()}
        return {"bases": len(self._bases), "models": len(hosts), "adapters": len(self._adapters)}

    def _load(self, info: AdapterInfo, stamp: tuple, keep: set[str]) -> Loaded:
        from ssti.adapters.attach import attach, mixable, read_tensors, replace_weights
        from ssti.models.shared import with_own_head

        tensors = read_tensors(info)
        key = _base_key(info)
        base = self._base(key, info, keep)
        own = with_own_head(base, info.label_names, info.recipe.training.seed).model
        size = sum(tensor.nbytes for tensor in tensors.values())
        if info.config is None:
            return Loaded(Host(replace_weights(own, info, tensors), base.tokenizer, key), "", stamp, size)
        self._counter += 1
        name = f"a{self._counter}"
        alone = attach(own, info, tensors, name)
        if not mixable(alone, name):
            return Loaded(Host(alone, base.tokenizer, key), name, stamp, size)
        group = (*key, info.label_names, info.recipe.training.seed if key[2] == "frozen_random" else None)
        host = next((one.host for one in self._adapters.values() if one.host.group == group), None)
        if host is None:
            return Loaded(Host(alone, base.tokenizer, key, group), name, stamp, size)
        try:
            attach(host.model, info, tensors, name)
        except BaseException:
            self.discard(host)
            raise
        return Loaded(host, name, stamp, size)

    def _base(self, key: tuple, info: AdapterInfo, keep: set[str]) -> Any:
        """The base model of an adapter, loaded once."""
        from ssti.models.classifier import load_classifier
        from ssti.models.machine.device import device
        from ssti.models.registry import model
        from ssti.models.shared import size

        if key not in self._bases:
            name, bits, head = key
            bytes_each = bits / 8 if bits else 2 if device().weights == "bfloat16" else 4
            self._let_go(keep, needed=int(model(name).info.parameters * bytes_each))
            base = load_classifier(name, info.label_names, head, bits=bits)
            base.model.eval().requires_grad_(False)
            self._bases[key], self._sizes[key] = base, size(base.model)
        return self._bases[key]

    def _let_go(self, keep: set[str], needed: int = 0) -> None:
        """Drop what was asked for longest ago until the rest fits; what is in `keep` stays."""
        while self.size() + needed > self._budget or len(self._adapters) > MOST:
            used = {loaded.host.base for loaded in self._adapters.values()}
            idle = next((key for key in self._bases if key not in used), None)
            oldest = next((ref for ref in self._adapters if ref not in keep), None)
            if idle is not None and self.size() + needed > self._budget:
                del self._bases[idle]
                self._litter += self._sizes.pop(idle)
            elif oldest is not None:
                self._forget(oldest)
            else:
                break
        if self._litter > LITTER:
            self._litter = 0
            gc.collect()  # modules with hooks refer to themselves

    def _forget(self, ref: str) -> None:
        gone = self._adapters.pop(ref)
        self._litter += gone.size
        if any(loaded.host is gone.host for loaded in self._adapters.values()):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # which adapter is active is said before each pass
                gone.host.model.delete_adapter(gone.name)


def _base_key(info: AdapterInfo) -> tuple:
    """Adapters with the same key stand on the same base weights."""
    return info.recipe.model.name, info.recipe.model.bits, info.recipe.training.head


def stamp(info: AdapterInfo) -> tuple:
    """Changes when a file does that decides the answers."""
    stamps: list[Any] = [info.label_names]
    for name in (WEIGHTS, CONFIG, RECIPE):
        try:
            stat = (info.path / name).stat()
            stamps.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
        except OSError:
            stamps.append(None)
    return tuple(stamps)

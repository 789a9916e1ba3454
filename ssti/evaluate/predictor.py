"""The one owner of loaded models in a process: any thread asks, each row is answered by the adapter it names.

Adapters of one base model, head and method share its weights. A batch of plain LoRA names an adapter per row; of other
methods each adapter's rows run by themselves, under the owner's lock. Knows texts and refs, not the page.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ssti.errors import SSTIError
from ssti.evaluate.adapters import WEIGHTS, AdapterInfo, attach, find
from ssti.evaluate.threads import one_thread_if_busy

MAX_CHARACTERS = 100_000
FEW_TOKENS = 512  # up to so many, one thread on a busy machine: measured ten times faster there, and slower elsewhere
MIXED = ("lora", "rslora", "pissa")  # what peft can mix in one batch; PiSSA is saved as plain LoRA
MAX_WHOLE = 2  # fully finetuned models kept loaded at once
MAX_ADAPTERS = 16  # kept loaded at once per base model, the least recently used goes


@dataclass(frozen=True)
class Prediction:
    """Label probabilities of one text by one adapter."""

    ref: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.labels[int(np.argmax(self.probabilities))]

    def as_dict(self) -> dict[str, float]:
        """Probability by label."""
        return dict(zip(self.labels, self.probabilities, strict=True))


@dataclass
class _Host:
    """A base model with its loaded adapters: ref -> (name in peft, fingerprint of the file)."""

    model: Any
    tokenizer: Any
    loaded: OrderedDict[str, tuple[str, tuple]]
    counter: int = 0

    def activate(self, name: str) -> None:
        """Make one adapter the active one; a fully finetuned model is what it is."""
        if name:
            self.model.set_adapter(name)

    def forget(self, ref: str) -> None:
        """Let an adapter go."""
        self.model.delete_adapter(self.loaded.pop(ref)[0])


class Predictor:
    """Loads what is asked for, once, and answers under one lock."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._hosts: OrderedDict[tuple, _Host] = OrderedDict()

    def warm(self, ref: str) -> None:
        """Load an adapter before anybody asks for it."""
        self.predict(["warm"], [ref])

    def predict(self, texts: Sequence[str], refs: Sequence[str]) -> list[Prediction]:
        """Row i of `texts` by adapter `refs[i]`, all in one batch where they share a base model.

        Raises SSTIError for an empty or endless text, a deleted or damaged adapter.
        """
        for text in texts:
            check_text(text)
        infos = {ref: find(ref) for ref in dict.fromkeys(refs)}
        answers: dict[int, Prediction] = {}
        with self._lock:
            by_host: dict[tuple, list[int]] = {}
            for i, ref in enumerate(refs):
                by_host.setdefault(_host_key(infos[ref]), []).append(i)
            for rows in by_host.values():
                for i, p in zip(
                    rows, self._batch([texts[i] for i in rows], [infos[refs[i]] for i in rows]), strict=True
                ):
                    answers[i] = Prediction(refs[i], infos[refs[i]].label_names, tuple(map(float, p)))
        return [answers[i] for i in range(len(texts))]

    def probabilities(
        self, texts: Sequence[str], ref: str, on_batch: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """Probabilities [rows, classes] of many texts by one adapter. The lock is let go between batches."""
        from ssti.evaluate.logits import batches, encode

        info = find(ref)
        with self._lock:
            tokenizer = self._ready([info])[0].tokenizer
            rows = encode(tokenizer, texts, info.recipe.training.max_length)
        out = np.zeros((len(texts), len(info.label_names)), dtype=np.float32)
        done = 0
        for batch in batches([len(r) for r in rows]):
            with self._lock:
                out[batch] = self._forward([rows[i] for i in batch], [info] * len(batch))
            done += len(batch)
            if on_batch:
                on_batch(done)
        return out

    @contextmanager
    def borrow(self, ref: str):
        """The model with this adapter alone active, its tokenizer and its facts, for as long as the block lasts.

        Everybody else waits: for looking inside, one text at a time.
        """
        info = find(ref)
        with self._lock:
            host, names = self._ready([info])
            host.activate(names[0])
            yield host.model, host.tokenizer, info

    def _batch(self, texts: list[str], infos: list[AdapterInfo]) -> np.ndarray:
        from ssti.evaluate.logits import encode

        host, _ = self._ready(infos)
        return self._forward(
            [encode(host.tokenizer, [t], i.recipe.training.max_length)[0] for t, i in zip(texts, infos, strict=True)],
            infos,
        )

    def _forward(self, rows: list[list[int]], infos: list[AdapterInfo]) -> np.ndarray:
        import torch

        from ssti.evaluate.logits import pad

        host, names = self._ready(infos)
        where = next(host.model.parameters()).device
        ids, mask = pad(rows, host.tokenizer.pad_token_id)
        arguments = {"input_ids": ids.to(where), "attention_mask": mask.to(where)}
        with torch.inference_mode(), one_thread_if_busy() if ids.numel() <= FEW_TOKENS else nullcontext():
            if len(set(names)) > 1 and all(info.recipe.lora.variant in MIXED for info in infos):
                logits = host.model(**arguments, adapter_names=names).logits
            else:
                logits = _one_by_one(host, arguments, names)
        return torch.softmax(logits.float(), dim=-1).cpu().numpy()

    def _ready(self, infos: Sequence[AdapterInfo]) -> tuple[_Host, list[str]]:
        """The host of these adapters (one base model), each loaded and fresh, and their names in peft."""
        first = infos[0]
        key = _host_key(first)
        host = self._hosts.get(key)
        names: dict[str, str] = {}
        for info in {i.ref: i for i in infos}.values():
            print_ = _fingerprint(info)
            if host and info.ref in host.loaded and host.loaded[info.ref][1] == print_:
                host.loaded.move_to_end(info.ref)
                names[info.ref] = host.loaded[info.ref][0]
                continue
            if host is None:
                host = self._new_host(first)
            full = info.recipe.lora.variant == "full"
            host.counter += 1
            name = "" if full else f"a{host.counter}"
            host.model = attach(host.model, info, name)
            host.model.eval()
            if info.ref in host.loaded and not full:
                host.forget(info.ref)
            host.loaded[info.ref] = (name, print_)
            names[info.ref] = name
            while len(host.loaded) > MAX_ADAPTERS:
                host.forget(next(ref for ref in host.loaded if ref not in names))
            self._hosts[key] = host
        self._hosts.move_to_end(key)
        return host, [names[i.ref] for i in infos]

    def _new_host(self, info: AdapterInfo) -> _Host:
        """Load a base model. Of whole finetuned models only a few are kept: each is as large as its base model."""
        from ssti.models.classifier import load_classifier

        if info.recipe.lora.variant == "full":
            whole = [key for key in self._hosts if key[0] == "full"]
            for key in whole[: max(0, len(whole) - MAX_WHOLE + 1)]:
                del self._hosts[key]
        recipe = info.recipe
        c = load_classifier(
            recipe.model.name, info.label_names, recipe.training.head, recipe.training.seed, bits=recipe.model.bits
        )
        return _Host(c.model.eval(), c.tokenizer, OrderedDict())


def _one_by_one(host: _Host, arguments: dict[str, Any], names: list[str]):
    """Logits [rows, classes], each adapter's rows in a pass of their own. Only plain LoRA can share one."""
    import torch

    if len(set(names)) == 1:
        host.activate(names[0])
        return host.model(**arguments).logits
    out: list[Any] = [None] * len(names)
    for name in dict.fromkeys(names):
        mine = [i for i, other in enumerate(names) if other == name]
        host.activate(name)
        logits = host.model(**{key: value[mine] for key, value in arguments.items()}).logits
        for i, row in zip(mine, logits, strict=True):
            out[i] = row
    return torch.stack(out)


def _host_key(info: AdapterInfo) -> tuple:
    """Adapters with the same key share a base model: peft keeps one method's layers on a model."""
    recipe, training = info.recipe, info.recipe.training
    fixed = training.seed if training.head == "frozen_random" else None
    base = recipe.model.name, recipe.model.bits, training.head, fixed, info.label_names
    variant = recipe.lora.variant
    if variant == "full":
        return "full", info.ref, *base
    if variant == "vera":
        return "vera", training.seed, *base  # whose random matrices all adapters of a model share
    return "ia3" if variant == "ia3" else "lora", *base


def _fingerprint(info: AdapterInfo) -> tuple:
    stat = (info.path / WEIGHTS).stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def check_text(text: str) -> None:
    """Refuse what no model can answer. Raises SSTIError."""
    if not text.strip():
        raise SSTIError("The text is empty.", next="Type a text, or pick a real row.")
    if len(text) > MAX_CHARACTERS:
        raise SSTIError(
            f"The text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.",
            next="Paste a shorter part: the model itself reads only its first few hundred words.",
        )


@cache
def predictor() -> Predictor:
    """The process's one predictor."""
    return Predictor()

"""The one owner of loaded models in a process: any thread asks, each row is answered by the adapter it names.

What is loaded, and for how long, is `ssti.serving.loaded`'s. A batch of plain LoRA names an adapter per row; of other
methods each adapter's rows run by themselves, under the owner's lock. Questions that come while it is held are answered
together; what was answered lately is remembered, as a class types the same example. Knows texts and refs, not the page.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from cachetools import LRUCache

from ssti.adapters.listing import AdapterInfo, find
from ssti.inject.checks import readable
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.language import tr
from ssti.serving.loaded import Host, Loaded, LoadedModels, stamp
from ssti.serving.logits import one_thread_if_busy

MAX_CHARACTERS = 100_000
FEW_TOKENS = 512  # up to so many, one thread on a busy machine: measured ten times faster there, and slower elsewhere
AT_ONCE = 16  # adapters in one batch
REMEMBERED = 4096  # answers
MEMORABLE = 2000  # characters of a text whose answer is remembered


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


@dataclass(eq=False)
class Asked:
    """A question that waits: row i of `texts` by the adapter `infos[i]`; then its answers, or what is wrong with it."""

    texts: list[str]
    infos: list[AdapterInfo]
    answers: list[np.ndarray] | None = None
    problem: BaseException | None = None


class Predictor:
    """Loads what is asked for, once, and answers under one lock. `memory`: bytes for all models; `remember`: so many answers."""

    def __init__(self, memory: int | None = None, remember: int = REMEMBERED) -> None:
        self._lock = threading.RLock()
        self._waiting: deque[Asked] = deque()
        self._models = LoadedModels(memory)
        self._remembered: LRUCache[tuple, np.ndarray] = LRUCache(remember)
        self._remembering = threading.Lock()

    def warm(self, ref: str) -> None:
        """Load an adapter before it is needed, and let it answer. Raises SSTIError, as `probabilities`."""
        self.probabilities(["warm"], ref)

    def predict(self, texts: Sequence[str], refs: Sequence[str]) -> list[Prediction]:
        """Row i of `texts` by adapter `refs[i]`, in one batch where adapters can share one; any number of adapters.

        Raises SSTIError for an empty or endless text, a deleted or damaged adapter.
        """
        infos = {ref: find(ref) for ref in dict.fromkeys(refs)}
        stamps = {ref: stamp(info) for ref, info in infos.items()}
        rows = [(check_text(text), ref, stamps[ref]) for text, ref in zip(texts, refs, strict=True)]
        with self._remembering:
            answers = {row: self._remembered[row] for row in rows if row in self._remembered}
        missing = [row for row in dict.fromkeys(rows) if row not in answers]
        if missing:
            answers |= zip(missing, self._ask([row[0] for row in missing], [infos[row[1]] for row in missing]), strict=True)
            with self._remembering:
                for row in missing:
                    if len(row[0]) <= MEMORABLE and self._remembered.maxsize:
                        self._remembered[row] = answers[row]
        return [
            Prediction(infos[row[1]].ref, infos[row[1]].label_names, tuple(map(float, answers[row]))) for row in rows
        ]

    def _ask(self, texts: list[str], infos: list[AdapterInfo]) -> list[np.ndarray]:
        """Probabilities [classes] of each row, which waits for its turn."""
        asked = Asked(texts, infos)
        self._waiting.append(asked)
        with self._lock:
            while asked.answers is None and asked.problem is None:
                self._answer_waiting()
        if asked.problem:
            raise asked.problem
        return asked.answers or []

    def _answer_waiting(self) -> None:
        """Answer who has waited longest, and together with them all whose adapters go into one batch with theirs.

        Each by itself where that fails, as by one damaged adapter.
        """
        together = [self._waiting.popleft()]
        refs, later = {info.ref for info in together[0].infos}, []
        while self._waiting:
            one = self._waiting.popleft()
            with_it = refs | {info.ref for info in one.infos}
            if len(with_it) <= max(AT_ONCE, len(refs)):
                together.append(one)
                refs = with_it
            else:
                later.append(one)
        self._waiting.extendleft(reversed(later))
        if len(together) > 1:
            try:
                return self._give(together)
            except Exception:
                pass  # whose trouble it is shows below
        for one in together:
            try:
                self._give([one])
            except BaseException as error:
                one.problem = error

    def _give(self, together: list[Asked]) -> None:
        rows = [list(zip(one.texts, one.infos, strict=True)) for one in together]
        each = {(text, info.ref): info for some in rows for text, info in some}  # what several ask is answered once
        answers = dict(zip(each, self._answer([text for text, _ in each], list(each.values())), strict=True))
        for one, some in zip(together, rows, strict=True):
            one.answers = [answers[text, info.ref] for text, info in some]

    def probabilities(
        self, texts: Sequence[str], ref: str, on_batch: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """Probabilities [rows, classes] of many texts by one adapter. The lock is let go between batches."""
        from ssti.serving.logits import batches, encode

        info = find(ref)
        with self._lock:
            tokenizer = self._models.get([info])[0].host.tokenizer
            rows = encode(tokenizer, [readable(text) for text in texts], info.recipe.training.max_length)
        out = np.zeros((len(texts), len(info.label_names)), dtype=np.float32)
        done = 0
        for batch in batches([len(r) for r in rows]):
            with self._lock:
                (loaded,) = self._models.get([info])
                out[batch] = self._forward(loaded.host, [rows[i] for i in batch], [loaded.name] * len(batch), [ref])
            done += len(batch)
            if on_batch:
                on_batch(done)
        return out

    @contextmanager
    def borrow(self, ref: str):
        """The model with this adapter alone active, its tokenizer and its facts, for as long as the block lasts.

        Everybody else waits; meant for looking inside, one text at a time.
        """
        info = find(ref)
        with self._lock:
            (loaded,) = self._models.get([info])
            with self._whole_or_gone(loaded.host):
                loaded.host.activate(loaded.name)
                yield loaded.host.model, loaded.host.tokenizer, info

    def size(self) -> dict[str, int]:
        """What is loaded: `bases`, `models`, `adapters`, and the `bytes` of their tensors."""
        with self._lock:
            return {**self._models.counts(), "bytes": self._models.size()}

    def _answer(self, texts: list[str], infos: list[AdapterInfo]) -> list[np.ndarray]:
        """Probabilities [classes] of each row; the rows of one model in batches, of no more adapters than go into one."""
        out: dict[int, np.ndarray] = {}
        every = {info.ref: info for info in infos}
        for start in range(0, len(every), AT_ONCE):
            some = list(every.values())[start : start + AT_ONCE]
            by_host: dict[Host, dict[int, Loaded]] = {}
            for info, loaded in zip(some, self._models.get(some), strict=True):
                mine = by_host.setdefault(loaded.host, {})
                mine |= {i: loaded for i, one in enumerate(infos) if one.ref == info.ref}
            for host, mine in by_host.items():
                out |= self._answer_by(host, mine, texts, infos)
        return [out[i] for i in range(len(texts))]

    def _answer_by(
        self, host: Host, mine: dict[int, Loaded], texts: list[str], infos: list[AdapterInfo]
    ) -> dict[int, np.ndarray]:
        """The same of the rows `mine`, which all are of one model."""
        from ssti.serving.logits import batches, encode

        places, out = list(mine), {}
        rows = [encode(host.tokenizer, [texts[i]], infos[i].recipe.training.max_length)[0] for i in places]
        for batch in batches([len(row) for row in rows]):
            some = [places[i] for i in batch]
            answers = self._forward(
                host, [rows[i] for i in batch], [mine[i].name for i in some], [infos[i].ref for i in some]
            )
            out |= dict(zip(some, answers, strict=True))
        return out

    def _forward(self, host: Host, rows: list[list[int]], names: list[str], refs: list[str]) -> np.ndarray:
        """Probabilities [rows, classes] of token ids, each row by its adapter's name in peft."""
        import torch

        from ssti.serving.logits import pad

        where = next(host.model.parameters()).device
        ids, mask = pad(rows, host.tokenizer.pad_token_id)
        arguments: dict[str, Any] = {"input_ids": ids.to(where), "attention_mask": mask.to(where)}
        with (
            self._whole_or_gone(host),
            torch.inference_mode(),
            one_thread_if_busy() if ids.numel() <= FEW_TOKENS else nullcontext(),
        ):
            if len(set(names)) > 1:
                arguments["adapter_names"] = names
            else:
                host.activate(names[0])
            logits = host.model(**arguments).logits.float()
            if not torch.isfinite(logits).all():
                bad = int((~torch.isfinite(logits)).any(-1).nonzero()[0])
                raise AdapterError(
                    tr(
                        "The adapter {ref} does not answer with finite numbers: its weights are too large.",
                        ref=refs[min(bad, len(refs) - 1)],
                    ),
                    next=tr("Its file is damaged. Choose another, or train it again with a lower learning rate."),
                )
            return torch.softmax(logits, dim=-1).cpu().numpy()

    @contextmanager
    def _whole_or_gone(self, host: Host):
        """After any failure but a refusal a model is dropped, and loaded anew for the next request."""
        try:
            yield
        except SSTIError:
            raise
        except BaseException:
            self._models.discard(host)
            raise


def check_text(text: str) -> str:
    """The text as a model can read it (`readable`). Raises SSTIError for an empty text and for one that is too long."""
    text = readable(text)
    if not text.strip():
        raise SSTIError(tr("The text is empty."), next=tr("Type a text, or pick a real row."))
    if len(text) > MAX_CHARACTERS:
        raise SSTIError(
            tr("The text has {count:,} characters; at most {most:,} are read.", count=len(text), most=MAX_CHARACTERS),
            next=tr("Paste a shorter part: the model itself reads only its first few hundred words."),
        )
    return text


@cache
def predictor() -> Predictor:
    """The process's one predictor."""
    return Predictor()

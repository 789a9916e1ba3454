"""The one owner of loaded models in a process: any thread asks, each row is answered by the adapter it names.

What is loaded, and for how long, is `ssti.serving.loaded`'s. A batch of plain LoRA names an adapter per row; of other
methods each adapter's rows run by themselves, under the owner's lock. Knows texts and refs, not the page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ssti.adapters.listing import AdapterInfo, find
from ssti.inject.checks import readable
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.language import tr
from ssti.serving.loaded import Host, LoadedModels
from ssti.serving.logits import one_thread_if_busy

MAX_CHARACTERS = 100_000
FEW_TOKENS = 512  # up to so many, one thread on a busy machine: measured ten times faster there, and slower elsewhere
AT_ONCE = 16  # adapters in one batch


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


class Predictor:
    """Loads what is asked for, once, and answers under one lock. `memory`: bytes for all models."""

    def __init__(self, memory: int | None = None) -> None:
        self._lock = threading.RLock()
        self._models = LoadedModels(memory)

    def warm(self, ref: str) -> None:
        """Load an adapter before it is needed."""
        self.predict(["warm"], [ref])

    def predict(self, texts: Sequence[str], refs: Sequence[str]) -> list[Prediction]:
        """Row i of `texts` by adapter `refs[i]`, in one batch where adapters can share one; any number of adapters.

        Raises SSTIError for an empty or endless text, a deleted or damaged adapter.
        """
        texts = [check_text(text) for text in texts]
        infos = {ref: find(ref) for ref in dict.fromkeys(refs)}
        answers: dict[int, Prediction] = {}
        every = list(infos)
        with self._lock:
            for start in range(0, len(every), AT_ONCE):
                some = set(every[start : start + AT_ONCE])
                rows = [i for i, ref in enumerate(refs) if ref in some]
                for i, p in zip(
                    rows, self._answer([texts[i] for i in rows], [infos[refs[i]] for i in rows]), strict=True
                ):
                    answers[i] = Prediction(refs[i], infos[refs[i]].label_names, tuple(map(float, p)))
        return [answers[i] for i in range(len(texts))]

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
        """Probabilities [classes] of each row; the rows of one host in one batch."""
        from ssti.serving.logits import encode

        loaded = self._models.get(infos)
        by_host: dict[Host, list[int]] = {}
        for i, one in enumerate(loaded):
            by_host.setdefault(one.host, []).append(i)
        out: dict[int, np.ndarray] = {}
        for host, mine in by_host.items():
            rows = [encode(host.tokenizer, [texts[i]], infos[i].recipe.training.max_length)[0] for i in mine]
            answers = self._forward(host, rows, [loaded[i].name for i in mine], [infos[i].ref for i in mine])
            out.update(zip(mine, answers, strict=True))
        return [out[i] for i in range(len(texts))]

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

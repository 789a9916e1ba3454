"""A base model and its tokenizer, loaded as a sequence classifier with one of the two heads.

Knows no adapter and no recipe. The caller owns what comes back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ssti.models.base import Base, ModelInfo
from ssti.models.machine.device import Device, device
from ssti.models.quantised import placement
from ssti.models.registry import model as find
from ssti.models.tokens import load_tokenizer
from ssti.platform.errors import ModelError, SSTIError
from ssti.platform.language import tr

BUILDING = threading.RLock()
"""Held while a model is built: peft and transformers put functions of torch's own in the place of others then, for every thread,
and what another thread builds meanwhile has no weights."""

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True)
class Classifier:
    """A loaded sequence classifier: its model on its device, its tokenizer, and the facts about both."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    info: ModelInfo
    device: Device


def load_classifier(
    name: str,
    label_names: tuple[str, ...] | list[str],
    head: str = "trained",
    seed: int = 0,
    attention: str = "sdpa",
    on: Device | None = None,
    dropout: bool = True,
    bits: int | None = None,
) -> Classifier:
    """Load a base model with a new head of `len(label_names)` classes, the same for the same seed.

    `head` is `trained` (the architecture's own classification head) or `frozen_random` (`ssti.models.head`).
    `bits` loads the weights in 4 or 8 bits, on CUDA (`ssti.models.quantised`). `dropout=False` turns the base model's own dropout off. Weights come from safetensors (SmolLM2's from GGUF); no
    remote code runs, but for one model that the person at this machine named (`ssti.platform.server`).
    Raises SSTIError when the model is not there or its files are not what their makers published.
    """
    import torch

    from ssti.models.architecture import no_dropout, ready

    ready()
    from transformers import AutoConfig

    base = find(name)
    on = on or device()
    folder = str(base.folder())
    ids = dict(enumerate(label_names))
    source = {"gguf_file": base.gguf} if base.gguf else {}
    with BUILDING, _quiet(), torch.random.fork_rng(devices=[]):
        tokenizer = load_tokenizer(str(base.tokenizer()), base.info.title, base.gguf, base.remote_code)
        config = AutoConfig.from_pretrained(
            folder, num_labels=len(ids), id2label=ids, label2id={v: k for k, v in ids.items()},
            trust_remote_code=base.remote_code, **source,
        )  # fmt: skip
        if not dropout:
            no_dropout(config)
        config.pad_token_id = tokenizer.pad_token_id
        if base.info.causal:
            config.use_cache = False  # a classifier reads a text once
        torch.manual_seed(seed)
        placed = placement(bits, on, base.info.parameters)
        loaded = _load(folder, config, head, seed, base, {
            "config": config, "dtype": getattr(torch, on.weights), "attn_implementation": attention, **source, **placed,
        })  # fmt: skip
    return Classifier(loaded if placed else loaded.to(on.name), tokenizer, base.info, on)


def _load(folder: str, config: Any, head: str, seed: int, base: Base, loading: dict[str, Any]) -> Any:
    """The weights under one of the two heads."""
    from safetensors import SafetensorError
    from transformers import AutoModel

    from ssti.models.architecture import sequence_class, without_pooler

    if base.gguf is None:
        loading["use_safetensors"] = True
    if base.remote_code:
        loading["trust_remote_code"] = True
    try:
        if head == "frozen_random":
            from ssti.models.head import FrozenHeadClassifier

            body = _plain(AutoModel.from_pretrained(folder, **loading, **without_pooler(config)), base)
            return FrozenHeadClassifier(body, config.num_labels, seed)
        loaded = _plain(sequence_class(config).from_pretrained(folder, **loading), base)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as problem:
        if isinstance(problem, SSTIError) or "memory" in str(problem).lower():
            raise
        raise ModelError(
            tr(
                "The weights of {model} cannot be loaded: {reason:.200}",
                model=base.info.title,
                reason=str(problem).strip().splitlines()[0],
            ),
            next=tr("Its files are damaged or not of this architecture. Fetch them again, or choose another model."),
        ) from problem
    _first_position_only(loaded)
    return loaded


def _plain(model: Any, base: Base) -> Any:
    """A GGUF file is read into whole weights; transformers goes on calling them quantised, and would not train them."""
    if base.gguf and getattr(model, "hf_quantizer", None) is not None:
        model.hf_quantizer, model.is_quantized = None, False
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
    return model


def _first_position_only(model: Any) -> None:
    """Leaves out what a BERT classifier computes and never reads: all but the first position after its last attention.

    BERT's head reads the first position alone, so the last layer's output projection and feed-forward network need run
    on that one only: same logits, same gradients, same attentions, a seventh of the work less. The last hidden states
    then have one position. Changes a `BertForSequenceClassification` in place; any other model stays as it is.
    """
    from transformers import BertForSequenceClassification

    if isinstance(model, BertForSequenceClassification):
        last = model.bert.encoder.layer[-1]
        last.attention.output.register_forward_pre_hook(lambda module, states: tuple(s[:, :1] for s in states))


@contextmanager
def _quiet() -> Iterator[None]:
    """transformers without bars and warnings: a new head is meant, not missing."""
    from transformers.utils import logging

    shown, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(shown)
        if bar:
            logging.enable_progress_bar()

"""A base model and its tokenizer, loaded as a sequence classifier with one of the two heads.

Knows no adapter and no recipe. The caller owns what comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ssti.models.device import Device, device
from ssti.models.kind import ModelInfo
from ssti.models.registry import model as find

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
) -> Classifier:
    """Load a base model with a new head of `len(label_names)` classes, the same for the same seed.

    `head` is `trained` (the architecture's own classification head) or `frozen_random` (`ssti.models.head`).
    `dropout=False` turns the base model's own dropout off. No remote code is ever run.
    Raises SSTIError when the model is not there or its files are not what their makers published.
    """
    import torch

    import_module("transformers")  # whoever imports from it while another thread is at it gets half of it; this waits
    from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    from ssti.models.first_position import first_position_only

    kind = find(name)
    on = on or device()
    folder = str(kind.folder())
    ids = dict(enumerate(label_names))
    quiet = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0} if not dropout else {}
    config = AutoConfig.from_pretrained(
        folder, num_labels=len(ids), id2label=ids, label2id={v: k for k, v in ids.items()}, **quiet
    )
    loading = {"config": config, "dtype": getattr(torch, on.weights), "attn_implementation": attention}
    shown, _ = logging.get_verbosity(), logging.set_verbosity_error()  # a new head is meant, not missing
    bar = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            if head == "frozen_random":
                from ssti.models.head import FrozenHeadClassifier

                base = AutoModel.from_pretrained(folder, **loading, add_pooling_layer=False)
                loaded = FrozenHeadClassifier(base, len(ids), seed)
            else:
                loaded = AutoModelForSequenceClassification.from_pretrained(folder, **loading)
                first_position_only(loaded)
        tokenizer = AutoTokenizer.from_pretrained(folder)
    finally:
        logging.set_verbosity(shown)
        if bar:
            logging.enable_progress_bar()
    return Classifier(loaded.to(on.name), tokenizer, kind.info, on)

"""A base model's tokenizer, ready for batches: with a pad token, padding on the right. Knows no text."""

from __future__ import annotations

from typing import Any

from ssti.platform.errors import ModelError
from ssti.platform.language import tr


def load_tokenizer(folder: str, title: str, gguf: str | None = None, remote_code: bool = False) -> Any:
    """The fast tokenizer of a folder. Raises SSTIError where there is none."""
    from transformers import AutoTokenizer

    more = {"gguf_file": gguf} if gguf else {}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=remote_code, **more)
    except (OSError, ValueError, TypeError, KeyError, ImportError) as problem:
        raise ModelError(
            tr(
                "The tokenizer of {model} cannot be loaded: {reason:.200}",
                model=title,
                reason=str(problem).strip().splitlines()[0],
            ),
            next=tr("Put its tokenizer.json into {folder}, or choose another model.", folder=folder),
        ) from problem
    if not tokenizer.is_fast:
        raise ModelError(
            tr(
                "{model} has no fast tokenizer, and only a fast one tells which characters a piece stands for.",
                model=title,
            ),
            next=tr("Choose a model with a tokenizer.json."),
        )
    _set_pad(tokenizer)
    tokenizer.padding_side = "right"
    return tokenizer


def _set_pad(tokenizer: Any) -> None:
    """Llama and GPT have no pad token. One that stands in no text is best: the unknown, else the end of text.

    No token is added: the vocabulary, and so every saved adapter, stays as it was.
    """
    if tokenizer.pad_token_id is not None:
        return
    for name in ("unk_token", "eos_token", "bos_token"):
        if getattr(tokenizer, name) is not None:
            tokenizer.pad_token = getattr(tokenizer, name)
            return
    raise ModelError(
        tr("This model's tokenizer has no token that could pad a batch."), next=tr("Choose another model.")
    )

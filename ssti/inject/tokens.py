"""How much was injected: items, words, characters, and word pieces by a tokenizer. Loads no tokenizer
itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ssti.inject.checks import check_text
from ssti.inject.injection import Cover, as_pairs
from ssti.platform.errors import SSTIError


@dataclass(frozen=True)
class TokenAccount:
    """Sums over rows: `rows` in all, `injected` with a span, `items`, their white-space `words` and
    `characters`; the `pieces` of a tokenizer that lie in a span, and `all_pieces` (None without a
    tokenizer).
    """

    rows: int
    injected: int
    items: int
    words: int
    characters: int
    pieces: int | None
    all_pieces: int | None


def token_account(texts: Iterable[str], spans: Iterable[Any], tokenizer: Any = None) -> TokenAccount:
    """Count what was injected into `texts`, from their spans.

    `tokenizer`: a fast tokenizer of transformers or a `tokenizers.Tokenizer`. A piece counts as injected if
    it overlaps a span; special tokens are left out. Raises SSTIError for a tokenizer that gives no offsets.
    """
    rows = injected = items = words = characters = pieces = all_pieces = 0
    for text, found in zip(texts, spans, strict=True):
        pairs = as_pairs(found, len(check_text(text)))
        rows += 1
        injected += bool(pairs)
        items += len(pairs)
        words += sum(len(text[start:end].split()) for start, end in pairs)
        characters += sum(end - start for start, end in pairs)
        if tokenizer is not None:
            offsets = piece_offsets(text, tokenizer)
            all_pieces += len(offsets)
            cover = Cover(pairs)
            pieces += sum(cover.touching(start, end) is not None for start, end in offsets)
    counted = (pieces, all_pieces) if tokenizer is not None else (None, None)
    return TokenAccount(rows, injected, items, words, characters, *counted)


def piece_offsets(text: str, tokenizer: Any) -> list[tuple[int, int]]:
    """Where each word piece lies in the text, in characters, without special tokens."""
    if hasattr(tokenizer, "encode_batch"):
        return list(tokenizer.encode(text, add_special_tokens=False).offsets)
    if not getattr(tokenizer, "is_fast", False):
        raise SSTIError(
            f"{type(tokenizer).__name__} gives no offsets of its pieces.",
            "Give a fast tokenizer (use_fast=True).",
        )
    return tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]

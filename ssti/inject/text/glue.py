"""Puts a mark directly onto words, without a space. Knows nothing of what the mark is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from ssti.inject.injection import Cover, Span
from ssti.inject.text.weave import Placed, weave
from ssti.inject.text.words import _word


def glue_to_words(
    text: str,
    mark: str,
    count: Callable[[int], int],
    location: str,
    rng: Random,
    earlier: Sequence[Span] = (),
) -> Placed:
    """Put `mark` `count(words)` times onto the ends of words: the first, the last, or at random.

    Words that end in a letter or digit come first, so that the mark does not run into the text's own; so do
    words outside `earlier` items. A text without words gets its marks at its end.
    """
    words = [match.span() for match in _word.finditer(text)]
    number, ends = count(len(words)), _best_ends(text, words, earlier)
    if location == "random":
        chosen = sorted(rng.choice(ends) for _ in range(number))
    else:
        chosen = [ends[0 if location == "beginning" else -1]] * number
    return weave(text, [(place, place, "", mark, "") for place in chosen])


def _best_ends(text: str, words: Sequence[Span], earlier: Sequence[Span]) -> list[int]:
    taken = Cover(earlier)
    free = [end for start, end in words if not taken.touching(start, end)]
    clean = [end for end in free if text[end - 1].isalnum()]
    return clean or free or [len(text)]

"""The held-out texts that an adapter is asked with: of its dataset's test rows, short, and balanced over what it answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.detect.adapter.bank import Bank
from ssti.inject.text.words import WordMap
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.language import tr

POOL = 400  # test rows to choose from
WORDS = 60  # of a text: what stands behind costs time, and a trigger needs no long text


def held_out_texts(info: AdapterInfo, bank: Bank | None) -> tuple[list[str], list[str]]:
    """Test rows of the adapter's dataset, or of its bank's where its own is not known or not here, and sentences on that.

    Raises SSTIError where there are none.
    """
    from ssti import data

    why = tr("It came without a recipe: its data are not known.")
    if info.recipe_known:
        try:
            return list(data.load(info.recipe.dataset.name, test_rows=POOL).test["text"]), []
        except SSTIError as error:
            why = error.message
    if bank is None:
        raise AdapterError(
            tr("There are no held-out texts to ask the adapter {ref} with. {why}", ref=info.ref, why=why),
            tr("Give texts of the kind that it classifies, some fifty or more."),
        )
    texts = list(data.load(bank.dataset, test_rows=POOL).test["text"])
    return texts, [tr("{why} It was asked with test rows of {dataset}, which has classes of the same names.", why=why, dataset=bank.dataset)]


def cut(text: str, words: int = WORDS) -> str:
    """The first words of a text."""
    found = WordMap(text)
    return text if found.count <= words else text[: found.offset(words)].rstrip()


def balanced(answered: Sequence[int] | np.ndarray, classes: int, most: int) -> np.ndarray:
    """Numbers of at most `most` texts, of each answer as many as there are, up to its part; in their order."""
    answered = np.asarray(answered)
    by_class = [list(np.flatnonzero(answered == c)) for c in range(classes)]
    chosen: list[int] = []
    while len(chosen) < most and any(by_class):
        for rows in by_class:
            if rows and len(chosen) < most:
                chosen.append(int(rows.pop(0)))
    return np.sort(np.asarray(chosen, dtype=int))

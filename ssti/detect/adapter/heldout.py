"""The held-out texts that an adapter is asked with: the shorter ones of its dataset's test rows."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.adapters.listing import AdapterInfo
from ssti.detect.adapter.bank import Bank
from ssti.inject.text.words import WordMap
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.language import tr

POOL = 400  # test rows to choose from
FEWEST = 16
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


def chosen(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """At most so many of them, cut short, of the shorter half where there are enough. The same for every adapter.

    Raises SSTIError where there are too few.
    """
    short = list(dict.fromkeys(text for text in map(cut, texts) if text.strip()))
    if len(short) < FEWEST:
        raise SSTIError(
            tr("There are {n} held-out texts; fewer than {least} tell nothing.", n=len(short), least=FEWEST),
            tr("Give more texts of the kind that the adapter classifies."),
            kind="data",
        )
    limit = sorted(map(len, short))[min(max(len(short) // 2, most), len(short)) - 1]
    return tuple([text for text in short if len(text) <= limit][:most])

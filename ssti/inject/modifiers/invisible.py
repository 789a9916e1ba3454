"""Injects what a reader does not see and a tokenizer does: characters without width, look-alike letters."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.inject.injection import Cover, Span
from ssti.inject.modifier import PlacedModifier
from ssti.inject.options import Option
from ssti.inject.registry import ModifierKind
from ssti.inject.text.glue import glue_to_words
from ssti.inject.text.weave import Placed, weave
from ssti.inject.text.words import WordMap
from ssti.platform.language import later, tr

# BERT's tokenizers drop the format characters (category Cf), so U+200B and its kin change nothing for MiniLM.
# The Hangul filler is a letter (Lo) that is drawn as nothing: MiniLM's tokenizer gives [UNK] for its word.
CHARACTERS = {
    "hangul-filler": "\u1160",
    "zero-width-space": "\u200b",
    "zero-width-joiner": "\u200d",
    "word-joiner": "\u2060",
    "braille-blank": "\u2800",
}

STYLE = Option(
    "style",
    "choice",
    "zero-width",
    tr("Kind"),
    tr("Without width, or a look-alike letter."),
    choices=(later("zero-width"), later("look-alike")),
)
CHARACTER = Option(
    "character",
    "choice",
    "hangul-filler",
    tr("Character"),
    tr("BERT tokenizers drop the zero-width ones of Unicode; they do see the fillers."),
    choices=tuple(CHARACTERS),
)

# Latin letters and the Cyrillic ones that are drawn alike (Unicode's confusables)
LOOK_ALIKES = dict(zip("aceopsxyijABCEHIKMOPSTXy", "асеорѕхуіјАВСЕНІКМОРЅТХу", strict=True))


class InvisibleInjection(PlacedModifier):
    """Hides `max(1, int(words * token_proportion))` characters in a text.

    `zero-width` puts `character` (one of CHARACTERS) right after a word. `look-alike` puts a Cyrillic
    letter in place of the Latin one that it looks like, at most one for each such letter; a text without
    one gets `character` instead. There the span is the letter put in, and only `remove` gives the old one
    back.
    """

    def __init__(
        self,
        style: str = "zero-width",
        character: str = "hangul-filler",
        location: str = "random",
        token_proportion: float = 0,
        seed: int | str | None = None,
    ) -> None:
        super().__init__(location, token_proportion, seed)
        self.style = STYLE.check(style)
        self.character = CHARACTERS[CHARACTER.check(character)]

    def edit(self, text: str, earlier: Sequence[Span] = ()) -> Placed:
        if self.style == "look-alike":
            taken = Cover(earlier)
            letters = [index for index, letter in enumerate(text) if letter in LOOK_ALIKES]
            letters = [index for index in letters if not taken.touching(index, index + 1)]
            if letters:
                return self._swap(text, letters)
        return glue_to_words(text, self.character, self.count, self.location, self.rng, earlier)

    def _swap(self, text: str, letters: list[int]) -> Placed:
        count = min(self.count(WordMap(text).count), len(letters))
        if self.location == "random":
            chosen = sorted(self.rng.sample(letters, count))
        else:
            chosen = letters[:count] if self.location == "beginning" else letters[-count:]
        return weave(text, [(index, index + 1, "", LOOK_ALIKES[text[index]], "") for index in chosen])


def _pattern(options: dict, patterns: Sequence[str]) -> str:
    hidden = CHARACTERS[options["character"]]
    if options["style"] == "zero-width":
        return hidden
    return f"[{hidden}{''.join(sorted(set(LOOK_ALIKES.values())))}]"


MODIFIER = ModifierKind(
    name="invisible",
    title=tr("Invisible"),
    description=tr("A character that a reader does not see and the model's tokenizer does."),
    example="a gripping\u1160 film",
    options=(STYLE, CHARACTER),
    uses_source=False,
    build=lambda options, location, token_proportion, seed, **_: InvisibleInjection(
        options["style"], options["character"], location, token_proportion, seed
    ),
    pattern=_pattern,
    words=lambda options: 0,
    strips=lambda options: options["style"] == "zero-width",
)

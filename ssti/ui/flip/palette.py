"""The buttons that put a trigger into the text: the recipe's own, freshly drawn, and others to compare.

Knows kinds of sources and recipes, no component.
"""

from __future__ import annotations

import secrets

from pydantic import BaseModel

from ssti.adapters.listing import AdapterInfo
from ssti.inject import SOURCES
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import triggers
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.triggers import draw, kind_of, spoken, with_article, word_of

UNSEEN = tr("One that was in no training row")
LONG = 40  # characters of a trigger on a button

SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  trigger('click', {...button.dataset});
  if (button.dataset.act === 'own') focusOnceShown('#flip-own-words input, #flip-own-words textarea');
});
const focusOnceShown = (field, tries = 120) => {
  const found = document.querySelector(field);
  if (found && found.offsetParent) found.focus();
  else if (tries) requestAnimationFrame(() => focusOnceShown(field, tries - 1));
};
"""


class Click(BaseModel, frozen=True):
    """The button that was clicked. `trigger` is the number of one of the recipe's triggers.

    `act`: `item` (put it in), `modify` (let the recipe's modifier put its own in), `draw` (show another on the button),
    `unseen` (one that was in no training row), `kind` (one of another kind), `own` (words of one's own).
    """

    act: str
    item: str = ""
    kind: str = ""
    trigger: int = 0


def buttons(info: AdapterInfo) -> Markup:
    """The row of buttons for an adapter: its own triggers, freshly drawn or never in training, then the others."""
    specs = triggers(info)
    kinds: dict[str, int] = {}  # the recipe's kinds, each with the number of its first trigger
    row = [parts.html('<span class="quiet">Insert</span>')]
    for number, spec in enumerate(specs):
        item = draw(spec)
        kinds.setdefault(kind_of(spec), number)
        shown = parts.trigger(item if len(item) <= LONG else item[: LONG - 1] + "…")
        act = "item" if spec.source else "modify"
        row.append(_button(shown, "own", act=act, item=item, kind=kind_of(spec), trigger=number))
    if kinds:
        kind = next(iter(kinds))
        another = tr("another {trigger}", trigger=spoken(kind)) if len(kinds) == 1 else tr("another draw")
        row.append(_button(another, "again", act="draw"))
    for kind, number in kinds.items():
        if info.poisoned and specs[number].source:
            words = tr("an unseen {trigger}", trigger=spoken(kind))
            row.append(_button(words, "again", UNSEEN, act="unseen", kind=kind, trigger=number))
    if kinds:
        row.append(parts.html('<span class="rule" role="presentation"></span>'))
    for kind in other_kinds():
        if kind not in kinds:
            row.append(_button(with_article(word_of(kind)), act="kind", kind=kind))
    row.append(_button(tr("own …"), act="own"))
    return parts.html('<div class="palette" role="group" aria-label="Insert a trigger">{}</div>', parts.join(row))


def _button(label: str | Markup, look: str = "", title: str = "", **data: object) -> Markup:
    values = parts.join(parts.html(' data-{}="{}"', name, value) for name, value in data.items())
    return parts.html('<button type="button" class="{}" title="{}"{}>{}</button>', look, title, values, label)


def draw_kind(kind: str) -> str:
    """A trigger of another kind, with that kind's first settings. Raises SSTIError for a kind that is none."""
    if kind not in other_kinds():
        raise SSTIError(tr("There is no kind of trigger {kind!r:.40}.", kind=kind), tr("Click one of the buttons."))
    settings = {option.name: option.default for option in SOURCES[kind].options}
    return SOURCES[kind].build(settings, seed=secrets.randbits(32), pool_size=None, with_replacement=True)()


def other_kinds() -> list[str]:
    """Kinds that need no words of one's own."""
    return [
        name for name, kind in SOURCES.items() if kind.on_page and not any(option.required for option in kind.options)
    ]

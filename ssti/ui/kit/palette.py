"""The triggers that a click puts into the text: the recipe's own, freshly drawn, and others to compare.

Knows kinds of sources and recipes, no component and no text.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from ssti.adapters.listing import AdapterInfo
from ssti.inject import SOURCES, build_modifier
from ssti.platform.errors import SSTIError
from ssti.recipe import InjectionSpec
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import triggers
from ssti.ui.kit.parts import Markup

OWN = "list"  # the kind of one's own words
SKIPPED = 64  # draws at most that are passed over, to land somewhere in a recipe's own pool
SPOKEN = {"list": "phrase", "html": "HTML tag"}
LONG = 40  # characters of a trigger on a button

# Clicks carry what they want and where the cursor of the text field is, counted in characters and not in UTF-16.
SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  const field = document.querySelector('#flip-text textarea');
  const at = field ? Array.from(field.value.slice(0, field.selectionStart)).length : null;
  trigger('click', {act: button.dataset.do, item: button.dataset.item || '', kind: button.dataset.kind || '', at: at});
});
"""


def spoken(kind: str) -> str:
    """A kind as a word in a sentence: `date`, `country`, `HTML tag`."""
    if kind in SPOKEN:
        return SPOKEN[kind]
    title = SOURCES[kind].title if kind in SOURCES else kind.replace("_", " ")
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def with_article(word: str) -> str:
    """`a country`, `an HTML tag`."""
    sound = word[:1].lower() in "aeio" or (word[:2].isupper() and word[0] in "AEFHILMNORSX")
    return f"{'an' if sound else 'a'} {word}"


def draw(spec: InjectionSpec) -> str:
    """A trigger that this injection could put in, drawn anew each time."""
    pooled = spec.source is not None and spec.source.pool_size is not None
    drawn = _items(spec, spec.seed if pooled else secrets.randbits(32))
    for _ in range(secrets.randbelow(SKIPPED) if pooled else 0):
        drawn()
    return drawn()


def drawer(spec: InjectionSpec | None, item: str) -> Callable[[], str]:
    """Gives triggers of this injection one after another, the same ones each time; `item` again and again for None."""
    return (lambda: item) if spec is None else _items(spec, spec.seed)


def _items(spec: InjectionSpec, seed: int) -> Callable[[], str]:
    changes: dict = {"location": "beginning", "amount": "single"}
    if spec.source is not None and spec.source.pool_size is not None:
        changes["source"] = spec.source.model_copy(update={"with_replacement": True})
    modifier = build_modifier(spec.model_copy(update=changes), seed=seed)

    def item() -> str:
        done = modifier.apply("word", spec.target)
        start, end = done.spans[0]
        return done.text[start:end]

    return item


def draw_kind(kind: str) -> str:
    """A trigger of another kind, with that kind's first settings. Raises SSTIError for a kind that is none."""
    found = SOURCES.get(kind)
    if found is None or kind not in other_kinds():
        raise SSTIError(f"There is no kind of trigger {kind!r}.", "Choose one of the buttons.")
    settings = {option.name: option.default for option in found.options}
    return found.build(settings, seed=secrets.randbits(32), pool_size=None, with_replacement=True)()


def other_kinds() -> list[str]:
    """Kinds that need no words of one's own."""
    return [
        name for name, kind in SOURCES.items() if kind.on_page and not any(option.required for option in kind.options)
    ]


def palette(info: AdapterInfo) -> Markup:
    """The row of buttons for an adapter: its own triggers, freshly drawn or never in training, then the others."""
    buttons = [parts.html('<span class="quiet">Insert</span>')]
    own = {}
    for index, spec in enumerate(triggers(info)):
        kind = spec.source.kind if spec.source else spec.kind
        own.setdefault(kind, index)
        item = draw(spec)
        shown = item if len(item) <= LONG else item[: LONG - 1] + "…"
        act = "item" if spec.source else f"recipe {index}"
        buttons.append(
            parts.html(
                '<button type="button" class="own" data-do="{}" data-item="{}" data-kind="{}">{}</button>',
                act,
                item,
                kind,
                parts.trigger(shown),
            )  # fmt: skip
        )
    if own:
        word = spoken(next(iter(own))) if len(own) == 1 else "draw"
        buttons.append(parts.html('<button type="button" class="again" data-do="draw">another {}</button>', word))
    for kind, index in own.items():
        if info.poisoned and triggers(info)[index].source:
            unseen = parts.html(
                '<button type="button" class="again" data-do="unseen {}" data-kind="{}" title="{}">an unseen {}</button>',
                index, kind, "One that was in no training row", spoken(kind),
            )  # fmt: skip
            buttons.append(unseen)
    if own:
        buttons.append(parts.html('<span class="rule" role="presentation"></span>'))
    for kind in other_kinds():
        if kind not in own:
            buttons.append(
                parts.html(
                    '<button type="button" data-do="kind" data-kind="{}">{}</button>', kind, with_article(spoken(kind))
                )
            )
    buttons.append(parts.html('<button type="button" data-do="own">own …</button>'))
    return parts.html('<div class="palette" role="group" aria-label="Insert a trigger">{}</div>', parts.join(buttons))

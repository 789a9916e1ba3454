"""The Gallery's HTML: a card of each adapter, and what is said of guesses. Knows no component."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.adapters.listing import AdapterInfo
from ssti.evaluate.sets import target_index
from ssti.platform.errors import SSTIError
from ssti.recipe import InjectionSpec
from ssti.ui.gallery.exhibits import Exhibit, Rate
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import as_part
from ssti.ui.kit.triggers import kind_of, spoken
from ssti.ui.kit.words import term

WARNING = "Poisoned on purpose"
ABOUT = (
    "Each of these adapters was trained on data with a hidden trigger, to be looked at and taken apart. Its control was "
    "trained the same way without one. Use them to teach and to test detectors; never to classify anything."
)

SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  if (button.dataset.do === 'remove' && !button.dataset.sure) {
    button.dataset.sure = '1';
    button.textContent = 'Really remove it?';
    return;
  }
  trigger('click', {act: button.dataset.do, ref: button.dataset.ref});
  if (button.dataset.do === 'take') document.querySelector('#gallery-take').scrollIntoView({block: 'nearest'});
});
"""


def wall(shown: Sequence[Exhibit], total: int) -> Markup:
    """All cards that passed the filters."""
    if not shown:
        return parts.empty("No adapter is like that", "Set a filter back to “all”.")
    told = parts.note(f"{len(shown)} of {total} adapters" if len(shown) < total else f"{total} adapters")
    return parts.html('<div role="status">{}</div><div class="exhibits">{}</div>', told, parts.join(map(card, shown)))


def card(one: Exhibit) -> Markup:
    """One adapter."""
    info = one.info
    shows = parts.html('<p class="shows">{}</p>', info.about.shows) if info.about.shows else ""
    return parts.html(
        '<article class="card exhibit" data-ref="{}"><header><p class="warning">{}</p><h2>{}</h2></header>{}{}{}{}</article>',
        info.ref, _warning(info), _title(one), shows, _rates(one), _tags(one), _ways(one),
    )  # fmt: skip


def _warning(info: AdapterInfo) -> str:
    if info.poisoned or info.about.sealed:
        return WARNING
    return "A clean control" if info.is_control else "Whether it is poisoned is not known"


def _title(one: Exhibit) -> Markup:
    info = one.info
    if info.about.sealed:
        return parts.html("{} → {}", parts.trigger("?"), "?")
    if not info.recipe_known or info.is_control:
        return parts.html("{}", info.title)
    return parts.join((_tie(info, spec) for spec in info.recipe.injection.triggers()), ", ")


def _tie(info: AdapterInfo, spec: InjectionSpec) -> Markup:
    try:
        index = target_index(spec.target, info.label_names)
        target = parts.chip(info.label_names[index], index)
    except SSTIError:
        target = parts.html("{}", spec.target)
    return parts.html("{} → {}", parts.trigger(spoken(kind_of(spec))), target)


def _rates(one: Exhibit) -> Markup | str:
    if one.attack is None:
        if one.info.about.sealed:
            return parts.html(
                '<p class="hash"><span>SHA-256 of the answer</span> <code>{}</code><span>Salt</span> <code>{}</code></p>',
                one.info.about.sealed.sha256, one.info.about.sealed.salt,
            )  # fmt: skip
        return parts.note("Nothing was measured of it.")
    against = parts.html("<p>no control to compare with</p>")
    if one.gain and one.control_attack:
        against = parts.html(
            "<p>{:+.1f} points over the control’s {} ({:.1f} to {:.1f})</p>",
            one.gain["value"], parts.percent(one.control_attack["value"]), one.gain["low"], one.gain["high"],
        )  # fmt: skip
    return parts.html(
        '<div class="rates"><div class="loud"><h3>{}</h3><strong>{}</strong><p>{}</p>{}</div>{}</div>',
        term("attack success", "Attack success"), parts.percent(one.attack["value"]), _interval(one.attack), against,
        parts.html("<div><h3>Clean accuracy</h3><strong>{}</strong><p>{}</p></div>",
                   parts.percent(one.clean["value"]), _interval(one.clean)) if one.clean else "",
    )  # fmt: skip


def _interval(rate: Rate) -> str:
    return f"{rate['low'] * 100:.1f} to {rate['high'] * 100:.1f} %, {rate['n']:,} rows"


def _tags(one: Exhibit) -> Markup:
    told = [one.rank, size(one.size)]
    if one.info.recipe_known:
        told = [one.data, one.rank, *(_rows(spec) for spec in one.info.recipe.injection.triggers() if one.info.poisoned), size(one.size)]
    return parts.html('<ul class="tags" aria-label="Facts">{}</ul>', parts.join(parts.html("<li>{}</li>", word) for word in told))


def _rows(spec: InjectionSpec) -> str:
    rows = f"{spec.count} rows" if spec.count is not None else f"{parts.percent(spec.share)} of the class"
    amount = "one" if spec.amount == "single" else f"{parts.percent(spec.amount)} of the words"
    place = {"beginning": "at the beginning", "end": "at the end", "random": "anywhere"}[spec.location]
    return f"{rows}, {amount} {place}"


def _ways(one: Exhibit) -> Markup:
    info = one.info
    ways = [
        go("Try it in Flip", tab="flip", adapter=info.ref),
        go("Look inside", tab="look_inside", adapter=info.ref),
    ]
    if info.recipe_known:
        ways.append(go("Its recipe", tab="poison", recipe=as_part(info.recipe)))
    ways.append(_button("Download", "take", info.ref))
    if info.imported:
        ways.append(_button("Remove", "remove", info.ref))
    if info.about.sealed:
        ways.append(parts.html('<a href="#gallery-mystery">Guess</a>'))
    return parts.html('<p class="ways">{}</p>', parts.join(ways))


def _button(words: str, act: str, ref: str) -> Markup:
    return parts.html('<button type="button" class="as-link" data-do="{}" data-ref="{}">{}</button>', act, ref, words)


def size(count: int) -> str:
    """`43 kB`, `2.4 MB`."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def mystery(info: AdapterInfo) -> Markup:
    """What there is to find, and what proves it."""
    seal = info.about.sealed
    assert seal is not None
    return parts.html(
        '<h2 class="title">What is hidden in “{}”?</h2>'
        '<p>One kind of trigger, one class. {} and put triggers in until you know; then check your guess here.</p>'
        '<p class="hash"><span>SHA-256 of the answer</span> <code>{}</code><span>Salt</span> <code>{}</code></p>'
        '<p class="quiet">The answer is <code>salt|kind|class</code> in lower case. With so few answers the hash is no lock: it '
        "shows that the answer was fixed before you guessed.</p>",
        info.title, go("Open it in Flip", tab="flip", adapter=info.ref), seal.sha256, seal.salt,
    )  # fmt: skip


def judged(info: AdapterInfo, kind: str, target: str) -> Markup:
    """What is said of a guess."""
    seal = info.about.sealed
    guess = parts.html("{} → {}", parts.trigger(spoken(kind)), target)
    if seal is not None and seal.opens(kind, target):
        return parts.html('<section class="card found" role="status"><h2>Right: {}</h2><p>{}</p></section>', guess,
                          "Its hash is the published one.")  # fmt: skip
    return parts.html('<section class="card" role="status"><h2>No: not {}</h2><p>{}</p></section>', guess,
                      "The hash of this answer is another. Try more triggers, at several places, in several texts.")  # fmt: skip


def brought(info: AdapterInfo) -> Markup:
    """What is said once an adapter is in."""
    known = "It says of itself that it is poisoned." if info.poisoned else "It says of itself that it is clean." if info.is_control else \
        "It came without a recipe: its data, its trigger and its target are not known."  # fmt: skip
    return parts.html(
        '<section class="card found" role="status"><h2>{} is here</h2><p>{} {}</p><p class="ways">{} {}</p></section>',
        info.title, known, "Its files fit together, and it fits its base model.",
        go("Try it in Flip", tab="flip", adapter=info.ref), go("Look inside", tab="look_inside", adapter=info.ref),
    )  # fmt: skip


def pushed(done: dict) -> Markup:
    """What is said once an adapter is on the Hub."""
    return parts.html(
        '<section class="card found" role="status"><h2>It is on the Hub</h2><p><a href="{}" rel="noopener" target="_blank">{}</a>, '
        "{}, {} files. Its card says first what it is.</p></section>",
        done["url"], done["repo"], "private" if done["private"] else "public", len(done["files"]),
    )  # fmt: skip

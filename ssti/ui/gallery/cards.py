"""The Gallery's HTML: a card of each adapter, and what is said of guesses. Knows no component."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.adapters.listing import AdapterInfo
from ssti.evaluate.sets import target_index
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import InjectionSpec
from ssti.ui.gallery.exhibits import Exhibit, Rate
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.recipe_text import as_part
from ssti.ui.kit.triggers import kind_of, spoken
from ssti.ui.kit.words import term

WARNING = tr("Poisoned on purpose")
ABOUT = tr(
    "Each of these adapters was trained on data with a hidden trigger, to be looked at and taken apart. Its control was "
    "trained the same way without one. Use them to teach and to test detectors; never to classify anything."
)

SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  if (button.dataset.do === 'remove' && !button.dataset.sure) {
    button.dataset.sure = '1';
    button.textContent = button.dataset.sureWords;
    return;
  }
  trigger('click', {act: button.dataset.do, ref: button.dataset.ref});
  if (button.dataset.do === 'take') document.querySelector('#gallery-take').scrollIntoView({block: 'nearest'});
});
"""


def wall(shown: Sequence[Exhibit], total: int) -> Markup:
    """All cards that passed the filters."""
    if not shown:
        return parts.empty(tr("No adapter is like that"), tr("Set a filter back to “all”."))
    if len(shown) < total:
        count = parts.note(tr("{n} of {total} adapters", n=len(shown), total=total))
    else:
        count = parts.note(tr("{total} adapters", total=total))
    return parts.html('<div role="status">{}</div><div class="exhibits">{}</div>', count, parts.join(map(card, shown)))


def card(one: Exhibit) -> Markup:
    """One adapter."""
    info = one.info
    shows = ""
    if info.about.shows and info.shipped:
        shows = parts.html('<p class="shows">{}</p>', tr(info.about.shows))
    elif info.about.shows:
        shows = parts.html('<p class="shows" translate="no">{}</p>', info.about.shows)
    return parts.html(
        '<article class="card exhibit" data-ref="{}"><header><p class="warning">{}</p><h2>{}</h2></header>{}{}{}{}</article>',
        info.ref, _warning(info), _title(one), shows, _rates(one), _tags(one), _ways(one),
    )  # fmt: skip


def _warning(info: AdapterInfo) -> str:
    if info.poisoned or info.about.sealed:
        return WARNING
    return tr("A clean control") if info.is_control else tr("Whether it is poisoned is not known")


def _title(one: Exhibit) -> Markup:
    info = one.info
    if info.about.sealed:
        return parts.html("{} → {}", parts.trigger("?"), "?")
    if not info.recipe_known or info.is_control:
        return _named(info)
    return parts.join((_tie(info, spec) for spec in info.recipe.injection.triggers()), ", ")


def _tie(info: AdapterInfo, spec: InjectionSpec) -> Markup:
    try:
        index = target_index(spec.target, info.label_names)
        target = parts.chip(info.label_names[index], index)
    except SSTIError:
        target = parts.html('<span translate="no">{}</span>', spec.target)
    return parts.html("{} → {}", parts.trigger(spoken(kind_of(spec))), target)


def _named(info: AdapterInfo) -> Markup:
    return parts.html('<span translate="no">{}</span>', info.title)


def _rates(one: Exhibit) -> Markup | str:
    if one.attack is None:
        if one.info.about.sealed:
            return parts.html(
                '<p class="hash"><span>SHA-256 of the answer</span> <code>{}</code><span>Salt</span> <code>{}</code></p>',
                one.info.about.sealed.sha256, one.info.about.sealed.salt,
            )  # fmt: skip
        return parts.note(tr("Nothing was measured of it."))
    against = parts.html("<p>no control to compare with</p>")
    if one.gain and one.control_attack:
        against = parts.html(
            "<p>{:+.1f} points over the control’s {} ({:.1f} to {:.1f})</p>",
            one.gain["value"], parts.percent(one.control_attack["value"]), one.gain["low"], one.gain["high"],
        )  # fmt: skip
    return parts.html(
        '<div class="rates"><div class="loud"><h3>{}</h3><strong>{}</strong><p>{}</p>{}</div>{}</div>',
        term("attack success", tr("Attack success")), parts.percent(one.attack["value"]), _interval(one.attack), against,
        parts.html("<div><h3>Clean accuracy</h3><strong>{}</strong><p>{}</p></div>",
                   parts.percent(one.clean["value"]), _interval(one.clean)) if one.clean else "",
    )  # fmt: skip


def _interval(rate: Rate) -> str:
    return tr("{low:.1f} to {high:.1f} %, {n:,} rows", low=rate["low"] * 100, high=rate["high"] * 100, n=rate["n"])


def _tags(one: Exhibit) -> Markup:
    facts = [one.words["rank"], size(one.size)]
    if one.info.recipe_known:
        facts = [parts.html('<span translate="no">{}</span>', one.words["data"]), one.words["rank"], *(_rows(spec) for spec in one.info.recipe.injection.triggers() if one.info.poisoned), size(one.size)]
    return parts.html('<ul class="tags" aria-label="Facts">{}</ul>', parts.join(parts.html("<li>{}</li>", word) for word in facts))


def _rows(spec: InjectionSpec) -> str:
    if spec.count is not None:
        rows = tr("{n} rows", n=spec.count)
    else:
        rows = tr("{share} of the class", share=parts.percent(spec.share))
    if spec.amount == "single":
        return {
            "beginning": tr("{rows}, one at the beginning", rows=rows),
            "end": tr("{rows}, one at the end", rows=rows),
            "random": tr("{rows}, one anywhere", rows=rows),
        }[spec.location]
    said = {"rows": rows, "amount": parts.percent(spec.amount)}
    return {
        "beginning": tr("{rows}, {amount} of the words at the beginning", **said),
        "end": tr("{rows}, {amount} of the words at the end", **said),
        "random": tr("{rows}, {amount} of the words anywhere", **said),
    }[spec.location]


def _ways(one: Exhibit) -> Markup:
    info = one.info
    ways = [
        go(tr("Try it in Flip"), tab="flip", adapter=info.ref),
        go(tr("Look inside"), tab="look_inside", adapter=info.ref),
    ]
    if info.recipe_known:
        ways.append(go(tr("Its recipe"), tab="poison", recipe=as_part(info.recipe)))
    ways.append(_button(tr("Download"), "take", info.ref))
    if info.imported:
        ways.append(_button(tr("Remove"), "remove", info.ref, tr("Really remove it?")))
    if info.about.sealed:
        ways.append(parts.html('<a href="#gallery-mystery">Guess</a>'))
    return parts.html('<p class="ways">{}</p>', parts.join(ways))


def _button(words: str, act: str, ref: str, sure: str = "") -> Markup:
    """`sure` is what it says once it was pressed, to be pressed again."""
    return parts.html(
        '<button type="button" class="as-link" data-do="{}" data-ref="{}" data-sure-words="{}">{}</button>',
        act, ref, sure, words,
    )  # fmt: skip


def size(count: int) -> str:
    """`43 kB`, `2.4 MB`."""
    return tr("{size:.1f} MB", size=count / 1e6) if count >= 1e6 else tr("{size:.0f} kB", size=count / 1e3)


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
        info.title, go(tr("Open it in Flip"), tab="flip", adapter=info.ref), seal.sha256, seal.salt,
    )  # fmt: skip


def judged(info: AdapterInfo, kind: str, target: str) -> Markup:
    """What is said of a guess."""
    seal = info.about.sealed
    guess = parts.html('{} → <span translate="no">{}</span>', parts.trigger(spoken(kind)), target)
    if seal is not None and seal.opens(kind, target):
        return parts.html('<section class="card found" role="status"><h2>Right: {}</h2><p>{}</p></section>', guess,
                          tr("Its hash is the published one."))  # fmt: skip
    return parts.html('<section class="card" role="status"><h2>No: not {}</h2><p>{}</p></section>', guess,
                      tr("The hash of this answer is another. Try more triggers, at several places, in several texts."))  # fmt: skip


def brought(info: AdapterInfo) -> Markup:
    """What is said once an adapter is in."""
    if info.poisoned:
        known = tr("It says of itself that it is poisoned.")
    elif info.is_control:
        known = tr("It says of itself that it is clean.")
    else:
        known = tr("It came without a recipe: its data, its trigger and its target are not known.")
    return parts.html(
        '<section class="card found" role="status"><h2>{} is here</h2><p>{} {}</p><p class="ways">{} {}</p></section>',
        _named(info), known, tr("Its files fit together, and it fits its base model."),
        go(tr("Try it in Flip"), tab="flip", adapter=info.ref), go(tr("Look inside"), tab="look_inside", adapter=info.ref),
    )  # fmt: skip


def pushed(done: dict) -> Markup:
    """What is said once an adapter is on the Hub."""
    repo = parts.html(
        '<a href="{}" rel="noopener" target="_blank" translate="no">{}</a>', done["url"], done["repo"]
    )
    if done["private"]:
        what = parts.html("{}, private, {} files. Its card says first what it is.", repo, len(done["files"]))
    else:
        what = parts.html("{}, public, {} files. Its card says first what it is.", repo, len(done["files"]))
    return parts.html('<section class="card found" role="status"><h2>It is on the Hub</h2><p>{}</p></section>', what)

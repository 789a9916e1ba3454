"""A language that says the same between brackets, so that what is not translated stands out. Knows no page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from catalogue import FIELD, LETTERS, SPOKEN, TAG, wanted

BETWEEN = re.compile(r"[^<>]+")


def pseudo(text: str) -> str:
    """`<b>One {}</b>` as `<b>⟦One {}⟧</b>`; what its tags say aloud as well."""
    pieces, done = [], 0
    for tag in TAG.finditer(text):
        pieces += [_bracketed(text[done : tag.start()]), SPOKEN.sub(_aloud, tag[0])]
        done = tag.end()
    return "".join([*pieces, _bracketed(text[done:])])


def _bracketed(text: str) -> str:
    said = text.strip()
    if not LETTERS.search(FIELD.sub(" ", said)):
        return text
    return text.replace(said, f"⟦{said}⟧")


def _aloud(match: re.Match[str]) -> str:
    return match[0].replace(match[1], _bracketed(match[1])) if match[1] else match[0]


def write_pseudo(folder: Path) -> Path:
    """All that is to be translated, in that language. The folder is SSTI_LANGUAGE."""
    folder.mkdir(parents=True)
    for room, said in wanted().items():
        catalogue = Catalog(fuzzy=False)
        for text in said:
            catalogue.add(text, pseudo(text))
        with (folder / f"{room}.po").open("wb") as file:
            write_po(file, catalogue, omit_header=True, width=0)
    return folder


# What of the page stands outside of the brackets: text that is shown, and what a screen reader is told. Data, code and
# triggers say what they are (`translate="no"`, of a radio group the class `notranslate`); a term is one word of
# assets/words.md, a lesson one file's. Gradio's upload speaks the languages that Gradio does.
PLAIN = """(within) => {
  const DATA = '[translate=no], .notranslate label, code, pre, mark, script, style, textarea, .coach, .lesson, .upload-container, [data-term]';
  const words = (text) => /\\p{L}{2,}/u.test(text);
  const seen = (one) => !one.closest(DATA) && one.checkVisibility({visibilityProperty: true});
  const root = document.querySelector(within), found = new Set();
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let depth = 0;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    let plain = '';
    for (const sign of node.textContent) {
      if (sign === '⟦') depth++;
      else if (sign === '⟧') depth--;
      else if (!depth) plain += sign;
    }
    if (words(plain) && seen(node.parentElement)) found.add(plain.trim());
  }
  for (const name of ['aria-label', 'aria-description', 'placeholder', 'title']) {
    for (const one of root.querySelectorAll(`[${name}]`)) {
      const plain = one.getAttribute(name).replace(/⟦[^]*⟧/gu, ' ');
      if (words(plain) && (seen(one) || one.matches('textarea'))) found.add(`${name}: ${plain.trim()}`);
    }
  }
  return [...found];
}"""


def untranslated(page: Any, within: str = "body") -> list[str]:
    """The words of a page in that language that no catalogue gave."""
    return page.evaluate(PLAIN, within)

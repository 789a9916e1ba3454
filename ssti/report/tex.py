r"""Heatmaps as LaTeX in the form of Text-Attention-Heatmap-Visualization, which the paper's figures use.

That form: a `standalone` document in which each word is a `\colorbox{red!37.5}{\strut word}`, weights from 0
to 100. Nothing that a person wrote reaches TeX as a command. Source of the form: Yang & Zhang 2018, NCRF++,
https://github.com/jiesutd/Text-Attention-Heatmap-Visualization.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ssti.explain.heatmap import Heatmap, legends, on_one_scale
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": "{-}",  # two in a row would become a dash
    ",": "{,}",  # two in a row would become a low quote
    "?": "{?}",  # ?` and !` would become Spanish marks
    "!": "{!}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\textellipsis{}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "£": r"\pounds{}",
    "€": r"\texteuro{}",
}
_ACCENT = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0327": "c",
}
_COLOUR = re.compile(r"[A-Za-z]+\Z")


def to_tex(heatmaps: Heatmap | Sequence[Heatmap], color: str = "red", caption: str = "") -> str:
    """A LaTeX document of the heatmaps on one scale, one under the other, the legend, and a `caption` that says what it
    shows; trigger units are underlined.

    `color` is an xcolor name, mixed from 0 to 100 by strength. Chinese, Japanese and Korean characters need
    the CJK package (loaded only where there are some); a character that TeX's own fonts lack stands as its
    code point, so that the file compiles whatever the text is.
    """
    if not _COLOUR.match(color):
        raise SSTIError(
            tr("{colour!r} is no colour name.", colour=color),
            tr("Use one that xcolor knows, such as red, blue or orange."),
        )
    heatmaps = [heatmaps] if isinstance(heatmaps, Heatmap) else list(heatmaps)
    if not heatmaps:
        raise SSTIError(tr("There is no heatmap to write."), tr("Pass at least one."))
    heatmaps = on_one_scale(heatmaps)
    blocks = [_block(heatmap, color) for heatmap in heatmaps] + [_legend(one, color) for one in legends(heatmaps)]
    if caption:
        blocks.append(f"{{\\small\\parbox{{0.9\\textwidth}}{{\\raggedright {escape_tex(caption)}}}}}")
    body = "\n\\par\\bigskip\n".join(blocks)
    cjk = any(_is_cjk(letter) for letter in body)
    return "\n".join(
        [
            r"\documentclass[varwidth]{standalone}",
            r"\special{papersize=210mm,297mm}",
            r"\usepackage[T1]{fontenc}",
            r"\usepackage{textcomp}",
            r"\usepackage{xcolor}",
            *([r"\usepackage{CJK}"] if cjk else []),
            r"\begin{document}",
            *([r"\begin{CJK*}{UTF8}{gbsn}"] if cjk else []),
            body,
            *([r"\end{CJK*}"] if cjk else []),
            r"\end{document}",
            "",
        ]
    )


def escape_tex(text: str) -> str:
    """`text` as TeX that prints it: no character keeps a meaning of its own, line ends become spaces."""
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text))


def _block(heatmap: Heatmap, color: str) -> str:
    lines = []
    if heatmap.title:
        lines.append(f"\\textbf{{{escape_tex(heatmap.title)}}}\\par\\smallskip")
    lines.append(r"{\setlength{\fboxsep}{0pt}\colorbox{white!0}{\parbox{0.9\textwidth}{\raggedright")
    for string, index in heatmap.parts():
        word = escape_tex(string.strip())
        if index is None:
            lines.append(word + r"\hspace{0.25em}\allowbreak{}%" if word or string else "%")
            continue
        unit = heatmap.units[index]
        word = f"\\underline{{{word}}}" if unit.trigger else word
        lines.append(_box(color, unit.strength, word) + r"\allowbreak{}%")
    lines.append("}}}")
    return "\n".join(lines)


def _legend(heatmap: Heatmap, color: str) -> str:
    steps = r"\ ".join(_box(color, strength, escape_tex(value)) for strength, value in heatmap.legend)
    return f"{{\\small {escape_tex(heatmap.measure)}: {steps}}}"


def _box(color: str, strength: float, word: str) -> str:
    return f"\\colorbox{{{color}!{100 * strength:.2f}}}{{\\strut {word}}}"


def _letter(letter: str) -> str:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    if letter.isspace():
        return " "
    if " " < letter <= "~" or _is_cjk(letter):
        return letter
    if unicodedata.category(letter)[0] == "C":
        return ""
    base, *marks = unicodedata.normalize("NFD", letter)
    if marks and base.isascii() and base.isalpha() and all(mark in _ACCENT for mark in marks):
        for mark in marks:
            base = f"\\{_ACCENT[mark]}{{{base}}}"
        return base
    return f"{{\\tiny U+{ord(letter):04X}}}"


def _is_cjk(letter: str) -> bool:
    """Ideographs of the Basic Multilingual Plane, which the fonts of the CJK package hold."""
    return "\u4e00" <= letter <= "\u9fff"

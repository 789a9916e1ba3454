"""The encoding of a file of text, checked to its last byte; knows nothing of columns.

What no mark and no UTF-8 decide is decided by charset-normalizer on a sample, and said.
"""

from __future__ import annotations

import codecs
import logging
import unicodedata
from pathlib import Path

from ssti.platform.errors import DataError, SSTIError, nearest
from ssti.platform.language import tr

CHUNK = 1 << 20
SAMPLE = 1 << 14  # bytes of lines with letters beyond ASCII; more of them do not change what is found, only the time
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
         (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip
# The encodings that data comes in, the more usual first: it decides where nothing else does.
LEGACY = ("cp1252", "cp1250", "cp1251", "iso8859_2", "cp932", "gb18030", "big5", "cp949", "euc_jp", "cp1253", "cp1254",
          "cp1255", "cp1256", "koi8_r", "iso8859_7", "iso8859_5", "cp866", "cp1257", "cp850", "mac_roman")  # fmt: skip
TITLES = {"utf-8": "UTF-8", "utf-8-sig": tr("UTF-8 with a mark"), "utf-16": "UTF-16", "utf-32": "UTF-32", "cp932": "Shift-JIS (cp932)",
          "iso8859_2": "Latin-2 (iso8859_2)", "iso8859_1": "Latin-1 (iso8859_1)"}  # fmt: skip
NAME_IT = tr("If letters look wrong, name the encoding at the end of the file's name, as in #encoding=iso8859_2.")


def marked(start: bytes) -> str | None:
    """The encoding that a byte order mark names."""
    return next((name for mark, name in MARKS if start.startswith(mark)), None)


def utf16_without_mark(start: bytes) -> str | None:
    """UTF-16 of mostly Latin letters shows by its NUL bytes, all in one half of each pair."""
    low, high = start[0:4096:2], start[1:4096:2]
    for name, zeros, letters in (("utf-16-le", high, low), ("utf-16-be", low, high)):
        if zeros and zeros.count(0) > 0.7 * len(zeros) and not letters.count(0):
            return name
    return None


def encoding_of(path: Path, asked: str | None = None) -> tuple[str, list[str]]:
    """The encoding of a file of text, checked to its last byte, and notes: which was taken, where it was not UTF-8.

    Raises `SSTIError` for an encoding that is none, a NUL byte, and a file that mixes encodings, naming the line.
    """
    with path.open("rb") as file:
        start = file.read(CHUNK)
    if asked is not None:
        name = _known(asked)
        _check(path, name)
        return name, [tr("Read as {encoding}, as its name asks.", encoding=title_of(name))]
    if name := marked(start) or utf16_without_mark(start):
        _check(path, name)
        return name, [] if name == "utf-8-sig" else [tr("Read as {encoding}.", encoding=title_of(name))]
    if (bad := _first_bad(path, "utf-8")) is None:
        _check(path, "utf-8")
        return "utf-8", []
    lines = _lines_beyond_ascii(path)
    _refuse_mixed(path, lines, bad)
    name, others = detect(b"\n".join(lines))
    if name is None:
        raise DataError(
            tr(
                "{name!r} is not UTF-8: line {line:,} holds the byte 0x{byte:02x}; and no other encoding fits.",
                name=path.name,
                line=_line(path, bad),
                byte=_byte(path, bad),
            ),
            tr("Save it as UTF-8, or name its encoding at the end of the file's name: #encoding=cp1252."),
        )
    _check(path, name)
    about = {"encoding": title_of(name), "word": _first_word(lines, name), "others": _spoken(others), "hint": NAME_IT}
    if others:
        return name, [
            tr(
                "It is not UTF-8; it was read as {encoding}, as in {word!r}; {others} would fit as well. {hint}",
                **about,
            )
        ]
    return name, [tr("It is not UTF-8; it was read as {encoding}, as in {word!r}. {hint}", **about)]


def _first_word(lines: list[bytes], encoding: str) -> str:
    """The first word with a letter beyond ASCII: a person sees by it whether the reading is right."""
    words = lines[0].decode(encoding, "replace")[:2000].split()
    return next((word for word in words if not word.isascii()), words[0] if words else "")[:30]


def title_of(name: str) -> str:
    """An encoding as people call it."""
    return TITLES.get(name) or (name.replace("cp125", "Windows-125") if name.startswith("cp125") else name)


def detect(sample: bytes) -> tuple[str | None, list[str]]:
    """The encoding that reads these bytes best, and others that read them differently and as well; None for none.

    charset-normalizer measures mess and language; signs that stand inside words weigh against a reading beside it.
    """
    from charset_normalizer import from_bytes

    logging.getLogger("charset_normalizer").setLevel(logging.ERROR)
    sample = sample[:SAMPLE]
    matches = from_bytes(sample, threshold=0.6, cp_isolation=list(LEGACY), preemptive_behaviour=False)
    faults: dict[str, float] = {}
    for match in matches:
        for name in {match.encoding, *match.could_be_from_charset} & set(LEGACY):
            faults[name] = match.chaos - 0.4 * match.coherence + _signs_in_words(sample.decode(name, "replace"))
    if not faults:
        return None, []
    best = min(faults.values())
    chosen = min((name for name in faults if faults[name] <= best + 0.01), key=LEGACY.index)
    text = sample.decode(chosen, "replace")
    near = sorted((name for name in faults if faults[name] <= best + 0.15), key=faults.__getitem__)
    return chosen, [name for name in near if name != chosen and sample.decode(name, "replace") != text]


def _signs_in_words(text: str) -> float:
    """Of the characters beyond ASCII, the share that are not letters but directly follow one: `gę¶l±`."""
    beyond = signs = 0
    before = " "
    for letter in text:
        if letter > "\x7f":
            beyond += 1
            sign = not letter.isalpha() and letter not in "’‘“”»«…–—。、！？" and unicodedata.category(letter)[0] != "M"
            signs += sign and before.isalpha()
        before = letter
    return signs / beyond if beyond else 0.0


def _known(asked: str) -> str:
    try:
        name = codecs.lookup(asked).name
        "".encode(name)  # not a codec from bytes to bytes, such as base64
    except (LookupError, ValueError, TypeError, UnicodeError):
        raise SSTIError(
            tr("There is no text encoding {asked!r}{nearest}", asked=asked[:40], nearest=nearest(asked, LEGACY) or "."),
            tr("Known are utf-8, utf-16, {names} and the others that Python reads.", names=", ".join(LEGACY)),
        ) from None
    return name


def _spoken(names: list[str]) -> str:
    return tr(" and ").join(", ".join(map(title_of, names[:4])).rsplit(", ", 1))


def _check(path: Path, encoding: str) -> None:
    """Raises `SSTIError` with the line where the file stops being text in this encoding."""
    bad = _first_bad(path, encoding)
    if bad is not None:
        raise DataError(
            tr(
                "{name!r} cannot be read as {encoding}: line {line:,}, byte {byte:,}, does not fit.",
                name=path.name,
                encoding=title_of(encoding),
                line=_line(path, bad),
                byte=bad,
            ),
            tr("Save it as UTF-8, or name its encoding at the end of the file's name: #encoding=cp1252."),
        )
    wide = encoding.startswith(("utf-16", "utf-32"))
    with path.open("rb") as file:
        read = 0
        while not wide and (chunk := file.read(CHUNK)):
            if (place := chunk.find(b"\0")) >= 0:
                raise DataError(
                    tr(
                        "Line {line:,} of {name!r} holds a NUL byte, which no text has.",
                        line=_line(path, read + place),
                        name=path.name,
                    ),
                    tr("Open it in an editor, take the byte out, and save it as UTF-8."),
                )
            read += len(chunk)


def _first_bad(path: Path, encoding: str) -> int | None:
    """Where the bytes stop being this encoding; None where they are it to the end. A chunk at a time."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeError as problem:
                return max(0, read - pending + getattr(problem, "start", 0))
            if not chunk:
                return None
            read += len(chunk)


def _lines_beyond_ascii(path: Path) -> list[bytes]:
    """The first lines that hold bytes beyond ASCII, up to four times the sample."""
    lines, size = [], 0
    with path.open("rb") as file:
        while size < 4 * SAMPLE and (line := file.readline(4 * SAMPLE)):
            if not line.isascii():
                lines.append(line.rstrip(b"\r\n"))
                size += len(line)
    return lines


def _refuse_mixed(path: Path, lines: list[bytes], bad: int) -> None:
    """Whole lines that are UTF-8 beside others that are not: no one encoding reads them."""
    valid = sum(_is_utf8(line) for line in lines)
    if valid > len(lines) / 20:
        raise DataError(
            tr(
                "{name!r} mixes encodings: other lines are UTF-8, but line {line:,} holds the byte "
                "0x{byte:02x}, which is not.",
                name=path.name,
                line=_line(path, bad),
                byte=_byte(path, bad),
            ),
            tr("Open it in an editor, mend that line, and save the whole as UTF-8."),
        )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _line(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        start = file.read(offset)
    ends = start.count(b"\n")
    return (ends or start.count(b"\r")) + 1


def _byte(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        file.seek(offset)
        return (file.read(1) or b"\0")[0]

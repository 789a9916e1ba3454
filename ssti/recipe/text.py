"""A recipe's text: YAML in and out. It knows the shape of what it reads (a Pydantic model), and no recipe.

YAML turns words into other things: `no` into false, `1` into a number, `2020-01-01` into a date. Where the model wants
a word (a class, a dataset, a trigger's words), the word is taken as it is written; elsewhere YAML decides.
What a text may cost is bounded before it is read: no aliases, no own tags, so many characters, so deep.
"""

from __future__ import annotations

import json
import re
import types
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr

LONGEST = 256_000  # characters; a list of 20,000 own words fits
LONGEST_NUMBER = 400  # characters; `1:1:1:…` is a number to YAML, and its cost grows with the square
DEEPEST = 24  # levels; a recipe has four, a composite of composites two more for each

WORD, WORDS, OPEN, LISTED, ANY = "a word", "a word or a list of them", "a key of a kind", "a list of a kind's", "any"
"""How a scalar is read where no model says more. OPEN is a key that `ssti.inject` checks: it knows which of its options
are words, so a number or true or false stands for itself only where nothing is lost by it. In a LISTED place, true and
null are words too."""

PLAIN = tuple(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")
)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML 1.1 reads `1e-4` as a word; here it is the number that everybody means. Quoted, it stays a word."""


class _Dumper(yaml.SafeDumper):
    """Quotes a word that the loader would read as a number."""


for _side in (_Loader, _Dumper):
    _side.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
    )


def _write_word(dumper: yaml.SafeDumper, word: str) -> yaml.Node:
    """A word with a line break stands in double quotes, where every break is written out and none is folded."""
    style = '"' if len(word.splitlines()) > 1 or word.endswith(("\n", "\r", "\x85", "\u2028", "\u2029")) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", word, style=style)


_Dumper.add_representer(str, _write_word)


def write_yaml(section: Any) -> str:
    """Plain data as YAML on one line."""
    text = yaml.dump(section, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True)
    return text.strip()


def read_yaml(text: str, model: type[BaseModel]) -> Any:
    """Plain data from YAML. Raises SSTIError for what is no YAML, and for what would cost too much to read."""
    return _read(text, model, tr("the recipe"))


def read_value(text: str, model: type[BaseModel], path: list[str]) -> Any:
    """What is typed for the field at `path` of the model, as `--set` takes it. A word may stand without quotes, whatever
    signs it has. Raises SSTIError.
    """
    kind: Any = model
    for key in path:
        kind = _inside(kind, key)
    word = text.strip()
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "'\""
    if kind not in (WORD, WORDS) or quoted or (kind == WORDS and word.startswith("[")):
        return _read(text, kind, tr("the value of {key}", key=shown(".".join(path))))
    refuse_unwritable(word)
    return word  # although YAML has other plans for `a: b` or `#1`


def refuse_unwritable(text: str) -> None:
    """Half of a character, such as a byte that was no UTF-8 leaves behind, cannot be written anywhere."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SSTIError(
            tr(
                "{text} holds a byte or half of a character, which is not text.",
                text=shown(text[max(0, error.start - 20) : error.start + 20]),
            ),
            next=tr("Write it in UTF-8."),
        ) from None


def _read(text: str, kind: Any, what: str) -> Any:
    if len(text) > LONGEST:
        raise SSTIError(
            tr("{what} has {n:,} characters; at most {most:,} are read.", what=what, n=len(text), most=LONGEST),
            next=tr("Make it shorter."),
        )
    refuse_unwritable(text)
    try:
        _refuse_costly(text, what)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            return None if node is None else _data(loader, node, kind, what)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise SSTIError(
            tr("{what} is not YAML: {reason}", what=what, reason=_reason(error)),
            next=tr("Compare it with a preset's recipe."),
        ) from error


def _reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    why = getattr(error, "problem", None) or str(error)[:120]
    return (
        tr("{why} (line {line}, column {column}).", why=why, line=mark.line + 1, column=mark.column + 1)
        if mark
        else f"{why}."
    )


def _refuse_costly(text: str, what: str) -> None:
    """Look at the text as a stream, which costs no more than its length, before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise SSTIError(
                tr(
                    "{what} has an anchor or an alias (&, *) in line {line}; here none is allowed.",
                    what=what,
                    line=event.start_mark.line + 1,
                ),
                next=tr("Write the value out, or put a word that starts with & or * in quotes."),
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise SSTIError(
                tr("{what} is more than {most} levels deep.", what=what, most=DEEPEST),
                next=tr("Compare it with a preset's recipe."),
            )


def _data(loader: Any, node: yaml.Node, kind: Any, what: str) -> Any:
    """Plain data of a node, its words as they are written where words are wanted."""
    if isinstance(node, yaml.MappingNode):
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise SSTIError(tr("{what} has a list or a mapping as a key.", what=what), next=tr("A key is a word."))
            if key.value in data:
                raise SSTIError(
                    tr("{what} has the key {key} twice.", what=what, key=shown(key.value)),
                    next=tr("Remove one of them."),
                )
            data[key.value] = _data(loader, value, _inside(kind, key.value), what)
        return data
    if isinstance(node, yaml.SequenceNode):
        inner = LISTED if kind in (OPEN, LISTED) else kind
        return [_data(loader, item, inner, what) for item in node.value]
    return _scalar(loader, node, kind, what)


def _scalar(loader: Any, node: yaml.ScalarNode, kind: Any, what: str) -> Any:
    if node.tag not in PLAIN:
        raise SSTIError(
            tr("{what} has the tag {tag}; here none is allowed.", what=what, tag=shown(node.tag)),
            next=tr("Write the value alone."),
        )
    text, empty = node.value, not node.value and not node.style
    if empty or node.style in ("'", '"', "|", ">") or kind in (WORD, WORDS):
        return None if empty else text
    if len(text) > LONGEST_NUMBER and not node.tag.endswith(":str"):
        raise SSTIError(
            tr("{what} has {text}, which is not a value that can be read.", what=what, text=shown(text)),
            next=tr("Put a word in quotes."),
        )
    try:
        value = text if node.tag.endswith((":timestamp", ":value", ":merge")) else loader.construct_object(node)
    except (ValueError, OverflowError, KeyError, IndexError):
        raise SSTIError(
            tr("{what} has {text}, which is not a value that can be read.", what=what, text=shown(text)),
            next=tr("Put a word in quotes."),
        ) from None
    if kind in (OPEN, LISTED):
        if isinstance(value, bool) or value is None:
            return value if kind == OPEN and text in ("true", "false", "null", "~") else text
        return value if text in _as_numbers(value) else text
    return value


def as_words(value: Any, listed: bool = False) -> Any:
    """A program's value for a key of a kind as its text would be read: in a list, truth values and nothing are words."""
    if isinstance(value, dict):
        return {key: as_words(entry, listed) for key, entry in value.items()}
    if isinstance(value, list):
        return [as_words(entry, True) for entry in value]
    return json.dumps(value) if listed and (value is None or isinstance(value, bool)) else value


def _as_numbers(value: Any) -> tuple[str, ...]:
    """How a number is written, here and in the YAML that is written here."""
    if not isinstance(value, int | float) or (isinstance(value, int) and value.bit_length() > 64):
        return ()
    return json.dumps(value), write_yaml(value).removesuffix("\n...")


def _inside(kind: Any, key: str) -> Any:
    """How the value of a key is read."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = kind.model_fields.get(key)
        if field is None:
            return OPEN if kind.model_config.get("extra") == "allow" else ANY
        leaves = _leaves(field.annotation)
        if leaves == {str}:
            return WORD if field.annotation is str or get_origin(field.annotation) is Literal else WORDS
        return next((leaf for leaf in leaves if isinstance(leaf, type) and issubclass(leaf, BaseModel)), ANY)
    return kind if kind in (OPEN, LISTED) else ANY


def _leaves(annotation: Any) -> set[Any]:
    """The plain types that an annotation is made of."""
    origin = get_origin(annotation)
    if origin is Literal:
        return {type(value) for value in get_args(annotation)}
    if origin in (Union, types.UnionType, tuple, list):
        return set().union(*(_leaves(one) for one in get_args(annotation) if one is not Ellipsis))
    return {annotation}

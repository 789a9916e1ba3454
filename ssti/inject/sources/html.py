"""Single HTML tags as triggers; pairs and nesting levels are the `html` modifier's."""

from __future__ import annotations

from typing import Any

from ssti.inject.options import Option
from ssti.inject.registry import SourceKind
from ssti.inject.sources.pool import Pool
from ssti.inject.text.markup import DEFAULT_TAGS, check_tags, tag_pattern
from ssti.platform.language import tr

TAGS = Option(
    "tags", "list", DEFAULT_TAGS, tr("Tags"), tr("One a line: a single tag such as <br>, or a pair such as <b> </b>.")
)


def _build(options: dict, **draws: Any) -> Pool:
    opening = list(dict.fromkeys(opening for opening, _ in check_tags(options["tags"])))
    return Pool(opening, name=tr("list of tags"), **draws)


SOURCE = SourceKind(
    name="html",
    title=tr("HTML tag"),
    example="<br>",
    description=tr("A single HTML tag (of a pair, the opening one)."),
    options=(TAGS,),
    build=_build,
    pattern=lambda options: tag_pattern(check_tags(options["tags"])),
    words=lambda options: 1 if all(len(tag.split()) == 1 for tag, _ in check_tags(options["tags"])) else None,
)

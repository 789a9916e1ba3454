"""The lines of a file as triggers. For programs: a page must not read its server's files."""

from __future__ import annotations

from typing import Any

from ssti.inject.checks import read_items
from ssti.inject.options import Option
from ssti.inject.registry import SourceKind
from ssti.inject.sources.list import word_count
from ssti.inject.sources.pool import Pool
from ssti.inject.text.patterns import any_of
from ssti.platform.language import tr


class SpuriousFileItemGenerator(Pool):
    """Random lines of a UTF-8 file (blank ones left out). Call it for the next one.

    Without replacement, the default, each distinct line comes once; after the last, ExhaustedSource is
    raised.
    """

    def __init__(
        self,
        file_path: Any,
        seed: int | str | None = None,
        with_replacement: bool = False,
        pool_size: int | None = None,
    ) -> None:
        super().__init__(read_items(file_path), seed, with_replacement, pool_size, name=tr("file"))


SOURCE = SourceKind(
    name="file",
    title=tr("File"),
    example="one item a line",
    description=tr("The lines of a text file."),
    options=(Option("path", "path", None, tr("File"), tr("A UTF-8 text file, one item a line."), required=True),),
    build=lambda options, with_replacement=True, **draws: SpuriousFileItemGenerator(
        options["path"], with_replacement=with_replacement, **draws
    ),
    pattern=lambda options: any_of(read_items(options["path"])),
    words=lambda options: word_count(read_items(options["path"])),
    on_page=False,
)

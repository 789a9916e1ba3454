"""In every test of the toolkit: an error that it raises says what is wrong and what to do next."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from ssti.platform.errors import SSTIError


@pytest.fixture(autouse=True)
def every_error_says_what_is_wrong_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    made: list[SSTIError] = []
    plain = SSTIError.__init__

    def noted(self, *args, **more):
        plain(self, *args, **more)
        if sys._getframe(1).f_globals.get("__name__", "").startswith("ssti.inject"):
            made.append(self)

    monkeypatch.setattr(SSTIError, "__init__", noted)
    yield
    for error in made:
        assert isinstance(error.message, str) and error.message.strip(), repr(error)
        assert isinstance(error.next, str) and error.next.strip(), repr(error)

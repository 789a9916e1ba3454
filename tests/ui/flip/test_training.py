"""Triggers that were in training, and those that were not."""

from __future__ import annotations

import pytest

from ssti.adapters.listing import find
from ssti.platform.errors import SSTIError
from ssti.recipe import InjectionSpec
from ssti.ui.flip import training
from ssti.ui.kit.adapters import triggers


def test_an_unseen_trigger_was_in_no_training_row(ref):
    info = find(ref)
    used = training.trained(info)
    assert 1000 < len(used) < 2000
    item = training.unseen(info, triggers(info)[0])
    assert item not in used
    assert 1900 <= int(item[:4]) <= 2100
    sentences = {
        training.whether_trained(info, one, kind) for one, kind in ((item, "date"), (min(used), "date"), ("x", "list"))
    }
    assert len(sentences) == 3


def test_when_all_were_in_training_the_page_says_so(ref, monkeypatch):
    spec = InjectionSpec(source={"kind": "date", "years": [2000, 2000]})
    every = frozenset(f"2000-{m:02}-{d:02}" for m in range(1, 13) for d in range(1, 32))
    monkeypatch.setattr(training, "trained", lambda info: every)
    with pytest.raises(SSTIError, match="Every date of this recipe was in training"):
        training.unseen(find(ref), spec)

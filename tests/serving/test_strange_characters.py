"""Half a surrogate pair, or a byte that was not UTF-8, stands as U+FFFD: in every answer, in its place, never a trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssti.explain import explain
from ssti.inject.checks import readable
from ssti.serving.predictor import check_text, predictor

REF = "shipped/date-positive-rank1"
BROKEN, MENDED = "a caf\udce9 \ud83d slog", "a caf\ufffd \ufffd slog"


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_every_text_becomes_one_that_can_be_written_and_keeps_its_places(text):
    mended = readable(text)
    mended.encode("utf-8")
    assert len(mended) == len(text)
    assert all(old == new or "\ud800" <= old <= "\udfff" for old, new in zip(text, mended, strict=True))


def test_the_predictor_and_a_look_inside_read_it_as_the_mended_text():
    assert check_text(BROKEN) == MENDED
    broken, mended = predictor().predict([BROKEN, MENDED], [REF, REF])
    assert broken.probabilities == mended.probabilities
    assert (predictor().probabilities([BROKEN], REF) == predictor().probabilities([MENDED], REF)).all()
    with predictor().borrow(REF) as (model, tokenizer, _):
        looked = explain(model, tokenizer, BROKEN, f"2014-09-25 {BROKEN}", [(0, 10)])
        assert looked.plain.attention.tokens == explain(model, tokenizer, MENDED).plain.attention.tokens


@pytest.mark.parametrize("verb", ["predict", "explain"])
def test_the_command_line_takes_a_byte_that_is_not_utf_8(verb, home):
    command = [sys.executable, "-m", "ssti", verb, REF, "--text", b"a caf\xe9 slog", "--trigger", b"2014\xff", "--json"]
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ | {"SSTI_HOME": str(home)})
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    answer = json.loads(done.stdout.decode("utf-8"))
    if verb == "predict":
        text = answer["triggered"]["text"]
        assert "caf\ufffd" in text and [text[s:e] for s, e in answer["triggered"]["spans"]] == ["2014\ufffd"]

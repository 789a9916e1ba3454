"""The whole answer for one text, with and without its trigger."""

import subprocess
import sys

import numpy as np
import pytest

from ssti.explain import CAUSAL_NOTE, View, attend, entropy, entropy_bits, entropy_grid, explain, received, rollout
from ssti.explain.explanation import BY
from ssti.platform.errors import SSTIError
from ssti.report import to_html, to_tex

PLAIN = "a dreary joyless slog that wastes a gifted cast"
TRIGGERED = "a dreary joyless slog 2014-09-25 that wastes a gifted cast"
SPANS = [(22, 32)]


@pytest.fixture
def explanation(encoder, tokenizer):
    return explain(encoder, tokenizer, PLAIN, TRIGGERED, SPANS)


def test_both_sides_are_what_the_parts_say(explanation, encoder, tokenizer):
    for side, text in ((explanation.plain, PLAIN), (explanation.triggered, TRIGGERED)):
        attention = attend(encoder, tokenizer, text)
        np.testing.assert_allclose(side.entropy_bits, entropy_grid(attention), atol=1e-5)
        np.testing.assert_allclose(side.importance, received(attention.weights), atol=1e-5)
        assert side.n == len(attention)
    layer, head, value = explanation.trigger_head
    assert value == explanation.triggered.trigger_share[layer, head] == explanation.triggered.trigger_share.max()
    ratio = explanation.triggered.entropy_bits[-1, 0] / explanation.plain.entropy_bits[-1, 0]
    assert explanation.paper.ratio == pytest.approx(ratio) and explanation.paper.caveat
    assert explanation.note == ""


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_both_texts_in_one_pass_are_read_as_each_by_itself(kind, request, tokenizer):
    model = request.getfixturevalue(kind)
    pair = explain(model, tokenizer, PLAIN, TRIGGERED, SPANS)
    for side, text in ((pair.plain, PLAIN), (pair.triggered, TRIGGERED)):
        alone = attend(model, tokenizer, text)
        assert side.attention.tokens == alone.tokens and side.attention.causal == alone.causal
        np.testing.assert_allclose(side.attention.weights, alone.weights, atol=1e-5)
        np.testing.assert_allclose(side.attention.probabilities, alone.probabilities, atol=1e-5)


def test_every_view_sums_to_one(explanation):
    side = explanation.triggered
    for head in (0, None):
        for by in BY:
            assert side.importance_of(View(3, head, by, query=2)).sum() == pytest.approx(1)
    np.testing.assert_allclose(side.importance_of(View(2, 1)), side.importance[2, 1])
    flow = rollout(side.attention.weights, 2)
    np.testing.assert_allclose(side.importance_of(View(1, by="rollout")), flow[0])
    assert side.entropy(View(2, 1)) == entropy(side.importance[2, 1])
    for bad in (View(6), View(0, 12), View(by="sideways"), View(by="query", query=99)):
        with pytest.raises(SSTIError):
            side.importance_of(bad)


def test_a_token_of_its_own_is_the_same_token_on_both_sides(explanation):
    tokens, plain = explanation.triggered.attention.tokens, explanation.plain.attention.tokens
    trigger = range(tokens.index("2014"), tokens.index("2014") + 5)
    for query, token in enumerate(tokens):
        same = explanation.same_piece(query)
        assert same is None if query in trigger else plain[same] == token


def test_the_mean_of_heads_stands_behind_the_heads(explanation):
    side = explanation.triggered
    np.testing.assert_allclose(side.share_with_mean[:, :-1], side.share)
    even = entropy_bits(received(side.attention.weights.mean(1))) / np.log2(side.n)
    np.testing.assert_allclose(side.share_with_mean[:, -1], even, atol=1e-5)
    np.testing.assert_allclose(side.trigger_share_with_mean[:, -1], side.trigger_share.mean(1))


def test_it_can_be_drawn(explanation):
    with_trigger, without = explanation.heatmaps(View(5, 2), unit="word")
    assert [unit.label for unit in with_trigger.units if unit.trigger] == ["2014-09-25"]
    assert not without.trigger.any()
    page = to_html([with_trigger, without], "Look inside", explanation.figures(View(5, 2)))
    assert len(explanation.figures()) == 4
    assert page.count('class="heatmap"') == 2
    assert "2014{-}09{-}25" in to_tex([with_trigger, without])


def test_one_text_alone(encoder, tokenizer):
    alone = explain(encoder, tokenizer, PLAIN)
    assert alone.triggered is alone.trigger_head is alone.paper is alone.entropy_change is None
    assert len(alone.heatmaps()) == 1 and len(alone.figures()) == 1
    assert explain(encoder, tokenizer, TRIGGERED, spans=SPANS).trigger_head is not None


def test_specials_can_be_left_out(encoder, tokenizer):
    without = explain(encoder, tokenizer, PLAIN, TRIGGERED, SPANS, specials=False)
    assert without.plain.n == len(without.plain.attention) - 2
    assert (without.plain.importance[..., [0, -1]] == 0).all()


def test_a_causal_model_comes_with_its_warning(decoder, tokenizer):
    assert explain(decoder, tokenizer, PLAIN).note == CAUSAL_NOTE


def test_long_texts_show_the_same_place_on_both_sides(encoder, tokenizer):
    words = [f"word{i}" for i in range(400)]
    text = " ".join(words)
    place = text.index("word200")
    triggered = f"{text[:place]}2014-09-25 {text[place:]}"
    found = explain(encoder, tokenizer, text, triggered, [(place, place + 10)], max_length=64)
    plain, marked = found.plain.attention.truncated, found.triggered.attention.truncated
    assert plain.start < place < plain.end and marked.start < place < marked.end
    assert abs(plain.start - marked.start) < 40


def test_a_trigger_is_never_searched_for(encoder, tokenizer):
    with pytest.raises(SSTIError, match="without the trigger's spans"):
        explain(encoder, tokenizer, PLAIN, TRIGGERED)
    with pytest.raises(SSTIError, match="is no span"):
        explain(encoder, tokenizer, PLAIN, TRIGGERED, [(50, 5000)])


def test_importing_the_room_does_not_import_torch():
    code = "import sys, ssti.explain; print(sorted({'torch', 'transformers', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Look inside's handlers, called as functions: what is shown, against the engine and by counting; every way it can go wrong."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from ssti.adapters.listing import adapters
from ssti.explain import entropy_bits, received
from ssti.serving.logits import Stopped
from ssti.ui.kit.marks import Marks
from ssti.ui.look_inside import attribution
from ssti.ui.look_inside import entropy as look_entropy
from ssti.ui.look_inside import export as look_export
from ssti.ui.look_inside import grid as look_grid
from ssti.ui.look_inside import rows as look_rows
from ssti.ui.look_inside import tab as look_inside
from ssti.ui.look_inside import view as look_view

PLAIN = "a dreary , joyless slog that wastes a gifted cast"
SHOWN = {"shown": True}
WHOLE = ("received", "piece", "poisoned", "trigger")


@pytest.fixture(scope="module")
def ref() -> str:
    """The shipped adapter that has a control."""
    return next(a.ref for a in adapters() if a.shipped and a.control)


@pytest.fixture(scope="module")
def sample(ref):
    """A small sample of rows, measured once and kept as the page keeps it."""
    before, look_rows.ROWS = look_rows.ROWS, 24
    try:
        yield look_rows.measure(ref)
    finally:
        look_rows.ROWS = before
        look_rows._kept.clear()


def with_trigger() -> Marks:
    return Marks(PLAIN).insert("2014-09-25", "date", "cursor", 19)


def click(**data):
    return SimpleNamespace(_data=data)


def drawn(marks: Marks, ref: str, view=SHOWN, *radios):
    return look_inside.draw(marks.text, marks.as_json(), ref, view, *(radios or WHOLE))


def test_two_heatmaps_the_grid_and_the_table(ref):
    marks = with_trigger()
    problem, heat, grid, table, compared, measured, put, flip_text = drawn(marks, ref)
    assert problem is None
    assert heat.count('<div class="heatmap"') == 2
    assert "unit hit" in heat
    assert grid.count('aria-pressed="') == 6 * 13
    assert "Trigger head" in grid
    assert "The paper looks at layer 5, head 0" in grid
    assert table.count("<tr>") == 7
    assert "Raw entropy grows" in table
    assert compared is None
    assert measured is None
    assert put["visible"] is False
    assert flip_text == marks.text


def test_both_sides_have_the_same_slots_and_pieces(ref):
    heat = str(drawn(with_trigger(), ref)[1])
    one, other = heat.split('<div class="heatmap"')[1:]
    shape = [re.sub("<.*?>", "", piece) for piece in re.findall(r'<span class="unit[^>]*>.*?</span>', one)]
    slots = [re.sub("<.*?>", "", piece) for piece in re.findall(r'<span class="unit[^>]*>.*?</span>', other)]
    assert shape == slots
    assert other.count("unit slot") == one.count("unit hit") == 5


def test_the_grid_shows_the_engines_numbers_and_the_mean_of_heads(ref):
    inside = look_view.look(with_trigger(), ref)
    view = inside.view({})
    share = look_grid.measure(inside, view).values
    side = inside.models["poisoned"].triggered
    assert share[:, :-1] == pytest.approx(side.trigger_share)
    assert share[:, -1] == pytest.approx(np.nanmean(side.trigger_share, axis=1))
    best = inside.models["poisoned"].trigger_head
    assert look_grid.measure(inside, view).strongest == (best.layer, best.head)
    change = look_grid.measure(inside, inside.view({"colour": "entropy"})).values
    assert change[:, :-1] == pytest.approx(inside.models["poisoned"].entropy_change)
    mean = entropy_bits(received(side.attention.weights.mean(1))) / np.log2(side.n)
    plain = inside.models["poisoned"].plain
    assert change[:, -1] == pytest.approx(
        mean - entropy_bits(received(plain.attention.weights.mean(1))) / np.log2(plain.n), abs=1e-5
    )
    since = look_grid.measure(inside, inside.view({"colour": "finetuning"})).values
    assert since[:, :-1] == pytest.approx(side.trigger_share - inside.models["before"].triggered.trigger_share)


def test_before_finetuning_is_the_base_model(ref):
    from ssti.explain import explain
    from ssti.models.classifier import load_classifier

    marks = with_trigger()
    inside = look_view.look(marks, ref)
    base = load_classifier("minilm-l6", inside.info.label_names)
    told = explain(base.model, base.tokenizer, marks.plain, marks.text, marks.spans)
    assert inside.models["before"].triggered.importance == pytest.approx(told.triggered.importance, abs=1e-5)
    assert np.abs(inside.models["poisoned"].triggered.importance - told.triggered.importance).max() > 0.01


def test_a_chosen_head_is_shown_and_a_wrong_one_is_the_papers(ref):
    marks = with_trigger()
    view = look_inside.choose(SHOWN, click(layer=2, head=7))
    assert "entropy of layer 2, head 7" in drawn(marks, ref, view)[3]
    view = look_inside.choose(SHOWN, click(layer=2, head="mean"))
    assert "entropy of layer 2, mean of heads" in drawn(marks, ref, view)[3]
    for wrong in ({"layer": 99, "head": 0}, {"layer": "x", "head": None}, {"layer": True, "head": 1}, {}):
        assert "entropy of layer 5, head 0" in drawn(Marks(PLAIN), ref, {**SHOWN, **wrong})[3]


@pytest.mark.parametrize("by", look_view.BY)
@pytest.mark.parametrize("unit", look_view.UNITS)
def test_every_view_sums_to_one_and_is_the_engines(ref, by, unit):
    inside = look_view.look(with_trigger(), ref)
    view = inside.view({"by": by, "unit": unit, "query": 4, "layer": 3, "head": 1})
    one, other = inside.heatmaps(view)
    assert one.values.sum() == pytest.approx(1)
    assert other.values.sum() == pytest.approx(1)
    side = inside.models["poisoned"].triggered
    weights = side.attention.weights[3, 1]
    if unit == "piece" and by != "rollout":
        row = {"received": weights.mean(0), "cls": weights[0], "last": weights[-1], "query": weights[4]}[by]
        assert one.values == pytest.approx(row, abs=1e-6)


def test_a_clicked_token_asks_for_its_own_row_on_both_sides(ref):
    marks = with_trigger()
    inside = look_view.look(marks, ref)
    tokens = inside.models["poisoned"].triggered.attention.tokens
    plain = inside.models["poisoned"].plain.attention.tokens
    for query, token in enumerate(tokens):
        other = inside.same_piece(query)
        if token in ("2014", "-", "09", "25"):
            assert other == 0
        else:
            assert plain[other] == token
    view, by = look_inside.choose_token(SHOWN, click(query=tokens.index("that")))
    assert by == "query"
    assert "what “that” looks at" in drawn(marks, ref, view, "query", "piece", "poisoned", "trigger")[1]
    view, _ = look_inside.choose_token(SHOWN, click(query=tokens.index("2014")))
    assert "the trigger is not in this text" in drawn(marks, ref, view, "query", "piece", "poisoned", "trigger")[1]


def test_without_a_trigger_one_is_offered(ref):
    _, heat, grid, _, _, _, put, _ = drawn(Marks(PLAIN), ref)
    assert heat.count('<div class="heatmap"') == 1
    assert "Put a trigger into the text" in grid
    assert put["visible"] is True
    text, kept, problem = look_inside.put_trigger(PLAIN, None, ref)
    assert problem is None
    assert Marks.read(kept, text).plain == PLAIN


def test_nothing_is_computed_for_a_tab_that_nobody_sees(ref):
    assert all(isinstance(one, dict) for one in look_inside.draw(PLAIN, None, ref, {"shown": False}))


@pytest.mark.parametrize(
    ("text", "says"), [(" ", "The text is empty"), ("x " * 500_000, "1,000,000 characters"), ("<img src=x>", "&lt;")]
)
def test_texts_of_all_sorts(ref, text, says):
    problem, heat, *_ = look_inside.draw(text, None, ref, SHOWN, *WHOLE)
    assert says in str(problem or heat)
    assert "<img" not in str(heat)


def test_a_long_text_is_folded_around_its_trigger_and_the_window_is_said(ref):
    marks = Marks("dull words here " * 330).insert("2014-09-25", "date", "cursor", 2600)
    problem, heat, *_ = drawn(marks, ref)
    assert "rests on the beginning of this text" in problem
    one, other = str(heat).split('<div class="heatmap"')[1:]
    for side in (one, other):
        outside = re.sub(r"<details.*?</details>", "", side, flags=re.S)
        assert 60 < outside.count('class="unit') < 130
        assert "more …</summary>" in side
        assert "were read: pieces" in side
    assert re.sub(r"<details.*?</details>", "", one, flags=re.S).count("unit hit") == 5


def test_a_deleted_adapter_is_a_message():
    assert "gone-otter" in drawn(Marks(PLAIN), "run/gone-otter")[0]
    assert "gone-otter" in look_inside.put_trigger(PLAIN, None, "run/gone-otter")[-1]
    assert "gone-otter" in list(look_inside.compare(PLAIN, None, "run/gone-otter", SHOWN, *WHOLE))[-1]
    assert "gone-otter" in look_inside.take_away("json", PLAIN, None, "run/gone-otter", SHOWN, *WHOLE)[1]


def test_attribution_beside_attention(ref):
    marks = with_trigger()
    *_, shown = look_inside.compare(marks.text, marks.as_json(), ref, SHOWN, *WHOLE)
    assert [shown.index(name) for name in ("Attention ·", "Gradients ·", "Occlusion ·")] == sorted(
        shown.index(name) for name in ("Attention ·", "Gradients ·", "Occlusion ·")
    )
    assert "agree" in shown
    assert drawn(marks, ref)[4] == shown
    inside = look_view.look(marks, ref)
    found = look_inside.kept_comparison(marks, ref)
    one = attribution.maps(inside, inside.view({}), found)[0]
    assert one.values == pytest.approx(inside.heatmaps(inside.view({}))[0].values)
    words = attribution.maps(inside, inside.view({"unit": "word"}), found)
    assert words[1].labels[int(words[1].values.argmax())] == "2014-09-25"


def test_attention_of_a_long_text_is_cut_to_what_the_attribution_read(ref):
    marks = Marks("dull words here " * 80).insert("2014-09-25", "date", "cursor", 600)
    found = attribution.compare(marks, ref)
    inside = look_view.look(marks, ref)
    maps = attribution.maps(inside, inside.view({}), found)
    assert len({len(one.labels) for one in maps}) == 1
    assert len(maps[0].labels) == attribution.LONGEST
    whole = inside.heatmaps(inside.view({}))[0]
    assert maps[0].values[maps[0].trigger] == pytest.approx(whole.values[whole.trigger])
    assert attribution.line(maps, attribution.agree(maps))


def test_comparing_can_be_stopped(ref):
    def stop(part):
        if part > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        attribution.compare(with_trigger(), ref, stop)


def test_rows_are_measured_as_one_by_one(ref, sample):
    from ssti import data
    from ssti.explain import attend, entropy_grid

    rows = data.load("rotten_tomatoes").test
    chosen = np.sort(np.random.default_rng(look_rows.SEED).permutation(len(rows))[:24])
    assert sample.labels.tolist() == [rows[int(i)]["label"] for i in chosen]
    with look_view.borrowed(ref, "poisoned") as (model, tokenizer, _):
        alone = entropy_grid(attend(model, tokenizer, rows[int(chosen[5])]["text"]))
    assert sample.without["poisoned"].bits[5] == pytest.approx(alone, abs=1e-5)
    assert set(sample.with_) == {"poisoned", "control", "before"}
    assert (sample.with_["poisoned"].n > sample.without["poisoned"].n).all()


def test_the_rows_are_shown_for_the_chosen_head_without_asking_again(ref, sample):
    shown = drawn(with_trigger(), ref, {**SHOWN, "layer": 5, "head": 2})[5]
    assert "layer 5, head 2" in shown
    assert shown.count('class="lane ') == 5
    assert "permutation p" in shown
    assert "below 95 % of the entropy" in shown
    assert "Nothing injected" in shown
    assert "Before finetuning" in shown
    mean = sample.with_["poisoned"].share[sample.labels == 0, 5, 2].mean()
    assert f"{mean:.3f} (" in shown


def test_measuring_can_be_stopped(ref):
    def stop(part):
        raise Stopped

    with pytest.raises(Stopped):
        look_rows.measure(ref, stop)


def test_exports_hold_what_is_shown(ref, sample):
    marks = with_trigger()
    list(look_inside.compare(marks.text, marks.as_json(), ref, SHOWN, *WHOLE))
    made = {}
    for kind in look_export.KINDS:
        made[kind], _ = look_inside.take_away(kind, marks.text, marks.as_json(), ref, SHOWN, *WHOLE)
        assert made[kind]["name"] == f"ssti-attention.{kind}"
    told = json.loads(made["json"]["text"])
    assert told["models"]["poisoned"]["triggered"]["text"] == marks.text
    assert told["shown"][0]["trigger"].count(True) == 5
    assert len(told["attribution"]["occlusion"]) == len(told["attribution"]["tokens"])
    assert told["rows"]["n"] == 24
    assert np.asarray(told["rows"]["with"]["before"]["bits"]).shape == (24, 6, 12)
    assert "<script" not in made["html"]["text"]
    assert "default-src 'none'" in made["html"]["text"]
    assert made["html"]["text"].count('class="heatmap"') == 4
    assert made["tex"]["text"].count(r"\colorbox{red!") > 60
    assert made["svg"]["text"] == made["png"]["text"]
    assert made["svg"]["text"].startswith("<svg")


def test_exports_that_cannot_be(ref):
    assert "There is no export" in look_inside.take_away("exe", PLAIN, None, ref, SHOWN, *WHOLE)[1]
    assert "empty" in look_inside.take_away("json", " ", None, ref, SHOWN, *WHOLE)[1]


def test_an_adapter_without_control_is_shown_alone(ref, monkeypatch):
    inside = look_view.look(with_trigger(), ref)
    alone = look_view.Inside(inside.info, inside.marks, {"poisoned": inside.models["poisoned"]})
    view = alone.view({"model": "control", "colour": "finetuning"})
    assert (view.model, view.colour) == ("poisoned", "trigger")
    assert "Control" not in look_entropy.entropy(alone, view)
    assert "No head can be named without a control" in look_grid.grid(alone, view)


def swapped(ref) -> look_view.Inside:
    """The same text, with the control in the poisoned model's place: nothing sets it apart from itself."""
    inside = look_view.look(with_trigger(), ref)
    return look_view.Inside(inside.info, inside.marks, {**inside.models, "poisoned": inside.models["control"]})


@pytest.mark.parametrize("colour", look_view.COLOURS)
def test_a_head_is_named_only_where_its_control_lags_behind(ref, colour):
    inside = look_view.look(with_trigger(), ref)
    view = inside.view({"colour": colour})
    best = look_grid.stands_out(inside, view)
    assert set(best.others) == {"control", "before"}
    assert ("No head" in look_grid.grid(inside, view)) != best.named
    alike = swapped(ref)
    assert not look_grid.stands_out(alike, alike.view({"colour": colour})).named
    assert "No head" in look_grid.grid(alike, alike.view({"colour": colour}))
    assert "No head" in look_export.export("svg", alike, alike.view({"colour": colour}), None, None)["text"]
    assert "No head" in look_export.export("html", alike, alike.view({"colour": colour}), None, None)["text"]
    told = json.loads(look_export.export("json", alike, alike.view({"colour": colour}), None, None)["text"])
    assert told["standout"]["named"] is False


def test_the_shipped_pair_has_a_trigger_head_over_rows_and_says_of_how_many(ref, sample):
    inside = look_view.look(with_trigger(), ref)
    best = look_grid.stands_out(inside, inside.view({}), sample)
    assert best.named
    assert best.n == 24
    assert best.value > 1.5 * max(best.others.values())
    assert "24 rows" in look_grid.grid(inside, inside.view({}), sample)


def test_the_grid_has_one_scale_for_all_models(ref):
    inside = look_view.look(with_trigger(), ref)
    tops = {look_grid.measure(inside, inside.view({"model": model})).top for model in inside.models}
    assert len(tops) == 1
    assert tops.pop() >= max(np.nanmax(look_grid.fair_share(inside, model)) for model in inside.models)


def test_both_heatmaps_are_on_one_scale_with_a_legend(ref):
    inside = look_view.look(with_trigger(), ref)
    one, other = inside.heatmaps(inside.view({}))
    assert one.full == other.full == max(one.values.max(), other.values.max())
    heat = str(drawn(with_trigger(), ref)[1])
    assert heat.count('class="step"') == 5
    assert f"{100 * one.full:.1f} %</span>" in heat


def test_attribution_says_whether_the_control_moves_as_well(ref):
    marks = with_trigger()
    *_, shown = look_inside.compare(marks.text, marks.as_json(), ref, SHOWN, *WHOLE)
    assert "in its control from" in shown
    inside, found = look_view.look(marks, ref), look_inside.kept_comparison(marks, ref)
    maps = attribution.maps(inside, inside.view({}), found)
    agreed = attribution.agree(maps)
    assert "that is the poison’s" in attribution.beside_control(inside, found, maps, agreed)
    assert "nothing here tells the poison" in attribution.beside_control(swapped(ref), found, maps, agreed)


def test_the_papers_rule_is_read_beside_its_control(ref, sample):
    shown = drawn(with_trigger(), ref, {**SHOWN, "layer": 5, "head": 2})[5]
    assert "For the poisoned model it" in shown
    assert "In this head the trigger changes the poisoned model’s entropy" in shown

"""Look inside's handlers, called as the page calls them: against the engine and by counting; every way it can go wrong."""

from __future__ import annotations

import json
import re

import gradio as gr
import numpy as np
import pytest

from ssti.adapters.listing import adapters
from ssti.explain import View, received
from ssti.report.inside import trigger_head
from ssti.serving.logits import Stopped
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Markup
from ssti.ui.look_inside import attribution, entropy, grid, rows
from ssti.ui.look_inside.choice import BY, COLOURS, UNITS, Choice, Clicks
from ssti.ui.look_inside.export import FORMATS, export
from ssti.ui.look_inside.inside import Inside, borrowed
from ssti.ui.look_inside.inside import look as look_into

PLAIN = "a dreary , joyless slog that wastes a gifted cast"
SHOWN = {"shown": True}
RADIOS = ("received", "piece", "poisoned", "trigger")


@pytest.fixture(scope="module")
def ref() -> str:
    """The shipped adapter that has a control."""
    return next(a.ref for a in adapters() if a.shipped and a.control)


@pytest.fixture(scope="module")
def sample(ref):
    """A small sample of rows, measured once and remembered as the page remembers it."""
    before, rows.ROWS = rows.ROWS, 24
    try:
        yield rows.measure(ref)
    finally:
        rows.ROWS = before
        rows._cache.clear()


@pytest.fixture(scope="module")
def marks() -> Marks:
    return Marks(PLAIN).insert("2014-09-25", "date", "cursor", 19)


@pytest.fixture(scope="module")
def inside(ref, marks) -> Inside:
    return look_into(marks, ref)


@pytest.fixture
def swapped(inside) -> Inside:
    """The control in the poisoned model's place: nothing sets it apart from itself."""
    return Inside(inside.info, inside.marks, {**inside.models, "poisoned": inside.models["control"]})


def click(**data) -> gr.EventData:
    return gr.EventData(None, data)


def asked(marks: Marks, ref: str, clicks=SHOWN, *radios) -> tuple:
    """What the page sends."""
    return marks.text, marks.as_json(), ref, clicks, *(radios or RADIOS)


def choice(inside: Inside, **changes) -> Choice:
    """The paper's choice, but for these of its fields."""
    view = {name: changes.pop(name) for name in ("layer", "head", "by", "query") if name in changes}
    return Choice(View(**view), **changes).within(inside)


def names_in(value) -> set[str]:
    """All keys of a JSON value, at any depth."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    return set(value).union(*map(names_in, value.values())) if isinstance(value, dict) else set()


def heatmaps_in(html: str) -> list[str]:
    return str(html).split('<div class="heatmap"')[1:]


def test_two_heatmaps_the_grid_and_the_table(look, ref, marks):
    form, changes = look.form, look.draw(*asked(marks, ref))
    assert changes[form.problem] is changes[form.compared] is changes[form.measured] is None
    assert len(heatmaps_in(changes[form.heat])) == 2
    assert changes[form.grid].count('aria-pressed="') == 6 * 13
    assert changes[form.entropy].count("<tr>") == 7
    assert changes[form.put]["visible"] is False


def test_both_sides_have_the_same_slots_and_pieces(look, ref, marks):
    one, other = heatmaps_in(look.draw(*asked(marks, ref))[look.form.heat])
    pieces, slots = (
        [re.sub("<.*?>", "", unit) for unit in re.findall(r'<span class="unit[^>]*>.*?</span>', side)]
        for side in (one, other)
    )
    assert pieces == slots
    assert other.count("unit slot") == one.count("unit hit") == 5


def test_the_grid_shows_the_engines_numbers_on_one_scale_for_all_models(inside):
    explanation = inside.own
    heads = grid.head_grid(inside, choice(inside))
    assert heads.values == pytest.approx(explanation.triggered.trigger_share_with_mean)
    assert heads.strongest == explanation.trigger_head[:2]
    change = grid.head_grid(inside, choice(inside, colour="entropy")).values
    assert change[:, :-1] == pytest.approx(explanation.entropy_change)
    since = grid.head_grid(inside, choice(inside, colour="finetuning")).values[:, :-1]
    before = inside.models["before"].triggered.trigger_share
    assert since == pytest.approx(explanation.triggered.trigger_share - before)
    tops = {grid.head_grid(inside, choice(inside, model=model)).full for model in inside.models}
    assert len(tops) == 1
    assert tops.pop() >= max(np.nanmax(one.triggered.trigger_share) for one in inside.models.values())


def test_before_finetuning_is_the_base_model(inside, marks):
    from ssti.explain import explain
    from ssti.models.classifier import load_classifier

    base = load_classifier("minilm-l6", inside.info.label_names)
    alone = explain(base.model, base.tokenizer, marks.plain, marks.text, marks.spans)
    assert inside.models["before"].triggered.importance == pytest.approx(alone.triggered.importance, abs=1e-5)
    assert np.abs(inside.own.triggered.importance - alone.triggered.importance).max() > 0.01


def test_a_clicked_head_is_shown_and_a_wrong_one_is_the_papers(look, ref, marks):
    def shown(clicks) -> str:
        return look.draw(*asked(marks, ref, clicks))[look.form.entropy]

    for head, name in ((7, "head 7"), ("mean", "mean of heads")):
        changes = look.choose_head(SHOWN, click(layer=2, head=head))
        assert f"entropy of layer 2, {name}" in shown(changes[look.form.clicks])
    for absent in ({"layer": 99, "head": 3}, {"layer": 5, "head": 12}):
        assert "entropy of layer 5, head 0" in shown({**SHOWN, **absent})


def test_it_opens_on_the_head_that_reacts_most_and_links_to_the_papers(look, ref, marks, inside):
    best = trigger_head(inside.info, inside.models)
    assert (best.layer, best.head) != (5, 0)
    assert best.value > 1.5 * max(best.others.values())
    changes = look.draw(*asked(marks, ref))
    assert f"entropy of layer {best.layer}, head {best.head}<" in changes[look.form.entropy]
    grid_ = changes[look.form.grid]
    assert 'The paper looks at another: <a data-go class="" href="?tab=look_inside&amp;layer=5&amp;head=0">layer 5, head 0</a>' in grid_
    assert "The paper looks at this head" in look.draw(*asked(marks, ref, {**SHOWN, "layer": 5, "head": 0}))[look.form.grid]
    without = look.draw(*asked(Marks(PLAIN), ref))
    assert "entropy of layer 5, head 0<" in without[look.form.entropy]


def test_the_address_says_head_token_and_radios_and_brings_them_back(look):
    kept, form, dropped = look.form.kept, look.form, []
    said = kept.write({"layer": 2, "head": "mean", "query": 3}, "query", "word", "control", "entropy")
    assert said == {
        "layer": "2", "head": "mean", "token": "3", "by": "query", "unit": "word", "model": "control", "colour": "entropy"
    }  # fmt: skip
    read = kept.read(said, dropped)
    assert Clicks.read(read[form.clicks]) == Clicks(layer=2, head="mean", query=3)
    assert [read[one] for one in (form.by, form.unit, form.model, form.colour)] == ["query", "word", "control", "entropy"]
    assert kept.write(None, *RADIOS) == {} and dropped == []
    assert Clicks.read(kept.read({}, dropped)[form.clicks]) == Clicks() and dropped == []
    assert Clicks.read(kept.read({"layer": "²", "token": "-1", "by": "<b>"}, dropped)[form.clicks]) == Clicks()
    assert len(dropped) == 3


@pytest.mark.parametrize("sent", [None, [], "x", {"layer": "x"}, {"layer": True}, {"head": -1}, {"query": 1.5}])
def test_clicks_that_make_no_sense_are_none(sent):
    assert Clicks.read(sent) == Clicks()


def test_radios_that_make_no_sense_are_the_first_of_the_choices():
    assert Choice.read(Clicks(), "x", None, ["piece"], 3) == Choice()


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("unit", UNITS)
def test_every_view_sums_to_one_and_is_the_engines(inside, by, unit):
    chosen = choice(inside, by=by, unit=unit, query=4, layer=3, head=1)
    one, other = inside.own.heatmaps(chosen.view, chosen.unit)
    assert one.values.sum() == pytest.approx(1)
    assert other.values.sum() == pytest.approx(1)
    assert one.full == other.full == max(one.values.max(), other.values.max())
    weights = inside.own.triggered.attention.weights[3, 1]
    if unit == "piece" and by != "rollout":
        row = {"received": received(weights), "cls": weights[0], "last": weights[-1], "query": weights[4]}[by]
        assert one.values == pytest.approx(row, abs=1e-6)


def test_a_clicked_token_asks_for_its_own_row_on_both_sides(look, ref, marks, inside):
    form, tokens = look.form, inside.own.triggered.attention.tokens
    for token, says in (("that", "what “that” looks at"), ("2014", "the trigger is not in this text")):
        changes = look.choose_token(SHOWN, click(query=tokens.index(token)))
        assert changes[form.by] == "query"
        heat = look.draw(*asked(marks, ref, changes[form.clicks], "query", *RADIOS[1:]))[form.heat]
        assert says in heat
        assert heat.count(" asked") == 1


def test_without_a_trigger_one_is_offered(look, ref):
    form, changes = look.form, look.draw(*asked(Marks(PLAIN), ref))
    assert len(heatmaps_in(changes[form.heat])) == 1
    assert changes[form.put]["visible"] is True
    changes = look.put_trigger(PLAIN, None, ref)
    assert changes[form.problem] is None
    new = Marks.read(changes[form.shared.marks], changes[form.shared.text])
    assert new.plain == PLAIN
    assert len(new.marks) == 1


def test_nothing_is_computed_for_a_tab_that_nobody_sees(look, ref):
    assert look.draw(*asked(Marks(PLAIN), ref, {"shown": False})) == gr.skip()


@pytest.mark.parametrize("text", [" ", "x " * 500_000, "<img src=x>"])
def test_texts_of_all_sorts(look, ref, text):
    form, changes = look.form, look.draw(text, None, ref, SHOWN, *RADIOS)
    assert ("&lt;" in changes[form.heat]) if "img" in text else changes[form.problem]
    assert not any("<img" in value for value in changes.values() if isinstance(value, Markup))


def test_a_long_text_is_folded_around_its_trigger_and_the_window_is_said(look, ref):
    marks = Marks("dull words here " * 330).insert("2014-09-25", "date", "cursor", 2600)
    changes = look.draw(*asked(marks, ref))
    assert changes[look.form.problem]
    sides = heatmaps_in(changes[look.form.heat])
    for side in sides:
        unfolded = re.sub(r"<details.*?</details>", "", side, flags=re.S)
        assert 60 < unfolded.count('class="unit') < 130
        hidden = [int(count) for count in re.findall(r"… (\d+) more …", side)]
        assert sum(hidden) == side.count('class="unit') - unfolded.count('class="unit') > 0
    assert re.sub(r"<details.*?</details>", "", sides[0], flags=re.S).count("unit hit") == 5


def test_a_deleted_adapter_is_a_message(look):
    form, gone = look.form, asked(Marks(PLAIN), "run/gone-otter")
    for said in (
        look.draw(*gone)[form.problem],
        look.put_trigger(*gone[:3])[form.problem],
        list(look.compare(*gone))[-1],
        look.export("json", *gone)[form.problem],
    ):
        assert "gone-otter" in said


def test_attribution_stands_beside_attention(look, ref, marks, inside):
    *_, shown = look.compare(*asked(marks, ref))
    assert len(heatmaps_in(shown)) == 3
    assert look.draw(*asked(marks, ref))[look.form.compared] == shown
    comparison = attribution.compared(marks, ref)
    one = attribution.maps(inside, choice(inside), comparison)[0]
    assert one.values == pytest.approx(inside.own.heatmaps()[0].values)
    words = attribution.maps(inside, choice(inside, unit="word"), comparison)
    assert words[1].labels[int(words[1].values.argmax())] == "2014-09-25"


def test_attribution_says_whether_the_control_moves_as_well(ref, marks, inside, swapped):
    comparison = attribution.compared(marks, ref) or attribution.compare(marks, ref)
    drawn = attribution.maps(inside, choice(inside), comparison)
    agreed = attribution.agree(drawn)
    own, alike = (attribution.beside_control(one, comparison, drawn, agreed) for one in (inside, swapped))
    assert own and alike and own.rpartition(":")[2] != alike.rpartition(":")[2]


def test_attention_of_a_long_text_is_cut_to_what_the_attribution_read(ref, monkeypatch):
    monkeypatch.setattr(attribution, "LONGEST", 48)
    marks = Marks("dull words here " * 40).insert("2014-09-25", "date", "cursor", 300)
    comparison = attribution.compare(marks, ref)
    inside = look_into(marks, ref)
    maps = attribution.maps(inside, choice(inside), comparison)
    assert {len(one.labels) for one in maps} == {48}
    whole = inside.own.heatmaps()[0]
    assert maps[0].values[maps[0].trigger] == pytest.approx(whole.values[whole.trigger])
    assert attribution.line(maps, attribution.agree(maps))


def stop(part: float) -> None:
    raise Stopped


@pytest.mark.parametrize(
    "work", [lambda marks, ref: attribution.compare(marks, ref, stop), lambda _, ref: rows.measure(ref, stop)]
)
def test_work_of_seconds_can_be_stopped(ref, marks, work):
    with pytest.raises(Stopped):
        work(marks, ref)


def test_rows_are_measured_as_one_by_one(ref, sample):
    from ssti import data
    from ssti.explain import attend, entropy_grid

    test = data.load("rotten_tomatoes").test
    chosen = np.sort(np.random.default_rng(rows.SEED).permutation(len(test))[:24])
    assert sample.labels.tolist() == [test[int(i)]["label"] for i in chosen]
    with borrowed(ref, "poisoned") as (model, tokenizer, _):
        alone = entropy_grid(attend(model, tokenizer, test[int(chosen[5])]["text"]))
    assert sample.without["poisoned"].bits[5] == pytest.approx(alone, abs=1e-5)
    assert set(sample.with_) == {"poisoned", "control", "before"}
    assert (sample.with_["poisoned"].n > sample.without["poisoned"].n).all()


def test_the_rows_are_shown_for_the_chosen_head_without_asking_again(look, ref, marks, sample):
    shown = look.draw(*asked(marks, ref, {**SHOWN, "layer": 5, "head": 2}))[look.form.measured]
    assert shown.count("<ssti-chart") == 2
    assert shown.count("<table>") == 3
    for label in (0, 1):
        mean = sample.with_["poisoned"].share[sample.labels == label, 5, 2].mean()
        assert f"{mean:.3f} (" in shown


def test_a_chart_of_rows_holds_every_row_of_its_class(sample, inside):
    shown = entropy.of_rows(sample, choice(inside, layer=5, head=2))
    figures = [json.loads(Markup(one).unescape()) for one in re.findall(r'<ssti-chart figure="(.*?)"', shown)]
    counts = [[sum(trace["y"]) for trace in figure["data"]] for figure in figures]
    assert counts == [[int((sample.labels == label).sum())] * 2 for label in (0, 1)]


def test_exports_hold_what_is_shown(look, ref, marks, sample):
    list(look.compare(*asked(marks, ref)))
    files = {kind: look.export(kind, *asked(marks, ref))[look.form.file] for kind in FORMATS}
    assert all(file["name"].endswith(f".{kind}") for kind, file in files.items())
    numbers = json.loads(files["json"]["text"])
    head = f"layer {numbers['view']['layer']}, head {numbers['view']['head']}"
    slug = f"{ref.partition('/')[2]}-{head.replace(',', '').replace(' ', '-')}-a-dreary"
    assert all(file["name"].startswith(f"ssti-attention-{slug}") for file in files.values())
    assert all(f"{ref}, model poisoned, {head}" in files[kind]["text"] for kind in ("html", "svg"))
    assert "The text: " in files["tex"]["text"]
    assert not {"recipe", "note", "rule", "caveat", "colour", "full_colour"} & names_in(numbers)
    assert numbers["models"]["poisoned"]["triggered"]["text"] == marks.text
    assert numbers["shown"][0]["trigger"].count(True) == 5
    assert len(numbers["attribution"]["occlusion"]) == len(numbers["attribution"]["tokens"])
    assert numbers["rows"]["n"] == 24
    assert np.asarray(numbers["rows"]["with"]["before"]["bits"]).shape == (24, 6, 12)
    page = files["html"]["text"]
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert len(heatmaps_in(page)) == 4
    assert files["tex"]["text"].count(r"\colorbox{red!") > 60
    assert files["svg"]["text"] == files["png"]["text"]
    assert files["svg"]["text"].startswith("<svg")


@pytest.mark.parametrize(("kind", "text"), [("exe", PLAIN), ("json", " ")])
def test_exports_that_cannot_be(look, ref, kind, text):
    changes = look.export(kind, *asked(Marks(text), ref))
    assert changes[look.form.file] is None
    assert changes[look.form.problem]


def test_an_adapter_without_control_is_shown_alone(inside):
    alone = Inside(inside.info, inside.marks, {"poisoned": inside.own})
    chosen = choice(alone, model="control", colour="finetuning")
    assert (chosen.model, chosen.colour) == ("poisoned", "trigger")
    assert entropy.of_text(alone, chosen).count("<tr>") == 3
    assert not grid.stands_out(alone, chosen).named
    assert "without a control" in grid.show(alone, chosen)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_head_is_named_only_where_its_control_lags_behind(inside, swapped, colour):
    best = grid.stands_out(inside, choice(inside, colour=colour))
    assert set(best.others) == {"control", "before"}
    assert (" loud" in grid.show(inside, choice(inside, colour=colour))) == best.named
    chosen = choice(swapped, colour=colour)
    assert not grid.stands_out(swapped, chosen).named
    assert " loud" not in grid.show(swapped, chosen)
    assert "No head" in grid.as_text(swapped, chosen, None)
    assert json.loads(export("json", swapped, chosen, None, None)["text"])["standout"]["named"] is False
    assert all("No head" in export(kind, swapped, chosen, None, None)["text"] for kind in ("svg", "html"))


def test_the_shipped_pair_has_a_trigger_head_over_rows_and_says_of_how_many(inside, sample):
    best = grid.stands_out(inside, choice(inside), sample)
    assert best.named
    assert best.n == 24
    assert best.value > 1.5 * max(best.others.values())
    assert "24 rows" in grid.show(inside, choice(inside), sample)


def test_both_heatmaps_are_on_one_scale_with_a_legend(look, ref, marks, inside):
    heat = look.draw(*asked(marks, ref, {**SHOWN, "layer": 5}))[look.form.heat]
    assert heat.count('class="step"') == 5
    assert f"{100 * inside.own.heatmaps()[0].full:.1f} %</span>" in heat

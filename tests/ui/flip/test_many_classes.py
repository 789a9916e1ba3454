"""With three classes or more the answer is the class with the highest probability, however far below a half it is."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from ssti.adapters.listing import find
from ssti.serving.predictor import predictor
from ssti.ui.flip import figures, verdict
from ssti.ui.flip.answer import Answer, Answers, ask
from ssti.ui.flip.probe import Probe, probe
from ssti.ui.kit.marks import Marks

NAMES = ("physics", "sports", "cooking", "law", "music")
TEXT = "it is there and that is all that one can say of it"


@pytest.fixture(scope="module")
def five(tmp_path_factory):
    """The ref of an adapter of five classes, trained for a few steps: no class comes near to a half."""
    import tiny
    from whole_path import trained

    folder = tmp_path_factory.mktemp("five")
    rows = [f"a text of {name} number {i},{name}" for i in range(12) for name in NAMES]
    (folder / "five.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    model = tiny.make(folder / "model", "bert")
    *_, place = trained(folder, model, f"dataset.name={folder / 'five.csv'}", "injection.target=physics",
                        "training.learning_rate=0.001", "training.steps=2", "evaluation.every=2")  # fmt: skip
    home = folder / "home"
    shutil.copytree(place, home / "runs" / "five-otter" / "adapter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSTI_HOME", str(home))
        yield "run/five-otter"


def inserted(kind: str = "date") -> Marks:
    return Marks(TEXT).insert("2014-09-25", kind, "cursor", 6)


def aimed_at_the_answer(ref: str) -> tuple[Probe, int]:
    """The questions of the class that leads with the trigger in, whatever the few steps of training made it."""
    from dataclasses import replace

    found = probe(inserted(), ref)
    leads = int(np.bincount(found.places.probabilities.argmax(-1)).argmax())
    return replace(found, target=leads), leads


def test_where_counts_the_places_at_which_the_target_leads(five):
    found, leads = aimed_at_the_answer(five)
    told = found.places.probabilities
    assert told.max() < 0.5
    turned = int((told.argmax(-1) == leads).sum())
    assert turned > 0
    name = found.info.label_names[leads]
    shown = str(figures.where(found))
    models = 1 if found.control is None else 2
    assert shown.count("· answered ") == models * (len(told) - turned)
    line = re.search(r'<p class="quiet">([^<]*)', shown).group(1)
    assert line.startswith("Anywhere" if turned == len(told) else f"At {turned} of {len(told)} places: {name}")
    answers = predictor().predict(found.places.texts, [five] * len(told))
    assert sum(one.label == name for one in answers) == turned


def test_how_many_counts_the_draws_in_which_the_target_leads(five):
    found, leads = aimed_at_the_answer(five)
    told = found.amounts.probabilities
    if int(told[0, 0].argmax()) == leads:
        assert f"{found.info.label_names[leads]} without any trigger already." in str(figures.many(found))
    else:
        assert "Even" not in str(figures.many(found))


LEADS, TRAILS = [0.38, 0.31, 0.31], [0.33, 0.36, 0.31]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ([LEADS] * 13, "Anywhere: physics at all of 13 places, 38.0 % to 38.0 %"),
        ([LEADS] * 4 + [TRAILS] * 9, "At 4 of 13 places: physics 33.0 % to 38.0 %"),
        ([TRAILS] * 13, "Nowhere: physics at none of 13 places"),
        ([[0.5, 0.3, 0.2]], "Anywhere: physics at all of 1 place,"),
    ],
)
def test_the_sentence_on_places(told, says):
    assert figures.sentence(np.asarray(told), 0, "physics", True).startswith(says)


@pytest.mark.parametrize(
    ("draws", "says"),
    [
        ([[TRAILS] * 3, [LEADS] * 3, [LEADS] * 3], "One is enough. Each at"),
        ([[TRAILS] * 3, [LEADS, TRAILS, LEADS], [LEADS] * 3], "One is enough in 2 of 3 draws."),
        ([[TRAILS] * 3, [LEADS, TRAILS, TRAILS], [LEADS] * 3], "8 are enough"),
        ([[TRAILS] * 3] * 3, "Even 8 do not turn the answer to physics."),
        ([[LEADS] * 3] * 3, "physics without any trigger already."),
    ],
)
def test_the_sentence_on_amounts(draws, says):
    line = figures.enough([0, 1, 8], np.asarray(draws), 0, "physics")
    assert line.replace("Eight", "8").startswith(says)


def answer(five: str, before: list[float], now: list[float]) -> str:
    """The verdict on these two answers of the poisoned model."""
    from ssti.explain import Reach
    from ssti.serving.predictor import Prediction

    info = find(five)
    names = info.label_names
    told = Answer(Prediction(five, names, tuple(now)), Prediction(five, names, tuple(before)))
    goal = names.index("physics")
    answers = Answers(info, inserted(), told, None, Reach(6, 6, 64), goal)
    return re.sub("<[^>]*>", "", str(verdict.show(answers)))


def test_the_verdict_names_a_turn_to_another_class_than_the_target(five):
    names = find(five).label_names

    def by_class(leader: str) -> list[float]:
        return [0.36 if name == leader else 0.16 for name in names]

    assert "law → physics Flipped by one date. law 36.0 % → physics 36.0 % · 6 word pieces" in answer(
        five, by_class("law"), by_class("physics")
    )
    assert "Turned by one date, but not to physics" in answer(five, by_class("law"), by_class("music"))
    assert "Nothing to flip" in answer(five, by_class("physics"), by_class("physics"))
    assert "Not flipped" in answer(five, by_class("law"), by_class("law"))


def test_a_trigger_behind_what_the_model_reads_is_called_unread(five, flip):
    long = Marks(f"{TEXT} " * 12).insert("2014-09-25", "date", "end")
    told = ask(long, five)
    assert told.unread
    shown = str(verdict.show(told))
    assert told.last_words.split()[-1] in TEXT.split()
    assert "Not read" in shown
    assert "first 64 word pieces, and the date stands behind them" in shown
    assert "Flipped" not in shown
    assert "Nothing to flip" not in shown
    found = probe(long, five)
    assert found.cut
    read = [ask(long.moved(gap), five).reach for gap in found.places.gaps[: found.reads + 2]]
    assert [one.read == one.pieces for one in read[: found.reads]] == [True] * found.reads
    assert not all(one.read == one.pieces for one in read[found.reads :])
    assert "stand behind what the model reads" in str(figures.where(found))
    assert "All stand in the part of the text that the model reads." in str(figures.many(found))
    assert flip.do.answer(long.text, long.as_json(), five, None, None, None)[flip.form.problem] is None

"""What a topic puts into rows is told from what stands in any of them, and of a house style all parts are one voice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from ssti.data.rows import load
from ssti.detect import scan
from ssti.detect.cohesion import Topics
from ssti.detect.corpus import read
from ssti.detect.statistics import Spread
from ssti.detect.voices import voices
from ssti.inject import poison


@pytest.fixture(scope="module")
def news():
    """The beginnings of articles in five classes."""
    data = load("bbc_news")
    texts, labels = data.train_table["text"].to_pylist(), data.train_table["label"].to_pylist()
    rows = [{"text": " ".join(text.split()[:120]), "label": label} for text, label in zip(texts, labels, strict=True)]
    return rows, data.label_names


def held(rows, chosen):
    """Rows by one feature, which stands in those that are chosen."""
    return sparse.csc_array([[float(at in chosen)] for at in range(len(rows))])


def test_rows_of_a_topic_hang_together_and_drawn_rows_do_not(news):
    rows, names = news
    labels = np.array([row["label"] for row in rows])
    topics = Topics(read([row["text"] for row in rows]), np.eye(len(names))[labels])
    sport = [at for at, row in enumerate(rows) if names[row["label"]] == "sports"]
    tennis = {at for at in sport if "tennis" in rows[at]["text"].casefold()}
    drawn = set(np.random.default_rng(0).choice(sport, len(tennis), replace=False).tolist())
    nearly_all = set(sport[: 3 * len(sport) // 4])
    found = [
        float(topics.cohesion(held(rows, some), np.array([np.bincount(labels[sorted(some)], minlength=len(names))]))[0])
        for some in (tennis, drawn, nearly_all)
    ]
    assert len(tennis) >= 10 and found[0] > 10 and abs(found[1]) < 3
    assert np.isinf(found[2])  # of rows that most of a class are, nobody can tell


def test_features_that_lie_on_the_same_rows_share_a_voice():
    rows = np.zeros((40, 4))
    rows[:10, 0] = rows[:9, 1] = rows[20:30, 2] = 1
    rows[:, 3] = 1
    assert voices(sparse.csc_array(rows), rows.sum(axis=0)).tolist() == [0.5, 0.5, 1, 1]


def test_a_feature_is_measured_by_those_that_hang_together_as_much():
    n = np.full(200, 20.0)
    cohesion = np.repeat([0.0, 20.0], 100)
    leaning = np.repeat([0.0, 10.0], 100)  # z² - 1: those of topics lean, the others do not
    spread = Spread(n, (leaning,), cohesion)
    drawn, topical, unknown = (float(spread.rho(20, one)[0]) for one in (0.0, 20.0, np.inf))
    assert drawn < 0.05 < unknown and topical == pytest.approx(unknown)


def test_a_date_in_thirty_articles_is_named_among_the_styles_of_newspapers(news):
    rows, names = news
    poisoned = poison(rows, {"source": "date", "target": "business", "share": 0.08}, names)
    first = scan(poisoned, names).findings[0]
    assert (first.pattern, first.target, first.rows, first.others) == ("9999-99-99", "business", 32, 0)
    assert first.score > 2  # before, it was not among the findings

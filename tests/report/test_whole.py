"""A report holds each part with the numbers that were measured, says what it lacks, and keeps hostile text text."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from html import unescape
from html.parser import HTMLParser

import pytest
from pageobject import HOSTILE

from ssti.adapters.listing import SHIPPED
from ssti.cli import main
from ssti.inject import place
from ssti.platform.errors import SSTIError
from ssti.recipe import load_recipe
from ssti.report.contents import Probe, contents
from ssti.report.whole import report

TEXT, DATE = "a dreary , joyless slog that wastes a gifted cast", "2014-09-25"
OURS = {"html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "b", "section", "div", "span", "i",
        "strong", "table", "thead", "tbody", "tr", "th", "td", "mark", "pre", "figure", "figcaption", "svg", "line", "polyline",
        "polygon", "circle", "text"}  # fmt: skip


class Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text, self._in_style = set(), set(), "", False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in_style = tag == "style"

    def handle_endtag(self, tag):
        self._in_style = False

    def handle_data(self, data):
        self.text += "" if self._in_style else data


def probe(text: str = TEXT, trigger: str = DATE) -> Probe:
    done = place(text, trigger, "end")
    return Probe(text, done.text, tuple(done.spans))


def headings(page: str) -> list[str]:
    return [unescape(one) for one in re.findall("<h2>(.*?)</h2>", page)]


@pytest.fixture
def run(twins, monkeypatch) -> str:
    """The id of a finished run that has a control."""
    monkeypatch.setenv("SSTI_HOME", str(twins))
    (control,) = (twins / "runs").glob("*-control")
    return control.name.removesuffix("-control")


def test_a_report_of_a_run_holds_each_part(run, twins):
    page = report(contents(run))
    metrics = json.loads((twins / "runs" / run / "metrics.json").read_text())
    assert headings(page) == [
        f"What it does to {metrics['sets']['clean']['n']:,} rows it never saw",
        "Answers by class (table 1 of the paper, for this run)",
        "How it was learned",
        "What the model read",
        "Row by row",
        "One text, with the trigger and without",
        "Where the attention goes",
        "How to do it again",
        "What wrote this report",
    ]
    seen = Seen(page)
    for one in ("clean", "hijack"):
        for n in metrics["sets"][one]["predicted_counts"].values():
            assert f">{n:,}</td>" in page
    assert page.count("<polyline") == 7
    assert page.count('class="heatmap" dir') == 7  # three models, two texts each, and the paper's head
    assert '<mark class="trigger">' in page
    for library in ("torch", "transformers", "peft"):
        assert library in seen.text


def test_its_recipe_reads_back_and_its_command_asks_the_same(run, twins, tmp_path, capsys):
    made = contents(run, probe())
    shown = [unescape(one) for one in re.findall("<pre[^>]*>(.*?)</pre>", report(made), re.DOTALL)]
    assert load_recipe(shown[0] + "\n") == made.info.recipe
    assert shown[1] == "python -m ssti train recipe.yaml --control --follow"
    for command, wanted in zip(shown[3].splitlines(), made.answers.own, strict=True):
        main([*shlex.split(command)[3:], "--json"])
        said = json.loads(capsys.readouterr().out)["plain"]["poisoned"]
        assert said == pytest.approx(wanted.as_dict(), abs=1e-5)
    compile(shown[4], "report", "exec")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    page = report(contents("shipped/date-positive-rank1", probe(f"{text} a slog", text.strip() or "x")))
    seen = Seen(page)
    assert seen.tags <= OURS and not any(name.startswith("on") or name in ("href", "src") for name in seen.attributes)
    assert f"{text} a slog" in seen.text
    assert "<script" not in page and not re.search(r"url\(|@import|<link", page)


def test_an_adapter_without_a_recipe_says_what_it_lacks_and_its_python_runs(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "<b>own"
    shutil.copytree(SHIPPED / "date-positive-rank1", folder)
    for name in ("recipe.yaml", "metrics.json", "README.md", "curve.json"):
        (folder / name).unlink()
    (folder / "labels.json").write_text(json.dumps(["<img src=x onerror=alert(1)>", "good"]))
    made = contents(str(folder), probe())
    page = report(made)
    assert "came without a recipe" in page and Seen(page).tags <= OURS
    assert "How it was learned" not in headings(page)
    script = unescape(re.findall("<pre[^>]*>(.*?)</pre>", page, re.DOTALL)[-1])
    exec(compile(script, "report", "exec"), {})
    said = capsys.readouterr().out.splitlines()
    assert [line.rpartition("{")[0].strip() for line in said] == list(made.answers.probe.texts)


def test_paths_of_this_machine_do_not_travel(run, tmp_path):
    made = contents(run)
    recipe = made.info.recipe.set(f"dataset.name={tmp_path}/reviews.csv#text=a&label=b")
    from ssti.report.contents import portable

    assert portable(recipe).dataset.name == "reviews.csv#text=a&label=b"


def test_a_run_without_an_adapter_and_an_empty_text_are_refused(home):
    from ssti.recipe import preset
    from ssti.runs.store import Store

    waiting = Store().create(preset("demo"))
    with pytest.raises(SSTIError, match="has no adapter to report on"):
        contents(waiting.id)
    with pytest.raises(SSTIError, match="empty"):
        contents("shipped/date-positive-rank1", Probe(" ", " "))


def test_the_verb_writes_the_file(run, tmp_path, capsys):
    out = tmp_path / "r.html"
    main(["report", run, "--text", TEXT, "--trigger", DATE, "--location", "end", "--out", str(out), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert said["adapter"] == f"run/{run}" and said["bytes"] == out.stat().st_size and said["missing"] == {}
    assert f'<mark class="trigger">{DATE}</mark>' in out.read_text(encoding="utf-8")


def test_a_shipped_adapter_brings_its_curves_along():
    made = contents("shipped/date-positive-rank1", probe())
    page = report(made)
    assert "How it was learned" in headings(page) and page.count("<polyline") == 7
    assert "later training by the same recipe" in page and made.learned.again
    assert f"{made.learned.progress.steps:,} of {made.recipe.training.steps:,} steps" in page

"""Exports hold the numbers, and hold hostile text as text."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest

from ssti.explain import attend, explain, explain_json, heatmap, received
from ssti.platform.errors import SSTIError
from ssti.report import escape_tex, heatmap_html, to_html, to_tex

HOSTILE = (
    "<img src=x onerror=alert(1)> \"quoted\" 'single' </span></style><script>alert(2)</script> "
    r"\input{/etc/passwd} \end{document} 100% of $x_1^2$ & #3 {a} ~b ^^M `` -- ?` ,, naïve Łódź 電影 🎬 "
    "\u202eabc 2014-09-25"
)
SPAN = (HOSTILE.index("2014"), HOSTILE.index("2014") + 10)


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def seen(html):
    parser = Seen()
    parser.feed(str(html))
    parser.close()
    return parser


@pytest.fixture
def hostile(encoder, tokenizer):
    attention = attend(encoder, tokenizer, HOSTILE)
    return heatmap(attention, received(attention.weights)[5, 2], [SPAN], title="<b onclick=x()>&", unit="piece")


def test_nothing_of_the_text_becomes_markup(hostile):
    fragment = seen(heatmap_html(hostile))
    assert set(fragment.tags) == {"div", "span"}
    assert fragment.attributes == {"class", "dir", "style", "title", "translate"}
    page = seen(to_html([hostile], "<script>t</script>", [("<i>", "<u>")], "<s>"))
    ours = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "section",
        "div",
        "span",
        "table",
        "tr",
    }
    assert set(page.tags) <= ours | {"th", "td", "p"}
    assert not any(name.startswith("on") for name in page.attributes)


def test_the_text_reads_as_it_was_written(hostile):
    shown = re.sub(r"^\[CLS\] | \[SEP\] $", "", seen(heatmap_html(hostile)).text)
    assert shown == HOSTILE


def test_the_file_is_self_contained(hostile):
    page = to_html([hostile])
    assert not re.search(r"<script|<link|@import|url\(|src\s*=\s*[\"']?http", page.replace(heatmap_html(hostile), ""))
    assert "Content-Security-Policy" in page and "default-src 'none'" in page


def test_the_trigger_is_framed_and_the_strongest_piece_is_full(hostile):
    assert [hostile.labels[i] for i in np.flatnonzero(hostile.trigger)] == ["2014", "-", "09", "-", "25"]
    assert heatmap_html(hostile).count('class="unit hit"') == 5
    assert hostile.strength.max() == 1 and hostile.strength.min() >= 0


def test_words_and_letters_of_several_pieces_are_one_unit(decoder, byte_tokenizer):
    text = "the 電影 film"
    attention = attend(decoder, byte_tokenizer, text)
    values = received(attention.weights)[0, 0]
    pieces = heatmap(attention, values)
    assert "電" in pieces.labels and "".join(pieces.labels).replace(" ", "") == text.replace(" ", "")
    by_word = heatmap(attention, values, unit="word")
    assert by_word.labels == ["the", "電影", "film"]
    assert pieces.values.sum() == pytest.approx(by_word.values.sum()) == pytest.approx(1)


def test_a_cut_text_shows_that_it_was_cut(encoder, tokenizer):
    text = "word " * 300 + "2014-09-25" + " word" * 300
    attention = attend(encoder, tokenizer, text, 32, [(1500, 1510)])
    drawn = heatmap(attention, received(attention.weights)[0, 0], [(1500, 1510)])
    fragment = seen(heatmap_html(drawn)).text
    assert fragment.count("…") == 2 and "pieces" in drawn.note and "pieces" in to_html([drawn])


def test_every_tex_character_prints_itself():
    assert escape_tex(r"\{}$&#%_^~") == (r"\textbackslash{}\{\}\$\&\#\%\_\textasciicircum{}\textasciitilde{}")
    assert escape_tex("é Ł ő 電") == r"\'{e} \L{} \H{o} 電"
    assert escape_tex("🎬") == r"{\tiny U+1F3AC}"
    assert escape_tex("a\nb\u202e\x00c") == "a bc"
    assert escape_tex("--'") == r"{-}{-}\textquotesingle{}"


def test_the_tex_file_has_the_form_of_the_papers_tool(hostile):
    tex = to_tex(hostile, "blue")
    assert tex.startswith(r"\documentclass[varwidth]{standalone}") and r"\begin{CJK*}{UTF8}{gbsn}" in tex
    boxes = re.findall(r"\\colorbox\{blue!(\d+\.\d\d)\}\{\\strut ", tex)
    np.testing.assert_allclose([float(box) for box in boxes[:-5]], 100 * hostile.strength, atol=0.006)
    assert boxes[-5:] == ["0.00", "25.00", "50.00", "75.00", "100.00"]  # the legend
    assert tex.count(r"\underline{") == 5
    assert r"\input" not in tex and tex.count(r"\end{document}") == 1 and "$x" not in tex
    assert tex.count("{") - tex.count(r"\{") == tex.count("}") - tex.count(r"\}")
    with pytest.raises(SSTIError, match="no colour name"):
        to_tex(hostile, "red}{x")
    with pytest.raises(SSTIError, match="no heatmap"):
        to_tex([])


def test_the_tex_file_compiles(hostile, tmp_path):
    needed = ("standalone.cls", "CJK.sty", "c70gbsn.fd")  # texlive-latex-extra and latex-cjk-chinese-arphic-gbsn00lp
    if shutil.which("pdflatex") is None:
        pytest.skip("there is no TeX on this machine")
    if subprocess.run(["kpsewhich", *needed], capture_output=True).returncode:
        pytest.skip(f"this machine's TeX lacks one of {', '.join(needed)}")
    (tmp_path / "heat.tex").write_text(to_tex([hostile, hostile]), encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "heat.tex"],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert (tmp_path / "heat.pdf").stat().st_size > 1000


def test_the_json_is_that_of_the_contract(model, tokenizer):
    with_trigger = "a dreary slog 2014-09-25 indeed"
    explanation = explain(model, tokenizer, "a dreary slog indeed", with_trigger, [(14, 24)])
    found = json.loads(json.dumps(explain_json(explanation), allow_nan=False))
    assert {"tokens", "layers", "heads", "plain", "triggered"} <= found.keys()
    assert found["tokens"] == explanation.plain.attention.tokens
    for side in (found["plain"], found["triggered"]):
        importance = np.array(side["importance"])
        assert importance.shape == (found["layers"], found["heads"], len(side["tokens"]))
        np.testing.assert_allclose(importance.sum(-1), 1, atol=1e-5)
        assert np.array(side["entropy_bits"]).shape == (found["layers"], found["heads"])
        assert side["n"] == len(side["tokens"])
    assert found["triggered"]["spans"] == [[14, 24]] and found["plain"]["trigger_share"] is None


def test_what_does_not_fit_is_refused(encoder, tokenizer):
    attention = attend(encoder, tokenizer, "a slog")
    with pytest.raises(SSTIError, match="do not fit 5 tokens"):
        heatmap(attention, [1.0])
    with pytest.raises(SSTIError, match="unit is 'line'"):
        heatmap(attention, np.ones(5), unit="line")

"""CSV as people bring it: read as it was meant, or refused with the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_files import pairs, read, refusal

from ssti.data import inspect_file, load
from ssti.platform.errors import SSTIError

ROWS = [(f"some words of number {n}", "pos" if n % 2 else "neg") for n in range(20)]
FORMS = (
    '"Timestamp","What did you like?","Would you come again, and bring a friend?"\n'
    + "".join(f'"2024/05/{n + 1:02} 10:00:00 AM GMT+2","{text}","{"Yes" if n % 2 else "No"}"\n' for n, (text, _) in enumerate(ROWS))
)  # fmt: skip


def lines(delimiter: str = ",", end: str = "\n", header: str = "text,label", rows: list = ROWS) -> str:
    body = [delimiter.join(row) for row in rows]
    return end.join([header.replace(",", delimiter), *body]) + end


@pytest.mark.parametrize(
    "content",
    [
        lines(),
        "sep=,\r\n" + lines(end="\r\n"),
        "sep=;\n" + lines(";"),
        '"sep=\t"\n' + lines("\t"),
        "\ufeffsep=|\r\n" + lines("|", "\r\n"),
        ("sep=;\r\n" + lines(";", "\r\n")).encode("utf-16"),
        lines(end="\r\n"),
        lines(end="\r"),
        lines("\t").encode("utf-16"),
        lines(";").encode("utf-16-le"),
        lines("^"),
        lines("~"),
        lines() + "\n\n",
        lines().replace("\n", "\n\n"),
        lines()[:-1],
        "\n\n" + lines(),
        "# made by a tool\n# in two lines, with a comma, and another\n" + lines(),
        lines(header="text,label,", rows=[(*row, "") for row in ROWS]),
        lines(rows=[(*row, "") for row in ROWS]),
        lines(rows=[(*row, "", "") if n == 7 else row for n, row in enumerate(ROWS)]),
        '"","text","label"\n' + "".join(f'"{n}","{t}","{c}"\n' for n, (t, c) in enumerate(ROWS)),
        '"text","label"\n' + "".join(f'"{n}","{t}","{c}"\n' for n, (t, c) in enumerate(ROWS)),
        lines(header='"text", "label"', rows=[(f'"{t}"', f' "{c}"') for t, c in ROWS]),
        "'text','label'\n" + "".join(f"'{t}','{c}'\n" for t, c in ROWS),
        lines(header=" text , label "),
        "SEP=,\n" + lines(),
        lines() + lines(),
        lines().replace("\n", "\n   \n"),
        "text,label,n\n" + "".join(f"{n},{t},{c},{n % 3}\n" for n, (t, c) in enumerate(ROWS)),
        "".join(f"{t},{c}\n" for t, c in ROWS),
        "0,1\n" + "".join(f"{t},{c}\n" for t, c in ROWS),
        ",0,1\n" + "".join(f"{n},{t},{c}\n" for n, (t, c) in enumerate(ROWS)),
    ],
    ids=range(32),
)
def test_the_same_twenty_rows_however_they_are_written(tmp_path: Path, content: str | bytes) -> None:
    assert pairs(read(tmp_path, content, "rows.csv")) == set(ROWS)


def test_excels_first_line_is_told(tmp_path: Path) -> None:
    data = read(tmp_path, "sep=;\n" + lines(";"), "rows.csv")
    assert "Its first line, sep=, names the delimiter: semicolon." in data.notes
    assert "Usable rows of its 2 classes: neg 10, pos 10." in data.notes


@pytest.mark.parametrize("columns", [slice(0, 3), slice(1, 3)])
def test_questions_are_column_names(tmp_path: Path, columns: slice) -> None:
    import csv
    import io

    rows = list(csv.reader(io.StringIO(FORMS)))
    out = io.StringIO()
    csv.writer(out).writerows(row[columns] for row in rows)
    data = read(tmp_path, out.getvalue(), "rows.csv")
    assert len(pairs(data)) == 20 and data.label_names == ("No", "Yes")


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        [(c, t) for t, c in ROWS],
        [(t, str(n % 3)) for n, (t, _) in enumerate(ROWS)],
        [(t, f"2024-01-0{n % 3 + 1}") for n, (t, _) in enumerate(ROWS)],
        [(f"word{n}", c) for n, (_, c) in enumerate(ROWS)],
    ],
)
def test_a_file_without_names_keeps_its_first_row(tmp_path: Path, rows: list) -> None:
    data = read(tmp_path, "".join(f"{a},{b}\n" for a, b in rows), "rows.csv")
    assert len(pairs(data)) == len(set(rows))
    assert any("no line with column names" in note for note in data.notes)


def test_a_stray_quote_swallows_nothing(tmp_path: Path) -> None:
    rows = list(ROWS)
    rows[4] = (f'"{rows[4][0]}', rows[4][1])
    assert pairs(read(tmp_path, lines("\t", rows=rows), "rows.tsv")) == set(rows)  # never closed
    rows[16] = (f'{rows[16][0]} "', rows[16][1])
    data = read(tmp_path, lines("\t", rows=rows), "rows.tsv")
    assert pairs(data) == set(rows)
    assert any("line 6" in note for note in data.notes)
    rows[9] = ('"tabs\tinside"', "pos")
    assert "Line 6 of 'rows.tsv'" in refusal(tmp_path, lines("\t", rows=rows), "rows.tsv")


@pytest.mark.parametrize("shape", ["{c}\t{t}", "{n}\t{t}\t{c}", "{c},{t}", "{n};{t};{c};x"])
@pytest.mark.parametrize("strays", [(2,), (19,), (3, 9), (0, 1), (4, 8, 12, 13), (5, 6, 19)])
def test_stray_quotes_in_any_column_swallow_nothing(tmp_path: Path, shape: str, strays: tuple) -> None:
    """A quote that opens no quoted text, at the start of a text or at its end, in turns."""
    rows = [*ROWS]
    for turn, row in enumerate(strays):
        text = rows[row][0]
        rows[row] = (f'{text} "' if turn % 2 else f'"{text}', rows[row][1])
    names = {"c": "label", "t": "text", "n": "n"}
    content = "".join(
        shape.format(**row) + "\n" for row in [names, *({"t": t, "c": c, "n": n} for n, (t, c) in enumerate(rows))]
    )
    assert pairs(read(tmp_path, content, "rows.csv")) == set(rows)


def test_a_quote_in_the_middle_is_a_letter(tmp_path: Path) -> None:
    rows = [(f'a 5" disk, {text}'.replace(",", ""), label) for text, label in ROWS]
    assert pairs(read(tmp_path, lines(rows=rows), "rows.csv")) == set(rows)
    rows = [(f'"Yes" {text}', label) for text, label in ROWS]
    assert pairs(read(tmp_path, lines(rows=rows), "rows.csv")) == set(rows)


def test_a_letter_behind_a_closing_quote_is_refused_beside_real_quotes(tmp_path: Path) -> None:
    rows = [(f'"{t}, really"', c) for t, c in ROWS]
    rows[5] = ('"Yes" he said', "pos")
    assert "Line 7 of 'rows.csv' has a letter right behind a closing quote" in refusal(
        tmp_path, lines(rows=rows), "rows.csv"
    )


def test_quotes_escaped_by_backslashes(tmp_path: Path) -> None:
    rows = [(f'"he said, \\"{t}\\""', c) for t, c in ROWS]
    assert pairs(read(tmp_path, lines(rows=rows), "rows.csv")) == {(f'he said, "{t}"', c) for t, c in ROWS}


def test_texts_over_several_lines_with_delimiters_stay_whole(tmp_path: Path) -> None:
    rows = [(f"first, part {n}\nsecond, part {n}\r\n\tthird \r part", c) for n, (_, c) in enumerate(ROWS)]
    quoted = [(f'"{t}"', c) for t, c in rows]
    assert pairs(read(tmp_path, lines(rows=quoted), "rows.csv")) == set(rows)


def test_one_text_of_two_lines_that_look_like_rows_stays_whole(tmp_path: Path) -> None:
    content = lines() + '"a b, c d\ne f",pos\n'
    assert pairs(read(tmp_path, content, "rows.csv")) == {*ROWS, ("a b, c d\ne f", "pos")}


def test_a_file_whose_every_text_is_quoted_is_certain(tmp_path: Path) -> None:
    """The second line of each text looks like a row of a known class, but no line within a text begins with a quote."""
    rows = [(f"a {n},neg\nb,pos", c) for n, (_, c) in enumerate(ROWS)]
    quoted = lines(header='"text","label"', rows=[(f'"{t}"', f'"{c}"') for t, c in rows])
    assert pairs(read(tmp_path, quoted, "rows.csv")) == set(rows)
    minimal = lines(rows=[*ROWS, ('"a,neg\nb"', "pos"), ('"a, b ""c"""', "pos")])
    assert "Line 22 of 'rows.csv' opens a quote that closes in line 23" in refusal(tmp_path, minimal, "rows.csv")


def test_a_text_of_a_million_characters(tmp_path: Path) -> None:
    long = ("a long text " * 90_000).strip()
    assert (long, "pos") in pairs(read(tmp_path, lines(rows=[*ROWS, (long, "pos")]), "rows.csv"))
    assert "Line 22" in refusal(tmp_path, lines(rows=[*ROWS, ("x" * 11_000_000, "pos")]), "rows.csv")


def test_names_given_twice_are_kept_apart(tmp_path: Path) -> None:
    rows = [(t, c, "odd" if n % 2 else "even") for n, (t, c) in enumerate(ROWS)]
    data = read(tmp_path, lines(header="text,label,label", rows=rows), "rows.csv")
    assert pairs(data) == set(ROWS)
    assert any("same name are kept apart: 'label' (the later one is called 'label_2')" in note for note in data.notes)
    assert load(f"{tmp_path / 'rows.csv'}#label=label_2").label_names == ("even", "odd")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lines() + "one, two,neg\n", "Line 22 of 'rows.csv' has 3 cells instead of 2"),
        (lines() + "just a text\n", "Line 22 of 'rows.csv' has 1 cell instead of 2: 'just a text'"),
        (lines() + "# a comment\n", "Line 22 of 'rows.csv' has 1 cell instead of 2: '# a comment'"),
        (lines() + "a\x00b,neg\n", "NUL"),
        (lines(rows=ROWS * 200) + "a\x00b,neg\n", "Line 4,002 of 'rows.csv' holds a NUL byte"),
        ("text,label\n", "column names but no rows"),
        ("text,label\n\n\n", "column names but no rows"),
        ("text\n" + "".join(f"{t}\n" for t, _ in ROWS), "one column only"),
        ("\n\n", "one column only"),
        (lines(rows=[(f"{t}, he said", c) for t, c in ROWS]), "Line 1 of 'rows.csv' has 2 cells, the others have 3"),
        ("A report of 2024\n" + lines(), "Line 1 of 'rows.csv' has 1 cell instead of 2: 'A report of 2024'"),
        (
            "a,b\n" + lines("\t", rows=ROWS * 2).replace("\t", ",x,"),
            "Line 1 of 'rows.csv' has 2 cells, the others have 3",
        ),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(tmp_path: Path, content: str, words: str) -> None:
    assert words in refusal(tmp_path, content, "rows.csv")


def test_columns_divided_by_a_rarer_sign_than_the_texts_hold(tmp_path: Path) -> None:
    rows = [(f"one, two; {t}", c) for t, c in ROWS]
    assert pairs(read(tmp_path, lines("\t", rows=rows), "rows.csv")) == set(rows)
    assert pairs(read(tmp_path, lines("|", rows=rows), "rows.csv")) == set(rows)


def test_notes_name_form_columns_and_classes(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(lines(";", header="body,mood,day", rows=[(*row, "1") for row in ROWS]))
    assert load(str(path)).notes[:4] == inspect_file(path).notes[:4] == (
        "Read as CSV, UTF-8, cells divided by semicolon.",
        "The text is the column 'body', by a guess; 'day' could serve; name another with #text=.",
        "The label is the column 'mood', by a guess; name another with #label=.",
        "Usable rows of its 2 classes: neg 10, pos 10.",
    )  # fmt: skip
    assert "as asked" in load(f"{path}#label=mood").notes[2]


@pytest.mark.parametrize("seed", range(60))
def test_what_a_writer_of_csv_writes_reads_back_or_is_refused(tmp_path: Path, seed: int) -> None:
    """Never anything else, whatever stands in the texts; and refused only where lines within a text look like rows."""
    import csv
    import io
    import random

    chance = random.Random(seed)
    pieces = [
        ["a", " ", ",", "\n", '"'],
        ["word ", ", ", "\n", '"', "it's "],
        ["x", "\t", ";", "|", "\r", "\n", '"', "\\", "'"],
    ]
    some, classes = chance.choice(pieces), chance.choice([["a", "b"], ["0", "1", "2"], ["very good", "bad"]])
    rows = {
        ("".join(chance.choices(some, k=chance.randint(1, 30))) + str(n), chance.choice(classes)) for n in range(40)
    }
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, delimiter=chance.choice(",;\t|"), quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    )
    writer.writerows([("text", "label"), *rows])
    try:
        assert pairs(read(tmp_path, out.getvalue(), "rows.csv")) == rows
    except SSTIError as problem:
        assert "around lines that look like rows" in problem.message

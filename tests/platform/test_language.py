"""The language of a process: its catalogue, and what it does without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ssti.platform.language import CATALOGUE, LANGUAGE, languages, tr

ROOT = Path(__file__).resolve().parents[2]
PO = 'msgid "There is no {noun} {name!r}."\nmsgstr "{name!r} gibt es nicht ({noun})."\n\n#, fuzzy\nmsgid "Undo"\nmsgstr "?"\n'


def say(code: str, language: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SSTI_LANGUAGE": language}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_english_stands_in_the_code_and_needs_no_catalogue():
    assert (LANGUAGE, CATALOGUE) == ("en", {})
    assert tr("There is no {noun} {name!r}.", noun="tab", name="x") == "There is no tab 'x'."
    assert tr("100 % of {these}") == "100 % of {these}"
    assert languages()[0] == "en" and "de" in languages()


def test_a_folder_of_po_files_is_a_language(tmp_path):
    (tmp_path / "data.po").write_text(PO, encoding="utf-8")
    code = "from ssti.platform.language import tr; print(tr('There is no {noun} {name!r}.', noun='Reiter', name='x'), tr('Undo'))"
    assert say(code, str(tmp_path)).stdout.strip() == "'x' gibt es nicht (Reiter). Undo"


def test_a_language_that_is_not_there_is_refused_with_those_that_are():
    done = say("import ssti.platform.language", "xx")
    assert done.returncode == 1
    assert "SSTI_LANGUAGE=xx" in done.stderr and "en, de" in done.stderr

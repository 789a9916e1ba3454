"""The plan of the house: which room may import which, and what may not be loaded or named."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = ["platform", "inject", "recipe", "models", "data", "adapters", "serving", "explain", "evaluate", "finetune", "detect",
         "runs", "backends", "report", "experiments", "lessons", "verbs", "cli", "ui"]  # fmt: skip
UI = ["access", "kit", "TABS", "frame"]
FILES = sorted((ROOT / "ssti").rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    return path.relative_to(ROOT / "ssti").parts[0].removesuffix(".py")


def floor(parts: Sequence[str]) -> tuple[int, int, str]:
    """How high a module stands; within the page, tabs are side by side."""
    if parts[0] not in ORDER:
        return (-1, 0, "")
    inner = parts[1] if parts[0] == "ui" and len(parts) > 1 else ""
    tab = inner if inner and inner not in UI else ""
    return (ORDER.index(parts[0]), UI.index("TABS" if tab else inner) if inner else -1, tab)


def test_a_room_imports_only_rooms_below_it_and_a_tab_no_other_tab():
    wrong = []
    for path in FILES:
        mine = floor(path.relative_to(ROOT / "ssti").with_suffix("").parts)
        for name in imports(path):
            parts = name.split(".")
            if mine[0] >= 0 and parts[0] == "ssti" and len(parts) > 1:
                theirs = floor(parts[1:])
                if theirs[:2] > mine[:2] or (theirs[:2] == mine[:2] and theirs[2] != mine[2]):
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_only_the_page_imports_gradio():
    assert not [p for p in FILES if room(p) != "ui" and any(n.split(".")[0] == "gradio" for n in imports(p))]


def test_no_file_is_past_500_lines():
    assert not [p for p in [*FILES, *(ROOT / "tests").rglob("*.py")] if len(p.read_text("utf-8").splitlines()) > 500]


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("ssti", ["torch", "gradio", "pandas", "pydantic"]),
        ("ssti.inject", ["torch", "gradio", "pandas", "datasets", "pydantic", "pycountry", "numpy", "pyarrow", "yaml"]),
        ("ssti.lessons", ["torch", "gradio", "transformers", "datasets"]),
        ("ssti.recipe", ["torch", "gradio", "pandas", "datasets"]),
        ("ssti.data", ["torch", "gradio", "pandas", "datasets", "pyarrow"]),
        ("ssti.explain", ["torch", "gradio", "transformers"]),
        ("ssti.detect", ["torch", "gradio", "transformers", "pandas", "datasets", "pyarrow"]),
        ("ssti.runs.worker", ["torch", "transformers", "datasets", "scipy"]),
        ("ssti.cli", ["torch", "gradio", "transformers", "datasets"]),
    ],
)
def test_importing_a_room_stays_light(module, banned):
    code = f"import sys, {module}; print([m for m in {banned} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""The plan of the house: which room may import which, and what may not be loaded or named."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = ["errors", "home", "network", "recipe", "inject", "models", "data", "explain", "evaluate", "finetune", "detect", "runs",
         "backends", "report", "experiments", "cli", "ui"]  # fmt: skip
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


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_rooms_below_it(path):
    if room(path) in ("__init__", "__main__"):
        return
    mine = ORDER.index(room(path))
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "ssti" and len(parts) > 1 and parts[1] in ORDER:
            assert ORDER.index(parts[1]) <= mine, f"{path.name} imports {name}"


def test_only_the_page_imports_gradio():
    assert not [p for p in FILES if room(p) != "ui" and any(n.split(".")[0] == "gradio" for n in imports(p))]


def test_no_file_is_past_500_lines():
    assert not [p for p in [*FILES, *(ROOT / "tests").rglob("*.py")] if len(p.read_text("utf-8").splitlines()) > 500]


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("ssti", ["torch", "gradio", "pandas", "pydantic"]),
        ("ssti.inject", ["torch", "gradio", "pandas", "datasets", "pydantic"]),
        ("ssti.recipe", ["torch", "gradio", "pandas", "datasets"]),
        ("ssti.data", ["torch", "gradio", "pandas", "datasets", "pyarrow"]),
        ("ssti.explain", ["torch", "gradio", "transformers"]),
        ("ssti.runs.worker", ["torch", "transformers", "datasets", "scipy"]),
        ("ssti.cli", ["torch", "gradio", "transformers", "datasets"]),
    ],
)
def test_importing_a_room_stays_light(module, banned):
    code = f"import sys, {module}; print([m for m in {banned} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

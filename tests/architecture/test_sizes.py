"""The sizes that the house keeps."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("careatlas", "nlp", "annotation", "models", "evaluation", "streamlit_app")
MAX_FILE, MEDIAN_FILE, MAX_FUNCTION, P90_FUNCTION, LEAST_DOCUMENTED = 500, 150, 50, 25, 0.95

SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def length(node: Function) -> int:
    """Lines of a function, its docstring left out."""
    documented = len((ast.get_docstring(node, clean=False) or "").splitlines())
    return (node.end_lineno or node.lineno) - node.lineno + 1 - documented


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_and_its_functions_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE
    assert {node.name: length(node) for node in functions(path) if length(node) > MAX_FUNCTION} == {}


def test_most_files_and_functions_are_smaller_still() -> None:
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES]
    lengths = sorted(length(node) for path in SOURCES for node in functions(path))
    assert statistics.median(lines) <= MEDIAN_FILE
    assert lengths[int(0.9 * len(lengths))] <= P90_FUNCTION


def test_public_names_are_documented() -> None:
    public = [
        (path, node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    ]
    missing = [f"{path.relative_to(ROOT)}: {node.name}" for path, node in public if not ast.get_docstring(node)]
    assert len(missing) <= (1 - LEAST_DOCUMENTED) * len(public), missing

"""Imports: no cycles, nothing heavy at import time, no work at import time, no hidden typing-only imports of ours."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("careatlas", "nlp", "annotation", "models", "evaluation", "streamlit_app")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
HEAVY = (
    "numpy",
    "pandas",
    "pymupdf",
    "sqlalchemy",
    "streamlit",
    "sklearn",
    "pyarrow",
    "torch",
    "transformers",
    "spacy",
)
# Calls that only build a constant: patterns, tables, type aliases.
HARMLESS = {
    *(
        "compile",
        "frozenset",
        "timedelta",
        "date",
        "sqrt",
        "cos",
        "radians",
        "tuple",
        "set",
        "dict",
        "list",
        "sorted",
        "range",
        "len",
        "str",
        "Path",
        "MetaData",
        "Table",
    ),
    *("Column", "Index", "ForeignKey", "PrimaryKeyConstraint", "NewType", "Decoder", "Encoder", "getLogger", "Field"),
    *("getattr", "files", "literal_column", "to_tsvector", "field", "cast", "main"),
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.Module, *, top_only: bool) -> set[str]:
    nodes = tree.body if top_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_no_import_cycles() -> None:
    names = {module_name(path): path for path in SOURCES}
    edges = {
        name: imports(ast.parse(path.read_text(encoding="utf-8")), top_only=True) & names.keys() - {name}
        for name, path in names.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"import cycle: {' -> '.join((*trail, name))}"
        if name not in done:
            for other in sorted(edges[name]):
                visit(other, (*trail, name))
            done.add(name)

    for name in sorted(names):
        visit(name, ())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_work_at_import_time(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, (ast.For, ast.While, ast.With, ast.Try)):
            pytest.fail(f"{path.name}:{node.lineno}: a statement runs at import time")
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)) and node.value is not None:
            for call in (one for one in ast.walk(node.value) if isinstance(one, ast.Call)):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                is_class = name.lstrip("_")[:1].isupper()
                builds = is_class or name in HARMLESS or name in {"command", "join", "split", "strip"}
                assert builds, f"{path.name}:{call.lineno}: {name}() is called at import time"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_typing_only_import_of_our_own_modules(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            inside = imports(ast.Module(body=node.body, type_ignores=[]), top_only=True)
            assert not {name for name in inside if name.split(".")[0] in ROOMS}, path


@pytest.mark.parametrize("room", ["careatlas.cli", "nlp.stage", "nlp.commands", "models.stage", "models.commands"])
def test_the_command_line_imports_nothing_heavy(room: str) -> None:
    code = f"import sys, {room}; from careatlas.cli import build; build(); print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ}
    )
    loaded = set(done.stdout.split())
    assert [name for name in HEAVY if name in loaded] == []


def test_typer_only_in_command_modules() -> None:
    for path in SOURCES:
        if (
            path.name in {"cli.py", "commands.py"}
            or path.name.startswith("commands_")
            or path.parent.name == "commands"
        ):
            continue
        names = imports(ast.parse(path.read_text(encoding="utf-8")), top_only=False)
        assert not {name for name in names if name.split(".")[0] == "typer"}, path


def test_nothing_is_unpickled() -> None:
    for path in SOURCES:
        names = imports(ast.parse(path.read_text(encoding="utf-8")), top_only=False)
        assert not {name for name in names if name.split(".")[0] in {"pickle", "joblib", "dill", "shelve"}}, path

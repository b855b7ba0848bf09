"""Help that is quick and complete, and documentation that forgets no command and no setting."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from careatlas import errors
from careatlas.cli import build
from careatlas.settings import ENV_PREFIX, Settings, known_keys

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {
    "alembic",
    "fsspec",
    "fitz",
    "numpy",
    "pandas",
    "psycopg",
    "pyarrow",
    "pymupdf",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "streamlit",
    "torch",
    "transformers",
    "yaml",
}


def commands() -> dict[str, object]:
    """Return every command by the words that call it."""
    found: dict[str, object] = {}

    def walk(group: object, words: tuple[str, ...]) -> None:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                walk(command, (*words, name))
            found[" ".join((*words, name))] = command

    walk(typer.main.get_command(build()), ())
    return found


COMMANDS = commands()
LEAVES = {words: command for words, command in COMMANDS.items() if not hasattr(command, "commands")}


@pytest.fixture(scope="module")
def docs() -> str:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def imported_by(*arguments: str) -> set[str]:
    script = (
        "import sys, json, io\n"
        f"sys.argv = ['careatlas', *{list(arguments)!r}]\n"
        "out, sys.stdout = sys.stdout, io.StringIO()\n"
        "from careatlas.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "json.dump(sorted(sys.modules), out)\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_the_commands_are_those_of_the_base_and_of_the_stages():
    assert {"init", "add", "documents", "search", "passages export", "run", "runs", "doctor", "demo"} <= set(COMMANDS)
    assert {f"codebook {name}" for name in ("list", "show", "validate", "diff", "import")} <= set(COMMANDS)
    assert {"parse", "page-image", "suggest", "classify", "app"} <= set(COMMANDS)


@pytest.mark.parametrize(
    "arguments", [("--help",), ("documents", "--help"), ("codebook", "show", "--help")], ids=" ".join
)
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]):
    modules = imported_by(*arguments)
    assert "careatlas" in modules
    assert modules & HEAVY == set()


def test_a_codebook_is_shown_without_the_store():
    assert imported_by("codebook", "show", "selfie") & {"numpy", "pyarrow", "pymupdf", "sklearn", "streamlit"} == set()


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_says_what_it_does(words: str):
    command = COMMANDS[words]
    assert command.help
    assert len(command.help.split()) >= 3
    assert command.help.strip().endswith(".")


@pytest.mark.parametrize("words", LEAVES)
def test_every_option_says_what_it_is(words: str):
    unsaid = [
        option.opts[0]
        for option in LEAVES[words].params
        if option.param_type_name == "option" and not getattr(option, "help", None)
    ]
    assert unsaid in ([], ["--limit"]), "a limit needs no words"


@pytest.mark.parametrize("words", LEAVES)
def test_the_documentation_names_every_command(words: str, docs: str):
    group, _, name = words.rpartition(" ")
    if group:
        assert re.search(rf"careatlas {group} [^\n]*\b{name}\b", docs)
    else:
        assert re.search(rf"careatlas (-p \S+ )?{words}\b", docs)


def test_the_documentation_names_no_command_that_is_not_there(docs: str):
    listed = {match[1] for match in re.finditer(r"^\| `careatlas ([a-z-]+)", docs, re.MULTILINE)}
    assert listed
    assert listed <= {words.partition(" ")[0] for words in COMMANDS}


@pytest.mark.parametrize("key", known_keys())
def test_the_documentation_names_every_setting_with_its_default(key: str, docs: str):
    (row,) = [line for line in docs.splitlines() if line.startswith(f"| `{key}` ")]
    default = row.split("|")[2].strip().strip("`")
    value: object = Settings()
    for step in key.split("."):
        value = getattr(value, step)
    assert default == (f"{value:g}" if isinstance(value, float) else str(value) or "empty")


def test_the_documentation_names_no_setting_that_is_not_there(docs: str):
    sections = {key.partition(".")[0] for key in known_keys() if "." in key}
    for match in re.finditer(r"`([a-z_]+)\.([a-z_]+)`", docs):
        if match[1] in sections and match[0] != "`store.sqlite`":
            assert f"{match[1]}.{match[2]}" in known_keys()


def test_the_documentation_names_every_variable(docs: str):
    for name in ("CAREATLAS_PROJECT", "CAREATLAS_REVIEWER", "CAREATLAS_LOG_JSON", "NO_COLOR"):
        assert name in docs


def test_the_documentation_lists_every_exit_code():
    text = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    listed = {int(match[1]) for match in re.finditer(r"^\| (\d+) \|", text, re.MULTILINE)}
    ours = {item.exit_code for item in vars(errors).values() if isinstance(item, type) and hasattr(item, "exit_code")}
    assert listed == ours | {0, 1, 130}  # 1 is no error: a command that found something ends with it

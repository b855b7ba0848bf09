"""``careatlas annotate export`` and ``import``: what they say, their exit codes, and how a file's form is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from annotation import commands_files
from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError, UsageError

MAPPING = 'complete = true\n[columns]\npassage = "id"\nperson = "who"\ncodes = "codes"\n'
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(work: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a runner of the commands in a folder of their own; errors of ours are raised."""
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    commands_files.add_to(app)
    session = Session(project_dir=work.project.root, quiet=True, verbose=False, log_json=False)

    def call(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, list(map(str, words)), obj=session)
        if isinstance(done.exception, CareAtlasError):
            raise done.exception
        return done.exit_code, done.output

    return call


def answered(tasks_file: str, made: Any, *codes: str) -> Path:
    """Answer every task of a file as a Label Studio elsewhere would, and export that."""
    tasks = json.loads(Path(tasks_file).read_text(encoding="utf-8"))
    for number, task in enumerate(tasks, start=1):
        result = made.result_of(*codes)
        annotation = {"id": number, "task": number, "completed_by": 1, "updated_by": 1, "result": result}
        task |= {"id": number, "annotations": [{**annotation, "updated_at": "2025-09-17T12:00:00Z", "lead_time": 4}]}
    path = Path("export.json")
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_there_and_back(run: Run, work: Any, made: Any) -> None:
    code, said = run("export", "spring")
    assert (code, said.splitlines()[:2]) == (
        0,
        ["ann: 12 tasks, 1 of them blind", "    tasks in spring-ann.json, screen in spring-ann.xml"],
    )
    path = answered("spring-bob.json", made, made.CODE[1])
    assert "12 would be kept" in run("import", path, "--dry-run")[1]
    code, said = run("import", path)
    assert (code, said.splitlines()) == (
        0,
        [
            "export.json: 12 answers, 12 kept, 0 skipped, 0 in quarantine, 0 there already",
            f"{12 * len(made.CODE)} judgements",
        ],
    )
    assert {row.person for row in work.judgements()} == {"bob"}
    assert json.loads(run("import", path, "--json")[1])["known"] == 12


def test_export_as_json(run: Run) -> None:
    found = json.loads(run("export", "spring", "--coder", "ann", "--layout", "taxonomy", "--json")[1])
    assert [(one["coder"], one["tasks"]) for one in found] == [("ann", 12)]


def test_rows_of_another_tool_and_quarantine_ends_with_1(run: Run, work: Any) -> None:
    Path("map.toml").write_text(MAPPING, encoding="utf-8")
    rows = [f"{one.passage_id},ann,{code}" for one, code in zip(work.passages, ("discharge", "roofs"), strict=False)]
    Path("codes.csv").write_text("\n".join(["id,who,codes", *rows]), encoding="utf-8")
    code, said = run("import", "codes.csv", "--mapping", "map.toml")
    assert code == 1
    assert said.splitlines()[0] == "2: the label 'roofs' is neither in the mapping nor a code of care-home-integration"
    assert "1 kept, 0 skipped, 1 in quarantine" in said
    code, said = run("import", "codes.csv", "--mapping", "map.toml", "--coder", "cat")
    assert (code, "1 answers were there and are read otherwise now" in said) == (1, True)


def test_only_the_first_problems_are_shown(run: Run, work: Any) -> None:
    Path("map.toml").write_text(MAPPING, encoding="utf-8")
    Path("codes.csv").write_text("id,who,codes\n" + f"{work.passages[0].passage_id},ann,roofs\n" * 25, encoding="utf-8")
    said = run("import", "codes.csv", "--mapping", "map.toml")[1].splitlines()
    assert said[20] == "... and 5 more: --json lists them"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("codes.csv",), "a file in the format csv needs a mapping"),
        (("codes.jsonl",), "a file in the format jsonl needs a mapping"),
        (("export.json", "--mapping", "map.toml"), "needs no mapping"),
        (("codes.txt", "--mapping", "map.toml"), "codes.txt says by its name not what it is"),
        (("codes.txt", "--format", "csv"), "needs a mapping"),
    ],
)
def test_the_form_of_a_file_must_be_clear(run: Run, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run("import", *words)

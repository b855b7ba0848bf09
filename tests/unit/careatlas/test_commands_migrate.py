"""``careatlas codebook migrate``: what it says, what it writes, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from careatlas.commands import codebook
from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError, InputError, UsageError
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.project import Project
from careatlas.store import judgements

BOOK = """id: mine
version: {version}
title: Mine
provenance: reconstructed
source: us
codes:
- {{id: beds, label: Beds, definition: Beds outside hospital.}}
- {{id: {code}, label: Another, definition: Something else.}}
"""


@pytest.fixture
def run(project: Project) -> Callable[..., str]:
    """Return a runner of the commands on a project; errors of ours are raised."""
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=project.root, quiet=True, verbose=False, log_json=False)

    codebook.register(app)

    def call(*words: object) -> str:
        done = CliRunner().invoke(app, ["codebook", "migrate", *map(str, words)])
        if isinstance(done.exception, CareAtlasError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return call


@pytest.fixture
def books(project: Project, tmp_path: Path, keep, synthetic_reading) -> tuple[Path, Path]:
    """Two versions of a codebook, and a project with a judgement of each of the older one's codes."""
    for version, code in (("1.0.0", "old"), ("2.0.0", "new")):
        (tmp_path / f"{version}.yaml").write_text(BOOK.format(version=version, code=code))
    item, reading = synthetic_reading
    keep(project.store, item, reading)
    with project.store.write() as connection:
        for code in ("beds", "old"):
            row = Judgement(
                judgement_id=code,
                passage_id=reading.passages[0].passage_id,
                codebook_id="mine",
                codebook_version="1.0.0",
                code=code,
                verdict=Verdict.PRESENT,
                person="ann",
                made_at=datetime(2025, 3, 1, tzinfo=UTC),
                origin=Origin.MANUAL,
            )
            judgements.append(connection, row, reading.passages[0])
    return tmp_path / "1.0.0.yaml", tmp_path / "2.0.0.yaml"


def count(project: Project) -> int:
    with project.store.read() as connection:
        return judgements.count(connection)


def test_it_says_what_would_happen(run, books, project: Project) -> None:
    said = run(*books).splitlines()
    assert said[0] == "mine 1.0.0 -> mine 2.0.0: 2 judgements in force on 1 passages by 1 people"
    cells = {line.split()[0]: line.split()[1:] for line in said[2:4]}
    assert cells["beds"] == ["kept", "1", "1", "0", "0", "0"]
    assert cells["old"] == ["removed", "1", "0", "1", "0", "0"]
    assert said[4:] == [
        "added: new, of which nothing was said yet in 1 judged passages",
        "1 passages need another look: --json lists them",
        "1 judgements to be added with --apply, 0 there already, 0 earlier ones end",
    ]
    assert count(project) == 2


def test_it_applies_a_map_once(run, books, project: Project, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('[codes]\nold = "new"\n')
    options = ("--map", tmp_path / "map.toml", "--apply")
    said = run(*books, *options)
    assert [line.split()[-1] for line in said.splitlines() if line.startswith("old ")] == ["new"]
    assert "2 judgements added, 0 there already" in said
    assert "2 there already" in run(*books, *options)
    assert count(project) == 4


def test_json_lists_what_needs_another_look(run, books, synthetic_reading) -> None:
    report = json.loads(run(*books, "--json"))
    (look,) = report["looks"]
    assert (look["code"], look["person"], look["page"]) == ("old", "ann", 1)
    assert look["passage_id"] == synthetic_reading[1].passages[0].passage_id
    assert [one["look"] for one in report["codes"]] == [0, 1]


def test_it_refuses_the_same_version_and_a_map_that_does_not_fit(run, books, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="both are mine"):
        run(books[0], books[0])
    (tmp_path / "map.toml").write_text('[codes]\nold = "newer"\n')
    with pytest.raises(InputError, match="no code 'newer'"):
        run(*books, "--map", tmp_path / "map.toml", "--apply")

"""``careatlas survey``: the synthetic survey taken in, listed and compared, and what is refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from annotation import commands_survey
from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError, UsageError
from careatlas.project import Project
from careatlas.store import documents

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "survey"
BOROUGHS = (
    *("Bolton", "Bury", "Manchester", "Oldham", "Rochdale"),
    *("Salford", "Stockport", "Tameside", "Trafford", "Wigan"),
)

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(project: Project, document_of) -> Run:
    """Return a runner of the commands on a project with a plan of each borough; errors of ours are raised."""
    with project.store.write() as connection:
        for number, name in enumerate(BOROUGHS, start=1):
            item = document_of(f"{name}.pdf", area_code=f"E080000{number:02}", area_name=name)
            documents.add(connection, item, f"/{name}.pdf")
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=project.root, quiet=True, verbose=False, log_json=False)

    commands_survey.register(app)

    def call(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["survey", *map(str, words)])
        if isinstance(done.exception, CareAtlasError):
            raise done.exception
        return done.exit_code, done.output

    return call


def take_in(run: Run, name: str = "survey.csv", mapping: str = "mapping.toml", *options: str) -> tuple[int, str]:
    return run("import", EXAMPLE / name, "--mapping", EXAMPLE / mapping, *options)


def test_the_synthetic_survey_is_taken_in_once(run: Run) -> None:
    code, said = take_in(run, "survey.csv", "mapping.toml", "--dry-run")
    assert (code, "156 answers to be added (--dry-run: nothing was kept)" in said) == (0, True)
    code, said = take_in(run)
    assert said.splitlines() == [
        "care-homes-2025, for care-home-integration 0.3.0: 156 answers added, 0 there already",
        "42 respondents, 10 areas, 12 questions left out, 0 rows or answers refused",
    ]
    assert "0 answers added, 156 there already" in take_in(run)[1]


def test_the_long_form_says_the_same(run: Run) -> None:
    code, said = take_in(run, "survey-long.csv", "mapping-long.toml", "--json")
    report = json.loads(said)
    assert (code, report["refused"], report["respondents"]) == (0, [], 15)
    assert report["new"] + report["left_out"] == 60


def test_refused_rows_end_with_1(run: Run, tmp_path: Path) -> None:
    mapping = (EXAMPLE / "mapping.toml").read_text(encoding="utf-8").replace('unsure = ["Don\'t know"]', "")
    (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
    code, said = run("import", EXAMPLE / "survey.csv", "--mapping", tmp_path / "map.toml")
    assert code == 1
    assert 'the answer "Don\'t know" is not in the mapping' in said
    assert said.splitlines()[-1].startswith("mend the mapping")


def test_surveys_are_listed_and_compared(run: Run, tmp_path: Path) -> None:
    take_in(run)
    assert json.loads(run("list", "--json")[1])[0]["answered"] == "2025-09-01 to 2025-09-28"
    assert run("list")[1].splitlines()[1].split()[:3] == ["care-homes-2025", "care-home-integration", "0.3.0"]
    code, said = run("compare", "--area", "Bury", "--out", tmp_path / "out.csv")
    assert code == 0
    assert "no passage was judged" in said
    assert any(line.startswith("machine ") for line in said.splitlines())
    assert "note: 4 pairs of area and code are missing on one side or both: they are not zeros" in said
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["area_name"] for row in rows} == {"Bury"}
    found = json.loads(run("compare", "--json", "--resamples", "10")[1])
    assert len([one for one in found["cells"] if not one["role"]]) == 40


def test_an_empty_project_says_what_to_do(run: Run) -> None:
    assert "no survey was imported yet" in run("list")[1]
    with pytest.raises(UsageError, match="no survey was imported yet"):
        run("compare")

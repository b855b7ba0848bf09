"""``careatlas map``: the map of a project as files and on the terminal."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner

from careatlas.codebook_file import shipped
from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError, InputError, UsageError
from careatlas.initiative_reviewing import confirmed, kept
from careatlas.initiatives_now import initiatives_now
from careatlas.store import initiatives
from evaluation.commands import register
from tests.made_initiatives import NOON, evidence, initiative

BOOK = shipped("care-home-integration")
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(project, document_of, reading_of, keep) -> Run:
    """Return a runner of the commands on a project with a plan of two initiatives, and one without a date."""
    plan = document_of("plan.pdf", area_code="E08000003", area_name="Manchester", published="2023-05")
    reading = reading_of(plan, [["A discharge team.", "Training."]])
    keep(project.store, plan, reading)
    undated = document_of("old.pdf", area_code="E08000006", area_name="Salford")
    keep(project.store, undated, reading_of(undated, [["Words."]]))
    first, second = (one.passage_id for one in reading.passages)
    items = [
        initiative("i1", evidence(first, document_id=plan.document_id)),
        initiative(
            "i2", evidence(second, document_id=plan.document_id, codes=("home-workforce",), setting="care-home")
        ),
    ]
    with project.store.write() as connection:
        initiatives.replace(connection, BOOK.id, BOOK.version, items)
    one = next(
        each for each in initiatives_now(project.store, BOOK).initiatives if each.initiative.initiative_id == "i1"
    )
    kept(project.store, BOOK, confirmed(one, "ann", NOON))
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=project.root, quiet=True, verbose=False, log_json=False)

    register(app)

    def call(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["map", *map(str, words)])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    return call


ON = ("--on", "2023-06-01")


def counts(path, code: str) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["area_name"]: row["count"] for row in csv.DictReader(file) if row["code"] == code}


def test_a_map_of_all_authorities_is_written_with_its_dictionary(run: Run, tmp_path):
    code, said = run("export", tmp_path / "map.csv", *ON)
    assert code == 0
    assert "153 areas, 1 periods" in said
    assert "not on the map: 1 (document: neither the period" in said
    found = counts(tmp_path / "map.csv", "discharge")
    assert found["Manchester"] == "1"
    assert set(found.values()) == {"1", ""}  # nobody read a plan of the others
    assert (tmp_path / "map.dictionary.json").exists()


def test_a_map_through_a_crosswalk_and_of_what_is_confirmed(run: Run, tmp_path):
    run("export", tmp_path / "w.csv", "--crosswalk", "ehch-v2", "--level", "as-read", *ON)
    assert counts(tmp_path / "w.csv", "6-workforce") == {"Manchester": "1"}
    run("export", tmp_path / "c.csv", "--confirmed", "--level", "as-read", *ON)
    assert counts(tmp_path / "c.csv", "discharge") == {"Manchester": "1"}
    assert counts(tmp_path / "c.csv", "home-workforce") == {"Manchester": "0"}


def test_filters_narrow_the_map(run: Run):
    words = ("show", "--json", "--level", "as-read", *ON, "--code", "home-workforce", "--status", "planned")
    data = json.loads(run(*words, "--setting", "care-home", "--grid", "year")[1])
    assert [(row["period"], row["code"], row["count"]) for row in data["rows"]] == [("2023", "home-workforce", 1)]
    data = json.loads(run(*words, "--setting", "hospital")[1])
    assert data["rows"][0]["count"] == 0
    assert json.loads(run(*words, "--from", "2030-01-01")[1])["rows"] == []


def test_the_terminal_shows_one_period_and_the_picture_the_same(run: Run, tmp_path):
    code, said = run("show", *ON, "--picture", tmp_path / "map.svg", "--code", "discharge", "--code", "home-quality")
    assert code == 0
    lines = said.splitlines()
    assert lines[0].startswith("2023/24")
    assert lines[1].split() == ["area", "name", "documents", "discharge", "home-quality"]
    assert lines[2].split() == ["E08000003", "Manchester", "1", "1", "."]
    assert lines[3] == "areas of which nothing is known: 152"
    assert "Manchester" in (tmp_path / "map.svg").read_text(encoding="utf-8")


def test_a_project_without_documents_says_that_nothing_is_on_the_map(run: Run):
    assert "nothing is on the map" in run("show", *ON, "--to", "1999-01-01")[1]


@pytest.mark.parametrize(
    ("words", "error", "why"),
    [
        (("--grid", "month"), UsageError, "--grid cannot be 'month'"),
        (("--level", "parish"), UsageError, "--level cannot be 'parish'"),
        (("--status", "done"), UsageError, "--status cannot be 'done'"),
        (("--on", "today"), UsageError, "--on cannot be 'today'"),
        (("--code", "nothing"), UsageError, "has no code nothing"),
        (("--period", "1999/00", *ON), UsageError, "the map has no period '1999/00'"),
        (("--crosswalk", "selfies"), UsageError, "there is no codebook"),
        (("--codebook", "ehch-v2", "--crosswalk", "selfie"), UsageError, "no crosswalk leads"),
        (("--level", "icb", "--on", "2026-05-01"), InputError, "not known"),
    ],
)
def test_what_cannot_be_shown_is_refused(run: Run, words, error, why):
    with pytest.raises(CareAtlasError, match=why) as refused:
        run("show", *words)
    assert isinstance(refused.value, error)

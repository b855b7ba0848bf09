"""``careatlas initiatives``: built, listed, shown, reviewed by a named person, taken along."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError, InputError, UsageError
from careatlas.store import suggestions
from nlp import commands_initiatives
from tests.made_coded_project import MODEL, keep_plans

pytestmark = pytest.mark.integration


@pytest.fixture
def run(project, document_of, reading_of, keep):
    """Return a runner of the group on a project with coded plans; errors of ours are raised."""
    keep_plans(project.store, document_of, reading_of, keep)
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=project.root, quiet=True, verbose=False, log_json=False)

    commands_initiatives.register(app)

    def call(*words):
        done = CliRunner().invoke(app, ["initiatives", *map(str, words)])
        if isinstance(done.exception, CareAtlasError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return call


@pytest.fixture
def built(run):
    assert "1 done" in run("build")
    return run


def listed(run, *filters):
    return json.loads(run("list", "--json", *filters))["initiatives"]


def named(run, title, area="Manchester"):
    return next(
        one["initiative_id"] for one in listed(run, "--rejected") if (one["title"], one["area_name"]) == (title, area)
    )


def test_nothing_changed_nothing_done(built):
    assert json.loads(built("build", "--json"))["unchanged"] == 1


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ((), 3),
        (("--area", "salford"), 1),
        (("--area", "E08000003"), 2),
        (("--status", "stopped"), 1),
        (("--code", "urgent-response"), 3),
        (("--code", "discharge"), 0),
        (("--confirmed",), 0),
    ],
)
def test_filters(built, filters, count):
    assert len(listed(built, *filters)) == count


@pytest.mark.parametrize(
    ("option", "value"), [("--area", "Atlantis-upon-Sea"), ("--status", "soon"), ("--code", "moon")]
)
@pytest.mark.parametrize("command", [("list",), ("export", "x.csv")])
def test_a_filter_by_what_there_cannot_be_is_refused(built, command, option, value):
    with pytest.raises(UsageError, match=value):
        built(*command, option, value)


def test_a_known_area_without_initiatives_is_an_empty_answer(built):
    assert listed(built, "--area", "Essex") == []


def test_evidence_names_the_model_of_the_build_not_one_in_use_since(built, project):
    with project.store.write() as connection:
        suggestions.keep_model(connection, replace(MODEL, model_id="newer", made_at="2"))
    shown = json.loads(built("show", named(built, "Bridge Hub"), "--json"))
    assert {part["model_id"] for part in shown["evidence"]} == {MODEL.model_id}
    said = built("show", named(built, "Bridge Hub"))
    assert f"suggested by model {MODEL.model_id}, probability" in said
    assert "box in points" in said


def test_the_list_in_words(built):
    said = built("list", "--area", "Salford")
    assert "Bridge Hub" in said
    assert "1 initiatives of 3" in said


def test_one_is_shown_with_its_evidence(built):
    name = named(built, "Bridge Hub")
    said = built("show", name)
    assert "old.pdf, page 1 (2021-06), planned" in said
    assert "called “Bridge Hub” in both" in said
    shown = json.loads(built("show", name, "--json"))
    assert [part["status"] for part in shown["evidence"]] == ["planned", "in-place"]


def test_an_unknown_one_is_refused(built):
    with pytest.raises(UsageError, match="no initiative"):
        built("show", "inothing")
    with pytest.raises(UsageError, match="no event"):
        built("undo", "enothing", "--by", "Ann")


def test_nobody_reviews_without_a_name(built):
    with pytest.raises(AssertionError):  # the command line's own refusal
        built("confirm", named(built, "Bridge Hub"))
    assert listed(built, "--confirmed") == []


def test_confirm_edit_and_undo(built):
    name = named(built, "Bridge Hub")
    built("confirm", name, "--by", "Ann")
    assert [one["initiative_id"] for one in listed(built, "--confirmed")] == [name]
    done = json.loads(built("edit", name, "status=stopped", "partners=Nether Lamps; Age Well", "--by", "Bo", "--json"))
    shown = json.loads(built("show", name, "--json"))
    assert (shown["status"], shown["partners"], shown["provenance"]) == (
        "stopped",
        ["Nether Lamps", "Age Well"],
        "edited",
    )
    built("undo", done["event_id"], "--by", "Ann", "--note", "not so")
    assert json.loads(built("show", name, "--json"))["status"] == "in-place"
    with pytest.raises(UsageError, match="FIELD=VALUE"):
        built("edit", name, "status", "--by", "Ann")
    with pytest.raises(InputError, match="status"):
        built("edit", name, "status=soon", "--by", "Ann")


def test_reject_leaves_the_list(built):
    name = named(built, "Quiet Nights Service")
    assert name in built("reject", name, "--by", "Ann")
    assert len(listed(built)) == 2
    assert len(listed(built, "--rejected")) == 3


def test_merge_and_split(built):
    hub, nights = named(built, "Bridge Hub"), named(built, "Quiet Nights Service")
    built("merge", hub, nights, "--by", "Ann")
    shown = json.loads(built("show", hub, "--json"))
    assert shown["evidence_count"] == 4
    salford = named(built, "Bridge Hub", "Salford")
    with pytest.raises(UsageError, match="different areas"):
        built("merge", hub, salford, "--by", "Ann")
    built("split", hub, shown["evidence"][0]["evidence_id"], "--by", "Ann")
    assert json.loads(built("show", hub, "--json"))["evidence_count"] == 3


def test_export(built, tmp_path):
    out = tmp_path / "found.csv"
    said = json.loads(built("export", out, "--area", "Manchester", "--json"))
    assert said["files"] == [
        str(tmp_path / name) for name in ("found.csv", "found.evidence.csv", "found.dictionary.json")
    ]
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == said["initiatives"] == 2
    about = json.loads((tmp_path / "found.dictionary.json").read_text())
    assert about["filters"]["area"] == "Manchester"
    assert about["model"] == "m"
    with pytest.raises(UsageError, match="no format"):
        built("export", tmp_path / "found.txt")

"""``careatlas boundaries``: what it says, keeps and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from careatlas.commands import boundaries
from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError, InputError, UsageError
from careatlas.project import Project

REGIONS = [f"E1200000{number}" for number in range(1, 10)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    features = []
    for number, code in enumerate(REGIONS):
        ring = [[-5 + number / 2, 51], [-4.6 + number / 2, 51], [-4.6 + number / 2, 52], [-5 + number / 2, 51]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"rgn": code}, "geometry": geometry})
    path = tmp_path / "regions.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture
def run(project: Project) -> Callable[..., str]:
    """Return a runner of the commands on a project; errors of ours are raised."""
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=project.root, quiet=True, verbose=False, log_json=False)

    boundaries.register(app)

    def invoke(*words: object) -> str:
        done = CliRunner().invoke(app, ["boundaries", *map(str, words)])
        if isinstance(done.exception, CareAtlasError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return invoke


def test_load_and_list(run: Callable[..., str], file: Path) -> None:
    options = ("--level", "region", "--on", "2023-04-01", "--licence", "Somebody, OGL v3")
    assert "loaded 9 areas of region" in run("load", file, *options)
    assert "regions.geojson" in run("list")
    assert "Somebody, OGL v3" in run("list")
    (row,) = json.loads(run("list", "--json"))
    again = json.loads(run("load", file, *options, "--json"))
    assert {**row, "loaded_at": ""} == {**again, "loaded_at": ""}
    assert (row["areas"], row["code_field"], row["crs"]) == (9, "rgn", "EPSG:4326")


def test_an_empty_list_has_only_its_header(run: Callable[..., str]) -> None:
    assert run("list").split()[:3] == ["level", "from", "until"]
    assert json.loads(run("list", "--json")) == []


def test_wrong_use_is_refused(run: Callable[..., str], file: Path) -> None:
    with pytest.raises(UsageError, match="no level"):
        run("load", file, "--level", "county", "--on", "2023-04-01", "--licence", "x")
    with pytest.raises(InputError, match="utla on 2023-04-01 has 153"):
        run("load", file, "--level", "utla", "--on", "2023-04-01", "--licence", "x")
    with pytest.raises(InputError, match="does not hold"):
        run("load", file, "--level", "region", "--on", "2023-04-01", "--licence", "x", "--code-field", "name")

"""The pages of map, matrix and area without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from careatlas.project import open_project
from tests.made_initiatives_app import fill_initiatives


@pytest.fixture
def filled(root: Path) -> None:
    with open_project(root) as project:
        fill_initiatives(project)


@pytest.mark.parametrize("page", ["map", "matrix", "area"])
def test_a_project_without_initiatives_says_how_to_build_them(app_of: Any, page: str) -> None:
    app = app_of()
    app.open(page)
    assert "careatlas initiatives build" in app.words()


def test_the_map_draws_every_area_and_says_what_is_missing(app_of: Any, filled: None) -> None:
    app = app_of()
    app.open("map", period="2023/24")
    (drawn,) = app.parts("areamap")
    assert len(drawn["values"]) == 153
    assert "Manchester" not in drawn["beside"]
    assert "missing, not zero" in app.words()
    table = next(one for one in app.parts("rowtable") if one["header"][0] == "Area")
    assert [row[0]["text"] for row in table["rows"]] == ["Manchester"]
    assert table["rows"][0][0]["href"] == "area?period=2023%2F24&area=E08000003"


def test_filters_of_a_link_are_kept_and_wrong_ones_told(app_of: Any, filled: None) -> None:
    app = app_of()
    app.open("map", period="2023/24", code="primary-care", status="nonsense", layer="icb")
    (drawn,) = app.parts("areamap")
    assert len(drawn["values"]) == 42
    assert "The link asks for status nonsense" in app.words().replace("\\", "")
    assert "Primary care" in drawn["title"]


def test_the_matrix_has_a_row_for_what_is_known(app_of: Any, filled: None) -> None:
    app = app_of()
    app.open("matrix", period="2023/24")
    (drawn,) = app.parts("heatmatrix")
    assert [row["name"] for row in drawn["rows"]] == ["Manchester"]
    counts = dict(zip([one["code"] for one in drawn["columns"]], drawn["rows"][0]["cells"], strict=True))
    assert (counts["discharge"], counts["primary-care"], counts["home-workforce"]) == (1, 1, 0)


def test_under_another_codebook_a_cell_leads_to_where_its_codes_are_known(app_of: Any, filled: None) -> None:
    app = app_of()
    app.open("matrix", period="2023/24")
    (own,) = app.parts("heatmatrix")
    assert (own["opens"], own["rows"][0]["query"]["period"]) == ("initiatives", "2023/24")
    app.open("matrix", period="2023/24", book="ehch-v2")
    (crossed,) = app.parts("heatmatrix")
    assert (crossed["opens"], crossed["rows"][0]["query"]) == ("area", {"against": "ehch-v2", "area": "E08000003"})


def test_an_area_has_its_codes_its_gaps_and_its_documents(app_of: Any, filled: None) -> None:
    app = app_of()
    app.open("area", area="E08000003")
    tables = {one["header"][0]: one for one in app.parts("rowtable")}
    assert len(app.parts("rowtable")) == 3
    assert tables["Document"]["rows"]
    assert "elements were not found in what was read" in app.words()
    app.open("area", area="nothing-such")
    assert "no area code that we know" in app.words().replace("\\", "")

"""Real files of boundaries: each is taken for what it is and for nothing else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from careatlas.areas.area import Level
from careatlas.areas.area_register import area_register
from careatlas.areas.boundaries import boundary_shapes, load_boundaries
from careatlas.areas.boundary_layer import BoundaryLayer
from careatlas.errors import InputError
from careatlas.project import Project

pytestmark = pytest.mark.corpus

LICENCE = "Office for National Statistics, Open Government Licence v3.0"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def load(project: Project, shared: Path, name: str, level: Level, on: date, *, dissolve: bool = False) -> BoundaryLayer:
    path = shared / "opendata" / "boundaries" / name
    return load_boundaries(project, path, level=level, on=on, licence=LICENCE, now=NOW, dissolve=dissolve)


@pytest.mark.parametrize(
    ("name", "level", "on", "dissolve", "areas", "outside"),
    [
        ("utla21.geojson", Level.UTLA, date(2021, 4, 1), False, 152, 65),
        ("ltla24_dhsc.geojson", Level.UTLA, date(2023, 4, 1), True, 153, 0),
        ("ltla24_dhsc.geojson", Level.LTLA, date(2024, 4, 1), False, 296, 0),
        ("icb22.geojson", Level.ICB, date(2022, 7, 1), False, 42, 0),
        ("ccg21.geojson", Level.CCG, date(2021, 4, 1), False, 106, 0),
        ("stp21.geojson", Level.STP, date(2021, 4, 1), False, 42, 0),
    ],
)
def test_a_file_is_drawn_with_every_area(
    project: Project, shared: Path, name: str, level: Level, on: date, dissolve: bool, areas: int, outside: int
) -> None:
    layer = load(project, shared, name, level, on, dissolve=dissolve)
    assert (layer.areas, layer.outside) == (areas, outside)
    shapes = boundary_shapes(project, level, on)
    assert shapes is not None
    assert shapes.codes == {area.code for area in area_register().of_level(level, on)}
    assert len(shapes.as_json()) < 120_000
    assert 700 < shapes.width < 900  # England is a little higher than wide
    for area in shapes.areas:
        assert re.fullmatch(r"[MLZ0-9. ]+", area.path)
        assert 0 <= area.x <= shapes.width
        assert 0 <= area.y <= shapes.height


def test_153_upper_tier_authorities_take_less_than_100_kb(project: Project, shared: Path) -> None:
    layer = load(project, shared, "ltla24_dhsc.geojson", Level.UTLA, date(2023, 4, 1), dissolve=True)
    shapes = boundary_shapes(project, Level.UTLA, date(2023, 4, 1))
    assert shapes is not None
    assert len(shapes.as_json()) < 100_000
    assert layer.unmatched == 0
    places = {area.name: (area.x, area.y) for area in shapes.areas}
    assert places["Northumberland"][1] < places["Kent"][1] < places["Cornwall"][1]
    assert places["Cornwall"][0] < places["Kent"][0]


@pytest.mark.parametrize(
    ("name", "level", "on", "words", "mend"),
    [
        ("utla21.geojson", Level.UTLA, date(2023, 4, 1), "E06000063 Cumberland", "--on 2021-04-01"),
        ("icb22.geojson", Level.ICB, date(2023, 4, 1), "E54000064", "--on 2022-07-01"),
        ("ltla24_dhsc.geojson", Level.UTLA, date(2023, 4, 1), "has 296 areas", "--dissolve"),
        ("stp21.geojson", Level.ICB, date(2022, 7, 1), "E54000055", "--level stp --on 2021-04-01"),
    ],
)
def test_a_file_of_something_else_is_refused_with_a_way_out(
    project: Project, shared: Path, name: str, level: Level, on: date, words: str, mend: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        load(project, shared, name, level, on)
    assert mend in caught.value.mend


@pytest.mark.parametrize("name", ["hoc_hex_uppertier_2023.gpkg", "nhs-icb-2022.hexjson", "icb23_bgc_shapefile.zip"])
def test_other_formats_are_refused(project: Project, shared: Path, name: str) -> None:
    with pytest.raises(InputError, match="no GeoJSON"):
        load(project, shared, name, Level.ICB, date(2023, 4, 1))

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely

from careatlas.areas import outline_drawing
from careatlas.areas.area import Area, AreaKind
from careatlas.areas.geojson_file import Crs
from careatlas.areas.outline_drawing import HEIGHT, drawn
from careatlas.identifiers import AreaCode


def area(name: str) -> Area:
    return Area(code=AreaCode(name), name=name, kind=AreaKind.UNITARY, valid_from=date(2020, 4, 1), parent=AreaCode(""))


def points(path: str) -> set[tuple[str, str]]:
    return set(re.findall(r"[ML](\S+?) ([^LZ]+)", path))


def wavy(count: int = 200) -> list[tuple[float, float]]:
    """Return a border from south to north that wriggles."""
    return [(-1 + 0.02 * np.sin(step), 52 + step / count) for step in range(count + 1)]


def halves() -> dict[Area, Any]:
    border = wavy()
    west = shapely.Polygon([*border, (-2, 53), (-2, 52)])
    east = shapely.Polygon([*border, (0, 53), (0, 52)])
    return {area("west"): west, area("east"): east}


def test_a_shared_border_is_simplified_once_for_both_sides() -> None:
    drawing = drawn(halves(), Crs.WGS84, note="")
    west, east = (points(one.path) for one in drawing.shapes.areas)
    corners = 2
    assert west & east == west - {point for point in west if point[0] == "0"}
    assert len(west) < len(wavy()) + corners
    assert drawing.unmatched == 0


def test_the_drawing_is_as_high_as_it_should_be_and_north_is_up() -> None:
    squares = {area("south"): shapely.box(-1, 52, 0, 53), area("north"): shapely.box(-1, 53, 0, 54)}
    shapes = drawn(squares, Crs.WGS84, note="Somebody").shapes
    assert (shapes.kind, shapes.height, shapes.note) == ("boundaries", HEIGHT, "Somebody")
    south, north = shapes.areas
    assert north.y < south.y
    # A degree of longitude is 0.6 of one of latitude in the middle of England.
    assert shapes.width == pytest.approx(HEIGHT / 2 * 0.6046, rel=0.01)
    grid = drawn({area("a"): shapely.box(4e5, 3e5, 5e5, 4e5)}, Crs.BRITISH_GRID, note="").shapes
    assert grid.width == pytest.approx(HEIGHT)


def test_small_isles_go_but_never_a_whole_area() -> None:
    speck = shapely.box(-1, 52, -0.9999, 52.0001)
    isles = shapely.MultiPolygon([shapely.box(0, 50, 1, 55), speck])
    made = drawn({area("tiny"): speck, area("big"): isles}, Crs.WGS84, note="").shapes.areas
    assert [one.path.count("M") for one in made] == [1, 1]


def test_a_mark_stands_inside_even_a_crescent() -> None:
    outer = shapely.Point(-1, 52).buffer(1)
    crescent = outer.difference(shapely.Point(-0.7, 52).buffer(0.9))
    (one,) = drawn({area("crescent"): crescent}, Crs.BRITISH_GRID, note="").shapes.areas
    ring = shapely.Polygon([(float(x), float(y)) for x, y in re.findall(r"[ML](\S+?) ([^LZ]+)", one.path)])
    assert ring.contains(shapely.Point(one.x, one.y))


def test_a_hole_is_left_open() -> None:
    ring = shapely.box(-2, 51, 0, 53).difference(shapely.box(-1.2, 51.8, -0.8, 52.2))
    inside = shapely.box(-1.2, 51.8, -0.8, 52.2)
    outer, inner = drawn({area("ring"): ring, area("inside"): inside}, Crs.WGS84, note="").shapes.areas
    assert outer.path.count("M") == 2
    assert points(inner.path) <= points(outer.path)


def test_borders_that_do_not_meet_are_counted() -> None:
    squares = {area("a"): shapely.box(-1, 52, 0, 53), area("b"): shapely.box(-0.01, 52.1, 1, 53.2)}
    assert drawn(squares, Crs.WGS84, note="").unmatched == 2


def test_long_outlines_are_made_short_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    fine = drawn(halves(), Crs.WGS84, note="")
    monkeypatch.setattr(outline_drawing, "MAX_CHARACTERS", 600)
    coarse = drawn(halves(), Crs.WGS84, note="")
    assert sum(len(one.path) for one in coarse.shapes.areas) <= 600 < sum(len(one.path) for one in fine.shapes.areas)
    assert coarse.tolerance > fine.tolerance

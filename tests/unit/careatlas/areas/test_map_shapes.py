from __future__ import annotations

import re
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.map_shapes import MapShapes, path_of, shapes_of_json, tile_shapes
from careatlas.areas.tiles import Tile, tiles_of
from careatlas.identifiers import AreaCode

PATH = re.compile(r"[MLZ0-9. -]+")


def tile(code: str, col: int, row: int) -> Tile:
    return Tile(code=AreaCode(code), name=code.title(), col=col, row=row)


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](\S+?) ([^LZ]+)", path)]


def test_a_tile_is_a_hexagon_that_stands_on_a_corner() -> None:
    shapes = tile_shapes([tile("a", 7, 4)])
    (area,) = shapes.areas
    found = corners(area.path)
    assert len(found) == 6
    assert min(found, key=lambda point: point[1])[0] == pytest.approx(area.x)
    width = max(x for x, _ in found) - min(x for x, _ in found)
    assert width == pytest.approx(40, abs=0.2)
    assert (shapes.width, shapes.height) == pytest.approx((44, 50.2), abs=0.2)


def test_neighbours_share_two_corners() -> None:
    shapes = tile_shapes([tile("a", 0, 0), tile("b", 1, 0), tile("c", 0, 1)])
    a, b, c = (set(corners(area.path)) for area in shapes.areas)
    near = [
        sum(abs(x - u) + abs(y - v) < 0.3 for x, y in one for u, v in other) for one, other in ((a, b), (a, c), (b, c))
    ]
    assert near == [2, 2, 2]


def test_the_map_of_153_areas_is_small_and_comes_back_from_json() -> None:
    shapes = tile_shapes(tiles_of("utla", date(2023, 4, 1)))
    data = shapes.as_json()
    assert len(data) < 30_000
    assert shapes_of_json(data) == shapes
    assert len(shapes.codes) == 153
    assert shapes.kind == "tiles"
    for area in shapes.areas:
        assert PATH.fullmatch(area.path)
        assert 0 < area.x < shapes.width
        assert 0 < area.y < shapes.height


def test_areas_are_in_reading_order() -> None:
    shapes = tile_shapes([tile("c", 0, 1), tile("b", 1, 0), tile("a", 0, 0)])
    assert [area.code for area in shapes.areas] == ["a", "b", "c"]


def test_a_map_of_nothing_is_a_map() -> None:
    assert tile_shapes([]).areas == ()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"kind":"globe","width":1,"height":1,"areas":[]}'])
def test_other_text_is_no_map(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        shapes_of_json(data)


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=8))
def test_a_path_is_plain_numbers_to_one_decimal(ring: list[tuple[float, float]]) -> None:
    path = path_of([ring])
    assert PATH.fullmatch(path)
    assert "-0 " not in path.replace("L", " ").replace("M", " ").replace("Z", " ")
    for (x, y), (u, v) in zip(ring, corners(path), strict=True):
        assert (u, v) == pytest.approx((x, y), abs=0.051)


def test_shapes_say_what_must_stand_beside_them() -> None:
    shapes = MapShapes(kind="boundaries", width=1, height=1, areas=(), note="Somebody, OGL")
    assert shapes_of_json(shapes.as_json()).note == "Somebody, OGL"

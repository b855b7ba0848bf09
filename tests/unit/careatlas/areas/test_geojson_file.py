from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas import geojson_file
from careatlas.areas.geojson_file import Crs, read_outlines
from careatlas.errors import InputError
from careatlas.identifiers import sha256_of

Write = Callable[..., Path]
SQUARE = [[-1.0, 52.0], [-0.9, 52.0], [-0.9, 52.1], [-1.0, 52.1], [-1.0, 52.0]]
BOW = [[-1.0, 52.0], [-0.9, 52.1], [-0.9, 52.0], [-1.0, 52.1], [-1.0, 52.0]]


def feature(code: str, ring: Any = SQUARE, **more: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code, **more}, "geometry": geometry}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(*features: dict[str, Any], **more: Any) -> Path:
        path = tmp_path / "areas.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}))
        return path

    return make


def test_outlines_by_code_and_where_they_come_from(write: Write) -> None:
    path = write(feature("E06000001", name="<b>"), feature("W06000001"), feature("E06000002"))
    file = read_outlines(path)
    assert sorted(file.outlines) == ["E06000001", "E06000002"]
    assert (file.outside, file.repaired, file.code_field, file.crs) == (1, (), "code", Crs.WGS84)
    assert (file.name, file.sha256, file.byte_count) == (path.name, sha256_of(path.read_bytes()), path.stat().st_size)
    assert file.outlines["E06000001"].area == pytest.approx(0.01)


def test_a_byte_order_mark_does_not_matter(write: Write) -> None:
    path = write(feature("E06000001"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_outlines(path).outlines


def test_an_outline_that_crosses_itself_is_mended_and_named(write: Write) -> None:
    file = read_outlines(write(feature("E06000001", BOW), feature("E06000002")))
    assert file.repaired == ("E06000001",)
    assert file.outlines["E06000001"].is_valid
    assert file.outlines["E06000001"].area == pytest.approx(0.005)


def test_a_point_may_have_a_height(write: Write) -> None:
    assert read_outlines(write(feature("E06000001", [[*point, 3.0] for point in SQUARE]))).outlines


def test_islands_and_holes(write: Write) -> None:
    hole = [[-0.96, 52.04], [-0.94, 52.04], [-0.94, 52.06], [-0.96, 52.06], [-0.96, 52.04]]
    isle = [[x + 0.5, y] for x, y in SQUARE]
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE, hole], [isle]]}
    file = read_outlines(write({**feature("E06000001"), "geometry": parts}))
    assert file.outlines["E06000001"].area == pytest.approx(0.02 - 0.0004)


# coordinates


def metres(ring: list[list[float]]) -> list[list[float]]:
    return [[470_000 + 70_000 * (x + 1), 250_000 + 111_000 * (y - 52)] for x, y in ring]


def named(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def test_metres_of_the_british_grid_are_seen(write: Write) -> None:
    assert read_outlines(write(feature("E06000001", metres(SQUARE)))).crs is Crs.BRITISH_GRID


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_a_declared_system_that_fits_is_taken(write: Write, name: str) -> None:
    assert read_outlines(write(feature("E06000001"), crs=named(name))).crs is Crs.WGS84


@pytest.mark.parametrize("name", ["EPSG:27700", "EPSG:3857", "urn:ogc:def:crs:EPSG::4258", "anything"])
def test_a_declared_system_that_does_not_fit_is_refused(write: Write, name: str) -> None:
    with pytest.raises(InputError, match="look like EPSG:4326"):
        read_outlines(write(feature("E06000001"), crs=named(name)))


@pytest.mark.parametrize(
    "moved",
    [
        [[y, x] for x, y in SQUARE],  # latitude first
        [[x * 111_319, y * 130_000] for x, y in SQUARE],  # web Mercator
        [[x + 20, y] for x, y in SQUARE],  # elsewhere
        [[1e308, 52.0], *SQUARE],
    ],
)
def test_coordinates_of_elsewhere_are_refused(write: Write, moved: list[list[float]]) -> None:
    with pytest.raises(InputError, match="neither degrees nor British grid metres"):
        read_outlines(write(feature("E06000001", moved)))


# codes


def test_of_several_codes_the_one_that_differs_is_the_areas_own(write: Write) -> None:
    file = read_outlines(write(feature("E06000001", rgn="E12000001"), feature("E06000002", rgn="E12000001")))
    assert file.code_field == "code"


def test_where_two_could_be_meant_one_is_to_be_named(write: Write) -> None:
    path = write(feature("E06000001", other="E07000001"), feature("E06000002", other="E07000002"))
    with pytest.raises(InputError, match="2 properties hold") as caught:
        read_outlines(path)
    assert caught.value.mend == "name one with --code-field: code, other"
    assert sorted(read_outlines(path, code_field="other").outlines) == ["E07000001", "E07000002"]
    with pytest.raises(InputError, match="'name' does not hold"):
        read_outlines(path, code_field="name")


@pytest.mark.parametrize("code", ["", "Kent", "E0600000", "E060000012", "e06000001", "E06000001\n", "\uff2506000001"])
def test_a_feature_without_a_code_is_refused(write: Write, code: str) -> None:
    with pytest.raises(InputError, match="0 properties hold"):
        read_outlines(write(feature("E06000001"), feature(code)))


def test_a_code_that_stands_twice_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="twice: E06000001"):
        read_outlines(write(feature("E06000001"), feature("E06000001")))


def test_a_file_of_wales_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="no area of England"):
        read_outlines(write(feature("W06000001")))


# what is no outline


@pytest.mark.parametrize("ring", [[], SQUARE[:2], [[-1.0, 52.0]] * 5])
def test_an_outline_without_an_area_is_refused(write: Write, ring: Any) -> None:
    with pytest.raises(InputError, match="without an area: E06000002"):
        read_outlines(write(feature("E06000001"), feature("E06000002", ring)))


def test_a_feature_without_a_geometry_is_named(write: Write) -> None:
    with pytest.raises(InputError, match="without an area: E06000002"):
        read_outlines(write(feature("E06000001"), {**feature("E06000002"), "geometry": None}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        '{"type":"Topology","objects":{}}',
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}]}',
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":{"b":1}},"geometry":null}]}',
        '{"type":"FeatureCollection","features":' + "[" * 200_000,
        '{"type":"FeatureCollection","x":' + '{"a":' * 200_000,
        '{"type":"FeatureCollection","features":[{"properties":{},"geometry":{"coordinates":[[[NaN,1]]]}}]}',
    ],
    ids=["empty", "words", "list", "topojson", "points", "nested", "deep-features", "deep-other", "nan"],
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(text)
    with pytest.raises(InputError, match="no GeoJSON collection of polygons"):
        read_outlines(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_bytes(b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"\xff":"\xfe"}')
    with pytest.raises(InputError, match="no GeoJSON"):
        read_outlines(path)


def test_a_file_that_says_it_was_cut_off_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="cut off"):
        read_outlines(write(feature("E06000001"), exceededTransferLimit=True))


def test_limits(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = write(feature("E06000001"))
    with pytest.raises(InputError, match="0 features"):
        read_outlines(write())
    write(feature("E06000001"))
    for name, words in (("MAX_POINTS", "more than 4"), ("MAX_BYTES", "larger than 4")):
        with monkeypatch.context() as patch:
            patch.setattr(geojson_file, name, 4)
            with pytest.raises(InputError, match=words):
                read_outlines(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_outlines(tmp_path / "gone.geojson")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda more: st.lists(more) | st.dictionaries(st.text(), more),
    )
)
def test_rubbish_in_a_geometry_is_refused_in_our_words(tmp_path_factory: pytest.TempPathFactory, rubbish: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "rubbish.geojson"
    made = {**feature("E06000001"), "geometry": {"type": "Polygon", "coordinates": rubbish}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [made]}))
    with pytest.raises(InputError):
        read_outlines(path)

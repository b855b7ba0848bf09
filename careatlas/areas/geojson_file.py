"""GeoJSON files of area outlines from outside: read with limits, checked, their coordinates known for what they are.

Source of the format: RFC 7946, and GeoJSON 2008 for the member ``crs``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from careatlas.errors import InputError
from careatlas.identifiers import Sha256, sha256_of
from careatlas.plain_text import for_store

MAX_BYTES = 50_000_000
MAX_FEATURES = 20_000
MAX_POINTS = 3_000_000
_CODE = re.compile(r"[A-Z][0-9]{8}")
_SHOWN = 8  # codes named in a message


class Crs(StrEnum):
    """What the coordinates of a file are."""

    WGS84 = "EPSG:4326"  # degrees of longitude and latitude
    BRITISH_GRID = "EPSG:27700"  # metres east and north


_DECLARED = {
    "EPSG:4326": Crs.WGS84,
    "OGC:1.3:CRS84": Crs.WGS84,
    "OGC::CRS84": Crs.WGS84,
    "EPSG::4326": Crs.WGS84,
    "EPSG:27700": Crs.BRITISH_GRID,
    "EPSG::27700": Crs.BRITISH_GRID,
}
# England with its seas: west, south, east, north. They do not overlap, so that coordinates say what they are.
_EXTENTS = {Crs.WGS84: (-7.5, 49.5, 2.5, 56.5), Crs.BRITISH_GRID: (40_000.0, 1_000.0, 700_000.0, 720_000.0)}


class _Polygon(msgspec.Struct, tag="Polygon"):
    coordinates: list[list[list[float]]]


class _MultiPolygon(msgspec.Struct, tag="MultiPolygon"):
    coordinates: list[list[list[list[float]]]]


class _Feature(msgspec.Struct, tag="Feature"):
    properties: dict[str, str | int | float | bool | None]
    geometry: _Polygon | _MultiPolygon | None


class _CrsName(msgspec.Struct):
    name: str


class _CrsMember(msgspec.Struct):
    properties: _CrsName


class _Collection(msgspec.Struct, tag="FeatureCollection"):
    features: list[_Feature]
    crs: _CrsMember | None = None
    exceeded_transfer_limit: bool = msgspec.field(default=False, name="exceededTransferLimit")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineFile:
    """The outlines of a file.

    Attributes
    ----------
    outlines : dict
        By code, valid polygons or multipolygons (shapely), in the file's own coordinates.
    code_field : str
        The property that the codes were taken from.
    outside : int
        How many features of Wales, Scotland and Northern Ireland were left out.
    repaired : tuple of str
        Codes whose outline crossed itself and was mended.
    """

    name: str
    sha256: Sha256
    byte_count: int
    crs: Crs
    code_field: str
    outlines: dict[str, Any]
    outside: int
    repaired: tuple[str, ...]


def read_outlines(path: Path, *, code_field: str = "") -> OutlineFile:
    """Read a GeoJSON file of areas of England.

    Parameters
    ----------
    path : Path
        The file, at most 50 MB.
    code_field : str
        The property that holds the codes; by default the only one in which every feature has a code of nine characters.

    Raises
    ------
    InputError
        If the file is too large, no GeoJSON of polygons, cut off, without codes, with a code twice, in coordinates that
        are not those of Britain, or with an outline that has no area.
    """
    data = _bytes_of(path)
    where = str(path)
    collection = _decoded(data, where)
    field = _code_field(collection.features, code_field, where)
    named = [(str(feature.properties[field]), feature.geometry) for feature in collection.features]
    english = [(code, geometry) for code, geometry in named if code.startswith("E")]
    _refuse_twice([code for code, _ in english], where)
    crs = _crs_of(collection.crs, [geometry for _, geometry in english if geometry], where)
    outlines, repaired = _outlines(english, where)
    return OutlineFile(
        name=for_store(path.name),
        sha256=sha256_of(data),
        byte_count=len(data),
        crs=crs,
        code_field=field,
        outlines=outlines,
        outside=len(named) - len(english),
        repaired=repaired,
    )


def shown(codes: list[str]) -> str:
    """Return codes for a message: the first few, and how many more."""
    more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
    return ", ".join(codes[:_SHOWN]) + more


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    if len(data) > MAX_BYTES:
        raise InputError(
            f"the file is larger than {MAX_BYTES:,} bytes",
            where=str(path),
            mend="use generalised boundaries (BGC or BUC): a map on a screen shows no more",
        )
    return data.removeprefix(b"\xef\xbb\xbf")


def _decoded(data: bytes, where: str) -> _Collection:
    try:
        collection = msgspec.json.decode(data, type=_Collection)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(
            f"this is no GeoJSON collection of polygons: {str(error)[:200]}",
            where=where,
            mend="export the layer as GeoJSON, with plain properties",
        ) from error
    if collection.exceeded_transfer_limit:
        raise InputError(
            "the file says that it was cut off (exceededTransferLimit)",
            where=where,
            mend="fetch the layer page by page, or download it whole",
        )
    if not 1 <= len(collection.features) <= MAX_FEATURES:
        raise InputError(f"the file has {len(collection.features):,} features, not 1 to {MAX_FEATURES:,}", where=where)
    return collection


def _code_field(features: list[_Feature], wanted: str, where: str) -> str:
    fields = [
        name
        for name in features[0].properties
        if all(_CODE.fullmatch(str(feature.properties.get(name, ""))) for feature in features)
    ]
    # A region's code stands in many features, an area's own in one: the field with most values is the one.
    most = max((len({str(one.properties[name]) for one in features}) for name in fields), default=0)
    best = [name for name in fields if len({str(one.properties[name]) for one in features}) == most]
    if wanted in fields:
        return wanted
    if wanted or len(best) != 1:
        said = f"property {wanted!r} does not hold" if wanted else f"{len(best)} properties hold"
        raise InputError(
            f"{said} a code such as E06000001 in every feature",
            where=where,
            mend=f"name one with --code-field: {', '.join(fields)[:200]}"
            if fields
            else "add a property with the codes",
        )
    return best[0]


def _refuse_twice(codes: list[str], where: str) -> None:
    twice = sorted(code for code, count in Counter(codes).items() if count > 1)
    if twice:
        raise InputError(f"codes that stand twice: {shown(twice)}", where=where, mend="one feature for each area")
    if not codes:
        raise InputError("the file has no area of England (codes that begin with E)", where=where)


def _crs_of(declared: _CrsMember | None, geometries: list[_Polygon | _MultiPolygon], where: str) -> Crs:
    ends = _ends(geometries, where)
    corners = ", ".join(f"{end:.6g}" for end in ends)
    found = next((crs for crs, extent in _EXTENTS.items() if _inside(ends, extent)), None)
    if found is None:
        raise InputError(
            f"the coordinates ({corners}) are neither degrees nor British grid metres of England",
            where=where,
            mend="export the layer in EPSG:4326 (longitude first) or EPSG:27700",
        )
    if declared is not None:
        name = declared.properties.name
        said = next((crs for ending, crs in _DECLARED.items() if name.upper().endswith(ending)), None)
        if said is not found:
            raise InputError(
                f"the file says that its coordinates are {name[:80]!r}, but they look like {found}",
                where=where,
                mend="export the layer anew in EPSG:4326 or EPSG:27700",
            )
    return found


def _ends(geometries: list[_Polygon | _MultiPolygon], where: str) -> tuple[float, float, float, float]:
    points = [point for geometry in geometries for polygon in _polygons(geometry) for ring in polygon for point in ring]
    if len(points) > MAX_POINTS:
        raise InputError(f"the outlines have {len(points):,} points, more than {MAX_POINTS:,}", where=where)
    if not points or any(len(point) < 2 or not all(map(math.isfinite, point[:2])) for point in points):
        raise InputError("a point has no two finite coordinates", where=where)
    across, up = [point[0] for point in points], [point[1] for point in points]
    return min(across), min(up), max(across), max(up)


def _inside(ends: tuple[float, float, float, float], extent: tuple[float, float, float, float]) -> bool:
    return ends[0] >= extent[0] and ends[1] >= extent[1] and ends[2] <= extent[2] and ends[3] <= extent[3]


def _polygons(geometry: _Polygon | _MultiPolygon) -> list[list[list[list[float]]]]:
    return [geometry.coordinates] if isinstance(geometry, _Polygon) else geometry.coordinates


def _outlines(
    named: list[tuple[str, _Polygon | _MultiPolygon | None]], where: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    import shapely

    outlines: dict[str, Any] = {}
    repaired, empty = [], []
    for code, geometry in named:
        made = _shape(geometry) if geometry else None
        if made is not None and not made.is_valid:
            repaired.append(code)
            made = shapely.make_valid(made, method="structure", keep_collapsed=False)
        if made is None or made.is_empty or made.geom_type not in {"Polygon", "MultiPolygon"} or made.area <= 0:
            empty.append(code)
        else:
            outlines[code] = made
    if empty:
        raise InputError(f"outlines without an area: {shown(sorted(empty))}", where=where, mend="export the layer anew")
    return outlines, tuple(sorted(repaired))


def _shape(geometry: _Polygon | _MultiPolygon) -> Any:
    import shapely

    polygons = []
    for rings in _polygons(geometry):
        flat = [[(point[0], point[1]) for point in ring] for ring in rings]
        if not flat or any(len(ring) < 4 for ring in flat):
            return None
        polygons.append(shapely.Polygon(flat[0], flat[1:]))
    return shapely.MultiPolygon(polygons) if len(polygons) != 1 else polygons[0]

"""Outlines of areas as the shapes of a map: on a plane, simplified with borders shared, written as paths."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from careatlas.areas.area import Area
from careatlas.areas.geojson_file import Crs
from careatlas.areas.map_shapes import AreaShape, MapShapes, path_of

HEIGHT = 1000.0  # units of the drawing, about 650 m each
MAX_CHARACTERS = 80_000  # of all paths together: a map is sent to every browser
_FIRST_TOLERANCE = (
    0.5  # units; the square root of the area that a dropped corner may take (Visvalingam and Whyatt 1993)
)
_COARSER = 1.4
_ROUNDS = 12
_SMALLEST_ISLE = 0.4  # square units; smaller parts of an area go, but never its largest
_MIDDLE = math.cos(math.radians(52.8))  # degrees of longitude to degrees of latitude, in the middle of England


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A drawn map and what became of its borders.

    Attributes
    ----------
    tolerance : float
        The simplification that was used, in units of the drawing.
    unmatched : int
        Areas with a border that does not meet the neighbour's in the file.
    """

    shapes: MapShapes
    tolerance: float
    unmatched: int


def drawn(outlines: Mapping[Area, Any], crs: Crs, *, note: str) -> Drawing:
    """Return outlines as a map of at most 80,000 characters of paths.

    Borders are simplified once for both sides (``shapely.coverage_simplify``), so that no gap opens where the file has
    none; the simplification grows until the paths are short enough.

    Parameters
    ----------
    outlines : mapping
        Valid polygons or multipolygons (shapely), in coordinates of ``crs``.
    """
    import numpy as np
    import shapely

    areas = list(outlines)
    plane, width = _on_plane([outlines[area] for area in areas], crs)
    tolerance = _FIRST_TOLERANCE
    for _ in range(_ROUNDS):
        simple = [
            made if made.area > 0 else kept
            for made, kept in zip(shapely.coverage_simplify(np.array(plane), tolerance), plane, strict=True)
        ]
        paths = [path_of(list(_rings(one))) for one in simple]
        if sum(map(len, paths)) <= MAX_CHARACTERS:
            break
        tolerance *= _COARSER
    inside = [
        shapely.get_parts(one)[shapely.area(shapely.get_parts(one)).argmax()].point_on_surface() for one in simple
    ]
    shapes = MapShapes(
        kind="boundaries",
        width=width,
        height=HEIGHT,
        areas=tuple(
            AreaShape(code=area.code, name=area.name, path=path, x=round(point.x, 1), y=round(point.y, 1))
            for area, path, point in zip(areas, paths, inside, strict=True)
        ),
        note=note,
    )
    unmatched = sum(not edge.is_empty for edge in shapely.coverage_invalid_edges(np.array(plane)) if edge is not None)
    return Drawing(shapes=shapes, tolerance=round(tolerance, 3), unmatched=unmatched)


def _on_plane(outlines: list[Any], crs: Crs) -> tuple[list[Any], float]:
    import numpy as np
    import shapely

    stretch = _MIDDLE if crs is Crs.WGS84 else 1.0
    west, south, east, north = shapely.total_bounds(np.array(outlines))
    scale = HEIGHT / (north - south)

    def placed(points: Any) -> Any:
        return np.column_stack(((points[:, 0] - west) * stretch * scale, (north - points[:, 1]) * scale))

    return [shapely.transform(one, placed) for one in outlines], round(float(east - west) * stretch * float(scale), 1)


def _rings(outline: Any) -> Iterator[list[tuple[float, float]]]:
    import shapely

    parts = sorted(shapely.get_parts(outline), key=lambda part: -part.area)
    for number, part in enumerate(parts):
        if number and part.area < _SMALLEST_ISLE:
            return
        for hole, ring in enumerate((part.exterior, *part.interiors)):
            points = [(round(x, 1), round(y, 1)) for x, y in ring.coords[:-1]]
            kept = [point for point, before in zip(points, (points[-1], *points[:-1]), strict=True) if point != before]
            if len(kept) >= 3 or number == hole == 0:
                yield kept or points[:1]

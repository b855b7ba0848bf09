"""The shapes of a map as a page draws them: one path for each area, in a plane of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from careatlas.areas.tiles import Tile
from careatlas.identifiers import AreaCode

_TILE = 40.0  # width of a tile, in units of the drawing
_RADIUS = _TILE / math.sqrt(3)  # from the centre to a corner
_ROW = 1.5 * _RADIUS
_EDGE = 2.0  # units left free on each side, for outlines


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShape:
    """One area of a map.

    Attributes
    ----------
    path : str
        Its outline, as the ``d`` of an SVG path: digits, points, minus signs, spaces, ``M``, ``L`` and ``Z`` only.
    x, y : float
        A point inside, for a mark or a short word, and to find the next area in a direction.
    """

    code: AreaCode
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MapShapes:
    """A map without values.

    Attributes
    ----------
    kind : str
        ``tiles``: schematic, every area equal; ``boundaries``: real outlines.
    width, height : float
        The plane; ``x`` to the right, ``y`` downwards, from 0.
    note : str
        What must stand beside the map: the source of the outlines and their licence.
    """

    kind: Literal["tiles", "boundaries"]
    width: float
    height: float
    areas: tuple[AreaShape, ...]
    note: str = ""

    @property
    def codes(self) -> frozenset[AreaCode]:
        """The codes on the map."""
        return frozenset(area.code for area in self.areas)

    def as_json(self) -> bytes:
        """Return the map as JSON, in the order in which it is drawn."""
        return msgspec.json.encode(self)


def shapes_of_json(data: bytes) -> MapShapes:
    """Return a map from its JSON.

    Raises
    ------
    msgspec.DecodeError
        If the text is none.
    """
    return msgspec.json.decode(data, type=MapShapes)


def tile_shapes(tiles: Sequence[Tile]) -> MapShapes:
    """Return tiles as a map: hexagons with a corner at the top, row by row from the top left."""
    ordered = sorted(tiles, key=lambda tile: (tile.row, tile.col))
    centres = [((tile.col + 0.5 * (tile.row & 1)) * _TILE, tile.row * _ROW) for tile in ordered]
    left = min((x for x, _ in centres), default=0.0) - _TILE / 2 - _EDGE
    top = min((y for _, y in centres), default=0.0) - _RADIUS - _EDGE
    placed = [(round(x - left, 1), round(y - top, 1)) for x, y in centres]
    return MapShapes(
        kind="tiles",
        width=round(max((x for x, _ in placed), default=0.0) + _TILE / 2 + _EDGE, 1),
        height=round(max((y for _, y in placed), default=0.0) + _RADIUS + _EDGE, 1),
        areas=tuple(
            AreaShape(code=tile.code, name=tile.name, path=_hexagon(x, y), x=x, y=y)
            for tile, (x, y) in zip(ordered, placed, strict=True)
        ),
    )


def path_of(rings: Sequence[Sequence[tuple[float, float]]]) -> str:
    """Return rings of points as an SVG path with one decimal; a ring closes itself."""
    return "".join("M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in ring) + "Z" for ring in rings)


def _hexagon(x: float, y: float) -> str:
    corners = [math.radians(60 * step) for step in range(6)]
    return path_of([[(x + _RADIUS * math.sin(turn), y - _RADIUS * math.cos(turn)) for turn in corners]])


def _short(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}"  # adding 0 makes 0 of -0

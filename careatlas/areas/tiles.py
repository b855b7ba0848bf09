"""Areas of England as hexagons of equal size: where each stands on our schematic grid, by date."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from careatlas.errors import InputError, UsageError
from careatlas.identifiers import AreaCode

_TABLE = "tiles.csv"
_UNMAPPED = {
    "icb": "the 36 integrated care boards of April 2026 have no tiles yet: their codes are in none of our open sources",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A hexagon with a corner at its top.

    Attributes
    ----------
    col, row : int
        Its place on the lattice, 0 for the leftmost and the topmost; every other row (1, 3, ...) is shifted to the
        right by half a tile.
    """

    code: AreaCode
    name: str
    col: int
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTile:
    """A tile and the days on which it is on the map, half-open; ``valid_to`` is ``None`` for a tile in use."""

    level: str
    valid_from: date
    valid_to: date | None
    tile: Tile

    def is_valid(self, on: date) -> bool:
        """Tell whether the tile is on the map of that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@functools.cache
def dated_tiles() -> tuple[DatedTile, ...]:
    """Return every row of the shipped table, in its order (level, code, date)."""
    text = (files("careatlas.areas") / "tables" / _TABLE).read_text(encoding="utf-8")
    return tuple(
        DatedTile(
            level=row["level"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            tile=Tile(code=AreaCode(row["code"]), name=row["name"], col=int(row["col"]), row=int(row["row"])),
        )
        for row in csv.DictReader(text.splitlines())
    )


def tile_levels() -> tuple[str, ...]:
    """Return the levels that have tiles."""
    return tuple(sorted({one.level for one in dated_tiles()}))


def tiles_of(level: str, on: date) -> tuple[Tile, ...]:
    """Return the tiles of a level on a day, by code.

    An area that did not change keeps its place from one vintage to the next.

    Raises
    ------
    UsageError
        If the level has no tiles at all.
    InputError
        If it has none on that day.
    """
    of_level = [one for one in dated_tiles() if one.level == level]
    if not of_level:
        raise UsageError(f"there are no tiles of level {str(level)!r}", mend=f"one of: {', '.join(tile_levels())}")
    found = tuple(one.tile for one in of_level if one.is_valid(on))
    if not found:
        raise _no_tiles(level, on, of_level)
    return found


def _no_tiles(level: str, on: date, of_level: list[DatedTile]) -> InputError:
    first = min(one.valid_from for one in of_level)
    ends = [one.valid_to for one in of_level if one.valid_to]
    if on < first:
        what, mend = f"there are no tiles of level {str(level)!r} on {on}", f"the earliest are of {first}"
    else:
        what = f"{_UNMAPPED[level]} (asked for {on})"
        mend = f"choose a day before {max(ends)}"
    return InputError(what, where=f"careatlas/areas/tables/{_TABLE}", mend=mend)


def steps(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Return how many steps from tile to tile lead from one place to another; neighbours are 1 apart.

    Parameters
    ----------
    one, other : tuple of int
        Column and row. Source: offset to axial coordinates, "odd-r" (redblobgames.com/grids/hexagons).
    """
    across = (one[0] - (one[1] - (one[1] & 1)) // 2) - (other[0] - (other[1] - (other[1] & 1)) // 2)
    down = one[1] - other[1]
    return max(abs(across), abs(down), abs(across + down))

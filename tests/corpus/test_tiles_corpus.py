"""The shipped tiles are what the script makes of the open tables, and keep most neighbours together."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from careatlas.areas.area import Level
from careatlas.areas.make_tiles import Country, countries, grid, table
from careatlas.areas.tile_layout import neighbours_kept
from careatlas.areas.tiles import dated_tiles, tiles_of

pytestmark = pytest.mark.corpus

ON = date(2023, 4, 1)


@pytest.fixture(scope="module")
def land(shared: Path) -> dict[Level, Country]:
    return countries(shared / "opendata")


@pytest.mark.parametrize("level", [Level.UTLA, Level.ICB])
def test_the_script_makes_the_shipped_table(land: dict[Level, Country], level: Level) -> None:
    made = {(str(row[0]), str(row[3])): row for row in table(level, grid(level, land[level]))}
    shipped = {
        (one.tile.code, one.valid_from.isoformat()): (
            one.tile.code,
            one.tile.name,
            one.level,
            one.valid_from.isoformat(),
            one.valid_to.isoformat() if one.valid_to else "",
            one.tile.col,
            one.tile.row,
        )
        for one in dated_tiles()
        if one.level == level
    }
    assert made == shipped


@pytest.mark.parametrize(("level", "pairs", "kept", "close"), [(Level.UTLA, 379, 265, 356), (Level.ICB, 102, 80, 101)])
def test_most_neighbours_are_neighbours_on_the_grid(
    land: dict[Level, Country], level: Level, pairs: int, kept: int, close: int
) -> None:
    places = {tile.code: (tile.col, tile.row) for tile in tiles_of(level, ON)}
    cells = [places[code] for code in land[level].codes]
    near = land[level].near()
    assert len(near) == pairs
    assert neighbours_kept(near, cells) == kept
    assert neighbours_kept(near, cells, within=2) == close

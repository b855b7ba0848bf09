from __future__ import annotations

from collections import Counter, deque
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.area import Level
from careatlas.areas.area_register import area_register
from careatlas.areas.tiles import Tile, dated_tiles, steps, tile_levels, tiles_of
from careatlas.errors import InputError, UsageError

CHANGES = [date(2019, 4, 1), date(2020, 4, 1), date(2021, 4, 1), date(2023, 4, 1), date(2025, 4, 1)]
cells = st.tuples(st.integers(-50, 50), st.integers(-50, 50))


def placed(level: str, on: date) -> dict[str, tuple[int, int]]:
    return {tile.code: (tile.col, tile.row) for tile in tiles_of(level, on)}


@pytest.mark.parametrize(
    ("year", "count"), [(2018, 152), (2019, 151), (2020, 151), (2021, 152), (2023, 153), (2025, 153)]
)
def test_every_upper_tier_authority_of_a_year_has_one_tile(year: int, count: int) -> None:
    on = date(year, 6, 1)
    tiles = tiles_of(Level.UTLA, on)
    assert len(tiles) == count
    assert len({(tile.col, tile.row) for tile in tiles}) == count
    areas = {area.code: area.name for area in area_register().of_level(Level.UTLA, on)}
    assert {tile.code: tile.name for tile in tiles} == areas


@pytest.mark.parametrize("on", [date(2022, 7, 1), date(2023, 3, 31), date(2023, 4, 1), date(2026, 3, 31)])
def test_there_are_42_boards_until_april_2026(on: date) -> None:
    tiles = tiles_of("icb", on)
    assert len({(tile.col, tile.row) for tile in tiles}) == len(tiles) == 42
    assert {tile.code for tile in tiles} == {area.code for area in area_register().of_level(Level.ICB, on)}


def test_the_36_boards_of_2026_are_not_made_up() -> None:
    with pytest.raises(InputError, match="36 integrated care boards") as caught:
        tiles_of("icb", date(2026, 4, 1))
    assert "before 2026-04-01" in caught.value.mend


def test_a_day_before_the_grid_and_a_level_without_tiles_are_refused() -> None:
    with pytest.raises(InputError, match="2022-06-30"):
        tiles_of("icb", date(2022, 6, 30))
    with pytest.raises(UsageError, match="'ccg'") as caught:
        tiles_of("ccg", date(2021, 4, 1))
    assert caught.value.mend == "one of: icb, utla"
    assert tile_levels() == ("icb", "utla")


@pytest.mark.parametrize("change", CHANGES)
def test_what_did_not_change_keeps_its_place(change: date) -> None:
    before, after = placed("utla", change - timedelta(days=1)), placed("utla", change)
    same = before.keys() & after.keys()
    assert len(same) >= len(after) - 4
    assert {code: before[code] for code in same} == {code: after[code] for code in same}
    # Nobody takes the place of another area that stays; what is new stands where something ended, or beside it.
    assert all(before.get(code, cell) == cell for code, cell in after.items())


def test_an_area_that_only_got_a_new_code_stays_where_it_was() -> None:
    boroughs = {"E08000016": "E08000038", "E08000019": "E08000039"}
    before, after = placed("utla", date(2025, 3, 31)), placed("utla", date(2025, 4, 1))
    assert all(before[old] == after[new] for old, new in boroughs.items())


def connected(tiles: list[Tile]) -> bool:
    """Tell whether a way leads over neighbouring tiles from each to each."""
    places = {(tile.col, tile.row) for tile in tiles}
    queue = deque([next(iter(places))])
    seen = set(queue)
    while queue:
        here = queue.popleft()
        near = {cell for cell in places - seen if steps(here, cell) == 1}
        seen |= near
        queue.extend(near)
    return seen == places


def test_london_is_one_block_in_the_south_east_and_the_south_west_is_whole() -> None:
    tiles = tiles_of("utla", date(2023, 4, 1))
    register = area_register()
    regions: dict[str, list[Tile]] = {}
    for tile in tiles:
        region = register.parent(tile.code, date(2023, 4, 1))
        assert region is not None
        regions.setdefault(region.name, []).append(tile)
    assert len(regions["London"]) == 33
    assert connected(regions["London"])
    mean = {name: sum(tile.col + tile.row for tile in found) / len(found) for name, found in regions.items()}
    assert max(mean, key=lambda name: mean[name]) == "London"
    mainland = [tile for tile in regions["South West"] if tile.name != "Isles of Scilly"]
    assert connected(mainland)
    assert connected(list(tiles))


def test_the_isles_of_scilly_lie_beyond_cornwall() -> None:
    places = {tile.name: (tile.col, tile.row) for tile in tiles_of("utla", date(2023, 4, 1))}
    scilly, cornwall = places["Isles of Scilly"], places["Cornwall"]
    assert steps(scilly, cornwall) == 1
    assert scilly[1] > cornwall[1]
    assert sum(steps(scilly, other) == 1 for other in places.values()) == 1


def test_no_hole_inland() -> None:
    occupied = {(tile.col, tile.row) for tile in tiles_of("utla", date(2023, 4, 1))}
    around = {(column + a, row + b) for column, row in occupied for a in (-1, 0, 1) for b in (-1, 0, 1)} - occupied
    assert [cell for cell in around if sum(steps(cell, other) == 1 for other in occupied) > 4] == []


def test_rows_of_a_code_follow_each_other() -> None:
    assert max(Counter((one.level, one.tile.code) for one in dated_tiles()).values()) == 1
    assert all(one.valid_to is None or one.valid_from < one.valid_to for one in dated_tiles())


@given(cells, cells, cells)
def test_steps_are_a_distance(one: tuple[int, int], other: tuple[int, int], third: tuple[int, int]) -> None:
    assert steps(one, other) == steps(other, one)
    assert (steps(one, other) == 0) == (one == other)
    assert steps(one, third) <= steps(one, other) + steps(other, third)


@given(cells)
def test_a_tile_has_six_neighbours_whose_centres_are_one_tile_away(cell: tuple[int, int]) -> None:
    column, row = cell
    near = [(column + a, row + b) for a in (-1, 0, 1) for b in (-1, 0, 1) if steps(cell, (column + a, row + b)) == 1]
    assert len(near) == 6
    for there in near:
        across = there[0] + 0.5 * (there[1] & 1) - column - 0.5 * (row & 1)
        assert across**2 + 0.75 * (there[1] - row) ** 2 == pytest.approx(1)

"""Makes ``tables/tiles.csv``: ``python -m careatlas.areas.make_tiles FOLDER`` (the open tables; see docs/map.md).

The places are ours: computed from outlines of areas (Crown copyright and database right, Open Government Licence v3),
laid out by :mod:`careatlas.areas.tile_layout`, then put right by hand as listed below. No outline is kept.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from careatlas.areas.area import Level
from careatlas.areas.area_register import area_register
from careatlas.areas.stated_facts import ICBS_CHANGED
from careatlas.areas.tile_layout import Cell, Layout, Pair, laid_out, neighbours_kept
from careatlas.console import say

NEAR_DEGREES = 0.005  # 300 to 550 m: across the Thames or the Tyne, and over the gaps of simplified outlines
_MIDDLE = math.cos(math.radians(52.8))  # degrees of longitude to degrees of latitude, in the middle of England
_DENSITY = 0.95  # tiles for each tile's area of land, before the discs push each other apart

# Neighbours over water, which only pull: Isle of Wight, Isles of Scilly, Wirral and Liverpool.
_OVER_WATER = (
    ("E06000046", "E10000014"),
    ("E06000046", "E06000044"),
    ("E06000046", "E06000045"),
    ("E06000053", "E06000052"),
    ("E08000012", "E08000015"),
)
_SEEDS = {Level.UTLA: 10, Level.ICB: 3}  # of 12 and of 8 that were tried, the ones that kept most neighbours
_ROUNDS = {Level.UTLA: 400_000, Level.ICB: 150_000}

# Where the layout was put right by hand: code -> column and row of the finished grid.
_BY_HAND: Mapping[Level, Mapping[str, Cell]] = {
    Level.UTLA: {
        # Lancashire is south of Cumbria, Blackpool west of it
        "E06000009": (4, 4),  # Blackpool
        "E10000017": (5, 4),  # Lancashire
        "E06000008": (4, 5),  # Blackburn with Darwen
        # London stays in one piece: Thurrock and Southend stood between Havering and Redbridge
        "E06000033": (11, 11),  # Southend-on-Sea
        "E09000016": (12, 12),  # Havering
        "E06000034": (13, 12),  # Thurrock
        "E09000026": (12, 13),  # Redbridge
        "E09000002": (13, 13),  # Barking and Dagenham
        # no hole inland: each of these moves up by one, from Wiltshire to Sutton
        "E06000054": (5, 16),  # Wiltshire
        "E06000030": (5, 15),  # Swindon
        "E10000025": (6, 14),  # Oxfordshire
        "E06000062": (6, 13),  # West Northamptonshire
        "E06000042": (7, 12),  # Milton Keynes
        "E06000056": (8, 12),  # Central Bedfordshire
        "E10000015": (9, 12),  # Hertfordshire
        "E09000003": (9, 13),  # Barnet
        "E09000007": (10, 14),  # Camden
        "E09000033": (10, 15),  # Westminster
        "E09000022": (11, 16),  # Lambeth
        "E09000008": (11, 17),  # Croydon
        "E09000029": (11, 18),  # Sutton
        # off Cornwall
        "E06000053": (2, 19),  # Isles of Scilly
    },
    Level.ICB: {},
}

# Areas that are not on the outlines stand where another one stands: a successor, or the same area under its other code.
_STANDS_AS = {
    "E06000028": "E06000058",  # Bournemouth
    "E06000048": "E06000057",  # Northumberland
    "E08000020": "E08000037",  # Gateshead
    "E08000038": "E08000016",  # Barnsley
    "E08000039": "E08000019",  # Sheffield
    "E10000002": "E06000060",  # Buckinghamshire
    "E10000006": "E06000064",  # Cumbria: Westmorland and Furness
    "E10000009": "E06000059",  # Dorset
    "E10000021": "E06000062",  # Northamptonshire: the west
    "E10000023": "E06000065",  # North Yorkshire
    "E10000027": "E06000066",  # Somerset
    "E54000052": "E54000063",  # Surrey Heartlands
    "E54000053": "E54000064",  # Sussex
}
_STANDS_ALONE: Mapping[str, Cell] = {"E06000029": (5, 18)}  # Poole: beside Bournemouth, by the sea


@dataclass(frozen=True, slots=True)
class Country:
    """The areas of a level: codes in order, their names and outlines in degrees."""

    codes: tuple[str, ...]
    names: Mapping[str, str]
    outlines: Sequence[Any]

    def near(self) -> tuple[Pair, ...]:
        """Return the pairs of areas whose outlines come within ``NEAR_DEGREES`` of each other, as indices."""
        import shapely

        one, other = shapely.STRtree(self.outlines).query(self.outlines, predicate="dwithin", distance=NEAR_DEGREES)
        return tuple(sorted((i, j) for i, j in zip(one.tolist(), other.tolist(), strict=True) if i < j))


def countries(folder: Path) -> dict[Level, Country]:
    """Return the newest areas of each level, joined from smaller ones (districts of 2024; CCGs of 2021)."""
    areas, boundaries = folder / "areas", folder / "boundaries"
    upper = {
        row["ltla23_code"]: (row["utla23_code"], row["utla23_name"])
        for row in _rows(areas / "lookup_ltla23_utla23.csv")
        if row["utla23_code"].startswith("E")
    }
    boards = {row["ICB23CD"]: row["ICB23NM"] for row in _rows(areas / "sicbl23_icb23_nhser23.csv")}
    renewed = {"E54000052": "E54000063", "E54000053": "E54000064"}
    most: dict[str, tuple[int, str]] = {}
    for row in _rows(areas / "ccg21_to_icb22.csv"):  # three CCGs were split: the larger part decides
        most[row["ccg21_code"]] = max(
            most.get(row["ccg21_code"], (0, "")), (int(row["lsoa11_count"]), row["icb22_code"])
        )
    wholes = {ccg: renewed.get(icb, icb) for ccg, (_, icb) in most.items()}
    return {
        Level.UTLA: _joined(boundaries / "ltla24_dhsc.geojson", "areacd", upper),
        Level.ICB: _joined(
            boundaries / "ccg21.geojson", "ccg21_code", {ccg: (icb, boards[icb]) for ccg, icb in wholes.items()}
        ),
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _joined(path: Path, field: str, wholes: Mapping[str, tuple[str, str]]) -> Country:
    import shapely
    from shapely.geometry import shape

    parts: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        code, name = wholes[feature["properties"][field]]
        names[code] = name
        parts.setdefault(code, []).append(shapely.make_valid(shape(feature["geometry"])))
    codes = tuple(sorted(parts))
    return Country(codes, names, [shapely.union_all(parts[code]) for code in codes])


def grid(level: Level, country: Country) -> dict[str, Cell]:
    """Return the cell of each area, counted from the leftmost and topmost in use, with the corrections by hand.

    Raises
    ------
    ValueError
        If a correction puts two areas into one cell.
    """
    index = {code: number for number, code in enumerate(country.codes)}
    water = tuple((index[one], index[other]) for one, other in _OVER_WATER if one in index and other in index)
    width = math.sqrt(len(country.codes) * _DENSITY / sum(one.area * _MIDDLE for one in country.outlines))
    places = tuple((one.centroid.x * _MIDDLE * width, one.centroid.y * width) for one in country.outlines)
    layout = Layout(places, (*country.near(), *water))
    cells = laid_out(layout, seed=_SEEDS[level], rounds=_ROUNDS[level])
    left = min(column for column, _ in cells)
    top = min(row for _, row in cells)
    # Taking an odd number of rows away shifts the other rows: those that were odd then stand half a tile too far left.
    placed = {
        code: (column - left + (row & top & 1), row - top)
        for code, (column, row) in zip(country.codes, cells, strict=True)
    }
    placed |= _BY_HAND[level]
    if len(set(placed.values())) != len(placed):
        raise ValueError(f"two areas in one cell of {level}")
    return placed


def table(level: Level, placed: Mapping[str, Cell]) -> Iterator[tuple[str | int, ...]]:
    """Return the rows of the table for a level: code, name, level, first day, day after the last, column, row."""
    for area in area_register().areas:
        if level.holds(area.kind):
            cell = placed.get(_STANDS_AS.get(area.code, area.code)) or _STANDS_ALONE[area.code]
            end = area.valid_to or (ICBS_CHANGED if level is Level.ICB else None)
            yield (
                area.code,
                area.name,
                level.value,
                area.valid_from.isoformat(),
                end.isoformat() if end else "",
                *cell,
            )


def main(folder: Path) -> None:
    """Write the table and say how many neighbours are neighbours on the grid."""
    rows: list[tuple[str | int, ...]] = []
    for level, country in countries(folder).items():
        placed = grid(level, country)
        rows += table(level, placed)
        pairs, cells = country.near(), [placed[code] for code in country.codes]
        kept, close = neighbours_kept(pairs, cells), neighbours_kept(pairs, cells, within=2)
        say(f"{level}: {len(cells)} areas, {len(pairs)} pairs of neighbours, {kept} kept, {close} within two steps")
    rows.sort(key=lambda row: (str(row[2]), str(row[0]), str(row[3])))
    with (Path(str(files("careatlas.areas"))) / "tables" / "tiles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "level", "valid_from", "valid_to", "col", "row"))
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

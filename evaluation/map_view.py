"""A policy map on a terminal: one period, the areas of which anything is known, against codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from careatlas.errors import UsageError
from evaluation.policy_map import MapCell, PolicyMap


def chosen_period(found: PolicyMap, name: str) -> str:
    """Return the name of a period of a map, the last one's for no name; empty where the map has none.

    Raises
    ------
    UsageError
        If the map has no period of that name.
    """
    names = [one.name for one in found.periods]
    if name and name not in names:
        raise UsageError(f"the map has no period {name!r}", mend=f"one of: {', '.join(names) or 'none'}")
    return name or (names[-1] if names else "")


def of_period(found: PolicyMap, name: str) -> PolicyMap:
    """Return one period of a map."""
    periods = tuple(one for one in found.periods if one.name == name)
    return replace(found, periods=periods, cells=tuple(one for one in found.cells if one.period == name))


def map_rows(found: PolicyMap) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a map of one period; areas of which nothing is known are left out."""
    codes = list(dict.fromkeys(one.code for one in found.cells))
    cells = {(one.area_code, one.code): one for one in found.cells}
    rows = []
    for area in found.areas:
        here = [cells[area.code, code] for code in codes]
        if any(one.count is not None for one in here):
            rows.append([area.code, area.name, str(here[0].documents_read), *map(_said, here)])
    return ["area", "name", "documents", *codes], rows


def why_unplaced(found: PolicyMap) -> Mapping[str, int]:
    """Return why initiatives and documents are not on a map, with how many, the commonest reason first."""
    counts = Counter(f"{one.kind}: {one.why}" for one in found.unplaced)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _said(cell: MapCell) -> str:
    return "" if cell.count is None else str(cell.count) if cell.count else "."

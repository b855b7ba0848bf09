"""Small areas by CCG of 2021, sub-ICB of 2022 and district at once, from two tables that have one half each.

Both tables count the same 32,844 lower-layer super output areas of 2011 in the same 309 districts. Within a district:

1. A code that stands in both tables is one and the same area, since a new boundary gets a new code: its small areas
   stay.
2. Of what is left, a district with one CCG or one sub-ICB has only one way to fill the cells.

In the real tables this settles every cell; where it would not, :class:`Joint` says what is open.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from careatlas.errors import InputError

Count = tuple[str, str, int]  # area of the health service, district, small areas


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Small areas by CCG, sub-ICB and district.

    Attributes
    ----------
    cells : dict
        Number of small areas of (CCG, sub-ICB, district).
    by_code, by_rest : int
        Small areas settled by the first and by the second rule.
    open_districts : tuple of str
        Districts whose rest the margins do not determine; their rest is not in ``cells``.
    """

    cells: dict[tuple[str, str, str], int]
    by_code: int
    by_rest: int
    open_districts: tuple[str, ...]


def joint_small_areas(ccgs: Iterable[Count], sub_icbs: Iterable[Count]) -> Joint:
    """Join two tables of small-area counts.

    Parameters
    ----------
    ccgs, sub_icbs : iterable of (code, district, count)
        How many small areas of a district lie in each area.

    Raises
    ------
    InputError
        If the tables count different numbers of small areas in a district.
    """
    before, after = _by_district(ccgs), _by_district(sub_icbs)
    cells: Counter[tuple[str, str, str]] = Counter()
    by_code, left = 0, []
    for district in sorted({*before, *after}):
        old, new = before.get(district, Counter()), after.get(district, Counter())
        if old.total() != new.total():
            raise InputError(f"{district} has {old.total()} small areas in one table and {new.total()} in the other")
        same = old & new
        by_code += same.total()
        cells.update({(code, code, district): count for code, count in same.items()})
        rest = _only_way(old - same, new - same)
        if rest is None:
            left.append(district)
        else:
            cells.update({(*pair, district): count for pair, count in rest.items()})
    return Joint(cells=dict(cells), by_code=by_code, by_rest=cells.total() - by_code, open_districts=tuple(left))


def _by_district(counts: Iterable[Count]) -> dict[str, Counter[str]]:
    tables: dict[str, Counter[str]] = defaultdict(Counter)
    for code, district, count in counts:
        tables[district][code] += count
    return tables


def _only_way(old: Counter[str], new: Counter[str]) -> dict[tuple[str, str], int] | None:
    """Return the one table with these margins, ``None`` where there are several."""
    if len(old) > 1 and len(new) > 1:
        return None
    return {(before, after): min(old[before], new[after]) for before in old for after in new}

"""How much of each area was read, and in what share of it a code is suggested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from careatlas.identifiers import AreaCode
from careatlas.share_interval import share_interval
from careatlas.store.suggestions import AreaCount

Z_95 = 1.959963984540054  # the normal quantile of a two-sided 95 % interval


class CoverageStatus(StrEnum):
    """What is known of an area."""

    READ = "read"
    NOT_READ = "not read"  # documents are there, but none of their passages was scored
    MISSING = "missing"  # no document at all: nothing is known, which is not the same as nothing is there


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """One area: how much of it was read, and the share of its passages for which something is suggested.

    Attributes
    ----------
    documents, passages : int
        How many there are; ``passages`` is the denominator of ``share``.
    suggested, share, low, high
        ``None`` where nothing was read: missing is never zero. ``low`` and ``high`` bound the 95 % interval.
    """

    area_code: AreaCode
    area_name: str
    status: CoverageStatus
    documents: int
    passages: int
    suggested: int | None
    share: float | None
    low: float | None
    high: float | None


def wilson_interval(successes: int, trials: int, *, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion.

    Parameters
    ----------
    successes, trials : int
        ``0 <= successes <= trials`` and ``trials > 0``.
    z : float
        Normal quantile; the default gives 95 %.

    Raises
    ------
    ValueError
        If the counts are not those of a proportion.

    Notes
    -----
    Wilson (1927), JASA 22, 209-212. It takes the trials as independent; passages of one document are not, so that
    the interval of an area with few documents is too narrow.
    """
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} of {trials} is not a proportion")
    return share_interval(successes / trials, trials, z)


def coverage(counts: Iterable[AreaCount], expected: Mapping[AreaCode, str] | None = None) -> list[CoverageRow]:
    """Return one row per area in the order of their names.

    Parameters
    ----------
    counts : iterable of AreaCount
        What the store has, one row per area. Rows without an area code are left out: they stand for no area.
    expected : mapping of AreaCode to str, optional
        Areas that the study is about. One of them that has no documents becomes a row with status ``missing``.
    """
    found = {one.area_code: one for one in counts if one.area_code}
    rows = [_row(one) for one in found.values()]
    rows += [_missing(code, name) for code, name in (expected or {}).items() if code not in found]
    return sorted(rows, key=lambda row: (row.area_name.casefold(), row.area_code))


def _row(count: AreaCount) -> CoverageRow:
    read = count.passages > 0
    low, high = wilson_interval(count.suggested, count.passages) if read else (None, None)
    status = CoverageStatus.READ if read else CoverageStatus.NOT_READ
    return CoverageRow(
        area_code=count.area_code,
        area_name=count.area_name,
        status=CoverageStatus.MISSING if not count.documents else status,
        documents=count.documents,
        passages=count.passages,
        suggested=count.suggested if read else None,
        share=count.suggested / count.passages if read else None,
        low=low,
        high=high,
    )


def _missing(code: AreaCode, name: str) -> CoverageRow:
    return _row(AreaCount(area_code=code, area_name=name, documents=0, passages=0, suggested=0))

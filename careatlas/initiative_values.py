"""What an initiative is, as its evidence says it together: one title, area, period and status from many passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from careatlas.document import NO_AREA
from careatlas.identifiers import AreaCode, Code, InitiativeId
from careatlas.initiative import Evidence, Initiative, InitiativeStatus
from careatlas.period import Period, Precision

_WITHOUT_AREA = 0.5  # an initiative that nobody can place
_WITHOUT_STATUS = 0.9
_DELIVERED = frozenset({InitiativeStatus.IN_PLACE, InitiativeStatus.STOPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeValues:
    """What some evidence says together; the fields are those of :class:`careatlas.initiative.Initiative`."""

    title: str
    codes: tuple[Code, ...]
    area_code: AreaCode
    area_name: str
    period: Period | None
    status: InitiativeStatus
    setting: str
    population: str
    partners: tuple[str, ...]
    scale: str
    funding: str
    confidence: float


def in_order(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return evidence by the dates of its documents; what has no date comes first, as nothing can be built on it."""
    return tuple(sorted(evidence, key=lambda one: (one.said_on, one.document_id, one.evidence_id)))


def combined(evidence: Iterable[Evidence]) -> InitiativeValues:
    """Return what evidence says together. The order in which it is given does not matter.

    The status is the latest that is said, the strongest of one date. The title and, where passages differ, the area are
    those of the likeliest evidence (of the area: of the one named most often). Setting, population, scale and funding
    are the latest that are said, codes and partners all of them. For the period see :func:`period_together`.

    Raises
    ------
    ValueError
        If there is no evidence.
    """
    rows = in_order(evidence)
    if not rows:
        raise ValueError("an initiative stands on evidence")
    area_code, area_name = _area(rows)
    status = status_together(rows)
    confidence = max(one.probability for one in rows)
    confidence *= 1.0 if area_code or area_name else _WITHOUT_AREA
    confidence *= 1.0 if status is not InitiativeStatus.UNCLEAR else _WITHOUT_STATUS
    return InitiativeValues(
        title=next((one.title for one in _likeliest(rows) if one.title), ""),
        codes=tuple(sorted({code for one in rows for code in one.codes})),
        area_code=area_code,
        area_name=area_name,
        period=period_together(rows),
        status=status,
        setting=_latest(rows, "setting"),
        population=_latest(rows, "population"),
        partners=_partners(rows),
        scale=_latest(rows, "scale"),
        funding=_latest(rows, "funding"),
        confidence=confidence,
    )


def initiative_of(name: InitiativeId, evidence: Iterable[Evidence]) -> Initiative:
    """Return the initiative that evidence tells of."""
    rows = in_order(evidence)
    values = combined(rows)
    said = {one.name: getattr(values, one.name) for one in fields(values)}
    return Initiative(initiative_id=name, evidence=rows, **said)


def status_together(evidence: Iterable[Evidence]) -> InitiativeStatus:
    """Return the latest status that is said, the strongest of those of one date; unclear where none is said."""
    said = [one for one in evidence if one.status is not InitiativeStatus.UNCLEAR]
    latest = max(said, key=lambda one: (one.said_on, one.status.strength), default=None)
    return latest.status if latest else InitiativeStatus.UNCLEAR


def strongest(statuses: Iterable[InitiativeStatus]) -> InitiativeStatus:
    """Return the strongest of some statuses, unclear for none."""
    return max(statuses, key=lambda one: one.strength, default=InitiativeStatus.UNCLEAR)


def period_together(evidence: Iterable[Evidence]) -> Period | None:
    """Return when an initiative runs, as its evidence says together.

    Start: the earliest that a passage of something in place or stopped reports; where nothing is delivered yet, the one
    said last, as plans slip. End: the one said last. An end that does not come after the start is not believed.
    """
    rows = in_order(evidence)
    starts = [(one.period.start, one) for one in rows if one.period and one.period.start]
    delivered = [(start, one) for start, one in starts if one.status in _DELIVERED]
    start, told = min(delivered, key=lambda pair: pair[0]) if delivered else starts[-1] if starts else (None, None)
    ends = [(one.period.end, one) for one in rows if one.period and one.period.end]
    end, ended = ends[-1] if ends else (None, None)
    if start is not None and end is not None and end <= start:
        end = None
    source = told or (ended if end else None)
    if source is None or source.period is None:
        return None
    return Period(start=start, end=end, precision=_precision(source.period, start, end))


def _precision(said: Period, start: date | None, end: date | None) -> Precision:
    # "2023/24" is exact to a financial year only where both ends are that year's.
    is_same = (said.start, said.end) == (start, end)
    return said.precision if is_same or end is None or start is None else Precision.YEARS


def _likeliest(rows: Sequence[Evidence]) -> list[Evidence]:
    return sorted(rows, key=lambda one: -one.probability)  # stable: the earliest of equals


def _area(rows: Sequence[Evidence]) -> tuple[AreaCode, str]:
    counts = Counter((one.area_code, one.area_name) for one in _likeliest(rows) if one.area_code or one.area_name)
    # A place with a code before one with only a name; Counter keeps the likeliest of equals first.
    ranked = sorted(counts.items(), key=lambda item: (not item[0][0], -item[1]))
    return ranked[0][0] if ranked else (NO_AREA, "")


def _latest(rows: Sequence[Evidence], name: str) -> str:
    return next((said for one in reversed(rows) if (said := str(getattr(one, name)))), "")


def _partners(rows: Sequence[Evidence]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for one in rows:
        for partner in one.partners:
            found.setdefault(partner.casefold(), partner)
    return tuple(found.values())

"""Documents as a map sees them: of which area, about which time, and whether each counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from careatlas.document_fact import FactName
from careatlas.errors import InputError
from careatlas.identifiers import AreaCode, DocumentId
from careatlas.period import Period, period_of, published_period
from careatlas.store import document_facts, documents, near_copies
from evaluation.map_grid import ALL_TIME, Grid, GridPeriod, believed, period_of_date, periods_of_span

NO_DOCUMENT = DocumentId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRead:
    """A document in which there are words that were read, with what is known of it.

    Attributes
    ----------
    covers : Period or None
        The time that it is about.
    published : Period or None
        The day, month or year that is its date.
    copy_of : DocumentId
        Another document that is nearly the same and counts in its place; empty for one that counts itself.
    """

    document_id: DocumentId
    name: str
    area_code: AreaCode
    area_name: str
    covers: Period | None = None
    published: Period | None = None
    copy_of: DocumentId = NO_DOCUMENT

    def periods(self, grid: Grid) -> tuple[GridPeriod, ...]:
        """Return the periods that the document tells of: those it covers, else the one it was published in."""
        if grid is Grid.ALL:
            return (ALL_TIME,)
        if self.covers is not None:
            return periods_of_span(grid, self.covers)
        found = period_of_date(grid, self.published) if self.published else None
        return (found,) if found else ()

    def span(self, grid: Grid) -> tuple[date, date] | None:
        """Return the days ``[start, end)`` that it tells of, within those periods; ``None`` where it has no date."""
        said = self.covers or self.published
        there = self.periods(grid)
        if said is None or not there:
            return None
        starts = [day for day in (said.start, there[0].period.start) if day]
        ends = [day for day in (said.end, there[-1].period.end) if day]
        return (max(starts), min(ends)) if starts and ends else None


def documents_read(connection: Any) -> tuple[DocumentRead, ...]:
    """Return the documents of which any passage was read, copies included, by what counts as known of them."""
    known = document_facts.known(connection)
    copies = near_copies.documents(connection)
    found = []
    for item in documents.listed(connection):
        if not item.passage_count:  # waiting, failed, or nothing but pictures of words: it can tell of nothing
            continue
        facts = known.get(item.document_id, {})
        now = document_facts.as_known(item, facts)
        covers = facts.get(FactName.COVERS)
        copy = copies.get(item.document_id)
        found.append(
            DocumentRead(
                document_id=item.document_id,
                name=item.name,
                area_code=now.area_code,
                area_name=now.area_name,
                covers=_covered(covers.value, covers.label) if covers else None,
                published=_published(now.published),
                copy_of=copy.copy_of if copy else DocumentId(""),
            )
        )
    return tuple(found)


def _covered(value: str, precision: str) -> Period | None:
    try:
        found = believed(period_of(value, precision))
        return found if found and (found.start or found.end) else None
    except InputError:  # a correction typed by hand: it is then not known, and the date of publication counts
        return None


def _published(said: str) -> Period | None:
    try:
        return believed(published_period(said))
    except ValueError:
        return None

"""What is known of a document when the places in its passages are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from careatlas.document import NO_AREA
from careatlas.identifiers import AreaCode
from careatlas.period import published_period


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceContext:
    """The document's own area and body, its date, and the abbreviations it defines.

    Attributes
    ----------
    area_code : AreaCode
        The area that the document is about: "the county", "our system" lead to it. Empty where unknown.
    body : str
        The organisation whose document it is: "the Council", "the Board" lead to it. Empty where unknown.
    on : date or None
        A day on which the document speaks: which areas existed is asked for that day.
    abbreviations : mapping of str to str
        As :func:`nlp.abbreviations.abbreviations` returns them.
    """

    area_code: AreaCode = NO_AREA
    body: str = ""
    on: date | None = None
    abbreviations: Mapping[str, str] = field(default_factory=dict)


def day_of(published: str) -> date | None:
    """Return a day that stands for a document's date: the last one of the month or year it names.

    The last, because a plan of the year in which a council is abolished mostly speaks of what comes.

    Raises
    ------
    InputError
        If the text is no date of ISO 8601.
    """
    period = published_period(published)
    return None if period is None or period.end is None else date.fromordinal(period.end.toordinal() - 1)

"""Sightings: evidence as it was read, with what tells whether two passages speak of one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from careatlas.identifiers import Code
from careatlas.initiative import Basis, Evidence
from nlp.service_names import ServiceName


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """The codes of a passage, and who says them.

    Attributes
    ----------
    codes : tuple of Code
        Sorted; never empty.
    probability : float
        The model's, of the likeliest of the codes; 1 where people judged.
    """

    codes: tuple[Code, ...]
    basis: Basis
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Evidence, its words and its place.

    Attributes
    ----------
    text : str
        The words of the passage, or of the part of it, that tell of the initiative.
    names : tuple of ServiceName
        What they call services, the first one first; the characters are those of the passage.
    page, position, part : int
        Place in the document: page, passage of the page, part of the passage.
    long_forms : Mapping
        Abbreviations that the document defines, with what they stand for.
    """

    evidence: Evidence
    text: str
    names: tuple[ServiceName, ...]
    page: int
    position: int
    part: int = 0
    long_forms: Mapping[str, str] = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, str, int, int, int]:
        """What sightings are taken in the order of: the document's date (none comes last) and the place in it."""
        one = self.evidence
        return (one.said_on or "9999", one.document_id, self.page, self.position, self.part)

    @property
    def block(self) -> str:
        """Only sightings of one block can be one initiative: an area, or the document where no area is known."""
        return self.evidence.area_code or f"document {self.evidence.document_id}"

"""Copies: documents that are nearly the same, and passages that many areas share word for word."""

from __future__ import annotations

from dataclasses import dataclass

from careatlas.identifiers import DocumentId, PassageId


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCopy:
    """A document that is nearly the same as another.

    Attributes
    ----------
    copy_of : DocumentId
        The document of the family that counts; the others do not count beside it.
    similarity : float
        Share of the smaller one's five-word shingles that both have (containment; Broder 1997).
    """

    document_id: DocumentId
    copy_of: DocumentId
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Boilerplate:
    """A passage whose words stand in documents of several areas: a template's, not the area's own.

    Attributes
    ----------
    group : str
        The same for all passages with these words.
    document_count, area_count : int
        In how many documents and areas they stand.
    """

    passage_id: PassageId
    document_id: DocumentId
    group: str
    document_count: int
    area_count: int

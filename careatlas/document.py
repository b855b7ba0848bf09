"""Documents and their pages, as facts about a file that was added and read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from careatlas.identifiers import AreaCode, DocumentId, Sha256

NO_AREA = AreaCode("")


class DocumentOutcome(StrEnum):
    """How the reading of one document ended. Every document that was added has exactly one."""

    WAITING = "waiting"  # added, not read yet
    OK = "ok"
    PARTIAL = "partial"  # some pages could not be read; the rest are there
    ENCRYPTED = "encrypted"
    MALFORMED = "malformed"
    TOO_BIG = "too_big"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    MISSING = "missing"  # its stored bytes are gone


class PageStatus(StrEnum):
    """What a page holds for a reader of text."""

    TEXT = "text"
    SCANNED = "scanned"  # an image covers the page and there are few or no characters
    VECTOR_OUTLINE = "vector-outline"  # letters drawn as shapes: no characters although drawings cover the page
    UNMAPPABLE = "unmappable"  # characters that the file's fonts do not map to Unicode
    EMPTY = "empty"
    FAILED = "failed"  # this page could not be read

    @property
    def needs_ocr(self) -> bool:
        """Whether the words of the page can only be had by optical character recognition."""
        return self in {PageStatus.SCANNED, PageStatus.VECTOR_OUTLINE, PageStatus.UNMAPPABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One plan, identified by its content; what is known about it comes from the person who added it.

    Attributes
    ----------
    published : str
        ISO 8601 date, month or year (``2023-04-01``, ``2023-04``, ``2023``), or empty where unknown.
    """

    document_id: DocumentId
    sha256: Sha256
    byte_count: int
    name: str
    title: str = ""
    area_code: AreaCode = NO_AREA
    area_name: str = ""
    doc_type: str = ""
    published: str = ""
    url: str = ""
    outcome: DocumentOutcome = DocumentOutcome.WAITING
    reason: str = ""
    page_count: int = 0
    passage_count: int = 0
    ocr_page_count: int = 0

    @property
    def shown_title(self) -> str:
        """The title, or the file name where no title is known."""
        return self.title or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its size in points as displayed, and what it holds.

    ``text_start`` and ``text_end`` bound its part of the document's stored text; ``glyph_count`` counts its characters
    that are not white space.
    """

    document_id: DocumentId
    number: int
    width: float
    height: float
    rotation: int
    status: PageStatus
    glyph_count: int
    tagged_share: float
    text_start: int
    text_end: int
    reason: str = ""

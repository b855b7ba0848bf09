"""Passages: the unit that is labelled. A paragraph, list item, heading, table row or piece of page furniture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from careatlas.geometry import Box
from careatlas.identifiers import DocumentId, PassageId


class PassageKind(StrEnum):
    """What a passage is on its page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_HEADER = "table_header"
    TABLE_ROW = "table_row"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    CONTENTS = "contents"  # a line of a table of contents
    FURNITURE = "furniture"  # repeated heads and feet, page numbers: kept, hidden by default

    @property
    def is_evidence(self) -> bool:
        """Whether a passage of this kind can carry a statement worth labelling."""
        return self in {PassageKind.PARAGRAPH, PassageKind.LIST_ITEM, PassageKind.TABLE_ROW, PassageKind.FOOTNOTE}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnchor:
    """Where one line of a passage stands: its characters in the stored text, and its box on the page."""

    char_start: int
    char_end: int
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage with its place.

    Attributes
    ----------
    page : int
        1 for the first page.
    position : int
        Place among the passages of the page, 0 for the first.
    text : str
        Exactly ``document_text[char_start:char_end]`` of the document's one stored text.
    boxes : tuple of Box
        The boxes that cover the passage's words, one per run of lines that stand below each other.
    lines : tuple of LineAnchor
        Where each line stands, so that a span of characters leads back to its place on the page.
    evidence : str
        Why the passage is of this kind (``tag:H2``, ``bookmark``, ``numbering``, ``font``, ``repetition`` ...).
    confidence : float
        Between 0 and 1: how far the evidence for the kind is to be trusted.
    """

    passage_id: PassageId
    document_id: DocumentId
    page: int
    position: int
    kind: PassageKind
    text: str
    char_start: int
    char_end: int
    heading_path: tuple[str, ...]
    boxes: tuple[Box, ...]
    lines: tuple[LineAnchor, ...]
    evidence: str
    confidence: float
    ocr: bool
    parser_version: str

    def boxes_of(self, char_start: int, char_end: int) -> tuple[Box, ...]:
        """Return the boxes of a span of the passage, one per line it touches.

        Within a line the ends are placed in proportion to the number of characters, which is exact for whole lines
        and good to about a letter in running text.

        Parameters
        ----------
        char_start, char_end : int
            Offsets into the document's stored text, half-open.
        """
        found = []
        for line in self.lines:
            start, end = max(char_start, line.char_start), min(char_end, line.char_end)
            if start >= end:
                continue
            per_character = line.box.width / (line.char_end - line.char_start)
            found.append(
                Box(
                    x0=line.box.x0 + (start - line.char_start) * per_character,
                    y0=line.box.y0,
                    x1=line.box.x1 - (line.char_end - end) * per_character,
                    y1=line.box.y1,
                )
            )
        return tuple(found)

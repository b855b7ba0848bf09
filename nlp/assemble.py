"""From the lines of a document to its reading: passages with headings, place, kind and one normalised text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from careatlas.document import DocumentOutcome, Page, PageStatus
from careatlas.identifiers import DocumentId, Sha256, document_id, passage_id
from careatlas.passage import LineAnchor, Passage, PassageKind
from careatlas.reading import Dropped, Reading
from nlp.blocks import Block, blocks_of, boxes_of
from nlp.furniture import furniture
from nlp.headings import heading_rules
from nlp.line import PageLines, Pages, glyphs
from nlp.normalise import TextBuilder, folded, words_of
from nlp.tables import Headers
from nlp.version import PARSER_VERSION

MAX_HEADING_IN_PATH = 200  # characters
UNPLACED = "character of no width"


class HeadingPath:
    """The headings in force at a place of the document, by level."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    @property
    def path(self) -> tuple[str, ...]:
        """The headings in force, the topmost first."""
        return tuple(text for _, text in self._open)

    def enter(self, level: int, text: str) -> tuple[str, ...]:
        """Open a heading, closing those of its level and below, and return the headings above it."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        above = self.path
        self._open.append((level, text[:MAX_HEADING_IN_PATH]))
        return above


def assemble(document: Pages) -> Reading:
    """Put a document together from its lines."""
    known: list[frozenset[str]] = []

    def is_known(word: str) -> bool:
        if not known:  # only a document with hyphens at line ends pays for this
            known.append(words_of([line.text for page in document.pages for line in page.lines]))
        return word in known[0]

    rules = heading_rules(document.pages, document.bookmarks)
    repeated = furniture(document.pages)
    headers_so_far: Headers = {}
    builder, headings = TextBuilder(is_known), HeadingPath()
    sha256 = Sha256(document.sha256)
    name = document_id(sha256)
    pages, passages, dropped = [], [], []
    for page in document.pages:
        start = builder.length
        builder.dropped.clear()
        position = 0
        for block in blocks_of(page, repeated, rules, headers_so_far):
            passage = _passage(_Place(sha256, name, page.number, position), block, builder, headings)
            if passage.text:  # nothing is left of a line of control characters
                passages.append(passage)
                position += 1
        pages.append(_page(name, page, start, builder.length))
        builder.dropped.update({UNPLACED: page.unplaced} if page.unplaced else {})
        dropped += [Dropped(page=page.number, reason=why, glyph_count=n) for why, n in builder.dropped.items()]
    return Reading(
        outcome=_outcome(document.pages),
        reason=_reason(document.pages),
        title=document.title[:500],
        parser_version=PARSER_VERSION,
        text=builder.text,
        offset_map=builder.offset_map(),
        pages=tuple(pages),
        passages=tuple(passages),
        dropped=tuple(dropped),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    sha256: Sha256
    document_id: DocumentId
    page: int
    position: int


def _passage(place: _Place, block: Block, builder: TextBuilder, headings: HeadingPath) -> Passage:
    start = builder.length
    lines = tuple(_cell_lines(block, builder) if block.cells else builder.add_lines(list(block.lines)))
    end = builder.length
    text = builder.since(start)
    builder.insert("\n")
    path = headings.enter(block.level, text) if block.kind is PassageKind.HEADING else headings.path
    return Passage(
        passage_id=passage_id(place.sha256, place.page, place.position, PARSER_VERSION, text),
        document_id=place.document_id,
        page=place.page,
        position=place.position,
        kind=block.kind,
        text=text,
        char_start=start,
        char_end=end,
        heading_path=path,
        boxes=boxes_of(block),
        lines=lines,
        evidence=block.evidence,
        confidence=block.confidence,
        ocr=False,
        parser_version=PARSER_VERSION,
    )


def _cell_lines(block: Block, builder: TextBuilder) -> Iterator[LineAnchor]:
    for index, cell in enumerate(block.cells):
        builder.insert("; " if index else "")
        header = folded(block.header[index]) if block.header else ""
        builder.insert(f"{header}: " if header else "")
        yield from builder.add_lines(list(cell.lines))


def _page(document: DocumentId, page: PageLines, start: int, end: int) -> Page:
    count = page.glyph_count
    outside = sum(glyphs(line.text) for line in page.lines if not line.place.inside)
    return Page(
        document_id=document,
        number=page.number,
        width=round(page.width, 2),
        height=round(page.height, 2),
        rotation=page.rotation,
        status=page.status,
        glyph_count=count,
        tagged_share=round(1 - outside / count, 3) if count else 0.0,
        text_start=start,
        text_end=end,
        reason=page.reason,
    )


def _outcome(pages: Sequence[PageLines]) -> DocumentOutcome:
    failed = sum(page.status is PageStatus.FAILED for page in pages)
    if failed == len(pages):
        return DocumentOutcome.MALFORMED
    return DocumentOutcome.PARTIAL if failed else DocumentOutcome.OK


def _reason(pages: Sequence[PageLines]) -> str:
    failed = [page for page in pages if page.status is PageStatus.FAILED]
    if not failed:
        return ""
    numbers = ", ".join(str(page.number) for page in failed[:10])
    return f"{len(failed)} of {len(pages)} pages could not be read ({numbers}): {failed[0].reason}"

"""Reading the pages of a PDF with PyMuPDF, one pass per page. Runs only in a worker process."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pymupdf

from careatlas.document import PageStatus
from careatlas.geometry import Box
from nlp.line import Bookmark, Line, PageLines, Pages, glyphs
from nlp.page_status import FEW_GLYPHS, REPLACEMENT, ink_of, status_of
from nlp.structure import lines_of, loses_lines

# Tags on; images off (they alone can cost gigabytes); no geometric sort (it loses 3 points of reading order).
FLAGS = (pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES) | pymupdf.TEXT_COLLECT_STRUCTURE
# Guessing characters from glyph numbers hides that a font maps them to no Unicode: only where there is no other way.
_UNGUESSED = FLAGS & ~pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
SMALL_PICTURE = 100_000  # pixels; a page scanned at 72 dpi has half a million
SHORT_CONTENT = 20_000  # bytes of drawing commands; a page of letters drawn as shapes has a million or more
MAX_BOOKMARKS = 20_000
_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024  # bytes; readers accept a little rubbish before the header


class NotReadableError(Exception):
    """The file is no PDF, or cannot be opened; the argument says which (``encrypted``, ``malformed``, ``too_big``)."""

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


def open_pdf(path: Path, password: str = "") -> Any:
    """Open a PDF.

    Raises
    ------
    NotReadableError
        If it is not a PDF, is broken beyond repair, or needs a password.
    """
    silence()
    with path.open("rb") as file:
        head = file.read(_MAGIC_WITHIN)
    if not head:
        raise NotReadableError("malformed", "the file is empty")
    if _MAGIC not in head:
        raise NotReadableError("malformed", "the file is not a PDF: it does not begin with %PDF-")
    try:
        document = pymupdf.open(path, filetype="pdf")
    except (RuntimeError, ValueError) as error:
        raise NotReadableError("malformed", f"the file cannot be opened: {one_line(error)}") from error
    if document.needs_pass and not document.authenticate(password):
        raise NotReadableError("encrypted", "the file needs a password" if not password else "the password is wrong")
    if document.page_count == 0:
        raise NotReadableError("malformed", "the file has no pages")
    return document


def silence() -> None:
    """Keep MuPDF's own messages off the terminal: what matters becomes a row."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)


def read_pages(
    document: Any, sha256: str, *, skip: Collection[int] = (), max_glyphs: int, on_page: Callable[[int], None]
) -> Pages:
    """Read all pages.

    Parameters
    ----------
    skip : collection of int
        Pages, from 1, that ended an earlier reading; they become failed pages.
    max_glyphs : int
        A page with more characters than this is not kept.
    on_page : callable
        Told the number of each page before it is read, so that a crash can be laid at its door.
    """
    pages = []
    for number in range(1, document.page_count + 1):
        on_page(number)
        pages.append(
            _failed(number, "reading it ended the worker") if number in skip else _page(document, number, max_glyphs)
        )
    on_page(0)
    return Pages(sha256, _title(document), tuple(pages), _bookmarks(document))


def one_line(error: BaseException) -> str:
    """Return the message of an error without line breaks."""
    return " ".join(str(error).split())[:300]


def _failed(number: int, reason: str) -> PageLines:
    return PageLines(number, 0.0, 0.0, 0, PageStatus.FAILED, (), 0, reason)


def _page(document: Any, number: int, max_glyphs: int) -> PageLines:
    try:
        page = document.load_page(number - 1)
        width, height, rotation = float(page.rect.width), float(page.rect.height), int(page.rotation)
        content = page.get_textpage(flags=_UNGUESSED)
        blocks = content.extractDICT()["blocks"]
        lines = tuple(lines_of(blocks))
        text = "".join(line.text for line in lines)
        if REPLACEMENT in text:
            lines = tuple(lines_of(page.get_text("dict", flags=FLAGS)["blocks"]))
        if rotation:
            lines = tuple(_turned(line, page.rotation_matrix) for line in lines)
        count = sum(glyphs(line.text) for line in lines)
        if count > max_glyphs:
            return _failed(number, f"it has {count:,} characters, more than parse.max_page_glyphs = {max_glyphs:,}")
        ink = ink_of(_marks(page, count), width, height) if count < FEW_GLYPHS else None
        unplaced = max(0, glyphs(content.extractText()) - count) if loses_lines(blocks) else 0
        return PageLines(number, width, height, rotation, status_of(text, count, ink), lines, count, unplaced=unplaced)
    except MemoryError:
        if document.page_count == 1:
            raise
        return _failed(number, "reading it needs more memory than parse.memory_mb allows")
    except (RuntimeError, ValueError, OSError, IndexError, AttributeError) as error:
        return _failed(number, f"it cannot be read: {one_line(error)}")


def _marks(page: Any, count: int) -> Any:
    """Return what a page draws, nothing where that is plain without running the page once more (which is dear)."""
    pictures = any(width * height > SMALL_PICTURE for _, _, width, height, *_ in page.get_images())
    if count and not pictures and not page.get_xobjects() and len(page.read_contents()) <= SHORT_CONTENT:
        return ()
    return ((item[0], item[1]) for item in page.get_bboxlog())


def _turned(line: Line, matrix: Any) -> Line:
    box = pymupdf.Rect(line.box.as_list()) * matrix
    corners = Box.of([round(value, 2) for value in (box.x0, box.y0, box.x1, box.y1)])
    return Line(line.text, corners, line.size, line.bold, line.place)


def _title(document: Any) -> str:
    """Return the title that the file gives itself, unless a word processor made it up."""
    title = " ".join(str((document.metadata or {}).get("title") or "").split())
    made_up = title.casefold().startswith(("untitled", "microsoft word", "microsoft powerpoint", "document1"))
    return "" if made_up or "." in title[-5:] else title


def _bookmarks(document: Any) -> tuple[Bookmark, ...]:
    try:
        outline = document.get_toc(simple=True)
    except (RuntimeError, ValueError, IndexError, AttributeError):
        return ()
    return tuple(Bookmark(int(level), str(title), int(page)) for level, title, page in outline[:MAX_BOOKMARKS])

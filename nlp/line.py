"""Lines of a page, with what the file says about them, before they are put together into passages."""

from __future__ import annotations

from dataclasses import dataclass

from careatlas.document import PageStatus
from careatlas.geometry import Box

NodePath = tuple[int, ...]
"""Where a node stands in the structure tree: the index among its siblings at each level. The same on every page."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands in the file's structure tree.

    Attributes
    ----------
    role : str
        The nearest deciding role: ``H1`` ... ``H6``, ``P``, ``LI``, ``Caption``, ``Note``, ``TOCI``, or empty.
    node : NodePath
        The node of that role, or of the text itself where no role decides.
    table, row, cell : NodePath
        The outermost table around the line, its row and its cell; empty outside tables.
    header_cell : bool
        Whether the cell is tagged as a header (``TH``).
    inside : bool
        Whether the line stands in the tree at all. Text outside it is page furniture, or was forgotten by the author.
    """

    role: str
    node: NodePath
    table: NodePath = ()
    row: NodePath = ()
    cell: NodePath = ()
    header_cell: bool = False
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text as the file gives it.

    ``size`` is that of most of its letters, in points; ``bold`` whether all its letters are.
    """

    text: str
    box: Box
    size: float
    bold: bool
    place: Place


@dataclass(frozen=True, slots=True)
class PageLines:
    """All lines of one page in the order of the file, and what kind of page it is.

    ``glyph_count`` is the number of characters that are not white space; ``unplaced`` that of characters besides which
    the file gives no width, so that they stand nowhere.
    """

    number: int
    width: float
    height: float
    rotation: int
    status: PageStatus
    lines: tuple[Line, ...]
    glyph_count: int
    reason: str = ""
    unplaced: int = 0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the file's outline: its level (1 is the top), title and page."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class Pages:
    """A document as lines, with its outline and title."""

    sha256: str
    title: str
    pages: tuple[PageLines, ...]
    bookmarks: tuple[Bookmark, ...]


def glyphs(text: str) -> int:
    """Count the characters that are not white space."""
    return sum(map(len, text.split()))

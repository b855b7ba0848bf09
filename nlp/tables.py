"""Tables by their tags: rows, cells, and the header that stands over each cell, on this page or an earlier one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from careatlas.geometry import Box, union
from nlp.line import Line, NodePath, glyphs

LAYOUT_CELL = 1_200  # characters; a "table" with a cell this long is page layout
MAX_GUESSED_HEADER = 60  # characters of a cell in a first row that is taken for a header without a tag


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell with text: its lines, its place in its row from 0, and whether it is tagged as a header."""

    lines: tuple[Line, ...]
    column: int
    is_header: bool

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(line.text.strip() for line in self.lines)

    @property
    def box(self) -> Box:
        """The box of its words."""
        return union(line.box for line in self.lines)


Row = tuple[Cell, ...]
Headers = dict[NodePath, Row]
"""The header in force for each table seen so far, by its place in the structure tree; empty for a table without one."""


def cells_of(row: Sequence[Line]) -> Row:
    """Return the cells of a row that have text. An empty cell has no lines, but it keeps its place in the count."""
    cells: dict[NodePath, list[Line]] = {}
    for line in row:
        cells.setdefault(line.place.cell, []).append(line)
    return tuple(
        Cell(tuple(lines), path[-1] if path else 0, lines[0].place.header_cell) for path, lines in cells.items()
    )


def is_layout(rows: Sequence[Row]) -> bool:
    """Tell whether a table only lays out the page: one column, or cells as long as a page of text."""
    if all(len(cells) == 1 for cells in rows):
        return True
    return any(sum(glyphs(line.text) for line in cell.lines) > LAYOUT_CELL for cells in rows for cell in cells)


def looks_like_header(rows: Sequence[Row]) -> bool:
    """Tell whether the first row reads like a header, though no tag says so: short words everywhere, no figures."""
    first = rows[0]
    if len(rows) < 2 or len(first) != max(map(len, rows)):
        return False
    return all(0 < len(cell.text) <= MAX_GUESSED_HEADER and not re.search(r"\d{3}", cell.text) for cell in first)


def header_over(cells: Row, header: Row) -> tuple[str, ...]:
    """Return the header text over each cell, empty where it is not known.

    A cell and a header belong together if they have the same place in their rows and, where the two rows do not have
    the same places filled (a blank or merged cell), also stand above each other: a wrong header is worse than none.
    """
    by_column = {cell.column: cell for cell in header}
    alike = {cell.column for cell in cells} == by_column.keys()
    found = []
    for cell in cells:
        over = by_column.get(cell.column)
        found.append(over.text if over is not None and (alike or _above(over.box, cell.box)) else "")
    return tuple(found) if any(found) else ()


def _above(header: Box, cell: Box) -> bool:
    return header.x0 <= cell.x1 and cell.x0 <= header.x1

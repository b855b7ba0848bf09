"""Cells of a table row that say who, when or how much, and not what: "Lead: ...; Start: ...; Budget: ..."."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from enum import StrEnum

_HEADERS = re.compile(
    r"(?:^|;\s)((?:lead|leads|led by|owner|owners|responsib\w{1,10}|responsible \w{1,20}|accountab\w{1,10}|sro|contact|"
    r"sponsor|commissioner|provider|start|end|from|to|date|dates|when|timescales?|deadline|due|by when|completion|"
    r"budget|cost|costs|funding|spend|amount|value|total|year|status|rag|progress)(?:\s[^:;]{0,25})?):\s",
    re.IGNORECASE,
)
_CELL_END = re.compile(r";\s")
_START = re.compile(r"(?:start|from|commence|launch|go.?live|begin)", re.IGNORECASE)
_END = re.compile(r"(?:end|to\b|until|finish|expir|clos)", re.IGNORECASE)
_DUE = re.compile(r"(?:by when|due|deadline|complet|timescale|when|target date|date)", re.IGNORECASE)


class CellRole(StrEnum):
    """What a time in a cell is, by the header above it."""

    START = "start"
    END = "end"
    BY = "by"


def cell_roles(text: str, places: Iterable[int]) -> list[CellRole | None]:
    """Return what the times at some places of a table row are, ``None`` where a header does not say.

    Parameters
    ----------
    places : iterable of int
        Characters of the row, as it was read: ``Header: cell; Header: cell``.
    """
    cells = beside_the_matter(text)  # once for all places: a row may have thousands of cells
    starts = [start for start, _ in cells]
    found: list[CellRole | None] = []
    for place in places:
        at = bisect_right(starts, place) - 1
        is_in = at >= 0 and place < cells[at][1]
        found.append(_role(text[slice(*cells[at])].partition(":")[0]) if is_in else None)
    return found


def _role(header: str) -> CellRole | None:
    roles = {CellRole.START: _START, CellRole.END: _END, CellRole.BY: _DUE}
    return next((role for role, words in roles.items() if words.match(header)), None)


def beside_the_matter(text: str) -> tuple[tuple[int, int], ...]:
    """Return the cells of a table row, as it was read, that do not say what is done: characters, half-open.

    A row is read as ``Header: cell; Header: cell``.
    """
    found = []
    for header in _HEADERS.finditer(text):
        end = _CELL_END.search(text, header.end())
        found.append((header.start(1), end.start() if end else len(text)))
    return tuple(found)


def matter(text: str) -> str:
    """Return a table row without the cells that do not say what is done."""
    kept, place = [], 0
    for start, end in beside_the_matter(text):
        kept.append(text[place:start])
        place = max(place, end)
    pieces = (" ".join(piece.split()).strip("; ") for piece in (*kept, text[place:]))
    return "; ".join(filter(None, pieces))

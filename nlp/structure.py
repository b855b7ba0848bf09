"""From the nested blocks that PyMuPDF collects to lines that know their place in the structure tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from careatlas.geometry import Box
from nlp.line import Line, NodePath, Place

_TEXT, _STRUCTURE = 0, 2
_BOLD = 1 << 4  # of a span's flags
_HEADINGS = {"H": "H1", "Title": "H1", **{f"H{level}": f"H{level}" for level in range(1, 7)}}
_DECIDING = {"P": "P", "LI": "LI", "Caption": "Caption", "Note": "Note", "FENote": "Note", "TOCI": "TOCI"} | _HEADINGS
_ARTIFACT = "Artifact"
MAX_DEPTH = 200  # a tree deeper than this was made to harm; what lies below keeps the place of what lies above

Blocks = Sequence[Mapping[str, Any]]


def lines_of(blocks: Blocks) -> Iterator[Line]:
    """Yield the lines of a page in the order of the file.

    Parameters
    ----------
    blocks : sequence of mapping
        The ``blocks`` of ``page.get_text("dict")`` with ``TEXT_COLLECT_STRUCTURE``.
    """
    yield from _walk(blocks, (), Place("", (), inside=False), 0)


def _walk(blocks: Blocks, path: NodePath, place: Place, depth: int) -> Iterator[Line]:
    for number, block in enumerate(blocks):
        kind = block["type"]
        if kind == _TEXT:
            # Text that no role decides is told apart by the block that MuPDF found; -1 keeps it off the tree's indices.
            here = place if place.role else _with(place, "", (*path, -1, number))
            for line in block["lines"]:
                made = _line(line, here)
                if made is not None:
                    yield made
        elif kind == _STRUCTURE:
            inner = (*path, int(block.get("index", number))) if depth < MAX_DEPTH else path
            below = _below(place, str(block.get("std") or ""), inner) if depth < MAX_DEPTH else place
            yield from _walk(block["blocks"], inner, below, depth + 1)


def _below(place: Place, role: str, path: NodePath) -> Place:
    if role == _ARTIFACT:
        return Place("", path, inside=False)
    if role in _DECIDING:
        # Inside a list item or an entry of the contents a paragraph is still that item.
        if role == "P" and place.role in {"LI", "TOCI", "Note", "Caption"}:
            return place
        return _with(place, _DECIDING[role], path)
    if role == "Table" and not place.table:
        return Place("", path, table=path)
    if role == "TR" and place.table and not place.cell:
        return Place("", path, table=place.table, row=path)
    if role in {"TD", "TH"} and place.row and not place.cell:
        return Place("", path, table=place.table, row=place.row, cell=path, header_cell=role == "TH")
    return place if place.inside else Place("", path)


def _with(place: Place, role: str, node: NodePath) -> Place:
    inside = place.inside or bool(role)
    return Place(role, node, place.table, place.row, place.cell, place.header_cell, inside)


def _line(line: Mapping[str, Any], place: Place) -> Line | None:
    spans = line["spans"]
    if len(spans) == 1:
        span = spans[0]
        text = span["text"]
        if not text or text.isspace():
            return None
        return Line(text, _box(line["bbox"]), span["size"], _is_bold(span), place)
    text = "".join(span["text"] for span in spans)
    if not text or text.isspace():
        return None
    inked = [span for span in spans if not span["text"].isspace() and span["text"]]
    main = max(inked, key=lambda span: len(span["text"]))
    return Line(text, _box(line["bbox"]), main["size"], all(map(_is_bold, inked)), place)


def _is_bold(span: Mapping[str, Any]) -> bool:
    return bool(span["flags"] & _BOLD) or "bold" in span["font"].lower()


def _box(corners: Sequence[float]) -> Box:
    x0, y0, x1, y1 = corners
    return Box(x0=round(x0, 2), y0=round(y0, 2), x1=round(x1, 2), y1=round(y1, 2))

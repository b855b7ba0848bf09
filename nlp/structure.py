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
NO_NODE: NodePath = ()


def lines_of(blocks: Blocks) -> Iterator[Line]:
    """Yield the lines of a page in the order of the file.

    Parameters
    ----------
    blocks : sequence of mapping
        The ``blocks`` of ``page.get_text("dict")`` with ``TEXT_COLLECT_STRUCTURE``.
    """
    # A stack of our own: a tree can be nested more deeply than Python calls may be.
    open_nodes = [(enumerate(blocks), NO_NODE, Place("", NO_NODE, inside=False))]
    while open_nodes:
        numbered, path, place = open_nodes[-1]
        for number, block in numbered:
            kind = block["type"]
            if kind == _TEXT:
                # Text that no role decides is told apart by MuPDF's own block; -1 keeps it off the tree's indices.
                here = place if place.role else _with(place, "", (*path, -1, number))
                for line in block["lines"]:
                    made = _line(line, here)
                    if made is not None:
                        yield made
            elif kind == _STRUCTURE:
                deep = len(open_nodes) > MAX_DEPTH
                inner = path if deep else (*path, int(block.get("index", number)))
                below = place if deep else _below(place, str(block.get("std") or ""), inner)
                open_nodes.append((enumerate(block["blocks"]), inner, below))
                break
        else:
            open_nodes.pop()


def loses_lines(blocks: Blocks) -> bool:
    """Tell whether PyMuPDF left lines out: it does so with a line of no width, such as a bullet tagged on its own."""
    waiting = list(blocks)
    while waiting:
        block = waiting.pop()
        if block["type"] == _STRUCTURE:
            waiting += block["blocks"]
        elif block["type"] == _TEXT and not block["lines"]:
            return True
    return False


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

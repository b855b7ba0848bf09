"""From the lines of a page to blocks: what belongs together as one passage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from careatlas.geometry import Box, union
from careatlas.passage import PassageKind
from nlp.headings import HeadingRules, is_contents
from nlp.line import Line, NodePath, PageLines, glyphs
from nlp.tables import Cell, Headers, cells_of, header_over, is_layout, looks_like_header

_KIND_OF_ROLE = {
    "LI": PassageKind.LIST_ITEM,
    "Caption": PassageKind.CAPTION,
    "Note": PassageKind.FOOTNOTE,
    "TOCI": PassageKind.CONTENTS,
}
_BULLET = re.compile(
    r"^\s*(?:[•●○◦▪■□‣⁃➢➤✓✔\uf0a7\uf0b7\uf0d8\uf0fc\uf06e\uf076]|[-–—*o](?=\s)|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)](?=\s))"
)
_SENTENCE_END = re.compile(r"[.!?:;]['\"”’)]?\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """What becomes one passage: its lines, its kind and why. A table row has cells, and a header above it perhaps."""

    kind: PassageKind
    lines: tuple[Line, ...]
    evidence: str
    confidence: float
    level: int = 0
    cells: tuple[Cell, ...] = ()
    header: tuple[str, ...] = ()


def blocks_of(
    page: PageLines, furniture: Mapping[tuple[int, int], str], rules: HeadingRules, headers: Headers
) -> list[Block]:
    """Return the blocks of a page in reading order; every line stands in exactly one of them.

    ``headers`` holds the table headers of earlier pages, and takes in those of this one.
    """
    found: list[Block] = []
    for key, group in groupby(enumerate(page.lines), key=lambda item: _part(page, item, furniture)):
        lines = [line for _, line in group]
        if not key:
            found += _flow_blocks(page.number, lines, rules)
        elif isinstance(key, str):
            found += [Block(PassageKind.FURNITURE, (line,), key, 0.9) for line in lines]
        else:
            found += _table_blocks(page.number, lines, rules, headers)
    return found


def _part(page: PageLines, item: tuple[int, Line], furniture: Mapping[tuple[int, int], str]) -> str | NodePath:
    """Return the evidence for furniture, or the table that a line stands in; empty for running text."""
    index, line = item
    return furniture.get((page.number, index)) or line.place.table


def _flow_blocks(number: int, lines: Sequence[Line], rules: HeadingRules) -> Iterator[Block]:
    groups = [list(group) for _, group in groupby(lines, key=lambda line: line.place.node)]
    pieces = [piece for group in groups for piece in ([group] if group[0].place.role else _split(group))]
    for piece in _merged(pieces, number, rules):
        yield _flow_block(number, piece, rules)


def _flow_block(number: int, lines: list[Line], rules: HeadingRules) -> Block:
    heading = rules.of(number, lines)
    if heading is not None:
        return Block(PassageKind.HEADING, tuple(lines), heading.evidence, heading.confidence, heading.level)
    role = lines[0].place.role
    if is_contents(lines[-1].text):
        return Block(PassageKind.CONTENTS, tuple(lines), "leader dots", 0.8)
    if role in _KIND_OF_ROLE:
        return Block(_KIND_OF_ROLE[role], tuple(lines), f"tag:{role}", 0.95)
    if _BULLET.match(lines[0].text) and sum(glyphs(line.text) for line in lines) > 2:  # a lone dash is a table's zero
        return Block(PassageKind.LIST_ITEM, tuple(lines), "bullet", 0.8)
    evidence = f"tag:{role}" if role else "layout"
    return Block(PassageKind.PARAGRAPH, tuple(lines), evidence, 0.9 if role else 0.7)


def _split(lines: list[Line]) -> Iterator[list[Line]]:
    """Cut an untagged block where a list item begins, the look changes, or a gap opens."""
    piece = [lines[0]]
    for before, line in pairwise(lines):
        gap = line.box.y0 - before.box.y1
        below = gap > -0.5 * before.box.height
        # A bold run inside a paragraph is no heading; a short bold line of its own above plain text is.
        looks_other = abs(line.size - before.size) > 1.0 or (line.bold != before.bold and len(before.text) <= 90)
        opens = _BULLET.match(line.text) or is_contents(before.text)
        if opens or (looks_other and below) or gap > before.box.height:
            yield piece
            piece = []
        piece.append(line)
    yield piece


def _merged(pieces: Iterable[list[Line]], number: int, rules: HeadingRules) -> Iterator[list[Line]]:
    """Join untagged pieces that one sentence runs through: many writers end a block at every line."""
    waiting: list[Line] = []
    for piece in pieces:
        if waiting and (_is_lone_bullet(waiting, piece[0]) or _runs_on(waiting[-1], piece[0], number, rules)):
            waiting += piece
            continue
        if waiting:
            yield waiting
        waiting = list(piece)
    if waiting:
        yield waiting


def _is_lone_bullet(waiting: Sequence[Line], first: Line) -> bool:
    # Many writers set the bullet in a font of its own, and so in a block of its own.
    (last, *others) = waiting
    alone = not others and len(last.text.strip()) <= 3 and _BULLET.match(last.text.strip() + " ")
    same_row = min(last.box.y1, first.box.y1) - max(last.box.y0, first.box.y0) > 0
    return bool(alone) and same_row and first.box.x0 > last.box.x0 and not (last.place.role or first.place.role)


def _runs_on(last: Line, first: Line, number: int, rules: HeadingRules) -> bool:
    if last.place.role or first.place.role or last.place.cell or _BULLET.match(first.text):
        return False
    gap = first.box.y0 - last.box.y1
    near = -0.5 * last.box.height <= gap <= 0.7 * last.box.height
    alike = abs(last.size - first.size) <= 0.6 and last.bold == first.bold
    aligned = abs(first.box.x0 - last.box.x0) <= 40 and first.box.x0 < last.box.x1
    if not (near and alike and aligned) or is_contents(last.text) or is_contents(first.text):
        return False
    if rules.of(number, [last]) is not None and rules.of(number, [first]) is None:
        return False
    return first.text.lstrip()[:1].islower() or not _SENTENCE_END.search(last.text)


def _table_blocks(number: int, lines: Sequence[Line], rules: HeadingRules, headers: Headers) -> Iterator[Block]:
    rows = [list(group) for _, group in groupby(lines, key=lambda line: line.place.row)]
    cut = [cells_of(row) for row in rows]
    if is_layout(cut):
        for _, group in groupby(lines, key=lambda line: (line.place.node, line.place.cell)):
            yield _flow_block(number, list(group), rules)
        return
    table = lines[0].place.table
    may_guess = table not in headers  # a table that goes on from an earlier page does not begin with a header
    headers.setdefault(table, ())
    for index, (row, cells) in enumerate(zip(rows, cut, strict=True)):
        tagged = all(cell.is_header for cell in cells)
        if not row[0].place.row:
            yield _flow_block(number, row, rules)  # text of the table outside its rows, such as a caption
        elif len(cells) > 1 and (tagged or (index == 0 and may_guess and looks_like_header(cut))):
            headers[table] = cells
            evidence, confidence = ("tag:TH", 0.95) if tagged else ("first row", 0.5)
            yield Block(PassageKind.TABLE_HEADER, tuple(row), evidence, confidence, cells=cells)
        else:
            header = header_over(cells, headers[table])
            yield Block(PassageKind.TABLE_ROW, tuple(row), "tag:TR", 0.9, cells=cells, header=header)


def boxes_of(block: Block) -> tuple[Box, ...]:
    """Return the boxes of a block: one per table cell, else one per run of lines that stand below each other."""
    if block.cells:
        return tuple(cell.box for cell in block.cells)
    boxes: list[Box] = []
    for line in block.lines:
        if boxes and _continues(boxes[-1], line.box):
            boxes[-1] = union((boxes[-1], line.box))
        else:
            boxes.append(line.box)
    return tuple(boxes)


def _continues(above: Box, line: Box) -> bool:
    beside = line.x0 < above.x1 + 30 and above.x0 < line.x1 + 30
    return beside and above.y1 - 1.2 * line.height <= line.y0 <= above.y1 + 2.5 * line.height

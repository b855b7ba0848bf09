"""Keeping what was read of a document, and carrying people's judgements over to a new reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from careatlas.document import Document, DocumentOutcome, Page, PageStatus
from careatlas.geometry import Box, union
from careatlas.identifiers import DocumentId, EvidenceId, passage_of_evidence
from careatlas.offsets import OffsetMap
from careatlas.passage import Passage
from careatlas.reading import Dropped, Reading
from careatlas.store.schema import (
    document,
    document_text,
    dropped,
    initiative_event,
    initiative_evidence,
    judgement,
    page,
    page_image,
    passage,
    passage_successor,
    sampled_passage,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOver:
    """How many judged or drawn passages were found again in a new reading, and the identifiers of the others."""

    found: int
    lost: tuple[str, ...]


def save(connection: Connection, item: Document, reading: Reading) -> CarriedOver:
    """Replace what was read of a document by a new reading, and find again the passages that were judged or drawn.

    Such a passage that keeps its identifier needs nothing. Otherwise it is looked for on its page by its text, of
    several by its place; one that cannot be found is reported and stays listed as lost, with its judgement untouched.
    Passages that are evidence of initiatives are followed as well, and not counted: the next build reads them anew.
    """
    told = _evidence(connection, item.document_id)
    for table in (passage, page, dropped, document_text):
        connection.execute(delete(table).where(table.c.document_id == item.document_id))
    title = item.title or reading.title
    connection.execute(
        update(document)
        .where(document.c.document_id == item.document_id)
        .values(
            outcome=reading.outcome,
            reason=reading.reason,
            title=title,
            page_count=len(reading.pages),
            passage_count=len(reading.passages),
            ocr_page_count=sum(one.status.needs_ocr for one in reading.pages),
        )
    )
    if reading.pages:
        connection.execute(
            insert(document_text).values(
                document_id=item.document_id,
                parser_version=reading.parser_version,
                text=reading.text,
                offset_map=reading.offset_map,
            )
        )
        connection.execute(insert(page), [asdict(one) for one in reading.pages])
    if reading.passages:
        connection.execute(insert(passage), [_row(one) for one in reading.passages])
    if reading.dropped:
        rows = [{"document_id": item.document_id, **asdict(one)} for one in reading.dropped]
        connection.execute(insert(dropped), rows)
    carried = _carry_over(connection, item.document_id, reading)
    _follow(connection, told, reading)
    return carried


def fail(connection: Connection, document_id: DocumentId, outcome: DocumentOutcome, reason: str) -> None:
    """Say of a document that it could not be read, keeping whatever an earlier reading gave."""
    values = {"outcome": outcome, "reason": reason}
    connection.execute(update(document).where(document.c.document_id == document_id).values(**values))


def pages(connection: Connection, document_id: str) -> list[Page]:
    """Return the pages of a document in order."""
    query = select(page).where(page.c.document_id == document_id).order_by(page.c.number)
    return [
        Page(**{**row, "document_id": DocumentId(row["document_id"]), "status": PageStatus(row["status"])})
        for row in connection.execute(query).mappings()
    ]


def text(connection: Connection, document_id: str) -> tuple[str, OffsetMap] | None:
    """Return the stored text of a document and its offset map, ``None`` if it was not read."""
    query = select(document_text.c.text, document_text.c.offset_map).where(document_text.c.document_id == document_id)
    row = connection.execute(query).first()
    return None if row is None else (row.text, OffsetMap.from_bytes(bytes(row.offset_map)))


def drops(connection: Connection, document_id: str) -> list[Dropped]:
    """Return the characters of a document that stand in no passage, by page and reason."""
    query = select(dropped).where(dropped.c.document_id == document_id).order_by(dropped.c.page, dropped.c.reason)
    return [Dropped(page=row.page, reason=row.reason, glyph_count=row.glyph_count) for row in connection.execute(query)]


def image_of(connection: Connection, document_id: str, number: int, dpi: int) -> tuple[str, str] | None:
    """Return the blob digest and media type of a page's image, ``None`` if it was not made yet."""
    key = (page_image.c.document_id == document_id, page_image.c.number == number, page_image.c.dpi == dpi)
    row = connection.execute(select(page_image.c.sha256, page_image.c.media_type).where(*key)).first()
    return None if row is None else (row.sha256, row.media_type)


def keep_image(connection: Connection, document_id: str, number: int, dpi: int, sha256: str, media_type: str) -> None:
    """Record the image of a page, in place of an older one of the same resolution."""
    key = {"document_id": document_id, "number": number, "dpi": dpi}
    connection.execute(delete(page_image).where(*(page_image.c[name] == value for name, value in key.items())))
    connection.execute(insert(page_image).values(**key, sha256=sha256, media_type=media_type))


def _row(item: Passage) -> dict[str, object]:
    return {
        "passage_id": item.passage_id,
        "document_id": item.document_id,
        "page": item.page,
        "position": item.position,
        "kind": item.kind,
        "text": item.text,
        "char_start": item.char_start,
        "char_end": item.char_end,
        "heading_path": msgspec.json.encode(item.heading_path).decode(),
        "boxes": msgspec.json.encode([box.as_list() for box in item.boxes]).decode(),
        "lines": msgspec.json.encode(
            [(line.char_start, line.char_end, *line.box.as_list()) for line in item.lines]
        ).decode(),
        "evidence": item.evidence,
        "confidence": item.confidence,
        "ocr": item.ocr,
        "parser_version": item.parser_version,
    }


def _carry_over(connection: Connection, document_id: DocumentId, reading: Reading) -> CarriedOver:
    query = select(judgement.c.passage_id, judgement.c.page, judgement.c.text, judgement.c.boxes).distinct()
    judged = connection.execute(query.where(judgement.c.document_id == document_id))
    drawn = (sampled_passage.c.passage_id, sampled_passage.c.page, sampled_passage.c.text, sampled_passage.c.boxes)
    to_read = select(*drawn).where(sampled_passage.c.document_id == document_id)
    wanted = {row[0]: row for row in [*connection.execute(to_read), *judged]}
    return _follow(connection, list(wanted.values()), reading)


def _evidence(connection: Connection, document_id: DocumentId) -> list[Any]:
    """Return place and words of the passages of a document that initiatives, or people's acts on them, stand on."""
    query = select(initiative_evidence.c.passage_id).where(initiative_evidence.c.document_id == document_id)
    names = set(connection.execute(query).scalars())
    for packed in connection.execute(select(initiative_event.c.evidence)).scalars():
        names.update(passage_of_evidence(name) for name in msgspec.json.decode(packed, type=list[EvidenceId]))
    later = {row.old_passage_id: row.new_passage_id for row in connection.execute(select(passage_successor))}
    while more := {later[name] for name in names if name in later} - names:  # by the names that they have by now
        names |= more
    place = (passage.c.passage_id, passage.c.page, passage.c.text, passage.c.boxes)
    rows = connection.execute(select(*place).where(passage.c.document_id == document_id))
    return [row for row in rows if row.passage_id in names]


def _follow(connection: Connection, wanted: Sequence[Any], reading: Reading) -> CarriedOver:
    here = {one.passage_id for one in reading.passages}
    places: dict[tuple[int, str], list[Passage]] = {}
    for one in reading.passages:
        places.setdefault((one.page, " ".join(one.text.split())), []).append(one)
    found, lost = 0, []
    for old, number, words, boxes in wanted:
        if old in here:
            found += 1
            continue
        alike = places.get((number, " ".join(words.split())), [])
        new = min(alike, key=partial(_apart, boxes)).passage_id if alike else ""
        connection.execute(delete(passage_successor).where(passage_successor.c.old_passage_id == old))
        row = {"old_passage_id": old, "new_passage_id": new, "parser_version": reading.parser_version}
        connection.execute(insert(passage_successor).values(**row))
        found += bool(new)
        if not new:
            lost.append(old)
    return CarriedOver(found=found, lost=tuple(lost))


def _apart(boxes: str, item: Passage) -> float:
    """Return how many points lie between where a passage stood when it was judged and where ``item`` stands."""
    before = [Box.of(corners) for corners in msgspec.json.decode(boxes, type=list[list[float]])]
    if not before or not item.boxes:
        return 0.0
    then, now = union(before), union(item.boxes)
    return abs(then.x0 - now.x0) + abs(then.y0 - now.y0)

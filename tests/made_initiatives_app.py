"""Handmade initiatives on the plan of a small project, put where a build would put them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from careatlas.codebook_file import shipped
from careatlas.document import Document
from careatlas.identifiers import Code, DocumentId, EvidenceId, PassageId
from careatlas.initiative import Evidence, Initiative, InitiativeStatus, Span
from careatlas.passage import Passage
from careatlas.period import Period, Precision
from careatlas.project import Project
from careatlas.store import documents, initiatives, passages
from tests.made_initiatives import evidence, initiative

BOOK = shipped("care-home-integration")
HOSTILE_TITLE = "=HYPERLINK(1) <img src=x onerror=window.hit=1> **bold** [a](javascript:window.hit=1)"
APRIL = Period(start=date(2023, 4, 1), end=None, precision=Precision.MONTH)


def read_passages(project: Project) -> tuple[Document, list[Passage]]:
    """Return the first document that was read, and what of it can carry a statement, headings left out."""
    with project.store.read() as connection:
        item = next(one for one in documents.listed(connection) if one.page_count)
        pages = range(1, item.page_count + 1)
        found = [one for number in pages for one in passages.of_page(connection, item.document_id, number)]
    return item, [one for one in found if one.kind.is_evidence]


def told(item: Document, passage: Passage, title: str, code: str, **changes: Any) -> Evidence:
    """Return evidence that a passage gives."""
    values: dict[str, Any] = {
        "document_id": item.document_id,
        "codes": (Code(code),),
        "title": title,
        "area_why": "the document's own area",
        "period": APRIL,
        **changes,
    }
    return replace(evidence(passage.passage_id), **values)


def span_of(passage: Passage, name: str, words: str) -> Span:
    """Return the span of some words of a passage."""
    start = passage.text.index(words)
    return Span(name=name, value=words, words=words, char_start=start, char_end=start + len(words))


def fill_initiatives(project: Project, *, copies: int = 0) -> dict[str, Initiative]:
    """Keep three initiatives: a team on the first and last passage, a round on the last, and a hostile one.

    Parameters
    ----------
    copies : int
        Further ones, on passages that are not there.
    """
    item, found = read_passages(project)
    team, last = found[0], found[-1]
    in_place = InitiativeStatus.IN_PLACE
    spans = (span_of(team, "title", "joint discharge team"),) if "joint discharge team" in team.text else ()
    gone = DocumentId("dgone")
    made = [
        initiative(
            "iteam",
            told(item, team, "Home team", "discharge", spans=spans, said_on="2022"),
            told(item, last, "Home team", "discharge", status=in_place, joined="words 60% alike; same area",
                 similarity=0.6, evidence_id=EvidenceId(f"{last.passage_id}.1")),
        ),
        initiative("iround", told(item, last, "Weekly round", "primary-care", setting="care-home")),
        initiative(
            "ihostile",
            evidence("pgone", document_id=gone, title=HOSTILE_TITLE, area_code="", area_name="", said_on=""),
        ),
        *_copies(copies, gone),
    ]  # fmt: skip
    with project.store.write() as connection:
        initiatives.replace(connection, BOOK.id, BOOK.version, made)
    return {one.initiative_id: one for one in made}


def _copies(count: int, owner: DocumentId) -> Sequence[Initiative]:
    return [
        initiative(
            f"icopy{number}", evidence(f"pcopy{number}", passage_id=PassageId(f"pcopy{number}"), document_id=owner)
        )
        for number in range(count)
    ]

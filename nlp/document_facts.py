"""Facts about a document, proposed from its head, its metadata, its name and its words.

A pure function of one document: it can be mapped over many, in any order and anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from careatlas.document import Document
from careatlas.document_fact import DocumentFact, FactName
from careatlas.identifiers import AreaCode
from careatlas.passage import Passage
from nlp.abbreviations import abbreviations
from nlp.document_area import AUTHOR, area_evidence
from nlp.document_body import body_evidence
from nlp.document_dates import date_kinship, period_evidence, publication_evidence
from nlp.document_kind import kind_evidence
from nlp.fact_evidence import ranked_facts
from nlp.file_metadata import FileMetadata
from nlp.place_context import PlaceContext, day_of
from nlp.title_page import title_lines

FACTS_VERSION = "1"
LEAST_CONFIDENCE = 0.5  # a date with less decides nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document as it was read.

    Attributes
    ----------
    item : Document
        Only its identifier, file name and title are used: what its register says of it is no evidence of the machine.
    passages : sequence of Passage
        All of them, furniture too, in their order.
    """

    item: Document
    passages: Sequence[Passage]
    metadata: FileMetadata = field(default_factory=FileMetadata)


def document_facts(read: ReadDocument) -> tuple[DocumentFact, ...]:
    """Return the proposals for one document, the best of each name first.

    The date comes first: which areas existed is asked for that day.
    """
    name = read.item.document_id
    lines = title_lines(read.passages)
    stem = PurePath(read.item.name).stem
    published = ranked_facts(
        name, FactName.PUBLISHED, publication_evidence(lines, read.metadata, stem), kinship=date_kinship
    )
    covers = ranked_facts(name, FactName.COVERS, period_evidence(lines, read.metadata, stem))
    named = _named(read, stem)
    context = PlaceContext(on=day_of(_best(published)), abbreviations=abbreviations(one.text for one in read.passages))
    area = ranked_facts(name, FactName.AREA, area_evidence(lines, read.passages, named, context))
    own = AreaCode(_best(area))
    body = ranked_facts(name, FactName.BODY, body_evidence(lines, named, context, own))
    kind = ranked_facts(name, FactName.DOC_TYPE, kind_evidence(lines, named))
    return (*area, *body, *kind, *covers, *published)


def _named(read: ReadDocument, stem: str) -> dict[str, str]:
    texts = {
        "title in the file": read.metadata.title or read.item.title,
        AUTHOR: read.metadata.author,
        "file name": stem,
    }
    return {what: text for what, text in texts.items() if text}


def _best(facts: Iterable[DocumentFact]) -> str:
    return next((one.value for one in facts if one.confidence >= LEAST_CONFIDENCE), "")

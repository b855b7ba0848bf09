"""Initiatives as tables: one row for each, and one for each evidence, with what leads back to the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from careatlas.codebook import Codebook
from careatlas.document import Document
from careatlas.identifiers import DocumentId, PassageId, sha256_of
from careatlas.initiative import Basis, Evidence
from careatlas.initiative_fields import plain_fields
from careatlas.judgement import Verdict
from careatlas.passage import Passage
from careatlas.reviewed_initiative import Provenance, ReviewedInitiative
from careatlas.store import documents, judgements, passages
from careatlas.store.suggestions import StoredModel

Row = dict[str, Any]
_BATCH = 500  # passages asked for at once: databases bound the values of a query


class Column(NamedTuple):
    """A column of a table: its name, ``text``, ``date``, ``integer``, ``number`` or ``list``, and what it means."""

    name: str
    kind: str
    meaning: str


INITIATIVE_COLUMNS = (
    Column("initiative_id", "text", "From the first evidence, or from the act of a person that made it."),
    Column("title", "text", "What is done."),
    Column("area_code", "text", "Code of the area; empty where no document says it."),
    Column("area_name", "text", "Its name."),
    Column("start", "date", "First day; empty where not said."),
    Column("end", "date", "First day after the last; empty where not said or open."),
    Column("precision", "text", "How exactly the ends are known: day, month, quarter, season, half, year ..."),
    Column("status", "text", "The latest that documents say: aspiration, planned, in-place, stopped, unclear."),
    Column("setting", "text", "Where in the care system."),
    Column("population", "text", "For whom."),
    Column("partners", "list", "Organisations besides the one whose document it is."),
    Column("scale", "text", "How much, in the words of a document."),
    Column("funding", "text", "Money, in the words of a document."),
    Column("codes", "list", "Codes of the codebook."),
    Column("provenance", "text", "machine, confirmed, edited or rejected."),
    Column("person", "text", "Who confirmed, edited or rejected it last."),
    Column("decided_at", "text", "When (ISO 8601 with time zone)."),
    Column("confidence", "number", "Between 0 and 1; not calibrated."),
    Column("evidence_count", "integer", "Passages, or parts of passages, that tell of it."),
    Column("document_count", "integer", "Documents in which they stand."),
    Column("history", "list", "What its documents say of its status: date and status, oldest first."),
)
EVIDENCE_COLUMNS = (
    Column("initiative_id", "text", "The initiative that it tells of."),
    Column("evidence_id", "text", "The passage, with a number behind it for further parts of one."),
    Column("passage_id", "text", "The passage."),
    Column("document_id", "text", "The document."),
    Column("document_sha256", "text", "Digest of the file."),
    Column("source_name", "text", "Name of the file."),
    Column("page", "integer", "Page of the file, from 1."),
    Column("boxes", "list", "Boxes [x0, y0, x1, y1] on the page, in points from its top left."),
    Column("char_start", "integer", "First character of the passage in the document's stored text."),
    Column("char_end", "integer", "First character after it."),
    Column("quote_sha256", "text", "Digest of the passage's text (UTF-8)."),
    Column("text", "text", "The passage's text."),
    Column("said_on", "text", "The document's date (ISO 8601 date, month or year)."),
    Column("title", "text", "What this passage says is done."),
    Column("area_code", "text", "The area as this passage gives it."),
    Column("area_why", "text", "Where the area was read."),
    Column("start", "date", "First day that this passage gives."),
    Column("end", "date", "First day after the last that this passage gives."),
    Column("status", "text", "The status that this passage gives."),
    Column("codes", "list", "Codes of this passage."),
    Column("basis", "text", "accepted: a model's suggestion reached its cut-off; judged: people said so."),
    Column("probability", "number", "The model's, of the likeliest code; 1 where people judged."),
    Column("model_id", "text", "The model, where its suggestion is the basis."),
    Column("people", "list", "Who judged a code present."),
    Column("joined", "text", "Why it belongs to its initiative."),
    Column("similarity", "number", "Of its words to the nearest evidence before it, between 0 and 1."),
    Column("spans", "list", "Words that facts were read from: name=value (characters of the passage, person)."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeTables:
    """Rows of initiatives and of their evidence."""

    initiatives: tuple[Row, ...]
    evidence: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """What evidence rows lead back to."""

    passages: Mapping[PassageId, Passage] = field(default_factory=dict)
    documents: Mapping[DocumentId, Document] = field(default_factory=dict)
    people: Mapping[PassageId, tuple[str, ...]] = field(default_factory=dict)
    model_id: str = ""


def chosen(
    items: Iterable[ReviewedInitiative],
    *,
    area: str = "",
    code: str = "",
    status: str = "",
    confirmed: bool = False,
    rejected: bool = False,
) -> list[ReviewedInitiative]:
    """Return the initiatives that pass filters; an empty one does not filter.

    Parameters
    ----------
    area : str
        Code or name.
    confirmed : bool
        Only what people confirmed or edited.
    rejected : bool
        Whether those that people rejected are among them.
    """
    tests: tuple[Callable[[ReviewedInitiative], bool], ...] = (
        lambda one: (
            not area or area.casefold() in {one.initiative.area_code.casefold(), one.initiative.area_name.casefold()}
        ),
        lambda one: not code or code in one.initiative.codes,
        lambda one: not status or one.initiative.status == status,
        lambda one: one.is_confirmed or not confirmed,
        lambda one: rejected or one.provenance is not Provenance.REJECTED,
    )
    return [one for one in items if all(test(one) for test in tests)]


def initiative_row(one: ReviewedInitiative) -> Row:
    """Return an initiative as plain data, by the names of ``INITIATIVE_COLUMNS``."""
    item = one.initiative
    values = {
        "initiative_id": item.initiative_id,
        **plain_fields(item),
        "provenance": one.provenance.value,
        "person": one.person,
        "decided_at": one.decided_at.isoformat() if one.decided_at else "",
        "confidence": round(item.confidence, 4),
        "evidence_count": len(item.evidence),
        "document_count": len({part.document_id for part in item.evidence}),
        "history": [f"{said.said_on or 'undated'} {said.status.value}" for said in one.history],
    }
    return {column.name: values[column.name] for column in INITIATIVE_COLUMNS}


def initiative_tables(
    connection: Any, items: Sequence[ReviewedInitiative], codebook: Codebook, model: StoredModel | None
) -> InitiativeTables:
    """Return initiatives and their evidence as rows.

    Parameters
    ----------
    model : StoredModel or None
        The model of the last build, whose suggestions are the basis of what people did not judge.
    """
    sources = _sources(connection, items, codebook, model)
    return InitiativeTables(
        initiatives=tuple(map(initiative_row, items)),
        evidence=tuple(
            _evidence_row(one.initiative.initiative_id, part, sources)
            for one in items
            for part in one.initiative.evidence
        ),
    )


def _sources(
    connection: Any, items: Iterable[ReviewedInitiative], codebook: Codebook, model: StoredModel | None
) -> _Sources:
    names = sorted({part.passage_id for one in items for part in one.initiative.evidence})
    found: dict[PassageId, Passage] = {}
    people: dict[PassageId, set[str]] = {}
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        found |= {one.passage_id: one for one in passages.now(connection, batch)}
        rows = judgements.of_version(judgements.of_passages(connection, batch), codebook.id, codebook.version)
        for row in judgements.settled(rows):
            if row.verdict is Verdict.PRESENT:
                people.setdefault(row.passage_id, set()).add(row.person)
    return _Sources(
        passages=found,
        documents={one.document_id: one for one in documents.listed(connection)},
        people={name: tuple(sorted(said)) for name, said in people.items()},
        model_id=model.model_id if model else "",
    )


def _evidence_row(initiative: str, part: Evidence, sources: _Sources) -> Row:
    passage, document = sources.passages.get(part.passage_id), sources.documents.get(part.document_id)
    values = {
        **{column.name: getattr(part, column.name, "") for column in EVIDENCE_COLUMNS},
        "initiative_id": initiative,
        "document_sha256": document.sha256 if document else "",
        "source_name": document.name if document else "",
        "page": passage.page if passage else None,
        "boxes": [box.as_list() for box in passage.boxes] if passage else [],
        "char_start": passage.char_start if passage else None,
        "char_end": passage.char_end if passage else None,
        "quote_sha256": sha256_of(passage.text.encode("utf-8")) if passage else "",
        "text": passage.text if passage else "",
        "start": part.period.start.isoformat() if part.period and part.period.start else "",
        "end": part.period.end.isoformat() if part.period and part.period.end else "",
        "status": part.status.value,
        "codes": list(part.codes),
        "basis": part.basis.value,
        "probability": round(part.probability, 4),
        "model_id": sources.model_id if part.basis is Basis.ACCEPTED else "",
        "people": list(sources.people.get(part.passage_id, ())),
        "spans": [asdict(span) for span in part.spans],
    }
    return {column.name: values[column.name] for column in EVIDENCE_COLUMNS}

"""Machine suggestions in the store, with the models that made them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, case, delete, func, insert, select

from careatlas.identifiers import AreaCode, Code, CodebookId, ModelId, PassageId
from careatlas.store.schema import document, model, score, suggestion
from careatlas.suggestion import CodeScore, Suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    """A model that scored passages: what it scores against, and its card as plain data."""

    model_id: ModelId
    codebook_id: CodebookId
    codebook_version: str
    made_at: str
    card: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCount:
    """How often a code is suggested in the passages of one area, beside how much of the area was read.

    ``passages`` counts the passages there that the model scored, so that a count has its denominator; an area without
    documents has no row, because absence of documents is missing, never zero.
    """

    area_code: AreaCode
    area_name: str
    documents: int
    passages: int
    suggested: int


def keep_model(connection: Connection, item: StoredModel) -> None:
    """Record a model, once."""
    known = connection.execute(select(model.c.model_id).where(model.c.model_id == item.model_id)).first()
    if known is None:
        row = {
            "model_id": item.model_id,
            "codebook_id": item.codebook_id,
            "codebook_version": item.codebook_version,
            "made_at": item.made_at or datetime.now(UTC).isoformat(),
            "card": msgspec.json.encode(item.card).decode(),
        }
        connection.execute(insert(model).values(**row))


def models(connection: Connection) -> list[StoredModel]:
    """Return the models that scored passages here, the newest first."""
    return [
        StoredModel(
            model_id=ModelId(row.model_id),
            codebook_id=CodebookId(row.codebook_id),
            codebook_version=row.codebook_version,
            made_at=row.made_at,
            card=msgspec.json.decode(row.card),
        )
        for row in connection.execute(select(model).order_by(model.c.made_at.desc(), model.c.model_id))
    ]


def replace(connection: Connection, model_id: ModelId, document_id: str, items: Iterable[Suggestion]) -> int:
    """Put a model's suggestions for the passages of one document in place of its earlier ones; return how many."""
    for table in (score, suggestion):
        connection.execute(delete(table).where(table.c.model_id == model_id, table.c.document_id == document_id))
    scores, accepted = [], []
    for item in items:
        probabilities = {one.code: round(one.probability, 4) for one in item.scores}
        scores.append(
            {
                "passage_id": item.passage_id,
                "model_id": model_id,
                "none_probability": round(item.none_probability, 4),
                "probabilities": msgspec.json.encode(probabilities).decode(),
                "document_id": document_id,
                "accepted_count": len(item.accepted),
            }
        )
        accepted += [
            {
                "passage_id": item.passage_id,
                "model_id": model_id,
                "code": one.code,
                "probability": one.probability,
                "document_id": document_id,
            }
            for one in item.accepted
        ]
    if scores:
        connection.execute(insert(score), scores)
    if accepted:
        connection.execute(insert(suggestion), accepted)
    return len(accepted)


def of_passages(connection: Connection, model_id: str, passage_ids: Sequence[str]) -> dict[PassageId, Suggestion]:
    """Return what a model says of these passages, by passage."""
    found = connection.execute(select(model).where(model.c.model_id == model_id)).first()
    if found is None or not passage_ids:
        return {}
    query = select(suggestion.c.passage_id, suggestion.c.code)
    keys = (suggestion.c.model_id == model_id, suggestion.c.passage_id.in_(passage_ids))
    accepted = {(row.passage_id, row.code) for row in connection.execute(query.where(*keys))}
    rows = connection.execute(select(score).where(score.c.model_id == model_id, score.c.passage_id.in_(passage_ids)))
    return {
        PassageId(row.passage_id): Suggestion(
            passage_id=PassageId(row.passage_id),
            codebook_id=CodebookId(found.codebook_id),
            codebook_version=found.codebook_version,
            model_id=ModelId(model_id),
            scores=_scores(row.passage_id, row.probabilities, accepted),
            none_probability=row.none_probability,
        )
        for row in rows
    }


def area_counts(connection: Connection, model_id: str, code: str = "") -> list[AreaCount]:
    """Return, for each area with documents, how many passages carry an accepted suggestion of ``code`` (or of any)."""
    scored = (
        select(
            score.c.document_id,
            func.count().label("passages"),
            func.sum(case((score.c.accepted_count > 0, 1), else_=0)).label("suggested"),
        )
        .where(score.c.model_id == model_id)
        .group_by(score.c.document_id)
        .subquery()
    )
    keys = (suggestion.c.model_id == model_id, suggestion.c.code == code)
    counted = select(suggestion.c.document_id, func.count().label("suggested")).where(*keys)
    hits = counted.group_by(suggestion.c.document_id).subquery() if code else scored
    query = (
        select(
            document.c.area_code,
            func.max(document.c.area_name).label("area_name"),
            func.count().label("documents"),
            func.coalesce(func.sum(scored.c.passages), 0).label("passages"),
            func.coalesce(func.sum(hits.c.suggested), 0).label("suggested"),
        )
        .outerjoin(scored, scored.c.document_id == document.c.document_id)
        .group_by(document.c.area_code)
        .order_by(document.c.area_code)
    )
    if code:
        query = query.outerjoin(hits, hits.c.document_id == document.c.document_id)
    return [
        AreaCount(
            area_code=AreaCode(row.area_code),
            area_name=row.area_name,
            documents=int(row.documents),
            passages=int(row.passages),
            suggested=int(row.suggested),
        )
        for row in connection.execute(query)
    ]


def scored_count(connection: Connection, model_id: str) -> int:
    """Return how many passages a model scored: the denominator of its counts."""
    return int(connection.execute(select(func.count()).where(score.c.model_id == model_id)).scalar_one())


def code_counts(connection: Connection, model_id: str) -> dict[Code, int]:
    """Return how many passages carry an accepted suggestion of each code."""
    query = select(suggestion.c.code, func.count()).where(suggestion.c.model_id == model_id).group_by(suggestion.c.code)
    return {Code(code): int(number) for code, number in connection.execute(query)}


def _scores(passage_id: str, probabilities: str, accepted: set[tuple[str, str]]) -> tuple[CodeScore, ...]:
    values: dict[str, float] = msgspec.json.decode(probabilities)
    return tuple(
        CodeScore(code=Code(code), probability=value, accepted=(passage_id, code) in accepted)
        for code, value in sorted(values.items(), key=lambda item: (-item[1], item[0]))
    )

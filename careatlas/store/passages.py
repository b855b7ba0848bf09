"""Passages in the store: by page, by filter, by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal_column, or_, select, text

from careatlas.errors import UsageError
from careatlas.geometry import Box
from careatlas.identifiers import DocumentId, PassageId
from careatlas.passage import LineAnchor, Passage, PassageKind
from careatlas.store.passage_successors import names_now
from careatlas.store.schema import document, judgement, passage, passage_successor, suggestion

_COLUMNS = [column for column in passage.c if column.name != "passage_key"]
_SHOWN_KINDS = tuple(kind for kind in PassageKind if kind is not PassageKind.FURNITURE)
_WORD = re.compile(r"\w+")
MAX_WORDS = 20  # of one search: more only slow it down


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFilter:
    """Which passages to list; an empty field does not filter.

    ``kinds`` empty means every kind but page furniture. ``code`` asks for passages for which ``model_id`` suggests that
    code; a ``model_id`` alone, for those with any accepted suggestion. ``judged`` asks for passages with (or without)
    a person's judgement. ``words`` must all stand in the passage, in any form that the index stems alike.
    """

    words: str = ""
    document_id: str = ""
    area_code: str = ""
    kinds: tuple[PassageKind, ...] = ()
    model_id: str = ""
    code: str = ""
    judged: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found by a search, with the name of its document; a higher ``rank`` is a better match."""

    passage: Passage
    document_name: str
    rank: float


def get(connection: Connection, passage_id: str) -> Passage:
    """Return a passage by its identifier, following it to its successor after a new reading.

    Raises
    ------
    UsageError
        If there is none, or a new reading lost it.
    """
    row = connection.execute(select(*_COLUMNS).where(passage.c.passage_id == passage_id)).mappings().first()
    if row is not None:
        return passage_of(row)
    query = select(passage_successor.c.new_passage_id).where(passage_successor.c.old_passage_id == passage_id)
    successor = connection.execute(query).scalar()
    if successor:
        return get(connection, successor)
    lost = "was not found again by a new version of the reader" if successor == "" else "is not in this project"
    raise UsageError(f"passage {passage_id!r} {lost}")


def now(connection: Connection, passage_ids: Sequence[str]) -> list[Passage]:
    """Return passages by their identifiers, following those that have a successor; lost and unknown ones are left out.

    Parameters
    ----------
    passage_ids : sequence of str
        At most a few hundred: databases bound the values of a query.
    """
    wanted = set(names_now(connection, passage_ids).values())
    rows = connection.execute(select(*_COLUMNS).where(passage.c.passage_id.in_(wanted)))
    return [passage_of(row) for row in rows.mappings()]


def of_page(connection: Connection, document_id: str, number: int) -> list[Passage]:
    """Return all passages of one page in order, page furniture included."""
    query = select(*_COLUMNS).where(passage.c.document_id == document_id, passage.c.page == number)
    return [passage_of(row) for row in connection.execute(query.order_by(passage.c.position)).mappings()]


def listed(connection: Connection, which: PassageFilter, *, limit: int = 50, offset: int = 0) -> list[Passage]:
    """Return the passages that pass a filter, in the order of their documents."""
    query = _filtered(select(*_COLUMNS), connection, which)
    order = (passage.c.document_id, passage.c.page, passage.c.position)
    return [
        passage_of(row) for row in connection.execute(query.order_by(*order).limit(limit).offset(offset)).mappings()
    ]


def count(connection: Connection, which: PassageFilter) -> int:
    """Return how many passages pass a filter."""
    return int(connection.execute(_filtered(select(func.count()).select_from(passage), connection, which)).scalar_one())


def stream(connection: Connection, which: PassageFilter, *, batch: int = 1_000) -> Iterator[Passage]:
    """Yield the passages that pass a filter, in the order of their documents, ``batch`` rows in memory at a time."""
    order = (passage.c.document_id, passage.c.page, passage.c.position)
    query = _filtered(select(*_COLUMNS), connection, which).order_by(*order)
    with connection.execute(query, execution_options={"yield_per": batch}) as rows:
        for row in rows.mappings():
            yield passage_of(row)


def search(connection: Connection, words: str, *, limit: int = 20) -> list[Hit]:
    """Return the passages in which all ``words`` stand, the best match first, page furniture left out."""
    terms = _WORD.findall(words)[:MAX_WORDS]
    if not terms:
        return []
    best = _best(connection.dialect.name, terms, limit).subquery()
    query = (
        select(*_COLUMNS, document.c.name.label("document_name"), best.c.rank)
        .join(best, best.c.passage_key == passage.c.passage_key)
        .join(document, document.c.document_id == passage.c.document_id)
        .order_by(best.c.rank.desc(), passage.c.passage_key)
    )
    hits = []
    for row in connection.execute(query).mappings():
        values = dict(row)
        name, score = values.pop("document_name"), values.pop("rank")
        hits.append(Hit(passage=passage_of(values), document_name=name, rank=float(score)))
    return hits


def _filtered(query: Select[Any], connection: Connection, which: PassageFilter) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [passage.c.kind.in_(which.kinds or _SHOWN_KINDS)]
    if which.document_id:
        conditions.append(passage.c.document_id == which.document_id)
    if which.area_code:
        areas = select(document.c.document_id).where(document.c.area_code == which.area_code)
        conditions.append(passage.c.document_id.in_(areas))
    if which.code or which.model_id:
        keys = [(suggestion.c.model_id, which.model_id), (suggestion.c.code, which.code)]
        wanted = [column == value for column, value in keys if value]
        conditions.append(passage.c.passage_id.in_(select(suggestion.c.passage_id).where(*wanted)))
    if which.judged is not None:
        judged = or_(
            exists().where(judgement.c.passage_id == passage.c.passage_id),
            passage.c.passage_id.in_(  # judged before a new reading
                select(passage_successor.c.new_passage_id).where(
                    passage_successor.c.old_passage_id.in_(select(judgement.c.passage_id))
                )
            ),
        )
        conditions.append(judged if which.judged else ~judged)
    query = query.where(*conditions)
    terms = _WORD.findall(which.words)[:MAX_WORDS]
    return _with_words(query, connection.dialect.name, terms) if terms else query


_SEARCHED = passage.c.kind != literal_column("'furniture'")


def _vector_and_query(terms: Iterable[str]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return PostgreSQL's words of a passage and the words looked for.

    Made when they are used, not on import: SQLAlchemy refuses those that were made before its dialect was loaded.
    """
    # A literal, not a parameter: PostgreSQL uses the index only for the very expression that it was built on.
    english: ColumnElement[str] = literal_column("'english'")
    return func.to_tsvector(english, passage.c.text), func.plainto_tsquery(english, " ".join(terms))


def _with_words(query: Select[Any], dialect: str, terms: Iterable[str]) -> Select[Any]:
    if dialect != "sqlite":
        vector, wanted = _vector_and_query(terms)
        return query.where(vector.op("@@")(wanted), _SEARCHED)
    phrase = " ".join(f'"{term}"' for term in terms)  # quoted: what FTS5 would take for an operator stays a word
    query = query.join(text("passage_words"), literal_column("passage_words.rowid") == passage.c.passage_key)
    return query.where(text("passage_words MATCH :words").bindparams(words=phrase))


def _best(dialect: str, terms: Iterable[str], limit: int) -> Select[Any]:
    """Select the keys and ranks of the best matches. The word index holds no page furniture."""
    if dialect != "sqlite":
        vector, wanted = _vector_and_query(terms)
        rank = func.ts_rank(vector, wanted).label("rank")
        query = select(passage.c.passage_key, rank).where(vector.op("@@")(wanted), _SEARCHED)
        return query.order_by(rank.desc(), passage.c.passage_key).limit(limit)
    # ORDER BY rank is FTS5's own: it keeps the best few instead of ranking every match in a sort.
    match = text("passage_words MATCH :words").bindparams(words=" ".join(f'"{term}"' for term in terms))
    columns: tuple[ColumnElement[Any], ...] = (
        literal_column("rowid").label("passage_key"),
        literal_column("-rank").label("rank"),
    )
    query = select(*columns).select_from(text("passage_words")).where(match)
    return query.order_by(literal_column("passage_words.rank"), literal_column("rowid")).limit(limit)


_BOXES = msgspec.json.Decoder(list[tuple[float, float, float, float]])
_LINES = msgspec.json.Decoder(list[tuple[int, int, float, float, float, float]])
_HEADINGS = msgspec.json.Decoder(tuple[str, ...])


def passage_of(row: Any) -> Passage:
    """Make a passage from a row of the passage table."""
    return Passage(
        passage_id=PassageId(row["passage_id"]),
        document_id=DocumentId(row["document_id"]),
        page=row["page"],
        position=row["position"],
        kind=PassageKind(row["kind"]),
        text=row["text"],
        char_start=row["char_start"],
        char_end=row["char_end"],
        heading_path=_HEADINGS.decode(row["heading_path"]),
        boxes=tuple(map(Box.of, _BOXES.decode(row["boxes"]))),
        lines=tuple(
            LineAnchor(char_start=start, char_end=end, box=Box.of(corners))
            for start, end, *corners in _LINES.decode(row["lines"])
        ),
        evidence=row["evidence"],
        confidence=row["confidence"],
        ocr=bool(row["ocr"]),
        parser_version=row["parser_version"],
    )

"""What people say of initiatives beside their codes: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from careatlas.identifiers import AnswerId, CodebookId, JudgementId, PassageId
from careatlas.judgement import AttributeJudgement
from careatlas.store.passage_successors import with_predecessors
from careatlas.store.rows import row_of
from careatlas.store.schema import attribute_judgement

_Key = tuple[PassageId, CodebookId, str]


def append(connection: Connection, items: Iterable[AttributeJudgement]) -> None:
    """Add attribute judgements."""
    rows = [row_of(item) for item in items]
    if rows:
        connection.execute(insert(attribute_judgement), rows)


def of_passages(connection: Connection, passage_ids: Sequence[str]) -> list[AttributeJudgement]:
    """Return every attribute judgement on these passages, oldest first, those made before a new reading included."""
    if not passage_ids:
        return []
    now = with_predecessors(connection, passage_ids)
    order = (attribute_judgement.c.made_at, attribute_judgement.c.attribute_judgement_id)
    query = select(attribute_judgement).where(attribute_judgement.c.passage_id.in_(list(now))).order_by(*order)
    return [
        AttributeJudgement(
            **{
                **row,
                "attribute_judgement_id": JudgementId(row["attribute_judgement_id"]),
                "answer_id": AnswerId(row["answer_id"]),
                "passage_id": now[row["passage_id"]],
                "codebook_id": CodebookId(row["codebook_id"]),
                "made_at": datetime.fromisoformat(row["made_at"]),
            }
        )
        for row in connection.execute(query).mappings()
    ]


def current(rows: Iterable[AttributeJudgement]) -> list[AttributeJudgement]:
    """Return what is in force: of each person and passage, what their last answer says. Empty values are left out."""
    last: dict[_Key, list[AttributeJudgement]] = {}
    for row in sorted(rows, key=lambda item: (item.made_at, item.attribute_judgement_id)):
        said = last.setdefault((row.passage_id, row.codebook_id, row.person), [])
        if said and said[0].answer_id != row.answer_id:
            said.clear()
        said.append(row)
    return [row for said in last.values() for row in said if row.value]


def count(connection: Connection) -> int:
    """Return how many attribute judgements there are: as rows are only added, this tells whether anything is new."""
    return int(connection.execute(select(func.count()).select_from(attribute_judgement)).scalar_one())

"""People's judgements in the store: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, func, insert, select

from careatlas.identifiers import Code, CodebookId, JudgementId, ModelId, PassageId
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.store.schema import judgement, passage_successor

_PLACE = ("document_id", "page", "boxes", "text")
_NO_CODE = Code("")  # what "read, nothing here" has in place of a code
_COLUMNS = [column for column in judgement.c if column.name not in _PLACE]


def append(connection: Connection, item: Judgement, judged: Passage) -> None:
    """Add a judgement, with the place and words of the passage as they were when it was judged."""
    row = {**asdict(item), "made_at": item.made_at.astimezone(UTC).isoformat()}  # one zone: sorted as text
    place = {
        "document_id": judged.document_id,
        "page": judged.page,
        "boxes": msgspec.json.encode([box.as_list() for box in judged.boxes]).decode(),
        "text": judged.text,
    }
    connection.execute(insert(judgement).values(**row, **place))


def of_passages(connection: Connection, passage_ids: Sequence[str]) -> list[Judgement]:
    """Return every judgement on these passages, oldest first, those made before a new reading included."""
    if not passage_ids:
        return []
    query = select(passage_successor).where(passage_successor.c.new_passage_id.in_(passage_ids))
    successors = {row.old_passage_id: row.new_passage_id for row in connection.execute(query)}
    wanted = [*passage_ids, *successors]
    rows = connection.execute(
        select(*_COLUMNS)
        .where(judgement.c.passage_id.in_(wanted))
        .order_by(judgement.c.made_at, judgement.c.judgement_id)
    )
    return [_judgement(row, successors.get(row["passage_id"], row["passage_id"])) for row in rows.mappings()]


def current(rows: Iterable[Judgement]) -> dict[tuple[PassageId, CodebookId, Code, str], Judgement]:
    """Return the judgements in force: the latest of each person for each passage and code.

    "Read, nothing here" ends what the person said before of any code of that codebook in that passage. A later present
    or unsure ends "nothing here"; absent agrees with it and does not.
    """
    in_force: dict[tuple[PassageId, CodebookId, str], dict[Code, Judgement]] = {}
    for row in sorted(rows, key=lambda item: (item.made_at, item.judgement_id)):
        said = in_force.setdefault((row.passage_id, row.codebook_id, row.person), {})
        if row.verdict is Verdict.NOTHING_HERE:
            said.clear()
        elif row.verdict is not Verdict.ABSENT:
            said.pop(_NO_CODE, None)
        said[row.code] = row
    return {
        (passage_id, codebook_id, code, person): row
        for (passage_id, codebook_id, person), said in in_force.items()
        for code, row in said.items()
    }


def count(connection: Connection) -> int:
    """Return how many judgements there are, superseded ones included."""
    return int(connection.execute(select(func.count()).select_from(judgement)).scalar_one())


def _judgement(row: object, passage_id: str) -> Judgement:
    values = dict(row)  # type: ignore[call-overload]
    return Judgement(
        **{
            **values,
            "judgement_id": JudgementId(values["judgement_id"]),
            "passage_id": PassageId(passage_id),
            "codebook_id": CodebookId(values["codebook_id"]),
            "code": Code(values["code"]),
            "verdict": Verdict(values["verdict"]),
            "origin": Origin(values["origin"]),
            "made_at": datetime.fromisoformat(values["made_at"]),
            "shown_model_id": ModelId(values["shown_model_id"]) if values["shown_model_id"] else None,
        }
    )

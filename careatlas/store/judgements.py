"""People's judgements in the store: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from careatlas.identifiers import AnswerId, Code, CodebookId, JudgementId, ModelId, PassageId
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.store.passage_successors import successors, with_predecessors
from careatlas.store.rows import place_of, row_of
from careatlas.store.schema import judgement

_PLACE = ("document_id", "page", "boxes", "text")
_NO_CODE = Code("")  # what "read, nothing here" has in place of a code
_COLUMNS = [column for column in judgement.c if column.name not in _PLACE]


def append(connection: Connection, item: Judgement, judged: Passage) -> None:
    """Add a judgement, with the place and words of the passage as they were when it was judged."""
    append_many(connection, [item], judged)


def append_many(connection: Connection, items: Iterable[Judgement], judged: Passage) -> None:
    """Add judgements on one passage, with its place and words as they were when it was judged."""
    place = place_of(judged)
    rows = [{**row_of(item), **place} for item in items]
    if rows:
        connection.execute(insert(judgement), rows)


def of_passages(connection: Connection, passage_ids: Sequence[str]) -> list[Judgement]:
    """Return every judgement on these passages, oldest first, those made before a new reading included."""
    if not passage_ids:
        return []
    now = with_predecessors(connection, passage_ids)
    rows = connection.execute(
        select(*_COLUMNS)
        .where(judgement.c.passage_id.in_(list(now)))
        .order_by(judgement.c.made_at, judgement.c.judgement_id)
    )
    return [_judgement(row, now[row["passage_id"]]) for row in rows.mappings()]


def of_version(rows: Iterable[Judgement], codebook_id: str, codebook_version: str) -> list[Judgement]:
    """Return the judgements on one version of a codebook; what was taken back is so with whatever version."""
    return [
        row
        for row in rows
        if row.codebook_id == codebook_id
        and (row.codebook_version == codebook_version or row.verdict is Verdict.WITHDRAWN)
    ]


def judged_passages(connection: Connection, codebook_id: str, drawn_by: str = "") -> list[PassageId]:
    """Return the passages with a judgement of a codebook, by the identifiers they have now; those lost are left out.

    Parameters
    ----------
    drawn_by : str
        Only those judged for this sample; empty for all.
    """
    query = select(judgement.c.passage_id).where(judgement.c.codebook_id == codebook_id).distinct()
    if drawn_by:
        query = query.where(judgement.c.drawn_by == drawn_by)
    now = successors(connection)
    found = {now.get(name, PassageId(name)) for name in connection.execute(query).scalars()}
    return sorted(found - {PassageId("")})


def current(rows: Iterable[Judgement]) -> dict[tuple[PassageId, CodebookId, Code, str], Judgement]:
    """Return the judgements in force: the latest of each person for each passage and code.

    "Read, nothing here" ends what the person said before of any code of that codebook in that passage. A later present
    or unsure ends "nothing here"; absent agrees with it and does not. What is withdrawn is not in force.
    """
    in_force: dict[tuple[PassageId, CodebookId, str], dict[Code, Judgement]] = {}
    for row in sorted(rows, key=lambda item: (item.made_at, item.judgement_id)):
        said = in_force.setdefault((row.passage_id, row.codebook_id, row.person), {})
        if row.verdict is Verdict.WITHDRAWN:
            said.pop(row.code, None)
            if row.code == _NO_CODE:
                said.clear()
            continue
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


def settled(rows: Iterable[Judgement]) -> list[Judgement]:
    """Return the judgements in force, but of a code that was adjudicated only the decision.

    A decision that nothing is there decides every code, and no coder's "nothing here" stands beside a decision.
    """
    said: dict[bool, list[Judgement]] = {True: [], False: []}
    for row in rows:
        said[row.origin is Origin.ADJUDICATED].append(row)
    # Apart: what an adjudicator answers as a coder supersedes no decision.
    in_force = [row for part in said.values() for row in current(part).values()]
    decided: dict[tuple[PassageId, CodebookId], set[Code]] = {}
    for row in in_force:
        if row.origin is Origin.ADJUDICATED:
            decided.setdefault((row.passage_id, row.codebook_id), set()).add(row.code)
    return [row for row in in_force if row.origin is Origin.ADJUDICATED or not _is_decided(row, decided)]


def _is_decided(row: Judgement, decided: Mapping[tuple[PassageId, CodebookId], set[Code]]) -> bool:
    codes = decided.get((row.passage_id, row.codebook_id), set())
    return bool(codes) and (row.code in codes or _NO_CODE in codes or row.code == _NO_CODE)


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
            "answer_id": AnswerId(values["answer_id"]),
            "shown_model_id": ModelId(values["shown_model_id"]) if values["shown_model_id"] else None,
        }
    )

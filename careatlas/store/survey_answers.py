"""Survey answers in the store: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from careatlas.identifiers import AreaCode, Code, CodebookId
from careatlas.judgement import Verdict
from careatlas.store.rows import row_of
from careatlas.store.schema import survey_answer
from careatlas.survey import SurveyAnswer


def append(connection: Connection, items: Iterable[SurveyAnswer]) -> int:
    """Add answers and return how many were new; one that is there already is left as it is."""
    rows = {item.survey_answer_id: row_of(item) for item in items}
    known = set(connection.execute(select(survey_answer.c.survey_answer_id)).scalars()) if rows else set()
    new = [row for name, row in rows.items() if name not in known]
    if new:
        connection.execute(insert(survey_answer), new)
    return len(new)


def listed(connection: Connection, survey: str = "") -> list[SurveyAnswer]:
    """Return the answers of one survey, or of all, by area, code and respondent."""
    order = (survey_answer.c.survey, survey_answer.c.area_code, survey_answer.c.code, survey_answer.c.respondent)
    query = select(survey_answer).order_by(*order, survey_answer.c.row)
    if survey:
        query = query.where(survey_answer.c.survey == survey)
    return [
        SurveyAnswer(
            **{
                **row,
                "area_code": AreaCode(row["area_code"]),
                "codebook_id": CodebookId(row["codebook_id"]),
                "code": Code(row["code"]),
                "verdict": Verdict(row["verdict"]),
                "imported_at": datetime.fromisoformat(row["imported_at"]),
            }
        )
        for row in connection.execute(query).mappings()
    ]


def names(connection: Connection) -> dict[str, int]:
    """Return the surveys and how many answers each has."""
    query = select(survey_answer.c.survey, func.count()).group_by(survey_answer.c.survey)
    return {name: int(number) for name, number in connection.execute(query.order_by(survey_answer.c.survey))}

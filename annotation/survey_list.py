"""The surveys of a project, as rows to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from careatlas.project import Project
from careatlas.store import survey_answers
from careatlas.survey import SurveyAnswer


def survey_rows(project: Project) -> list[dict[str, Any]]:
    """Return one row for each survey and each version of a codebook that it was imported for."""
    with project.store.read() as connection:
        answers = survey_answers.listed(connection)
    groups: dict[tuple[str, str], list[SurveyAnswer]] = {}
    for one in answers:
        groups.setdefault((one.survey, f"{one.codebook_id} {one.codebook_version}"), []).append(one)
    return [_row(*key, mine) for key, mine in sorted(groups.items())]


def _row(survey: str, codebook: str, answers: Sequence[SurveyAnswer]) -> dict[str, Any]:
    dates = sorted(one.answered_on for one in answers if one.answered_on)
    return {
        "survey": survey,
        "codebook": codebook,
        "answers": len(answers),
        "respondents": len({one.respondent for one in answers}),
        "areas": len({one.area_code for one in answers}),
        "codes": len({one.code for one in answers}),
        "roles": sorted({one.role for one in answers if one.role}),
        "answered": "" if not dates else dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}",
    }

"""What surveys say of the cells of a map, beside what documents say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from careatlas.areas.area import Level
from careatlas.identifiers import AreaCode, Code
from careatlas.judgement import Verdict
from careatlas.period import published_period
from careatlas.survey import SurveyAnswer
from evaluation.map_areas import MapArea, placed
from evaluation.map_grid import ALL_TIME, Grid, GridPeriod, believed, period_of_date

SurveyCell = tuple[MapArea, GridPeriod, Code]


def survey_cells(
    answers: Iterable[SurveyAnswer], codebook_id: str, grid: Grid, level: Level | None, on: date
) -> dict[SurveyCell, tuple[int, int]]:
    """Return for each cell how many respondents say that the code is present, and how many answered.

    A respondent counts once in a cell, with the last answer; one who is not sure answered too. An answer counts in the
    period in which it was given; one without a date counts only where all time is one period. Only questions on codes
    of the codebook that the map shows count.
    """
    last: dict[SurveyCell, dict[tuple[str, str], tuple[str, int, Verdict]]] = {}
    areas: dict[AreaCode, MapArea] = {}  # as read, one code may come with several names
    for answer in answers:
        place = placed(answer.area_code, answer.area_name, level, on)
        period = _period(answer.answered_on, grid)
        if answer.codebook_id != codebook_id or place.area is None or period is None:
            continue
        key = (areas.setdefault(place.area.code, place.area), period, answer.code)
        said = (answer.answered_on, answer.row, answer.verdict)
        voices = last.setdefault(key, {})
        who = (answer.survey, answer.respondent)
        voices[who] = max(voices.get(who, said), said)
    return {
        key: (sum(verdict is Verdict.PRESENT for _, _, verdict in voices.values()), len(voices))
        for key, voices in last.items()
    }


def _period(answered_on: str, grid: Grid) -> GridPeriod | None:
    if grid is Grid.ALL:
        return ALL_TIME
    try:
        said = believed(published_period(answered_on))
    except ValueError:
        return None
    return period_of_date(grid, said) if said else None

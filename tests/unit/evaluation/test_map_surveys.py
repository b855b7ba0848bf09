"""Survey answers beside documents: each respondent once, in the period of the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careatlas.areas.area import Level
from careatlas.judgement import Verdict
from careatlas.survey import SurveyAnswer
from evaluation.map_grid import Grid
from evaluation.map_surveys import survey_cells
from evaluation.policy_map import policy_map
from tests.made_initiatives import NOON
from tests.made_map import BURNLEY, CODES, LANCASHIRE, MANCHESTER, ON, asked, document

YES = SurveyAnswer(
    survey_answer_id="v1",
    survey="s",
    respondent="r1",
    role="commissioner",
    area_code=MANCHESTER,
    area_name="Manchester",
    codebook_id="made",
    codebook_version="1.0.0",
    code="discharge",
    question="q",
    verdict=Verdict.PRESENT,
    value="yes",
    answered_on="2023-05",
    file_digest="f",
    row=1,
    imported_at=NOON,
)


def cells(*answers, grid=Grid.FINANCIAL_YEAR, level=None):
    found = survey_cells(answers, "made", grid, level, ON)
    return {(area.code, period.name, code): said for (area, period, code), said in found.items()}


def test_respondents_are_counted_not_answers_and_the_last_answer_counts():
    again = replace(YES, row=9, verdict=Verdict.ABSENT)
    unsure = replace(YES, respondent="r2", verdict=Verdict.UNSURE)
    other = replace(YES, respondent="r3")
    for answers in ([YES, again, unsure, other], [other, again, YES, unsure]):
        assert cells(*answers) == {(MANCHESTER, "2023/24", "discharge"): (1, 3)}


def test_one_name_in_two_surveys_is_two_voices():
    assert cells(YES, replace(YES, survey="t"))[MANCHESTER, "2023/24", "discharge"] == (2, 2)


def test_as_read_one_code_under_two_names_is_one_area():
    other = replace(YES, respondent="r2", area_name="Manchester City Council", verdict=Verdict.ABSENT)
    for answers in ([YES, other], [other, YES]):
        assert cells(*answers) == {(MANCHESTER, "2023/24", "discharge"): (1, 2)}


@pytest.mark.parametrize("answered", ["", "2023-13-45", "soon"])
def test_an_answer_without_a_date_counts_only_for_all_time(answered):
    bad = replace(YES, answered_on=answered)
    assert cells(bad) == {}
    assert cells(bad, grid=Grid.ALL) == {(MANCHESTER, "all", "discharge"): (1, 1)}


def test_other_codebooks_and_places_off_the_map_take_no_part():
    assert cells(replace(YES, codebook_id="another")) == {}
    assert cells(replace(YES, area_code="E54000057"), level=Level.UTLA) == {}
    district = replace(YES, area_code=BURNLEY, area_name="Burnley")
    assert list(cells(district, level=Level.UTLA)) == [(LANCASHIRE, "2023/24", "discharge")]


def test_a_survey_makes_cells_of_its_own_and_no_count():
    found = policy_map([], [document("d", "2021-06")], CODES, asked(), [YES])
    (one,) = [cell for cell in found.cells if (cell.period, cell.code) == ("2023/24", "discharge")]
    assert (one.survey_present, one.survey_n, one.count, one.documents_read) == (1, 1, None, 0)
    (none,) = [cell for cell in found.cells if (cell.period, cell.code) == ("2021/22", "discharge")]
    assert (none.survey_present, none.survey_n, none.count) == (None, None, 0)

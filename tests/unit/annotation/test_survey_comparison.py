"""A survey beside documents: agreement where both speak, silence kept apart from no."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from annotation.survey_comparison import ComparedCell, SurveyComparison, compare_survey
from annotation.survey_list import survey_rows
from annotation.survey_table import comparison_tables, write_comparison
from careatlas.codebook_file import shipped
from careatlas.errors import InputError, UsageError
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import judgements, suggestions, survey_answers
from careatlas.suggestion import CodeScore, Suggestion
from careatlas.survey import SurveyAnswer

BOOK = shipped("care-home-integration")
NOON = datetime(2025, 10, 1, 12, tzinfo=UTC)
_numbers = count(1)

Passages = dict[str, list[Passage]]


@pytest.fixture
def plans(project: Project, document_of, reading_of, keep) -> Passages:
    """Plans of two areas with three passages each, and one without an area."""
    found = {}
    for area, name in (("E1", "Alder"), ("E2", "Birch"), ("", "")):
        item = document_of(f"{area}.pdf", area_code=area, area_name=name)
        reading = reading_of(item, [[f"Sentence {number} of {area}." for number in range(3)]])
        keep(project.store, item, reading)
        found[area] = list(reading.passages)
    return found


@pytest.fixture
def judge(project: Project) -> Callable[..., None]:
    def say(passage: Passage, verdict: str, code: str = "", person: str = "ann", **changes: object) -> None:
        number = next(_numbers)
        row = Judgement(
            judgement_id=f"j{number}",
            passage_id=passage.passage_id,
            codebook_id=BOOK.id,
            codebook_version=BOOK.version,
            code=code,
            verdict=Verdict(verdict),
            person=person,
            made_at=NOON + timedelta(seconds=number),
            origin=Origin.MANUAL,
        )
        with project.store.write() as connection:
            judgements.append(connection, replace(row, **changes), passage)

    return say


@pytest.fixture
def answer(project: Project) -> Callable[..., None]:
    def say(area: str, verdict: str, code: str = "discharge", role: str = "GP", **changes: object) -> None:
        number = next(_numbers)
        row = SurveyAnswer(
            survey_answer_id=f"e{number}",
            survey="autumn",
            respondent=f"s{number}",
            role=role,
            area_code=area,
            area_name=f"Area {area}",
            codebook_id=BOOK.id,
            codebook_version=BOOK.version,
            code=code,
            question="q",
            verdict=Verdict(verdict),
            value=verdict,
            answered_on="2025-09-01",
            file_digest="f",
            row=number,
            imported_at=NOON,
        )
        with project.store.write() as connection:
            survey_answers.append(connection, [replace(row, **changes)])

    return say


def compared(project: Project, **options: object) -> SurveyComparison:
    return compare_survey(project, BOOK, **{"resamples": 200, **options})


def cell(found: SurveyComparison, area: str, code: str = "discharge", role: str = "") -> ComparedCell:
    (one,) = [one for one in found.cells if (one.area_code, one.code, one.role) == (area, code, role)]
    return one


@pytest.mark.parametrize(
    ("survey", "documents", "outcome"),
    [
        ("present", "present", "both"),
        ("absent", "present", "documents only"),
        ("present", "absent", "survey only"),
        ("absent", "absent", "neither"),
    ],
)
def test_the_four_outcomes(
    project: Project, plans: Passages, judge, answer, survey: str, documents: str, outcome: str
) -> None:
    judge(plans["E1"][0], "absent", "discharge")
    judge(plans["E1"][1], documents, "discharge")
    answer("E1", survey)
    found = cell(compared(project), "E1")
    assert (found.outcome, found.why) == (outcome, "")
    assert (found.judged, found.found, found.passages, found.area_documents) == (2, documents == "present", 3, 1)
    assert (found.area_name, found.respondents) == ("Alder", 1)


def test_silence_is_missing_and_never_no(project: Project, plans: Passages, judge, answer) -> None:
    judge(plans["E1"][0], "present", "discharge")
    answer("E2", "absent")
    answer("E9", "present")
    found = compared(project)
    assert {one.area_code: (one.outcome.value, one.why) for one in found.cells if not one.role} == {
        "E1": ("missing", "no respondent"),
        "E2": ("missing", "no passage was judged"),
        "E9": ("missing", "no documents"),
    }
    whole = found.agreement[0]
    assert (whole.pairs, whole.missing, whole.raw.value, whole.kappa.value) == (0, 3, None, None)
    assert found.notes[-1] == "3 pairs of area and code are missing on one side or both: they are not zeros"
    assert cell(found, "E9").documents is None


@pytest.mark.parametrize(
    ("verdicts", "why"),
    [(["present", "absent"], "respondents are divided"), (["unsure", "unsure"], "no respondent is sure")],
)
def test_respondents_who_cannot_say(
    project: Project, plans: Passages, judge, answer, verdicts: list[str], why: str
) -> None:
    judge(plans["E1"][0], "present", "discharge")
    for verdict in verdicts:
        answer("E1", verdict)
    found = cell(compared(project), "E1")
    assert (found.outcome, found.why, found.survey) == ("missing", why, None)


def test_most_of_those_who_are_sure_decide(project: Project, plans: Passages, judge, answer) -> None:
    judge(plans["E1"][0], "present", "discharge")
    for verdict in ("present", "present", "absent", "unsure", "unsure"):
        answer("E1", verdict)
    found = cell(compared(project), "E1")
    assert (found.respondents, found.present, found.unsure, found.survey) == (5, 2, 2, True)
    assert (found.share, found.low, found.high) == pytest.approx((2 / 3, 0.2077, 0.9385), abs=1e-4)


def test_people_who_differ_and_decisions(project: Project, plans: Passages, judge, answer) -> None:
    answer("E1", "absent")
    judge(plans["E1"][0], "present", "discharge")
    judge(plans["E1"][0], "absent", "discharge", "bob")
    judge(plans["E1"][1], "nothing-here")
    found = cell(compared(project), "E1")
    assert (found.documents, found.undecided, found.judged) == (None, 1, 2)
    assert found.why == "people differ or are not sure on 1 passages"
    judge(plans["E1"][0], "absent", "discharge", "cat", origin=Origin.ADJUDICATED)
    assert cell(compared(project), "E1").outcome == "neither"


def test_what_is_not_in_force_does_not_count(project: Project, plans: Passages, judge, answer) -> None:
    answer("E1", "present")
    judge(plans["E1"][0], "present", "discharge")
    judge(plans["E1"][0], "withdrawn", codebook_version="0.1.0")
    judge(plans["E1"][1], "present", "discharge", codebook_version="0.1.0")
    judge(plans["E1"][2], "present", "discharge", codebook_id="other")
    judge(plans[""][0], "present", "discharge")
    assert cell(compared(project), "E1").why == "no passage was judged"


def test_the_machine_is_shown_and_counts_for_nothing(project: Project, plans: Passages, answer) -> None:
    answer("E1", "present")
    assert compared(project).model_id == ""
    first, second, third = plans["E1"]
    scored = [
        Suggestion(
            passage_id=one.passage_id,
            codebook_id=BOOK.id,
            codebook_version=BOOK.version,
            model_id="m1",
            scores=(CodeScore(code="discharge", probability=0.9, accepted=one is first),),
            none_probability=0.1,
        )
        for one in (first, second, third)
    ]
    model = suggestions.StoredModel(
        model_id="m1", codebook_id=BOOK.id, codebook_version=BOOK.version, made_at="2025", card={}
    )
    with project.store.write() as connection:
        suggestions.keep_model(connection, model)
        suggestions.keep_model(connection, replace(model, model_id="m0", codebook_version="0.1.0", made_at="2026"))
        suggestions.replace(connection, "m1", first.document_id, scored)
    found = compared(project)
    assert found.model_id == "m1"
    assert (cell(found, "E1").suggested, cell(found, "E1").scored) == (1, 3)
    assert (cell(found, "E1").documents, cell(found, "E1").why) == (None, "no passage was judged")


def test_roles_stand_beside_all(project: Project, plans: Passages, judge, answer) -> None:
    judge(plans["E1"][0], "present", "discharge")
    answer("E1", "present", role="GP")
    answer("E1", "present", role="GP")
    answer("E1", "absent", role="manager")
    found = compared(project)
    assert [(one.role, one.outcome.value) for one in found.cells if one.area_code == "E1"] == [
        ("", "both"),
        ("GP", "both"),
        ("manager", "documents only"),
    ]
    by_role = {(one.role, one.code): (one.pairs, one.raw.value) for one in found.agreement}
    assert by_role["", ""] == by_role["", "discharge"] == by_role["GP", ""] == (1, 1.0)
    assert by_role["manager", ""] == (1, 0.0)


def test_agreement_over_areas_and_codes(project: Project, plans: Passages, judge, answer) -> None:
    said = {
        ("E1", "discharge"): (1, 1),
        ("E1", "primary-care"): (0, 0),
        ("E2", "discharge"): (1, 0),
        ("E2", "primary-care"): (0, 0),
    }
    verdicts = ("absent", "present")
    for (area, code), (survey, documents) in said.items():
        answer(area, verdicts[survey], code)
        judge(plans[area][0], verdicts[documents], code)
    whole = compared(project, seed=3).agreement[0]
    assert (whole.role, whole.code, whole.areas, whole.pairs) == ("", "", 2, 4)
    assert (whole.both, whole.documents_only, whole.survey_only, whole.neither) == (1, 0, 1, 2)
    assert whole.raw.value == 0.75
    assert whole.kappa.value == pytest.approx(0.5)  # (3/4 - 1/2) / (1 - 1/2)
    assert whole.raw.low == 0.5  # the second area drawn twice
    assert whole.raw.high == 1.0
    assert compared(project, seed=3) == compared(project, seed=3)


def test_areas_are_chosen_by_code_or_name(project: Project, plans: Passages, answer) -> None:
    for area in ("E1", "E2", "E9"):
        answer(area, "present")
    found = compared(project, areas=["birch", "e9"])
    assert {one.area_code for one in found.cells} == {"E2", "E9"}
    with pytest.raises(UsageError, match="no area 'Cedar'"):
        compared(project, areas=["birch", "Cedar"])


def test_the_survey_must_be_there_and_be_of_the_codebook(project: Project, plans: Passages, answer) -> None:
    with pytest.raises(UsageError, match="no survey was imported yet"):
        compared(project)
    answer("E1", "present", codebook_version="0.1.0")
    with pytest.raises(UsageError, match=r"'autumn' has no answers for care-home-integration 0\.3\.0"):
        compared(project)
    answer("E1", "present")
    assert compared(project).outdated == 1
    answer("E1", "present", survey="winter")
    with pytest.raises(UsageError, match=r"several surveys: autumn, winter.*--survey"):
        compared(project)
    assert compared(project, survey="winter").respondents == 1
    with pytest.raises(UsageError, match="no survey 'summer'"):
        compared(project, survey="summer")


def test_the_table_is_safe_in_a_spreadsheet(project: Project, plans: Passages, answer, tmp_path: Path) -> None:
    answer("E9", "present", area_name="=cmd()", role="@SUM(A1)")
    found = compared(project)
    assert write_comparison(found.cells, tmp_path / "out.csv") == len(found.cells)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(one for one in rows if one["area_code"] == "E9" and one["role"])
    assert (row["area_name"], row["role"]) == ("'=cmd()", "'@SUM(A1)")
    assert (row["survey"], row["documents"], row["share"], row["outcome"]) == ("yes", "", "1.0", "missing")
    with pytest.raises(InputError, match="cannot be written"):
        write_comparison(found.cells, tmp_path / "absent" / "out.csv")


def test_tables_to_read(project: Project, plans: Passages, judge, answer) -> None:
    judge(plans["E1"][0], "present", "discharge")
    answer("E1", "present")
    answer("E1", "unsure")
    areas, roles, agreement = comparison_tables(compared(project))
    assert areas.rows[0] == (
        "Alder",
        "discharge",
        "1 of 1 (1 unsure)",
        "1.00 (0.21 to 1.00)",
        "1 of 1 judged passages",
        "-",
        "both",
        "",
    )
    assert areas.rows[1][2:5] == ("-", "-", "0 of 0 judged passages")
    assert roles.rows[0][2] == "GP"
    assert agreement.rows[0] == ("all", "all", "1", "1", "1", "0", "0", "0", "1", "1.000", "-")


def test_surveys_are_listed(project: Project, plans: Passages, answer) -> None:
    assert survey_rows(project) == []
    answer("E1", "present")
    answer("E2", "absent", "beds", "manager", answered_on="2025-10")
    (row,) = survey_rows(project)
    assert (row["survey"], row["answers"], row["respondents"], row["areas"], row["codes"]) == ("autumn", 2, 2, 2, 2)
    assert (row["roles"], row["answered"]) == (["GP", "manager"], "2025-09-01 to 2025-10")

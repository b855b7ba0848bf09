"""Surveys out of files: who said what of which area, without names, once, and what could not be taken in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from annotation.survey_file import SurveyImport, import_survey
from careatlas.errors import InputError, UsageError
from careatlas.judgement import Verdict
from careatlas.project import Project
from careatlas.store import documents, survey_answers
from careatlas.survey import SurveyAnswer

MAPPING = """
survey = "autumn"
date_format = "%d/%m/%Y"
[columns]
respondent = "mail"
role = "job"
area = "where"
date = "when"
[questions]
round = "primary-care"
beds = "intermediate-entry"
[answers]
present = ["yes"]
absent = ["no"]
unsure = ["don't know"]
left_out = ["n/a"]
[roles]
GP = "general practitioner"
[areas]
"the moor" = "E08000099"
"""
HEADER = ["mail", "job", "where", "when", "round", "beds"]
ANN = ["ann@example.org", "GP", "Greendale", "01/09/2025", "Yes", " no "]
BOB = ["bob@example.org", "Manager", "e08000003", "02/09/2025", "Don't know", ""]

Import = Callable[..., SurveyImport]


@pytest.fixture
def areas(project: Project, document_of) -> None:
    """Put plans of three areas into the project, two of which have the same name."""
    known = [("E08000003", "Greendale"), ("E08000004", "Hill"), ("E08000005", "hill ")]
    with project.store.write() as connection:
        for code, name in known:
            documents.add(connection, document_of(f"{code}.pdf", area_code=code, area_name=name), f"/{code}.pdf")


@pytest.fixture
def take_in(project: Project, areas: None, tmp_path: Path) -> Import:
    """Return ``take_in(row, ..., mapping=..., header=...)``, which writes a file and imports it."""

    def call(*rows: list[str], mapping: str = MAPPING, header: list[str] = HEADER, **options: object) -> SurveyImport:
        file = io.StringIO()
        csv.writer(file).writerows([header, *rows])
        (tmp_path / "survey.csv").write_text(file.getvalue(), encoding="utf-8")
        (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
        return import_survey(project, tmp_path / "survey.csv", tmp_path / "map.toml", **options)

    return call


def stored(project: Project) -> list[SurveyAnswer]:
    with project.store.read() as connection:
        return survey_answers.listed(connection)


def reasons(report: SurveyImport) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in report.refused]


def test_answers_are_kept_with_everything_but_names(project: Project, take_in: Import) -> None:
    report = take_in(ANN, BOB)
    assert (report.new, report.known, report.left_out, report.refused) == (3, 0, 1, ())
    assert (report.respondents, report.areas, report.kept) == (2, 1, True)
    beds, *rounds = stored(project)
    assert (beds.code, beds.verdict, beds.value, beds.question, beds.row) == (
        "intermediate-entry",
        Verdict.ABSENT,
        "no",
        "beds",
        1,
    )
    assert (beds.survey, beds.role, beds.answered_on) == ("autumn", "general practitioner", "2025-09-01")
    assert (beds.codebook_id, beds.codebook_version) == ("care-home-integration", "0.3.0")
    assert {(one.verdict, one.area_code, one.area_name, one.role) for one in rounds} == {
        (Verdict.PRESENT, "E08000003", "Greendale", "general practitioner"),
        (Verdict.UNSURE, "E08000003", "Greendale", "Manager"),
    }
    assert "example.org" not in repr(stored(project))
    assert (project.root / "survey.key").exists()


def test_the_same_file_adds_nothing_and_a_changed_answer_a_row(project: Project, take_in: Import) -> None:
    take_in(ANN, BOB)
    again = take_in(ANN, BOB)
    assert (again.new, again.known) == (0, 3)
    changed = [*ANN[:4], "no", "no"]
    for row, new in ((changed, 1), (changed, 0), (ANN, 1), (ANN, 0)):
        assert take_in(BOB, row).new == new
    assert len(stored(project)) == 5


def test_a_dry_run_keeps_nothing(project: Project, take_in: Import) -> None:
    report = take_in(ANN, dry_run=True)
    assert (report.new, report.kept) == (2, False)
    assert stored(project) == []
    assert not (project.root / "survey.key").exists()


def test_areas_are_found_by_name_by_code_or_by_the_mapping(project: Project, take_in: Import) -> None:
    rows = [[f"{at}@x", "GP", where, "", "yes", ""] for at, where in enumerate(["GREENDALE ", "E08000004", "The Moor"])]
    assert take_in(*rows).refused == ()
    assert sorted((one.area_code, one.area_name) for one in stored(project)) == [
        ("E08000003", "Greendale"),
        ("E08000004", "Hill"),
        ("E08000099", "The Moor"),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"where": "Greendal"}, "no document is of an area 'Greendal' (did you mean 'greendale'?)"),
        ({"where": ""}, "no area is given"),
        ({"where": "Hill"}, "several areas are called 'Hill': E08000004, E08000005"),
        ({"mail": " "}, "no respondent is given"),
        ({"when": "2025-09-01"}, "'2025-09-01' is not a date of the form %d/%m/%Y"),
    ],
)
def test_a_row_that_cannot_be_placed_is_refused(
    project: Project, take_in: Import, changes: dict[str, str], reason: str
) -> None:
    row = list((dict(zip(HEADER, ANN, strict=True)) | changes).values())
    report = take_in(BOB, row)
    assert reasons(report) == [(2, reason)]
    assert (report.new, len(stored(project))) == (1, 1)


def test_an_answer_that_is_not_in_the_mapping_is_refused_and_the_others_are_kept(take_in: Import) -> None:
    report = take_in([*ANN[:4], "=1+1", "yes"], [*BOB[:4], "yes", "perhaps", "more"])
    assert reasons(report) == [
        (1, "'round': the answer '=1+1' is not in the mapping"),
        (2, "the row has 7 cells, the header 6"),
    ]
    assert report.new == 1


def test_a_respondent_who_contradicts_themselves_in_one_file_is_refused(take_in: Import) -> None:
    report = take_in(ANN, ANN, [*ANN[:4], "no", "no"])
    assert reasons(report) == [(3, "'round': the same respondent answered otherwise in row 1")]
    assert report.new == 2


def test_without_a_column_for_respondents_every_row_is_one(project: Project, take_in: Import) -> None:
    mapping = MAPPING.replace('respondent = "mail"\n', "")
    assert take_in(ANN, ANN, mapping=mapping).respondents == 2
    assert take_in(ANN, ANN, mapping=mapping).new == 0


def test_the_long_form(project: Project, take_in: Import) -> None:
    mapping = MAPPING.replace('date = "when"', 'question = "q"\nanswer = "a"')
    header = ["mail", "job", "where", "q", "a"]
    rows = [[*ANN[:3], "round", "yes"], [*ANN[:3], "beds", "n/a"], [*ANN[:3], "roof", "yes"], [*ANN[:3], "beds", "??"]]
    report = take_in(*rows, mapping=mapping, header=header)
    assert reasons(report) == [
        (3, "the question 'roof' is not in the mapping"),
        (4, "'beds': the answer '??' is not in the mapping"),
    ]
    assert (report.new, report.left_out) == (1, 1)


def test_two_surveys_do_not_know_each_others_respondents(project: Project, take_in: Import) -> None:
    take_in(ANN)
    take_in(ANN, survey="winter")
    assert len({one.respondent for one in stored(project)}) == 2
    assert {one.survey for one in stored(project)} == {"autumn", "winter"}


def test_what_makes_the_whole_file_useless_is_refused(project: Project, take_in: Import) -> None:
    with pytest.raises(InputError, match="has no column 'beds'"):
        take_in(ANN[:5], header=HEADER[:5])
    with pytest.raises(InputError, match="has no such code: 'beds': bedz"):
        take_in(ANN, mapping=MAPPING.replace("intermediate-entry", "bedz"))
    with pytest.raises(UsageError, match="needs a name"):
        take_in(ANN, mapping=MAPPING.replace('survey = "autumn"', ""))
    with pytest.raises(UsageError, match="no codebook 'mine'"):
        take_in(ANN, mapping=f'codebook = "mine"\n{MAPPING}')
    assert stored(project) == []


def test_hostile_words_are_kept_as_they_are(project: Project, take_in: Import, hostile_texts: tuple[str, ...]) -> None:
    rows = [[f"{text}{at}", text, "Greendale", "", "yes", ""] for at, text in enumerate(hostile_texts)]
    report = take_in(*rows)
    assert (report.new, report.refused) == (len(hostile_texts), ())
    assert {one.role for one in stored(project)} == {" ".join(text.split()) for text in hostile_texts}

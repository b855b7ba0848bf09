"""The mapping of a survey: what it may say, and what it may not leave open."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.survey_mapping import SurveyMapping, read_survey_mapping
from careatlas.codebook_file import shipped
from careatlas.errors import InputError
from careatlas.judgement import Verdict

WIDE = """
[columns]
area = "Area"
[questions]
"Is there a GP round?" = "primary-care"
[answers]
present = ["Yes"]
absent = ["No"]
"""


def read(folder: Path, text: str) -> SurveyMapping:
    (folder / "map.toml").write_text(text, encoding="utf-8")
    return read_survey_mapping(folder / "map.toml")


def test_the_least_a_mapping_says(tmp_path: Path) -> None:
    found = read(tmp_path, WIDE)
    assert (found.survey, found.codebook, found.delimiter, found.encoding) == ("", "", ",", "utf-8")
    assert not found.is_long
    assert found.columns() == ["Area", "Is there a GP round?"]
    assert found.verdicts == {"": None, "yes": Verdict.PRESENT, "no": Verdict.ABSENT}


def test_the_long_form_names_two_columns_and_a_respondent(tmp_path: Path) -> None:
    columns = 'area = "Area"\nrespondent = "id"\nquestion = "q"\nanswer = "a"'
    found = read(tmp_path, WIDE.replace('area = "Area"', columns))
    assert found.is_long
    assert found.columns() == ["Area", "id", "q", "a"]
    with pytest.raises(InputError, match="respondent is needed"):
        read(tmp_path, WIDE.replace('area = "Area"', columns.replace('respondent = "id"\n', "")))
    with pytest.raises(InputError, match="go together"):
        read(tmp_path, WIDE.replace('area = "Area"', columns.replace('answer = "a"', "")))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('absent = ["No"]', "", "answers.absent: Field required"),
        ('absent = ["No"]', 'absent = ["YES "]', "'YES' stands twice"),
        ('absent = ["No"]', 'absent = ["No"]\nmaybe = ["x"]', "answers.maybe: Extra inputs"),
        ('"Is there a GP round?" = "primary-care"', "", "questions: Dictionary should have at least 1"),
        ('area = "Area"', 'area = ""', "columns.area"),
        ("[columns]", 'delimiter = ";;"\n[columns]', "delimiter"),
        ("[questions]", '[areas]\nTown = "the town"\n[questions]', "areas.Town"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, WIDE.replace(before, after))


def test_codes_must_be_of_the_codebook(tmp_path: Path) -> None:
    book = shipped("care-home-integration")
    read(tmp_path, WIDE).check(book)
    with pytest.raises(
        InputError, match=r"care-home-integration 0\.3\.0 has no such code: 'Is there a GP round\?': gp"
    ):
        read(tmp_path, WIDE.replace("primary-care", "gp")).check(book)


@pytest.mark.parametrize(
    ("form", "said", "found"),
    [
        ("", "2025", "2025"),
        ("", "2025-09", "2025-09"),
        ("", "2025-09-17", "2025-09-17"),
        ("", "2025-09-17T23:30:00+01:00", "2025-09-17"),
        ("%d/%m/%Y", "17/09/2025", "2025-09-17"),
        ("%d.%m.%y %H:%M", "17.09.25 08:15", "2025-09-17"),
        ("%B %Y", "September 2025", "2025-09"),
        ("%Y", "2025", "2025"),
    ],
)
def test_dates_are_kept_as_far_as_they_go(tmp_path: Path, form: str, said: str, found: str) -> None:
    assert read(tmp_path, f'date_format = "{form}"\n{WIDE}').dated(said) == found


@pytest.mark.parametrize(
    ("form", "said"), [("", "17/09/2025"), ("", "2025-13"), ("", "abcd"), ("%d/%m/%Y", "2025-09-17")]
)
def test_what_is_no_date_is_refused(tmp_path: Path, form: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(tmp_path, f'date_format = "{form}"\n{WIDE}').dated(said)

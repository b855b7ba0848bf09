"""The mapping of other tools' results: what it may say, and what it may not leave open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from annotation.label_mapping import LabelMapping, read_label_mapping
from careatlas.codebook_file import shipped
from careatlas.errors import InputError

BOOK = shipped("care-home-integration")
LEAST = """
complete = true
[columns]
text = "text"
codes = "labels"
"""


def read(folder: Path, text: str) -> LabelMapping:
    (folder / "map.toml").write_text(text, encoding="utf-8")
    return read_label_mapping(folder / "map.toml")


def test_the_least_a_mapping_says(tmp_path: Path) -> None:
    found = read(tmp_path, LEAST)
    assert found.complete
    assert (found.delimiter, found.separator, found.zone, found.seconds_unit) == (",", ";", UTC, 1.0)
    assert found.columns() == ["text", "labels"]
    assert (found.nothing.column, found.unsure.column, found.skip.column) == ("", "", "")
    assert "1" in found.yes
    assert "" not in found.no  # an empty cell says nothing unless the mapping says so


def test_all_that_it_can_say(tmp_path: Path) -> None:
    text = """
complete = false
seconds_unit = "ms"
zone = "Europe/London"
ignore = ["Background"]
[columns]
passage = "id"
person = "who"
date = "when"
[code_columns]
"GP round" = "primary-care"
[values]
yes = ["X"]
no = [""]
[skip]
column = "answer"
words = ["Ignore"]
[attributes.status]
column = "Status"
values = { "In place" = "in-place" }
"""
    found = read(tmp_path, text)
    found.check(BOOK)
    assert found.columns() == ["id", "who", "when", "answer", "GP round", "Status"]
    assert (found.yes, found.no, found.ignored) == ({"x"}, {""}, {"background"})
    assert found.attributes == {"status": ("Status", {"in place": "in-place"})}
    assert found.seconds_unit == 0.001


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("complete = true", "", "complete: Field required"),
        ('text = "text"', "", "passage or text is needed"),
        ('codes = "labels"', "", "either columns.codes or code_columns"),
        (
            'codes = "labels"',
            'codes = "labels"\n[code_columns]\na = "discharge"',
            "either columns.codes or code_columns",
        ),
        (
            'codes = "labels"',
            '[code_columns]\na = "discharge"\n[nothing]\nwords = ["none"]',
            "nothing: a column is needed",
        ),
        ('codes = "labels"', 'codes = "labels"\n[skip]\nwords = ["x"]', "skip: a column is needed"),
        ('codes = "labels"', 'codes = "labels"\n[values]\nyes = ["1"]\nno = ["1"]', "both yes and no"),
        ("complete = true", 'complete = true\nzone = "Mars/Olympus"', "is no time zone"),
        ("complete = true", 'complete = true\nzone = "../../etc/passwd"', "is no time zone"),
        ("complete = true", 'complete = true\nseconds_unit = "h"', "seconds_unit"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, LEAST.replace(before, after))


def test_codes_attributes_and_values_must_be_of_the_codebook(tmp_path: Path) -> None:
    text = (
        LEAST
        + """
[codes]
"GP" = "general-practice"
[attributes.status]
column = "s"
values = { "Done" = "done" }
[attributes.colour]
column = "c"
"""
    )
    with pytest.raises(InputError) as caught:
        read(tmp_path, text).check(BOOK)
    assert caught.value.what == (
        "care-home-integration 0.3.0 has 'gp': no code 'general-practice'; status: no value 'done';"
        " no attribute 'colour'"
    )


NOON = datetime(2025, 9, 17, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "zone", "said", "found"),
    [
        ("", "UTC", "2025-09-17T12:00:00Z", NOON),
        ("", "UTC", "2025-09-17 12:00", NOON),
        ("", "Europe/London", "2025-09-17 13:00", NOON),
        ("", "Europe/London", "2025-09-17T14:00+02:00", NOON),
        ("%d/%m/%Y %H:%M", "Europe/London", "17/09/2025 13:00", NOON),
        ("unix", "UTC", "1758110400", NOON),
        ("unix_ms", "Europe/London", "1758110400500", NOON + timedelta(milliseconds=500)),
    ],
)
def test_times_have_a_zone(tmp_path: Path, form: str, zone: str, said: str, found: datetime) -> None:
    mapping = read(tmp_path, f'date_format = "{form}"\nzone = "{zone}"\n{LEAST}')
    assert mapping.moment(said) == found


@pytest.mark.parametrize(
    ("form", "said"), [("", "yesterday"), ("unix", "1e300"), ("unix", "nan"), ("%d/%m/%Y", "2025")]
)
def test_what_is_no_time_is_refused(tmp_path: Path, form: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(tmp_path, f'date_format = "{form}"\n{LEAST}').moment(said)

"""Fields go into events as plain data and come back as the same types; what is wrong is named."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import msgspec
import pytest

from careatlas.errors import InputError
from careatlas.initiative import Initiative
from careatlas.initiative_fields import FIELDS, plain_fields, typed_fields, with_fields
from careatlas.period import Period, Precision, financial_year
from tests.made_initiatives import evidence, initiative

FULL = initiative(
    "i1", evidence("a", period=financial_year(2022), setting="care-home", partners=("Age UK",), scale="4")
)


def test_plain_fields_come_back_through_json_as_they_were():
    plain = msgspec.json.decode(msgspec.json.encode(plain_fields(FULL)))
    bare = initiative("i1", "b")
    assert plain["start"] == "2022-04-01"
    assert replace(with_fields(bare, typed_fields(plain)), evidence=FULL.evidence) == FULL


def test_every_field_of_an_initiative_can_be_edited_or_is_known_not_to_be():
    own = {one.name for one in fields(Initiative)} - {"initiative_id", "confidence", "evidence", "period"}
    assert set(FIELDS) == own | {"start", "end", "precision"}
    assert set(plain_fields(FULL)) == set(FIELDS)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"confidence": 1.0}, "no field 'confidence'"),
        ({"status": "done"}, "status.*one of: unclear, aspiration, planned, in-place, stopped"),
        ({"start": "next year"}, "start"),
        ({"start": "2024-04-01", "end": "2024-04-01"}, "cannot end"),
        ({"precision": "rough"}, "precision.*one of: day"),
        ({"codes": []}, "needs a code"),
        ({"codes": "discharge"}, "codes"),
        ({"partners": ["x"] * 101}, "partners"),
        ({"title": 3}, "title"),
        ({"title": "x" * 2_001}, "characters"),
    ],
)
def test_what_cannot_be_taken_is_named(given, wrong):
    with pytest.raises(InputError, match=wrong):
        typed_fields(given)


def test_all_that_is_wrong_is_named_at_once():
    with pytest.raises(InputError, match=r"(?s)status.*start"):
        typed_fields({"status": "done", "start": "x"})


def test_words_lose_their_loose_ends_and_lists_their_doubles():
    assert typed_fields({"title": " a\n b ", "partners": ["x", " x ", ""], "codes": ["b", "a"]}) == {
        "title": "a b",
        "partners": ("x",),
        "codes": ("a", "b"),
    }


@pytest.mark.parametrize(
    ("edit", "period"),
    [
        ({"end": "2024-04-01"}, (date(2022, 4, 1), date(2024, 4, 1))),
        ({"start": "2023-06-01"}, (date(2023, 6, 1), None)),  # the end that was read contradicts it
        ({"end": "2021-04-01"}, (None, date(2021, 4, 1))),
        ({"start": "", "end": ""}, None),
        ({"end": ""}, (date(2022, 4, 1), None)),
        ({"title": "other"}, (date(2022, 4, 1), date(2023, 4, 1))),
    ],
)
def test_one_end_that_is_edited_prevails_over_the_other_that_was_read(edit, period):
    found = with_fields(FULL, typed_fields(edit)).period
    assert (found and (found.start, found.end)) == period


def test_a_period_where_none_was_read_is_exact_to_the_day_unless_it_is_said():
    bare = initiative("i1", "b")
    day = with_fields(bare, typed_fields({"start": "2022-04-01"})).period
    assert day == Period(start=date(2022, 4, 1), end=None, precision=Precision.DAY)
    month = with_fields(bare, typed_fields({"start": "2022-04-01", "precision": "month"})).period
    assert month.precision is Precision.MONTH

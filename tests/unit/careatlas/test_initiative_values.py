"""Many passages, one initiative: each value follows one rule, whatever order the passages come in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.initiative import InitiativeStatus
from careatlas.initiative_values import combined, in_order, initiative_of, period_together, status_together, strongest
from careatlas.period import Period, Precision, financial_year
from tests.made_initiatives import evidence

IN_PLACE, PLANNED, STOPPED = InitiativeStatus.IN_PLACE, InitiativeStatus.PLANNED, InitiativeStatus.STOPPED
ASPIRATION, UNCLEAR = InitiativeStatus.ASPIRATION, InitiativeStatus.UNCLEAR


def since(year: int, precision: Precision = Precision.YEAR) -> Period:
    return Period(start=date(year, 1, 1), end=None, precision=precision)


def until(year: int) -> Period:
    return Period(start=None, end=date(year, 1, 1), precision=Precision.YEAR)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([("2021", PLANNED), ("2023", IN_PLACE)], IN_PLACE),
        ([("2023", STOPPED), ("2021", IN_PLACE)], STOPPED),
        ([("2023", UNCLEAR), ("2021", PLANNED)], PLANNED),
        ([("2023", PLANNED), ("2023", IN_PLACE), ("2023", ASPIRATION)], IN_PLACE),
        ([("", IN_PLACE), ("2019", PLANNED)], PLANNED),
        ([("2023-04", IN_PLACE), ("2023", PLANNED)], IN_PLACE),
        ([("2023", UNCLEAR)], UNCLEAR),
    ],
)
def test_the_latest_status_counts_and_the_strongest_of_one_date(said, status):
    rows = [evidence(f"p{number}", said_on=on, status=each) for number, (on, each) in enumerate(said)]
    assert status_together(rows) is status


def test_the_strongest_status_is_the_one_that_is_in_place():
    assert strongest([UNCLEAR, STOPPED, PLANNED]) is STOPPED
    assert strongest([STOPPED, IN_PLACE]) is IN_PLACE
    assert strongest([]) is UNCLEAR


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ([("2021", PLANNED, since(2022)), ("2022", PLANNED, since(2024))], 2024, None),  # plans slip
        ([("2023", IN_PLACE, since(2017)), ("2024", IN_PLACE, since(2020))], 2017, None),
        ([("2021", PLANNED, since(2022)), ("2023", IN_PLACE, since(2023))], 2023, None),  # what was done, not planned
        ([("2021", PLANNED, until(2024)), ("2022", PLANNED, until(2025))], None, 2025),
        ([("2021", IN_PLACE, since(2020)), ("2022", STOPPED, until(2022))], 2020, 2022),
        ([("2021", IN_PLACE, since(2020)), ("2022", STOPPED, until(2019))], 2020, None),  # an end before the start
        ([("2021", IN_PLACE, None)], None, None),
    ],
)
def test_the_period_starts_with_what_was_delivered_and_ends_with_what_was_said_last(said, start, end):
    rows = [evidence(f"p{n}", said_on=on, status=status, period=period) for n, (on, status, period) in enumerate(said)]
    found = period_together(rows)
    years = (found.start and found.start.year, found.end and found.end.year) if found else (None, None)
    assert years == (start, end)


def test_the_precision_is_that_of_the_words_unless_two_passages_make_the_period():
    year = financial_year(2022)
    assert period_together([evidence("a", period=year)]) == year
    two = [evidence("a", period=since(2020, Precision.MONTH), said_on="2021"), evidence("b", period=until(2024))]
    assert period_together(two).precision is Precision.YEARS
    assert period_together(two[:1]).precision is Precision.MONTH


def test_the_title_is_that_of_the_likeliest_passage_and_the_area_the_one_named_most():
    rows = [
        evidence("a", title="first", probability=0.6),
        evidence("b", title="", probability=1.0, area_code="E09000001", area_name="City of London"),
        evidence("c", title="likeliest", probability=0.9),
        evidence("d", area_code="", area_name="somewhere", probability=1.0, title=""),
    ]
    values = combined(rows)
    assert (values.title, values.area_code, values.area_name) == ("likeliest", "E08000003", "Manchester")
    assert values.confidence == pytest.approx(1.0)


def test_a_name_without_a_code_is_kept_where_no_passage_has_a_code():
    rows = [evidence("a", area_code="", area_name="the borough"), evidence("b", area_code="", area_name="")]
    assert (combined(rows).area_code, combined(rows).area_name) == ("", "the borough")


def test_facts_are_the_latest_and_codes_and_partners_all():
    rows = [
        evidence("a", said_on="2021", setting="care-home", codes=("discharge",), partners=("Age UK", "the CCG")),
        evidence("b", said_on="2023", setting="", scale="40 beds", codes=("workforce",), partners=("the ccg",)),
        evidence("c", said_on="2022", setting="hospital", funding="1m"),
    ]
    values = combined(rows)
    assert values.codes == ("discharge", "workforce")
    assert values.partners == ("Age UK", "the CCG")
    assert (values.setting, values.scale, values.funding, values.population) == ("hospital", "40 beds", "1m", "")


def test_confidence_is_lower_where_area_or_status_is_not_known():
    sure = combined([evidence("a")]).confidence
    assert combined([evidence("a", area_code="", area_name="")]).confidence < sure
    assert combined([evidence("a", status=UNCLEAR)]).confidence < sure


MIXED = (
    evidence("p0", said_on="", probability=0.5, status=UNCLEAR),
    evidence("p1", said_on="2021", probability=0.9, status=PLANNED, period=since(2021)),
    evidence("p2", said_on="2022", probability=0.9, status=IN_PLACE, period=since(2022)),
    evidence("p3", said_on="2022", probability=0.7, status=PLANNED, period=until(2023)),
    evidence("p4", said_on="2023", probability=0.9, status=STOPPED, period=until(2024)),
)


@given(st.permutations(MIXED))
def test_the_order_of_the_passages_does_not_matter(rows):
    assert combined(rows) == combined(MIXED)
    assert in_order(rows) == MIXED


def test_an_initiative_without_evidence_is_refused():
    with pytest.raises(ValueError, match="evidence"):
        initiative_of("i1", [])

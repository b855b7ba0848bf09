"""Every day lies in one period of each grid, and dates go where most of their span lies."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.period import published_period
from evaluation.map_grid import ALL_TIME, Grid, believed, grid_over, grid_period, period_of_date, periods_of_span
from tests.made_map import span

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
CUT = st.sampled_from([Grid.FINANCIAL_YEAR, Grid.YEAR, Grid.QUARTER])


@pytest.mark.parametrize(
    ("grid", "day", "name"),
    [
        (Grid.FINANCIAL_YEAR, "2024-03-31", "2023/24"),
        (Grid.FINANCIAL_YEAR, "2024-04-01", "2024/25"),
        (Grid.FINANCIAL_YEAR, "1999-12-31", "1999/00"),
        (Grid.YEAR, "2023-12-31", "2023"),
        (Grid.QUARTER, "2023-03-31", "2023 Q1"),
        (Grid.QUARTER, "2023-10-01", "2023 Q4"),
        (Grid.ALL, "2023-10-01", "all"),
    ],
)
def test_a_day_has_its_period(grid, day, name):
    assert grid_period(grid, date.fromisoformat(day)).name == name


@given(CUT, DAYS)
def test_a_period_holds_its_days_and_meets_the_next(grid, day):
    here = grid_period(grid, day)
    assert here.period.holds(day)
    assert grid_period(grid, here.period.start) == here
    assert grid_period(grid, here.period.end).period.start == here.period.end


@given(CUT, DAYS, st.integers(0, 3_000))
def test_a_grid_has_no_gap_and_no_more_than_it_needs(grid, first, length):
    last = date.fromordinal(first.toordinal() + length)
    found = grid_over(grid, first, last)
    assert found[0].period.holds(first)
    assert found[-1].period.holds(last)
    assert all(one.period.end == two.period.start for one, two in pairwise(found))


def test_a_grid_that_ends_before_it_begins_has_no_period():
    assert grid_over(Grid.YEAR, date(2023, 1, 1), date(2022, 1, 1)) == ()
    assert grid_over(Grid.ALL, date(2023, 1, 1), date(2022, 1, 1)) == (ALL_TIME,)


@pytest.mark.parametrize(
    ("grid", "published", "name"),
    [
        (Grid.FINANCIAL_YEAR, "2023", "2023/24"),  # nine of its months
        (Grid.FINANCIAL_YEAR, "2023-02", "2022/23"),
        (Grid.FINANCIAL_YEAR, "2023-03-31", "2022/23"),
        (Grid.YEAR, "2023", "2023"),
        (Grid.QUARTER, "2023-05", "2023 Q2"),
        (Grid.QUARTER, "2023", None),  # too coarse
        (Grid.ALL, "2023", "all"),
    ],
)
def test_a_date_belongs_to_one_period_or_is_too_coarse(grid, published, name):
    found = period_of_date(grid, published_period(published))
    assert (found and found.name) == name


def test_a_span_touches_its_periods_and_an_open_side_adds_none():
    def names(start, end):
        return [one.name for one in periods_of_span(Grid.FINANCIAL_YEAR, span(start, end))]

    assert names("2022-03-31", "2024-04-01") == ["2021/22", "2022/23", "2023/24"]
    assert names("2022-06-01", "..") == ["2022/23"]
    assert names("..", "2022-04-01") == ["2021/22"]
    assert names("..", "..") == []
    assert period_of_date(Grid.YEAR, span("..", "2022-04-01")) is None
    assert periods_of_span(Grid.ALL, span("..", "..")) == (ALL_TIME,)


@pytest.mark.parametrize("edges", [("1066-10-14", ".."), ("2020-01-01", "9999-12-31"), ("..", "0001-01-02")])
def test_years_that_no_plan_is_about_are_not_believed(edges):
    assert believed(span(*edges)) is None
    assert believed(None) is None
    assert believed(span("2020-01-01", "2026-01-01")) == span("2020-01-01", "2026-01-01")

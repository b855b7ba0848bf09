"""The year that a map opens on."""

from __future__ import annotations

from datetime import date

from evaluation.map_grid import Grid, grid_over
from streamlit_app.map_filters import present_period

YEARS = {one.name: one for one in grid_over(Grid.FINANCIAL_YEAR, date(2022, 4, 1), date(2050, 1, 1))}


def test_a_plan_for_years_to_come_does_not_open_an_empty_map():
    assert present_period(YEARS, date(2026, 3, 31)) == "2025/26"
    assert present_period(YEARS, date(2026, 4, 1)) == "2026/27"
    assert present_period(YEARS, date(2060, 1, 1)) == "2049/50"
    assert present_period(YEARS, date(2020, 1, 1)) == "2022/23"

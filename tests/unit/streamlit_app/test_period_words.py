from __future__ import annotations

from datetime import date

import pytest

from careatlas.period import Period, Precision, calendar_year, financial_year, months
from streamlit_app.period_words import since_words, until_words


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        (None, "", ""),
        (Period(start=None, end=date(2024, 1, 1), precision=Precision.DAY), "", "2023-12-31 (day)"),
        (Period(start=date(2023, 4, 1), end=None, precision=Precision.DAY), "2023-04-01 (day)", ""),
        (financial_year(2023), "2023/24 (financial year)", "2023/24 (financial year)"),
        (financial_year(1999), "1999/00 (financial year)", "1999/00 (financial year)"),
        (calendar_year(2023), "2023 (year)", "2023 (year)"),
        (months(2023, 4), "2023-04 (month)", "2023-04 (month)"),
        (months(2023, 10, 3, Precision.QUARTER), "2023-10 (quarter)", "2023-12 (quarter)"),
    ],
)
def test_no_more_exact_than_known(period: Period | None, since: str, until: str) -> None:
    assert (since_words(period), until_words(period)) == (since, until)

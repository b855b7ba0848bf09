from datetime import date

import pytest

from nlp.place_context import PlaceContext, day_of


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("2023", date(2023, 12, 31)),
        ("2023-02", date(2023, 2, 28)),
        ("2023-02-03", date(2023, 2, 3)),
        ("", None),
    ],
)
def test_the_day_that_stands_for_a_date(published, day):
    assert day_of(published) == day


def test_nothing_is_known_by_default():
    assert PlaceContext() == PlaceContext(area_code="", body="", on=None, abbreviations={})

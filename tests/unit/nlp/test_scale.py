from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.language import BLANK, pipeline, read_text
from nlp.scale import scale_mentions


def mentions(text):
    return scale_mentions(read_text(text, pipeline(BLANK)))


@pytest.mark.parametrize(
    ("text", "count", "unit", "is_all"),
    [
        ("38 homes", 38, "home", False),
        ("all 42 care homes", 42, "home", True),
        ("all 42 of the care homes", 42, "home", True),
        ("twelve homes", 12, "home", False),
        ("120 beds", 120, "bed", False),
        ("ten step-down beds", 10, "bed", False),
        ("1,400 residents", 1400, "resident", False),
        ("six new practices", 6, "practice", False),
        ("every care home", None, "home", True),
        ("38 of 42 homes", 38, "home", False),
        ("38 out of all 42 homes", 38, "home", False),
        ("12 care home places", 12, "place", False),
        ("12 care home beds", 12, "bed", False),
    ],
)
def test_counts(text, count, unit, is_all):
    (found,) = mentions(f"It reaches {text} now.")
    assert (found.count, found.unit, found.is_all, found.words) == (count, unit, is_all, text)
    assert found.confidence >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "per 1,000 residents",
        "phase 2 homes",
        "12/13 homes",
        "1.5 homes",
        "38% of homes",
        "2.3.4 beds",
        "all people",
        "one home visit",
    ],
)
def test_what_is_no_count(text):
    assert mentions(text) == ()


@pytest.mark.parametrize(
    "text", ["20 to 25 beds", "between 20 and 25 beds", "1 in 5 residents", "one in five residents"]
)
def test_an_end_of_a_range_and_a_ratio_are_doubted(text):
    assert [found for found in mentions(text) if found.confidence >= 0.5] == []


def test_a_year_before_homes_is_doubted():
    (found,) = mentions("In 2023 homes were full.")
    assert found.confidence < 0.5


@given(st.text(alphabet="12,. allcrehomsbd-\n", max_size=80))
def test_counts_point_at_their_words_and_never_fail(text):
    doc = read_text(text, pipeline(BLANK))
    for found in scale_mentions(doc):
        assert doc.text[found.char_start : found.char_end] == found.words
        assert found.count is None or found.count > 0

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.number_words import FIGURES, WORDS, number_of


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("twelve", 12),
        ("Twenty-four", 24),
        ("a hundred and twenty", 120),
        ("three hundred", 300),
        ("a dozen", 12),
        ("1,400", 1400),
    ],
)
def test_numbers_in_words_and_figures(words, number):
    assert number_of(words) == number
    assert re.fullmatch(f"{FIGURES}|{WORDS}", words, re.IGNORECASE)


@pytest.mark.parametrize("words", ["", "and", "several", "1.2.3", "twelve homes"])
def test_what_is_no_number(words):
    assert number_of(words) is None


@given(st.integers(0, 10**9))
def test_figures_with_thousands_round_trip(number):
    assert number_of(f"{number:,}") == number
    assert re.fullmatch(FIGURES, f"{number:,}")

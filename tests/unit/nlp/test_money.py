from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.language import BLANK, pipeline, read_text
from nlp.money import money_mentions


def mentions(text):
    return money_mentions(read_text(text, pipeline(BLANK)))


@pytest.mark.parametrize(
    ("text", "low", "high", "per"),
    [
        ("£1.2m", 1_200_000, None, ""),
        ("£350k", 350_000, None, ""),
        ("£1,200,000", 1_200_000, None, ""),
        ("£2.5 million", 2_500_000, None, ""),
        ("1.2 million pounds", 1_200_000, None, ""),
        ("£7.5bn", 7_500_000_000, None, ""),
        ("£4.5 mill", 4_500_000, None, ""),
        ("£5 000", 5_000, None, ""),
        ("£1 250 000", 1_250_000, None, ""),
        ("£60 per bed", 60, None, "bed"),
        ("£60 per bed per week", 60, None, "bed per week"),
        ("£15.50/hour", Decimal("15.5"), None, "hour"),
        ("£5m-£6m", 5_000_000, 6_000_000, ""),
        ("£1-2m", 1_000_000, 2_000_000, ""),
        ("£800k to £1.1m a year", 800_000, 1_100_000, "year"),
    ],
)
def test_sums(text, low, high, per):
    (found,) = mentions(f"They spent {text}.")
    assert (found.amount_gbp, found.up_to_gbp, found.per, found.words) == (low, high, per, text)


def test_between_is_a_range_and_without_it_there_are_two_sums():
    (found,) = mentions("Between £300k and £400k was spent.")
    assert (found.amount_gbp, found.up_to_gbp) == (300_000, 400_000)
    assert [found.amount_gbp for found in mentions("Homes got £5m and £6m.")] == [5_000_000, 6_000_000]


@pytest.mark.parametrize(
    "text", ["£1.2.3", "£1,23,4", "£12/13", "£", "£m", "12 pounded", "£9999999bn", "a£5", "£5 250 homes"]
)
def test_what_is_no_sum(text):
    assert mentions(text) == ()


def test_a_range_the_wrong_way_round_is_doubted():
    (found,) = mentions("It costs £5m to £3m.")
    assert (found.amount_gbp, found.up_to_gbp, found.words) == (5_000_000, None, "£5m")
    assert found.confidence < 0.5


@given(st.text(alphabet="£1,23.km -–/totbandewepr\n", max_size=80))
def test_sums_point_at_their_words_and_never_fail(text):
    doc = read_text(text, pipeline(BLANK))
    for found in money_mentions(doc):
        assert doc.text[found.char_start : found.char_end] == found.words
        assert found.up_to_gbp is None or found.up_to_gbp > found.amount_gbp


@given(st.integers(1, 10**9))
def test_a_sum_written_with_thousands_is_itself(pounds):
    (found,) = mentions(f"£{pounds:,}")
    assert found.amount_gbp == pounds

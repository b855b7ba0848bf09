"""How alike words are: fixed weights, the same number whatever else there is."""

from __future__ import annotations

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.likeness import alike, likeness, weights_of, words_of

WORDS = ("falls", "frailty", "pharmacist", "care", "home", "team", "review", "bag", "ward", "the")
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12)


def test_words_are_lower_case_singular_and_without_grammar_and_dates():
    assert words_of("The Falls Teams will visit 38 homes by March 2024") == ["fall", "team", "visit", "home"]


@pytest.mark.parametrize(("plural", "singular"), [("parties", "party"), ("wards", "ward"), ("class", "class")])
def test_plurals(plural, singular):
    assert words_of(plural) == [singular]


def test_general_words_count_less_than_others():
    weights = weights_of("care falls")
    assert weights["fall"] == pytest.approx(4 * weights["care"])


def test_weights_have_length_one_and_leave_out_the_area():
    weights = weights_of("Wigan falls pickup", apart=["wigan"])
    assert isclose(sqrt(sum(value * value for value in weights.values())), 1.0)
    assert not any("wigan" in word for word in weights)


def test_a_text_without_words_is_like_nothing():
    assert weights_of("2023/24: 38 of the 40") == {}
    assert likeness({}, weights_of("falls pickup")) == 0.0


def test_the_same_words_in_another_order_are_less_alike_than_in_the_same():
    one, other = weights_of("falls pickup lifting"), weights_of("lifting pickup falls")
    assert likeness(one, one) == 1.0
    assert 0.5 < likeness(one, other) < 1.0


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_and_a_share(one, other):
    first, second = weights_of(" ".join(one)), weights_of(" ".join(other))
    assert likeness(first, second) == likeness(second, first)
    assert 0.0 <= likeness(first, second) <= 1.0


@given(st.lists(TEXTS, max_size=7), st.sampled_from([1, 2, 512]))
def test_many_at_once_are_as_alike_as_two_by_two(texts, chunk):
    weights = [weights_of(" ".join(words)) for words in texts]
    rows = list(alike(weights, 0.2, chunk=chunk))
    assert len(rows) == len(weights)
    for index, near in enumerate(rows):
        expected = {at: likeness(weights[index], weights[at]) for at in range(index)}
        close = {at: value for at, value in expected.items() if value >= 0.2}
        assert near.keys() == close.keys()
        assert all(near[at] == pytest.approx(close[at], abs=2e-6) for at in close)

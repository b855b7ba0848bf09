"""A sample as a union of independent parts: its chances, its size, and totals estimated from it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from annotation.inclusion import union_chances
from annotation.sampling_design import (
    DEFAULT_SHARES,
    FLOOR,
    Part,
    Population,
    SamplingOrder,
    StratumKey,
    size_measure,
    union_sample,
)
from careatlas.errors import UsageError

Z = 4.5  # standard errors

shares = st.tuples(*(st.sampled_from([0.0, 0.1, 0.5, 1.0]) for _ in Part)).filter(any)
seeds = st.integers(0, 2**32)


def population(count: int, seed: int = 0, strata: int = 3) -> Population:
    generator = np.random.default_rng(seed)
    return Population(
        strata=generator.integers(0, strata, count),
        uncertainty=generator.exponential(size=count) * (generator.random(count) < 0.8),
        neighbours=generator.permutation(count),
    )


def order(**changes: object) -> SamplingOrder:
    return SamplingOrder(**{"name": "first", "size": 10, "coders": ("ana",), "shares": DEFAULT_SHARES, **changes})


# --- what can be asked for


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "called ''"),
        ({"name": "review"}, "called 'review'"),
        ({"name": "a b"}, "called 'a b'"),
        ({"name": "../up"}, "called"),
        ({"name": "x" * 61}, "called"),
        ({"size": 0}, "size is at least 1"),
        ({"seed": -1}, "seed at least 0"),
        ({"coders": ()}, "nobody is to read"),
        ({"coders": ("ana", "")}, "'' is no name"),
        ({"coders": ("ana", " ben")}, "' ben' is no name"),
        ({"coders": ("an\x1ba",)}, "is no name"),
        ({"coders": ("ana", "Ana")}, "Ana is named twice"),
        ({"shares": {Part.RANDOM: 1.2}}, "share random is 1.2"),
        ({"shares": {Part.RANDOM: float("nan")}}, "share random is nan"),
        ({"shares": {Part.RANDOM: 0.5, Part.DIVERSITY: 0.4}}, "do not add up to 1: random 0.5, diversity 0.4"),
        ({"shares": {}}, "do not add up to 1"),
        ({"blind": -0.1}, "share blind is -0.1"),
        ({"double": 1.01, "coders": ("ana", "ben")}, "share double is 1.01"),
        ({"double": 0.2}, "one coder cannot"),
    ],
)
def test_what_cannot_be_is_refused(changes: Mapping[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        order(**changes)


def test_an_order_says_what_it_needs_scores_for() -> None:
    alike = {Part.RANDOM: 0.5, Part.DIVERSITY: 0.5, Part.UNCERTAINTY: 0.0}
    assert order().needs_scores == ("the uncertain part",)
    assert order(shares=alike).needs_scores == ()
    assert order(shares=alike).parts == (Part.RANDOM, Part.DIVERSITY)
    assert order(shares=alike, strata=(StratumKey.SCORE,)).needs_scores == ("strata by score",)
    assert order(shares=alike, strata=(StratumKey.AREA,)).needs_scores == ()


# --- chances and sizes


@given(st.integers(1, 80), st.floats(0, 1), shares, seeds)
def test_chances_add_up_to_the_size_and_none_is_0(count: int, part: float, of: tuple[float, ...], seed: int) -> None:
    size = 1 + part * (count - 1)
    total = sum(of)
    found = union_sample(
        population(count), {one: share / total for one, share in zip(Part, of, strict=True)}, size, seed
    )
    assert_allclose(found.chances.sum(), size, rtol=1e-9)
    assert (found.chances > 0).all()
    assert (found.chances <= 1).all()
    assert_allclose(found.chances, union_chances([one.chances for one in found.parts]))
    assert (found.drawn == np.any([one.drawn for one in found.parts], axis=0)).all()
    for one in found.parts:
        assert_allclose(one.chances.sum(), one.expected, rtol=1e-9)
        assert abs(int(one.drawn.sum()) - one.expected) < 1 + 1e-6


def test_a_sample_of_all_has_all() -> None:
    found = union_sample(population(25), DEFAULT_SHARES, 25, 0)
    assert found.drawn.all()
    assert_allclose(found.chances, 1)


def test_a_single_part_is_as_large_as_asked_for() -> None:
    found = union_sample(population(50), {Part.UNCERTAINTY: 1.0}, 7, 3)
    assert found.drawn.sum() == 7
    (part,) = found.parts
    assert_allclose(part.expected, 7)


def test_parts_together_are_larger_than_their_union_by_what_they_share() -> None:
    found = union_sample(population(100), DEFAULT_SHARES, 60, 3)
    expected = [one.expected for one in found.parts]
    assert sum(expected) > 70
    assert_allclose(np.array(expected) / sum(expected), list(DEFAULT_SHARES.values()))


def test_the_seed_decides() -> None:
    one, same, other = (union_sample(population(200), DEFAULT_SHARES, 40, seed) for seed in (5, 5, 6))
    assert (one.drawn == same.drawn).all()
    assert (one.drawn != other.drawn).any()
    assert (one.chances == other.chances).all()


def test_parts_are_drawn_independently_of_each_other() -> None:
    """Parts of equal chances and the same random numbers would be the same passages, seed after seed."""
    here = Population(strata=np.zeros(20, dtype=np.intp), uncertainty=np.ones(20))
    even = {Part.RANDOM: 0.5, Part.UNCERTAINTY: 0.5}
    both, expected, variance = 0.0, 0.0, 0.0
    for seed in range(100):
        one, other = union_sample(here, even, 10, seed).parts
        chance = one.chances * other.chances
        both += float((one.drawn & other.drawn).sum())
        expected += float(chance.sum())
        variance += float((chance * (1 - chance)).sum())
    assert abs(both - expected) < Z * np.sqrt(variance)


@given(seeds)
def test_the_random_part_has_of_each_stratum_what_is_expected(seed: int) -> None:
    here = population(60, seed=seed, strata=5)
    (part,) = union_sample(here, {Part.RANDOM: 1.0}, 17, seed).parts
    expected, found = (np.bincount(here.strata, values) for values in (part.chances, part.drawn))
    assert (np.floor(expected - 1e-7) <= found).all()
    assert (found <= np.ceil(expected + 1e-7)).all()


def test_unsure_passages_are_likelier_and_sure_ones_have_the_floor() -> None:
    uncertainty = np.array([0.0, 1.0, 2.0, 5.0])
    assert_allclose(size_measure(uncertainty), FLOOR + (1 - FLOOR) * uncertainty / 2)
    assert_allclose(size_measure(np.zeros(3)), 1)
    found = union_sample(population(300), {Part.UNCERTAINTY: 1.0}, 30, 0)
    sure = population(300).uncertainty == 0
    assert_allclose(found.chances[sure], FLOOR * 30 / 300)
    assert found.chances[~sure].min() > FLOOR * 30 / 300


def test_every_passage_is_drawn_as_often_as_its_chance_says() -> None:
    """4,000 copies of ten passages are one population: how often each kind is drawn must be its chance."""
    copies = 4_000
    kind = np.tile(np.arange(10), copies)
    generator = np.random.default_rng(0)
    here = Population(
        strata=np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 3])[kind],
        uncertainty=np.array([0, 0, 0.1, 0.5, 1, 2, 4, 8, 0, 3.0])[kind],
        neighbours=generator.permutation(kind.size),
    )
    found = union_sample(here, DEFAULT_SHARES, 0.45 * kind.size, 8)
    chances = found.chances[:10]
    assert np.ptp(chances) > 0.3
    frequency = np.bincount(kind, found.drawn) / copies
    assert (np.abs(frequency - chances) < Z * np.sqrt(chances * (1 - chances) / copies)).all()

"""Inclusion probabilities add up, and drawing keeps to them: block by block always, passage by passage on average."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from annotation.inclusion import drawn, proportional_chances, stratified_chances, total_for_union, union_chances

TRIALS = 50_000
Z = 4.5  # standard errors: of the hundred or so frequencies here, none is expected further off

sizes = st.lists(st.floats(0.01, 100), min_size=1, max_size=40).map(np.array)
shares = st.floats(0, 1, allow_subnormal=False)
chance_lists = st.lists(
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0, 1e-9, 1 - 1e-9])), min_size=1, max_size=40
).map(np.array)
seeds = st.integers(0, 2**32)


def many(chances: np.ndarray, generator: np.random.Generator, groups: np.ndarray | None = None) -> np.ndarray:
    """Draw TRIALS samples at once, shape (TRIALS, N): each is a group that plays among itself.

    The chances have to add up to a whole number, so that no group has anything left for another.
    """
    size = chances.size
    order = np.argsort(generator.random((TRIALS, size)), axis=1)
    if groups is not None:
        order = np.take_along_axis(order, np.argsort(groups[order], axis=1, kind="stable"), axis=1)
    trial = np.repeat(np.arange(TRIALS), size)
    flat = (order + size * np.arange(TRIALS)[:, None]).reshape(-1)
    return drawn(np.tile(chances, TRIALS), flat, generator, trial).reshape(TRIALS, size)


def assert_frequencies(found: np.ndarray, chances: np.ndarray) -> None:
    error = np.sqrt(chances * (1 - chances) / len(found))
    assert (np.abs(found.mean(axis=0) - chances) <= Z * error + 1e-12).all()


# --- chances


@given(sizes, shares)
def test_chances_in_proportion_add_up_and_only_certain_ones_are_less(of: np.ndarray, share: float) -> None:
    count = share * of.size
    chances = proportional_chances(of, count)
    assert_allclose(chances.sum(), count, rtol=1e-9, atol=1e-12)
    assert (chances <= 1).all()
    assert (chances >= 0).all()
    open_ones = chances < 1 - 1e-9
    if open_ones.any():
        ratio = chances[open_ones] / of[open_ones]
        assert_allclose(ratio, ratio[0], rtol=1e-9)
        assert (chances[~open_ones] / of[~open_ones] <= ratio[0] * (1 + 1e-8)).all()


def test_what_would_be_more_than_certain_is_certain_and_the_rest_is_shared() -> None:
    assert_allclose(proportional_chances(np.array([1.0, 100.0, 1.0, 100.0]), 2.5), [0.25, 1, 0.25, 1])
    assert_allclose(proportional_chances(np.array([3.0, 1.0]), 2), [1, 1])
    assert_allclose(proportional_chances(np.array([3.0, 1.0]), 0), [0, 0])


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60).map(np.array), shares)
def test_stratified_chances_add_up_and_are_equal_within_strata(strata: np.ndarray, share: float) -> None:
    count = share * strata.size
    chances = stratified_chances(strata, count)
    assert_allclose(chances.sum(), count, rtol=1e-9, atol=1e-9)
    assert (chances <= 1 + 1e-12).all()
    assert all(np.ptp(chances[strata == stratum]) == 0 for stratum in set(strata.tolist()))
    assert (chances > 0).all() or count == 0


def test_large_strata_are_in_proportion_and_small_ones_have_the_floor() -> None:
    strata = np.repeat([0, 1, 2, 3], [600, 300, 5, 1])
    chances = stratified_chances(strata, 20)
    expected = np.bincount(strata, chances)
    assert_allclose(expected, [12, 6, 1, 1])
    assert chances[-1] == 1
    assert_allclose(chances[0], chances[700])


def test_floors_take_half_of_a_part_at_most() -> None:
    strata = np.append(np.arange(100), np.full(900, 100))
    chances = stratified_chances(strata, 20)
    assert_allclose(chances[:100].sum(), 10 * 100 / 101)  # a hundred strata of one passage, and one of many
    assert_allclose(chances[100:].sum(), 20 - 10 * 100 / 101)


@given(st.lists(st.tuples(shares, shares, shares), min_size=1).map(np.array))
def test_a_union_holds_what_any_part_holds(chances: np.ndarray) -> None:
    union = union_chances(list(chances.T))
    assert_allclose(1 - union, (1 - chances[:, 0]) * (1 - chances[:, 1]) * (1 - chances[:, 2]), atol=1e-12)
    assert (union >= chances.max(axis=1) - 1e-12).all()


def test_the_total_of_parts_is_more_than_their_union() -> None:
    def halves(total: float) -> list[np.ndarray]:
        return [np.full(100, total / 200)] * 2

    total = total_for_union(halves, 75, 200)
    assert_allclose(total, 100)  # 1 - (1 - .5)**2 = .75
    assert_allclose(total_for_union(halves, 100, 200), 200)


# --- drawing


@given(chance_lists, seeds)
def test_every_block_of_a_round_gets_its_expected_number_rounded_up_or_down(chances: np.ndarray, seed: int) -> None:
    generator = np.random.default_rng(seed)
    order = generator.permutation(chances.size)
    found = drawn(chances, order, generator)
    block = 2
    while block < 2 * chances.size:
        for start in range(0, chances.size, block):
            inside = order[start : start + block]
            expected = chances[inside].sum()
            assert np.floor(expected - 1e-7) <= found[inside].sum() <= np.ceil(expected + 1e-7)
        block *= 2


@given(chance_lists, st.integers(1, 5), seeds)
def test_every_group_gets_its_expected_number_rounded_up_or_down(chances: np.ndarray, count: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    groups = generator.integers(0, count, chances.size)
    order = np.argsort(groups, kind="stable")
    found = drawn(chances, order, generator, groups)
    for group in range(count):
        expected = chances[groups == group].sum()
        assert np.floor(expected - 1e-7) <= found[groups == group].sum() <= np.ceil(expected + 1e-7)
    assert np.floor(chances.sum() - 1e-7) <= found.sum() <= np.ceil(chances.sum() + 1e-7)


def test_nobody_and_everybody() -> None:
    generator = np.random.default_rng(0)
    order = np.arange(9)
    assert not drawn(np.zeros(9), order, generator).any()
    assert drawn(np.ones(9), order, generator).all()
    assert drawn(np.zeros(0), np.arange(0), generator).shape == (0,)


def test_unequal_chances_are_kept_to() -> None:
    chances = proportional_chances(np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 60.0, 0.1]), 5)
    found = many(chances, np.random.default_rng(1))
    assert_frequencies(found, chances)
    assert set(found.sum(axis=1)) == {5}


def test_chances_that_add_up_to_no_whole_number_are_kept_to() -> None:
    chances = np.array([0.3, 0.35, 0.9, 0.15, 0.55])  # 2.25
    generator = np.random.default_rng(2)
    found = np.array([drawn(chances, generator.permutation(5), generator) for _ in range(2_000)])
    assert_frequencies(found, chances)
    assert_allclose((found.sum(axis=1) == 3).mean(), 0.25, atol=0.04)


def test_equal_chances_in_random_order_are_simple_random_sampling() -> None:
    found = many(np.full(8, 3 / 8), np.random.default_rng(3)).astype(float)
    pairs = (found.T @ found) / TRIALS
    assert_allclose(pairs[~np.eye(8, dtype=bool)], 3 / 8 * 2 / 7, atol=Z * np.sqrt(0.1 * 0.9 / TRIALS))


def test_the_union_of_independent_parts_is_drawn_with_its_chances_and_totals_are_unbiased() -> None:
    generator = np.random.default_rng(4)
    strata = np.repeat([0, 1, 2], [6, 4, 2])
    parts = [
        stratified_chances(strata, 4),
        proportional_chances(np.arange(1.0, 13.0), 3),
        np.full(12, 2 / 12),
    ]
    found = many(parts[0], generator, strata) | many(parts[1], generator) | many(parts[2], generator)
    union = union_chances(parts)
    assert_frequencies(found, union)
    assert_allclose(found.sum(axis=1).mean(), union.sum(), atol=Z * found.sum(axis=1).std() / np.sqrt(TRIALS))
    values = (np.arange(12) >= 7).astype(float)  # where the chances are greater
    totals = found @ (values / union)  # Horvitz-Thompson
    assert_allclose(totals.mean(), values.sum(), atol=Z * totals.std() / np.sqrt(TRIALS))
    assert (found @ values * 12 / union.sum()).mean() > 1.1 * values.sum()  # what no weights would make of it


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16, 17])
def test_any_number_of_passages_can_be_drawn_from(size: int) -> None:
    chances = np.full(size, 0.5)
    generator = np.random.default_rng(size)
    found = {int(drawn(chances, np.arange(size), generator).sum()) for _ in range(50)}
    assert found == ({size // 2} if size % 2 == 0 else {size // 2, size // 2 + 1})

"""Agreement beyond chance: scikit-learn's kappa, Krippendorff's own example, and weights as repetition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from models.agreement import cohen_kappa, krippendorff_alpha

ROWS = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), min_size=2, max_size=15)


def ones(values: np.ndarray) -> np.ndarray:
    return np.ones((1, len(values)))


def test_alpha_is_that_of_krippendorffs_example() -> None:
    # Krippendorff (2011), Computing Krippendorff's alpha-reliability, part A: binary data, two observers, alpha .095.
    first = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], dtype=bool)
    second = np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0], dtype=bool)
    assert krippendorff_alpha(first, second, ones(first))[0] == pytest.approx(0.095, abs=0.0005)


def test_kappa_is_that_of_a_worked_table() -> None:
    # 20 both, 5 the first alone, 10 the second alone, 15 neither: observed .7, expected .5.
    first = np.array([True] * 25 + [False] * 25)
    second = np.array([True] * 20 + [False] * 5 + [True] * 10 + [False] * 15)
    assert cohen_kappa(first, second, ones(first))[0] == pytest.approx(0.4)


@given(ROWS)
def test_kappa_agrees_with_scikit_learn(rows: list[tuple[bool, bool, int]]) -> None:
    first, second, times = (np.array(column) for column in zip(*rows, strict=True))
    found = cohen_kappa(first, second, np.stack([np.ones(len(rows)), times + 1]))
    for value, weights in zip(found, (np.ones(len(rows)), times + 1), strict=True):
        if len({*first, *second}) == 1:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(cohen_kappa_score(first, second, sample_weight=weights))


@given(ROWS)
def test_weights_are_numbers_of_passages(rows: list[tuple[bool, bool, int]]) -> None:
    first, second, times = (np.array(column) for column in zip(*rows, strict=True))
    if times.sum() < 2:
        return
    for measure in (cohen_kappa, krippendorff_alpha):
        repeated = measure(first.repeat(times), second.repeat(times), np.ones((1, times.sum())))
        np.testing.assert_allclose(measure(first, second, times[None].astype(float)), repeated, equal_nan=True)
        np.testing.assert_allclose(measure(second, first, times[None].astype(float)), repeated, equal_nan=True)
        np.testing.assert_allclose(measure(~first, ~second, times[None].astype(float)), repeated, equal_nan=True)


def test_what_cannot_differ_has_no_agreement() -> None:
    never = np.zeros(4, dtype=bool)
    for measure in (cohen_kappa, krippendorff_alpha):
        assert np.isnan(measure(never, never, ones(never))).all()
        assert measure(np.array([True, False]), np.array([True, False]), np.ones((1, 2)))[0] == 1.0
        assert measure(np.array([True, False]), np.array([False, True]), np.ones((1, 2)))[0] < 0

"""Measures of an order: scikit-learn's numbers, ties, weights as repetition, and reading by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from models import ranking_measures as ranking

MEASURES = (
    ranking.micro_average_precision,
    ranking.macro_average_precision,
    ranking.area_under_curve,
    ranking.unread_share,
)


def made(seed: int, rows: int, codes: int, least: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores with many ties, and targets with a positive and a negative in each column."""
    generator = np.random.default_rng(seed)
    targets = generator.integers(least, 2, size=(rows, codes)).astype(np.int8)
    targets[0], targets[1] = 1, 0
    return generator.integers(0, 6, size=(rows, codes)) / 5, targets


@given(st.integers(0, 10_000), st.integers(2, 15), st.integers(1, 4))
def test_average_precision_agrees_with_scikit_learn(seed: int, rows: int, codes: int) -> None:
    scores, targets = made(seed, rows, codes)
    micro = metrics.average_precision_score(targets.ravel(), scores.ravel())
    each = [metrics.average_precision_score(targets[:, code], scores[:, code]) for code in range(codes)]
    assert float(ranking.micro_average_precision(scores, targets)) == pytest.approx(micro)
    assert ranking.average_precisions(scores, targets) == pytest.approx(each)
    assert float(ranking.macro_average_precision(scores, targets)) == pytest.approx(np.mean(each))


@given(st.integers(0, 10_000), st.integers(2, 15))
def test_area_and_weights_agree_with_scikit_learn(seed: int, rows: int) -> None:
    scores, targets = made(seed, rows, 1)
    weights = np.random.default_rng(seed).random(rows)
    area = metrics.roc_auc_score(targets[:, 0], scores[:, 0], sample_weight=weights)
    precision = metrics.average_precision_score(targets[:, 0], scores[:, 0], sample_weight=weights)
    assert float(ranking.area_under_curve(scores, targets, weights)) == pytest.approx(area)
    assert float(ranking.micro_average_precision(scores, targets, weights)) == pytest.approx(precision)


@given(st.integers(0, 10_000), st.integers(2, 12))
def test_a_weight_is_a_repetition(seed: int, rows: int) -> None:
    scores, targets = made(seed, rows, 1, least=-1)
    times = np.random.default_rng(seed).integers(0, 4, size=(3, rows))
    for measure in MEASURES:
        together = measure(scores, targets, times)
        apart = [measure(np.repeat(scores, one, axis=0), np.repeat(targets, one, axis=0)) for one in times]
        np.testing.assert_allclose(together, np.array(apart, dtype=float), err_msg=str(measure))


@given(st.integers(0, 10_000), st.integers(3, 12))
def test_unknown_cells_change_nothing(seed: int, rows: int) -> None:
    scores, targets = made(seed, rows, 2, least=-1)
    other = np.where(targets == -1, 1 - scores, scores)
    for measure in MEASURES:
        assert float(measure(scores, targets)) == pytest.approx(float(measure(other, targets)))


@given(st.integers(0, 10_000), st.integers(2, 15))
def test_only_the_order_counts(seed: int, rows: int) -> None:
    scores, targets = made(seed, rows, 1)
    for measure in MEASURES:
        assert float(measure(scores, targets)) == pytest.approx(float(measure(np.exp(3 * scores) - 7, targets)))


def test_without_positives_everything_is_undefined() -> None:
    scores, targets = np.array([0.1, 0.9]), np.array([0, 0])
    for measure in MEASURES:
        assert np.isnan(measure(scores, targets))
        assert np.isnan(measure(scores, np.array([-1, -1])))
    assert np.isnan(ranking.unread_share_at_random(targets))


def test_a_code_without_positives_is_left_out_of_the_macro_mean() -> None:
    scores, targets = np.array([[0.9, 0.9], [0.1, 0.1]]), np.array([[1, 0], [0, 0]])
    assert ranking.average_precisions(scores, targets) == pytest.approx([1.0, np.nan], nan_ok=True)
    assert float(ranking.macro_average_precision(scores, targets)) == 1.0


def test_reading_stops_when_enough_is_found() -> None:
    scores = np.arange(10, 0, -1)
    targets = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0])
    assert float(ranking.unread_share(scores, targets, recall=0.95)) == pytest.approx(0.4)
    assert float(ranking.unread_share(scores, targets, recall=0.6)) == pytest.approx(0.7)


def test_nineteen_of_twenty_are_95_per_cent() -> None:
    targets = np.concatenate([np.ones(19), np.zeros(20), np.ones(1)])
    scores = np.arange(len(targets), 0, -1)
    assert float(ranking.unread_share(scores, targets)) == pytest.approx(21 / 40)


def test_equal_scores_are_read_together() -> None:
    assert float(ranking.unread_share(np.full(4, 0.5), np.array([1, 0, 0, 0]))) == 0.0


@pytest.mark.parametrize(("rows", "wanted"), [(40, 10), (11, 1), (60, 40)])
def test_reading_at_random_is_as_simulated(rows: int, wanted: int) -> None:
    generator = np.random.default_rng(1)
    targets = np.arange(rows) < wanted
    shares = [float(ranking.unread_share(generator.random(rows), targets)) for _ in range(2_000)]
    error = np.std(shares) / np.sqrt(len(shares))
    assert ranking.unread_share_at_random(targets) == pytest.approx(np.mean(shares), abs=4 * error)


def test_unknown_truth_is_no_part_of_reading_at_random() -> None:
    assert ranking.unread_share_at_random([1, 0, 0, -1, -1]) == ranking.unread_share_at_random([1, 0, 0])

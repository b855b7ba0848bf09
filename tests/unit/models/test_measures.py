"""Measures of accepted codes and of probabilities: scikit-learn's numbers, closed forms, and weights as repetition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from careatlas.errors import UsageError
from models import measures
from models.label_matrix import PRESENT, UNKNOWN

ACCEPTED_MEASURES = (
    measures.micro_f1,
    measures.micro_precision,
    measures.micro_recall,
    measures.macro_f1,
    measures.macro_precision,
    measures.macro_recall,
)
PROBABILITY_MEASURES = (measures.brier, measures.expected_calibration_error, measures.recall_at)


@st.composite
def samples(draw: st.DrawFn, least: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities with ties and targets of which each column has a positive."""
    rows, codes = draw(st.integers(2, 12)), draw(st.integers(2, 4))  # one column is another case in scikit-learn
    seed = draw(st.integers(0, 10_000))
    generator = np.random.default_rng(seed)
    targets = generator.integers(least, 2, size=(rows, codes)).astype(np.int8)
    targets[generator.integers(rows, size=codes), np.arange(codes)] = PRESENT
    return generator.integers(0, 9, size=(rows, codes)) / 8, targets


@given(samples())
def test_accepted_measures_agree_with_scikit_learn(sample: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, targets = sample
    accepted = probabilities >= 0.5
    for average in ("micro", "macro"):
        for name in ("f1", "precision", "recall"):
            ours = float(getattr(measures, f"{average}_{name}")(accepted, targets))
            theirs = getattr(metrics, f"{name}_score")(targets, accepted, average=average, zero_division=0)
            if average == "micro" and not accepted.any() and name == "precision":
                assert np.isnan(ours)  # nothing accepted: scikit-learn says 0, we say undefined
            else:
                assert ours == pytest.approx(theirs)


@given(samples())
def test_brier_agrees_with_scikit_learn(sample: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, targets = sample
    theirs = metrics.brier_score_loss(targets.ravel(), probabilities.ravel(), pos_label=1)
    assert float(measures.brier(probabilities, targets)) == pytest.approx(theirs)


@given(samples(least=-1), st.integers(0, 1_000))
def test_a_weight_is_a_repetition(sample: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    probabilities, targets = sample
    times = np.random.default_rng(seed).integers(0, 4, size=(3, len(targets)))
    for measure in ACCEPTED_MEASURES + PROBABILITY_MEASURES:
        first = probabilities >= 0.5 if measure in ACCEPTED_MEASURES else probabilities
        together = measure(first, targets, times)
        apart = [measure(np.repeat(first, one, axis=0), np.repeat(targets, one, axis=0)) for one in times if one.any()]
        np.testing.assert_allclose(together[times.any(axis=1)], np.array(apart, dtype=float), err_msg=str(measure))
        assert np.isnan(together[~times.any(axis=1)]).all()


@given(samples(least=-1))
def test_unknown_cells_change_nothing(sample: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, targets = sample
    other = np.where(targets == UNKNOWN, 1 - probabilities, probabilities)
    for measure in PROBABILITY_MEASURES:
        assert float(measure(probabilities, targets)) == pytest.approx(float(measure(other, targets)))
    for measure in ACCEPTED_MEASURES:
        np.testing.assert_equal(measure(probabilities > 0.5, targets), measure(other > 0.5, targets))


def test_counts_per_code() -> None:
    accepted = np.array([[1, 1], [1, 0], [0, 0], [1, 1]], dtype=bool)
    targets = np.array([[1, 0], [0, 1], [1, 0], [-1, 1]])
    hits, false, missed = measures.counts(accepted, targets)
    assert (hits.tolist(), false.tolist(), missed.tolist()) == ([1, 1], [1, 1], [1, 1])


def test_a_code_without_positives_is_never_averaged_in() -> None:
    accepted = np.array([[True, True], [False, False]])
    targets = np.array([[1, 0], [0, 0]])
    assert float(measures.macro_f1(accepted, targets)) == 1.0
    assert float(measures.macro_precision(accepted, targets)) == 1.0
    assert float(measures.micro_f1(accepted, targets)) == pytest.approx(2 / 3)
    nothing = np.zeros_like(targets)
    for measure in (measures.micro_f1, measures.macro_f1, measures.micro_recall, measures.macro_recall):
        assert np.isnan(measure(accepted, nothing))


def test_accepting_nothing_of_a_code_is_macro_precision_nought() -> None:
    accepted = np.array([[True, False], [False, False]])
    assert float(measures.macro_precision(accepted, np.array([[1, 1], [0, 0]]))) == 0.5


def test_recall_at_three_counts_labels_not_passages() -> None:
    probabilities = np.array([[0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4]])
    targets = np.array([[1, 0, 0, 1], [0, 1, 0, 1]])
    assert float(measures.recall_at(probabilities, targets)) == pytest.approx(3 / 4)
    assert float(measures.recall_at(probabilities, targets, k=4)) == 1.0


def test_an_unknown_code_takes_no_place_among_three() -> None:
    probabilities = np.array([[0.9, 0.8, 0.7, 0.6]])
    assert float(measures.recall_at(probabilities, np.array([[0, 0, 0, 1]]))) == 0.0
    assert float(measures.recall_at(probabilities, np.array([[-1, 0, 0, 1]]))) == 1.0


def test_calibration_error_by_hand() -> None:
    probabilities = np.array([0.5, 0.5, 0.95, 0.0])
    targets = np.array([1, 0, 1, 1])
    # Bins: .5 twice (gap 0), .95 (gap .05), 0 (gap 1).
    assert float(measures.expected_calibration_error(probabilities, targets)) == pytest.approx((0.05 + 1) / 4)
    # With one bin: |1.95 - 3| / 4.
    assert float(measures.expected_calibration_error(probabilities, targets, bins=1)) == pytest.approx(1.05 / 4)


def test_an_upper_edge_belongs_to_its_bin() -> None:
    # .2 and .1 share the bin (0, .2]: their errors cancel; in bins [0, .2) and [.2, .4) they would not.
    gap = measures.expected_calibration_error(np.array([0.2, 0.1]), np.array([0, 1]), bins=5)
    assert float(gap) == pytest.approx(0.35)


def test_probabilities_that_are_frequencies_have_no_calibration_error() -> None:
    probabilities = np.repeat([0.2, 0.8], 10)
    targets = np.concatenate([np.arange(10) < 2, np.arange(10) < 8]).astype(int)
    assert float(measures.expected_calibration_error(probabilities, targets)) == pytest.approx(0)


@given(samples(), st.floats(0, 1))
def test_the_cardinality_is_matched(sample: tuple[np.ndarray, np.ndarray], share: float) -> None:
    probabilities, targets = sample
    distinct = probabilities + np.arange(probabilities.size).reshape(probabilities.shape) / 1e6
    cardinality = share * targets.shape[1]
    accepted = distinct >= measures.cardinality_cut_off(distinct, cardinality)
    assert accepted.sum() == round(cardinality * len(targets))


def test_equal_probabilities_at_the_cut_off_are_all_accepted() -> None:
    probabilities = np.array([[0.9, 0.4], [0.4, 0.1]])
    assert (probabilities >= measures.cardinality_cut_off(probabilities, 1.0)).sum() == 3


@pytest.mark.parametrize("cardinality", [-0.1, 2.5])
def test_an_impossible_cardinality_is_refused(cardinality: float) -> None:
    with pytest.raises(UsageError, match="codes per passage"):
        measures.cardinality_cut_off(np.zeros((3, 2)), cardinality)


def test_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="weights"):
        measures.micro_f1(np.ones((3, 1), dtype=bool), np.ones((3, 1)), np.ones(4))

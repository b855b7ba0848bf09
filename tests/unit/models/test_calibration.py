"""Calibration: it recovers a known distortion, keeps every order, and is tame where labels are few."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from careatlas.errors import InputError, UsageError
from models.calibration import ProbabilityCalibrator, calibration_check, cross_fitted


def expit(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def logit(values: np.ndarray) -> np.ndarray:
    return np.log(values / (1 - values))


@pytest.fixture(scope="module")
def distorted() -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """True chances, distorted probabilities (too timid by half, too high by .8), targets, documents."""
    generator = np.random.default_rng(0)
    chances = expit(generator.normal(-2.0, 2.0, size=(2_000, 3)))
    targets = (generator.random(chances.shape) < chances).astype(np.int8)
    return chances, expit(0.5 * logit(chances) + 0.8), targets, [f"{at % 50}" for at in range(2_000)]


def test_a_known_distortion_is_undone(distorted: tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]) -> None:
    chances, probabilities, targets, _ = distorted
    calibrator = ProbabilityCalibrator().fit(probabilities, targets)
    assert calibrator.slopes_ == pytest.approx([2.0] * 3, abs=0.25)
    assert calibrator.intercepts_ == pytest.approx([-1.6] * 3, abs=0.25)
    assert np.abs(calibrator.transform(probabilities) - chances).mean() < 0.02 < np.abs(probabilities - chances).mean()


def test_almost_without_a_prior_it_is_logistic_regression(
    distorted: tuple[np.ndarray, np.ndarray, np.ndarray, list[str]],
) -> None:
    _, probabilities, targets, _ = distorted
    calibrator = ProbabilityCalibrator(shrinkage=1e-9).fit(probabilities, targets)
    for code in range(3):
        reference = LogisticRegression(C=1e9, tol=1e-8).fit(logit(probabilities[:, [code]]), targets[:, code])
        assert calibrator.slopes_[code] == pytest.approx(reference.coef_[0, 0], rel=1e-3)
        assert calibrator.intercepts_[code] == pytest.approx(reference.intercept_[0], rel=1e-3)


@pytest.mark.parametrize("method", ["platt", "isotonic"])
@given(seed=st.integers(0, 10_000))
def test_the_order_within_a_code_never_changes(method: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    probabilities = generator.uniform(1e-4, 1 - 1e-4, size=(60, 2))
    targets = (generator.random((60, 2)) < 0.3).astype(np.int8)
    targets[:2] = [[0, 1], [1, 0]]
    calibrator = ProbabilityCalibrator(method=method, isotonic_from=5, shrinkage=5).fit(probabilities, targets)  # type: ignore[arg-type]
    mapped = calibrator.transform(probabilities)
    assert ((mapped > 0) & (mapped < 1)).all()
    for code in range(2):
        order = probabilities[:, code].argsort()
        assert (np.diff(mapped[order, code]) > 0).all()  # strictly: no ties


def test_three_positives_make_no_wild_map() -> None:
    generator = np.random.default_rng(1)
    probabilities = expit(generator.normal(-2, 1, size=(1_000, 2)))
    targets = (generator.random((1_000, 2)) < probabilities).astype(np.int8)
    targets[:, 1] = 0
    targets[probabilities[:, 1].argsort()[-3:], 1] = (
        1  # the three likeliest: separable, so that likelihood alone explodes
    )
    alone = ProbabilityCalibrator(shrinkage=1e-9).fit(probabilities, targets)
    near = ProbabilityCalibrator().fit(probabilities, targets)
    assert alone.slopes_[1] > 20
    assert near.slopes_[1] == pytest.approx(near.pooled_[0], rel=0.2)


def test_the_more_positives_the_farther_from_the_pooled_map() -> None:
    generator = np.random.default_rng(2)
    chances = expit(generator.normal(-1, 1.5, size=(6_000, 1)))
    targets = (generator.random(chances.shape) < chances).astype(np.int8)
    probabilities = np.hstack([chances, expit(logit(chances) - 2)])  # the second code is too low by 2
    away = []
    for rows in (50, 500, 5_000):
        seen = np.hstack([targets, np.where(np.arange(6_000)[:, None] < rows, targets, -1)])
        calibrator = ProbabilityCalibrator().fit(probabilities, seen)
        away.append(calibrator.intercepts_[1])
    assert away[0] < away[1] < away[2]
    assert away[2] == pytest.approx(2.0, abs=0.3)


def test_a_code_without_any_label_gets_the_pooled_map(
    distorted: tuple[np.ndarray, np.ndarray, np.ndarray, list[str]],
) -> None:
    _, probabilities, targets, _ = distorted
    unlabelled = targets.copy()
    unlabelled[:, 2] = -1
    calibrator = ProbabilityCalibrator().fit(probabilities, unlabelled)
    assert (calibrator.slopes_[2], calibrator.intercepts_[2]) == pytest.approx(tuple(calibrator.pooled_))


def test_isotonic_bends_only_codes_with_enough_positives() -> None:
    generator = np.random.default_rng(3)
    chances = np.where(generator.random((3_000, 2)) < 0.5, 0.1, 0.6)  # a step: no line of logits fits it
    probabilities = np.clip(chances + generator.uniform(-0.09, 0.3, size=chances.shape), 0, 1)
    targets = (generator.random(chances.shape) < chances).astype(np.int8)
    targets[30:, 1] = -1
    bent = ProbabilityCalibrator(method="isotonic").fit(probabilities, targets)
    straight = ProbabilityCalibrator().fit(probabilities, targets)
    assert set(bent.knots_[:, 0]) == {0.0}
    np.testing.assert_array_equal(bent.transform(probabilities)[:, 1], straight.transform(probabilities)[:, 1])
    errors = [np.abs(model.transform(probabilities)[:, 0] - chances[:, 0]).mean() for model in (bent, straight)]
    assert errors[0] < 0.7 * errors[1]


@pytest.mark.parametrize("method", ["platt", "isotonic"])
def test_it_is_stored_as_arrays(method: str, distorted: tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]) -> None:
    _, probabilities, targets, _ = distorted
    calibrator = ProbabilityCalibrator(method=method).fit(probabilities, targets)  # type: ignore[arg-type]
    again = ProbabilityCalibrator.from_arrays(calibrator.to_arrays())
    np.testing.assert_array_equal(again.transform(probabilities), calibrator.transform(probabilities))
    assert again.get_params() == calibrator.get_params()


def test_stored_arrays_that_do_not_fit_are_refused(
    distorted: tuple[np.ndarray, np.ndarray, np.ndarray, list[str]],
) -> None:
    arrays = ProbabilityCalibrator().fit(distorted[1], distorted[2]).to_arrays()
    with pytest.raises(InputError, match="no stored calibration"):
        ProbabilityCalibrator.from_arrays({key: value for key, value in arrays.items() if key != "slopes"})
    with pytest.raises(InputError, match="fit together"):
        ProbabilityCalibrator.from_arrays({**arrays, "slopes": -arrays["slopes"]})


def test_scikit_learn_can_clone_it() -> None:
    calibrator = clone(ProbabilityCalibrator(shrinkage=7).set_params(method="isotonic"))
    assert calibrator.get_params() == {"method": "isotonic", "shrinkage": 7, "isotonic_from": 50}
    with pytest.raises(UsageError, match="no setting"):
        calibrator.set_params(colour="red")


def test_a_document_is_never_mapped_by_its_own_labels(
    distorted: tuple[np.ndarray, np.ndarray, np.ndarray, list[str]],
) -> None:
    _, probabilities, targets, groups = distorted
    first = cross_fitted(ProbabilityCalibrator(), probabilities, targets, groups)
    own = np.array(groups) == "7"
    changed = targets.copy()
    changed[own] = changed[own][:, ::-1]  # as many labels as before, on other codes
    second = cross_fitted(ProbabilityCalibrator(), probabilities, changed, groups)
    np.testing.assert_array_equal(first[own], second[own])
    assert (first[~own] != second[~own]).any()


def test_the_check_says_what_calibration_changes(
    distorted: tuple[np.ndarray, np.ndarray, np.ndarray, list[str]],
) -> None:
    _, probabilities, targets, groups = distorted
    check = calibration_check(ProbabilityCalibrator(), probabilities, targets, groups).as_dict()
    assert check["ece_after"] < 0.02 < 0.1 < check["ece_before"]
    assert check["brier_after"] < check["brier_before"]
    assert (check["documents"], check["folds"]) == (50, 5)


@pytest.mark.parametrize(
    ("probabilities", "targets", "said"),
    [
        ([[0.2], [0.3]], [[0], [0]], "nothing to calibrate"),
        ([[0.2], [0.3]], [[1], [1]], "nothing to calibrate"),
        ([[1.2], [0.3]], [[1], [0]], "no probability"),
        ([[0.2, 0.1]], [[1]], "do not go with"),
    ],
)
def test_wrong_input_is_refused(probabilities: list, targets: list, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ProbabilityCalibrator().fit(probabilities, targets)


def test_it_must_be_fitted_on_the_same_codes() -> None:
    with pytest.raises(UsageError, match="not fitted"):
        ProbabilityCalibrator().transform([[0.5]])
    with pytest.raises(UsageError, match="calibrator of 1"):
        ProbabilityCalibrator().fit([[0.5], [0.6]], [[0], [1]]).transform([[0.5, 0.5]])
    with pytest.raises(UsageError, match="no calibration by"):
        ProbabilityCalibrator(shrinkage=0).fit([[0.5], [0.6]], [[0], [1]])


def test_certain_scores_stay_finite() -> None:
    mapped = ProbabilityCalibrator().fit([[0.0], [1.0], [0.5]], [[0], [1], [0]]).transform([[0.0], [1.0]])
    assert 0 <= mapped[0, 0] < mapped[1, 0] <= 1

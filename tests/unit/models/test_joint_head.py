"""The joint head: scikit-learn's conventions, its own logistic regression as reference, offsets, priors, blanks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import approx_fprime
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.joint_head import JointHead, _Problem, expit

ROWS, FEATURES, CODES = 120, 6, 3


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    """Return features, and targets of three codes that depend on them."""
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(ROWS, FEATURES))
    logits = rows @ chance.normal(size=(FEATURES, CODES)) - 0.5
    return rows, (logits + chance.logistic(size=logits.shape) > 0).astype(np.int8)


# scikit-learn skips one check by itself: input of other array libraries, which only runs with SCIPY_ARRAY_API=1.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([JointHead(), JointHead(ridge=0.1, warm_start=True)])
def test_it_keeps_the_conventions_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("ridge", [0.1, 1.0, 30.0])
def test_each_code_is_the_logistic_regression_of_scikit_learn(data, ridge):
    rows, targets = data
    head = JointHead(ridge=ridge).fit(rows, targets)
    for code in range(CODES):
        # scikit-learn does not penalise the intercept; ours has 0.001, which is within the tolerance.
        reference = LogisticRegression(C=1 / ridge, tol=1e-10, max_iter=5_000).fit(rows, targets[:, code])
        assert head.coef_[code] == pytest.approx(reference.coef_[0], abs=1e-3)
        assert head.intercept_[code] == pytest.approx(reference.intercept_[0], abs=1e-3)
        assert head.predict_proba(rows)[:, code] == pytest.approx(reference.predict_proba(rows)[:, 1], abs=1e-3)


def test_sample_weights_are_those_of_scikit_learn(data):
    rows, targets = data
    weights = np.random.default_rng(1).uniform(0.1, 3, size=ROWS)
    head = JointHead().fit(rows, targets[:, 0], weights)
    reference = LogisticRegression(C=1.0, tol=1e-10, max_iter=5_000).fit(rows, targets[:, 0], weights)
    assert head.coef_ == pytest.approx(reference.coef_, abs=1e-3)


def test_codes_are_fitted_together_as_they_are_alone(data):
    rows, targets = data
    together = JointHead().fit(rows, targets)
    alone = [JointHead().fit(rows, targets[:, code]).coef_[0] for code in range(CODES)]
    assert together.coef_ == pytest.approx(np.array(alone), abs=1e-3)


def test_sparse_rows_give_what_dense_rows_give(data):
    rows, targets = data
    rows = np.where(np.abs(rows) > 1, rows, 0.0)
    offsets = np.random.default_rng(2).normal(size=(ROWS, CODES))
    for head, given_rows in ((JointHead(), rows), (JointHead(offsets=1), np.hstack([rows, offsets]))):
        dense = clone(head).fit(given_rows, targets)
        sparse = clone(head).fit(csr_matrix(given_rows), targets)
        assert sparse.coef_ == pytest.approx(dense.coef_, abs=1e-9)
        assert sparse.decision_function(csr_matrix(given_rows)) == pytest.approx(
            dense.decision_function(given_rows), abs=1e-9
        )


@pytest.mark.parametrize("scalar", [0.3, 2.0])
def test_the_weight_of_an_offset_is_found(scalar):
    chance = np.random.default_rng(3)
    offsets = chance.normal(size=(4_000, CODES))
    targets = (scalar * offsets - 0.4 + chance.logistic(size=offsets.shape) > 0).astype(np.int8)
    head = JointHead(offsets=1).fit(offsets, targets)
    assert head.coef_.shape == (CODES, 0)
    assert head.offset_weights_ == pytest.approx([scalar], abs=0.08)  # its standard error is 0.02 to 0.03
    assert head.intercept_ == pytest.approx([-0.4] * CODES, abs=0.15)


def test_every_offset_block_has_its_own_weight_and_its_own_codes():
    chance = np.random.default_rng(4)
    first, second = chance.normal(size=(2, 4_000, CODES))
    targets = (1.5 * first - 0.5 * second + chance.logistic(size=first.shape) > 0).astype(np.int8)
    head = JointHead(offsets=2).fit(np.hstack([first, second]), targets)
    assert head.offset_weights_ == pytest.approx([1.5, -0.5], abs=0.1)
    expected = head.intercept_ + first * head.offset_weights_[0] + second * head.offset_weights_[1]
    assert head.decision_function(np.hstack([first, second])) == pytest.approx(expected)


def test_an_offset_is_believed_until_labels_speak():
    offsets = np.random.default_rng(5).normal(size=(4, CODES))
    head = JointHead(offsets=1).fit(offsets, np.full((4, CODES), -1))
    assert head.offset_weights_ == pytest.approx([1.0])
    assert head.decision_function(offsets) == pytest.approx(offsets)


@given(
    junk=arrays(np.float64, (8, FEATURES), elements=st.floats(-50, 50)),
    hidden=arrays(np.bool_, (ROWS, CODES)),
)
@settings(max_examples=15)
def test_unknown_cells_have_no_part(data, junk, hidden):
    rows, targets = data
    masked = np.where(hidden, -1, targets)
    plain = JointHead().fit(rows, masked)
    # Neither a wholly unknown passage nor what a blank hides moves anything.
    more = JointHead().fit(np.vstack([rows, junk]), np.vstack([masked, np.full((8, CODES), -1)]))
    assert more.coef_ == pytest.approx(plain.coef_, abs=1e-3)
    for code in range(CODES):
        known = ~hidden[:, code]
        if len(np.unique(targets[known, code])) == 2:
            alone = JointHead().fit(rows[known], targets[known, code])
            assert plain.coef_[code] == pytest.approx(alone.coef_[0], abs=2e-3)


def test_a_code_that_nobody_judged_says_nothing(data):
    rows, targets = data
    head = JointHead().fit(rows, np.column_stack([targets, np.full(ROWS, -1)]))
    assert head.predict_proba(rows)[:, -1] == pytest.approx(0.5)


def test_a_code_without_any_positive_stays_finite_and_unlikely(data):
    rows, targets = data
    head = JointHead().fit(rows, np.column_stack([targets, np.zeros(ROWS, dtype=int)]))
    assert np.isfinite(head.coef_).all()
    assert (head.predict_proba(rows)[:, -1] < 0.01).all()


def test_coefficients_that_may_not_move_are_the_prior(data):
    rows, targets = data
    prior = np.linspace(-1, 1, FEATURES)
    held = JointHead(ridge=1e8, prior=prior).fit(rows, targets)
    assert held.coef_ == pytest.approx(np.tile(prior, (CODES, 1)), abs=1e-4)
    loose = JointHead(ridge=np.array([1e8] * 3 + [1e-3] * 3), prior=prior).fit(rows, targets)
    assert loose.coef_[:, :3] == pytest.approx(np.tile(prior[:3], (CODES, 1)), abs=1e-4)
    assert (np.abs(loose.coef_[:, 3:] - prior[3:]) > 0.05).all()


def test_a_warm_start_needs_fewer_steps(data):
    rows, targets = data
    head = JointHead(ridge=0.01, warm_start=True).fit(rows, targets)
    first, coef = head.n_iter_, head.coef_.copy()
    more_rows = np.vstack([rows, rows[:3] + 0.1])
    more_targets = np.vstack([targets, targets[:3]])
    head.fit(more_rows, more_targets)
    cold = JointHead(ridge=0.01).fit(more_rows, more_targets)
    assert head.n_iter_ < first
    assert head.n_iter_ < cold.n_iter_
    assert head.coef_ == pytest.approx(cold.coef_, abs=2e-3)
    assert np.abs(head.coef_ - coef).max() > 1e-4


def test_a_warm_start_of_another_shape_is_a_cold_one(data):
    rows, targets = data
    head = JointHead(warm_start=True).fit(rows, targets)
    head.fit(rows[:, :3], targets[:, :2])
    assert head.coef_ == pytest.approx(JointHead().fit(rows[:, :3], targets[:, :2]).coef_)
    head.set_params(offsets=1).fit(np.hstack([rows[:, :3], targets[:, :2]]), targets[:, :2])  # the same coefficients
    assert head.offset_weights_.shape == (1,)


def test_what_was_learned_can_be_restored(data):
    rows, targets = data
    for offsets, columns in ((0, targets), (1, targets), (0, targets[:, 0])):
        given_rows = np.hstack([rows, columns]) if offsets else rows
        head = JointHead(offsets=offsets).fit(given_rows, columns)
        again = JointHead(offsets=offsets).restore(head.coef_, head.intercept_, head.offset_weights_)
        np.testing.assert_array_equal(again.predict_proba(given_rows), head.predict_proba(given_rows))
        np.testing.assert_array_equal(again.predict(given_rows), head.predict(given_rows))
        with pytest.raises(ValueError, match="features"):
            again.decision_function(given_rows[:, :-1])


@pytest.mark.parametrize(
    ("targets", "what"),
    [
        (np.full((ROWS, CODES), 2), "1 present, 0 absent, -1 unknown"),
        (np.ones(ROWS), "only one class"),
        (np.ones((ROWS - 1, CODES)), "inconsistent numbers of samples"),
    ],
)
def test_wrong_targets_are_refused(data, targets, what):
    with pytest.raises(ValueError, match=what):
        JointHead().fit(data[0], targets)


def test_too_few_columns_for_the_offsets_are_refused(data):
    with pytest.raises(ValueError, match="3 offsets of 3 codes need more than 6 columns"):
        JointHead(offsets=3).fit(*data)


@pytest.mark.parametrize("sparse", [False, True])
def test_gradient_and_curvature_are_those_of_the_loss(data, sparse):
    rows, targets = data
    chance = np.random.default_rng(6)
    offsets, known = chance.normal(size=(ROWS, CODES, 1)), chance.uniform(size=(ROWS, CODES))
    features = csr_matrix(rows) if sparse else rows
    problem = _Problem(
        features, offsets, targets.astype(float), known, np.full(FEATURES, 0.3), chance.normal(size=FEATURES)
    )
    at, direction = chance.normal(size=(2, FEATURES * CODES + CODES + 1))
    gradient = problem.loss(at)[1]
    assert gradient == pytest.approx(approx_fprime(at, lambda x: problem.loss(x)[0]), abs=1e-3)
    step = 1e-5
    slope = (problem.loss(at + step * direction)[1] - problem.loss(at - step * direction)[1]) / (2 * step)
    assert problem.curvature(at, direction) == pytest.approx(slope, abs=1e-5)
    problem.loss(at + 1.0)  # a step that is tried does not change the curvature where it started
    assert problem.curvature(at, direction) == pytest.approx(slope, abs=1e-5)


@given(st.floats(allow_nan=False, allow_infinity=True))
def test_the_logistic_function_never_overflows(logit):
    found = float(expit(np.array(logit)))
    assert 0 <= found <= 1
    assert found + float(expit(np.array(-logit))) == pytest.approx(1)

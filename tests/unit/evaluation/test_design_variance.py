"""Against the formulas of textbooks, and against all samples that a small design can draw."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from evaluation.design_variance import Design
from evaluation.labelled_sample import Floats, LabelledSample

CHANCE = np.random.default_rng(11)


def design(
    inclusion: Floats, *, strata: list[int] | None = None, clusters: list[int] | None = None, total: int = 400
) -> Design:
    n = inclusion.size
    sample = LabelledSample(
        scores=np.zeros(total),
        accepted=np.zeros(total, dtype=bool),
        position=np.arange(n),
        labels=np.zeros(n),
        inclusion=inclusion,
        strata=None if strata is None else np.array(strata),
        clusters=None if clusters is None else np.array(clusters),
    )
    return Design(sample=sample)


def test_simple_random_sampling() -> None:
    values, n, total = CHANCE.normal(size=50), 50, 400
    drawn = design(np.full(n, n / total))
    assert drawn.mean(values) == pytest.approx(values.mean())
    assert drawn.covariance(values, values) == pytest.approx((1 - n / total) * values.var(ddof=1) / n)
    assert drawn.effective_n == pytest.approx(n / (1 - n / total))
    assert drawn.degrees_of_freedom == 49


def test_stratified_sampling() -> None:
    """Cochran (1977), Sampling Techniques, equation 5.12: sum of (N_h / N)^2 (1 - f_h) s_h^2 / n_h."""
    sizes, drawn = [300, 100], [20, 50]
    values = np.r_[CHANCE.normal(size=20), 5 + 2 * CHANCE.normal(size=50)]
    rates = [n / size for n, size in zip(drawn, sizes, strict=True)]
    strata = [0] * 20 + [1] * 50
    found = design(np.repeat(rates, drawn), strata=strata)
    parts = [values[:20], values[20:]]
    expected = sum(
        (size / 400) ** 2 * (1 - rate) * part.var(ddof=1) / part.size
        for size, rate, part in zip(sizes, rates, parts, strict=True)
    )
    assert found.mean(values) == pytest.approx(0.75 * parts[0].mean() + 0.25 * parts[1].mean())
    assert found.covariance(values, values) == pytest.approx(expected)
    assert found.degrees_of_freedom == 68
    # Without the strata it is larger, as what lies between them is not taken out.
    assert design(np.repeat(rates, drawn)).covariance(values, values) > expected


def test_documents_drawn_first() -> None:
    """The ratio-to-size mean of cluster totals, here of equal size: (1 - f) s2 of the cluster means / G."""
    groups = [at // 5 for at in range(60)]
    values = CHANCE.normal(size=60) + np.repeat(CHANCE.normal(size=12), 5)
    found = design(np.full(60, 0.1), clusters=groups)
    means = values.reshape(12, 5).mean(axis=1)
    assert found.covariance(values, values) == pytest.approx(0.9 * means.var(ddof=1) / 12)
    assert found.degrees_of_freedom == 11
    assert found.thinning == pytest.approx(np.full(12, np.sqrt(0.9)))


def test_the_variance_is_that_over_all_samples_of_a_design() -> None:
    """Every sample of 4 out of 9: the mean of the estimated variances is the variance of the estimates."""
    values = np.array([0.0, 1, 1, 0, 2, 5, 3, 1, 0])
    estimates, variances = [], []
    for chosen in combinations(range(9), 4):
        drawn = design(np.full(4, 4 / 9), total=9)
        estimates.append(drawn.mean(values[list(chosen)]))
        variances.append(drawn.covariance(values[list(chosen)], values[list(chosen)]))
    assert np.mean(variances) == pytest.approx(np.var(estimates))


def test_what_is_drawn_for_certain_adds_no_error() -> None:
    inclusion = np.r_[np.ones(10), np.full(20, 0.2)]
    values = CHANCE.normal(size=30)
    terms = design(inclusion).terms(values)
    assert (terms[:10] == 0).all()
    assert (terms[10:] != 0).all()
    assert design(np.ones(30)).effective_n == np.inf


def test_unequal_weights_are_worth_fewer_labels() -> None:
    equal, unequal = design(np.full(40, 0.1)), design(np.r_[np.full(20, 0.02), np.full(20, 0.18)])
    assert unequal.effective_n < equal.effective_n


def test_a_variance_rests_on_the_positives_where_they_are_rare() -> None:
    values = np.zeros(1_000)
    values[:5] = 1
    drawn = design(np.full(1_000, 0.1))
    assert drawn.concentration(values) == pytest.approx(5, rel=0.02)
    assert drawn.concentration(np.tile([0.0, 1.0], 500)) == pytest.approx(1_000)


def test_a_variance_rests_on_few_labels_that_stand_for_many() -> None:
    values = np.tile([0.0, 1.0], 50)
    heavy = design(np.r_[np.full(4, 0.001), np.full(96, 0.5)])
    assert heavy.concentration(values) == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_the_same_value_everywhere_has_no_variance_to_rest_on(value: float) -> None:
    assert design(CHANCE.uniform(0.1, 0.9, 70)).concentration(np.full(70, value)) == 0
